"""A real browser before the box's own certificate: led from plain HTTP, live over TLS, many at once."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from appliance.certificates.keeping import files_of
from tests.browser.conftest import DESK, overflows
from tests.browser.office import PanelProcess

SLOW_MS = 20_000
"""A first page over a new connection, on a busy machine."""


@pytest.fixture(scope="module")
def boxed(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelProcess]:
    running = PanelProcess(tmp_path_factory.mktemp("t") / "data", furnished, https=True)
    yield running
    running.close()


@pytest.fixture
def context(boxed: PanelProcess) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(files_of(boxed.folder).public))


def test_a_client_that_trusts_the_authority_keeps_one_connection(
    boxed: PanelProcess, context: ssl.SSLContext
) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", boxed.port, context=context, timeout=10)
    for _count in range(5):
        connection.request("GET", "/health")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        assert connection.sock is not None, "the connection was closed"
    assert connection.sock.version() == "TLSv1.3"
    connection.close()


def test_a_client_that_does_not_trust_it_refuses(boxed: PanelProcess) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", boxed.port, timeout=10)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/health")


def test_half_a_handshake_and_noise_hold_nobody_up(boxed: PanelProcess, context: ssl.SSLContext) -> None:
    import socket

    idle = [socket.create_connection(("127.0.0.1", boxed.port)) for _ in range(40)]
    for number, one in enumerate(idle):
        one.sendall(b"\x16\x03\x01" if number % 2 else b"\x16" * 300)
    began = time.monotonic()
    connection = http.client.HTTPSConnection("127.0.0.1", boxed.port, context=context, timeout=20)
    connection.request("GET", "/health")
    answer = connection.getresponse()
    assert answer.status == 200
    answer.read()
    connection.close()
    assert time.monotonic() - began < 10
    for one in idle:
        one.close()


def test_large_answers_arrive_whole_over_many_connections(
    boxed: PanelProcess, context: ssl.SSLContext
) -> None:
    sizes: list[int] = []

    def load() -> None:
        connection = http.client.HTTPSConnection("127.0.0.1", boxed.port, context=context, timeout=20)
        for _ in range(3):
            connection.request("GET", "/static/0/vendor/tabler/tabler.rtl.min.css")
            sizes.append(len(connection.getresponse().read()))
        connection.close()

    threads = [threading.Thread(target=load) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(sizes) == 24
    assert len(set(sizes)) == 1
    assert sizes[0] > 300_000


def test_plain_http_leads_a_browser_on_once_it_trusts_the_box(browser: Browser, boxed: PanelProcess) -> None:
    stranger = browser.new_context(viewport=DESK, locale="fa-IR")
    page = stranger.new_page()
    page.goto(f"{boxed.plain}/calls")
    expect(page.locator("h1")).to_contain_text("معرفی کنید")
    assert page.url.startswith(f"{boxed.plain}/trust")
    assert not overflows(page)
    stranger.close()
    trusting = browser.new_context(viewport=DESK, locale="fa-IR", ignore_https_errors=True)
    page = trusting.new_page()
    page.goto(f"{boxed.plain}/calls")
    page.wait_for_url(f"{boxed.url}/sign-in?next=/calls", timeout=SLOW_MS)
    trusting.close()


def test_a_ring_reaches_a_page_over_tls(browser: Browser, boxed: PanelProcess) -> None:
    context = browser.new_context(viewport=DESK, locale="fa-IR", ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{boxed.url}/sign-in")
    page.fill("[name=username]", "monshi")
    page.fill("[name=password]", "aminbox-demo")
    page.click("button.btn-primary")
    expect(page.locator("[data-dock]")).to_have_attribute("data-live", "yes", timeout=SLOW_MS)
    (cookie,) = context.cookies()
    assert cookie["secure"]
    assert cookie["httpOnly"]
    call = boxed.call().ring().identify("05110000055")
    expect(page.locator("[data-dock] [data-call]").first).to_be_visible(timeout=SLOW_MS)
    call.end()
    context.close()

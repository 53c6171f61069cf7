"""The page that leads to HTTPS: what it shows, and that nothing else is answered without TLS."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.certificates.keeping import ensure, files_of, fingerprint
from db.queries.audit import list_entries
from panel.context import office_of
from panel.trust.routes import system_of
from tests.fakes.clock import START
from tests.panel.world import World

SECURE = {"base_url": "https://localhost"}


@pytest.fixture
def boxed(make_world: Callable[..., World], data_folder: Path) -> World:
    ensure(files_of(data_folder), ["aminbox.local"], START)
    return make_world(https=True)


def test_a_panel_without_https_has_no_such_page(world: World) -> None:
    assert world.person(None).get("/trust").status_code == 404
    assert world.person(None).get("/trust/aminbox.crt").status_code == 404


@pytest.mark.parametrize("path", ["/", "/sign-in", "/calls", "/box"])
def test_plain_http_leads_to_the_page_and_remembers_where_to(boxed: World, path: str) -> None:
    answer = boxed.person(None).get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/trust")
    page = boxed.person(None).get(answer.location, headers={"Host": "aminbox.local"})
    assert f'href="https://aminbox.local{path}"' in page.text


def test_nothing_is_taken_or_remembered_without_tls(boxed: World) -> None:
    stranger = boxed.person(None)
    assert stranger.client.post("/sign-in", data={"username": "modir"}).status_code == 403
    assert "Set-Cookie" not in stranger.get("/trust").headers
    gate = boxed.app.test_client().get("/live/?EIO=4&transport=polling")
    assert gate.status_code in (302, 403)


def test_the_page_shows_the_fingerprint_and_gives_the_certificate(boxed: World) -> None:
    files = files_of(office_of(boxed.app).config.data.folder)
    page = boxed.person(None).get("/trust").text
    shown = ":".join(re.findall(r"<span>((?:[0-9A-F]{2}:)+[0-9A-F]{2})</span>", page))
    assert shown == fingerprint(files)
    given = boxed.person(None).get("/trust/aminbox.crt")
    assert given.mimetype == "application/x-x509-ca-cert"
    body = "".join(files.public.read_text().splitlines()[1:-1])
    assert given.data == base64.b64decode(body)
    assert b"PRIVATE" not in given.data


def test_a_foreign_address_is_not_led_to(boxed: World) -> None:
    page = boxed.person(None).get("/trust?next=https://evil.example/").text
    assert "evil.example" not in page


def test_over_tls_the_cookie_is_for_tls_alone(boxed: World) -> None:
    answer = boxed.person(None).get("/sign-in", **SECURE)
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-aminbox=")
    for words in ("Secure", "HttpOnly", "SameSite=Lax"):
        assert words in cookie


def test_browsers_are_bound_to_https_only_when_the_owner_chose_it(boxed: World) -> None:
    owner = boxed.person("modir")
    token = owner.client.get_cookie("aminbox")
    assert token
    owner.client.set_cookie("__Host-aminbox", token.value, secure=True)
    before = owner.client.get("/box", **SECURE)
    assert before.status_code == 200
    assert "Strict-Transport-Security" not in before.headers
    token = re.search(r'name="csrf_token" value="([^"]+)"', before.text)
    assert token
    form = {"is_strict": "1", "csrf_token": token[1]}
    done = owner.client.post("/trust/strict", data=form, **SECURE)
    assert done.status_code == 303
    assert owner.client.get("/box", **SECURE).headers["Strict-Transport-Security"] == "max-age=2592000"
    assert list_entries(boxed.conn)[0].title == "اتصال امن"
    owner.client.post("/trust/strict", data=form | {"is_strict": "0"}, **SECURE)
    assert "Strict-Transport-Security" not in owner.client.get("/box", **SECURE).headers


def test_each_system_gets_its_own_instructions_first() -> None:
    assert system_of("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile") == "android"
    assert system_of("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/130.0") == "firefox"
    assert system_of("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)") == "apple"
    assert system_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140") == "windows"

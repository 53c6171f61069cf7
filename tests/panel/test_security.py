"""Host, origin, form token, sizes and headers, each tried with what must and what must not pass."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from panel.live.sockets import Gate
from panel.security import is_allowed_host, is_own_origin
from tests.panel.world import Person, World


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "192.168.1.20:8080", "[::1]:8080", "localhost", "aminbox.local", "AminBox.Local:80"]
)
def test_addresses_and_local_names_are_served(host: str) -> None:
    assert is_allowed_host(host, [])


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "a b", "[::1", "local"]
)
def test_foreign_names_are_not_served(host: str) -> None:
    assert not is_allowed_host(host, [])


def test_a_configured_name_is_served(make_world: Callable[..., World]) -> None:
    world = make_world(allowed_hosts=["panel.example"])
    assert world.person(None).get("/health", headers={"Host": "panel.example"}).status_code == 200
    assert world.person(None).get("/health", headers={"Host": "other.example"}).status_code == 421


def test_a_page_asked_for_under_a_foreign_name_is_refused_in_persian(world: World) -> None:
    answer = world.person(None).get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "این نشانی پذیرفته نیست" in answer.text


@pytest.mark.parametrize(
    ("origin", "site", "is_own"),
    [
        (None, None, True),
        ("http://localhost", None, True),
        ("http://localhost", "same-origin", True),
        (None, "none", True),
        ("http://evil.example", None, False),
        ("null", None, False),
        ("http://localhost", "cross-site", False),
        ("http://localhost", "same-site", False),
        ("http://localhost:81", None, False),
    ],
)
def test_changes_come_from_our_own_pages_only(origin: str | None, site: str | None, is_own: bool) -> None:
    assert is_own_origin(origin, site, "localhost") is is_own


def test_a_post_from_another_site_is_refused_even_with_a_token(desk: Person) -> None:
    answer = desk.post("/sign-out", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert desk.get("/calls").status_code == 200


def test_a_post_without_the_token_is_refused(desk: Person) -> None:
    answer = desk.client.post("/sign-out")
    assert answer.status_code == 400
    assert "صفحه کهنه شده بود" in answer.text
    assert desk.get("/calls").status_code == 200


def test_a_token_of_another_session_is_refused(world: World, desk: Person) -> None:
    other = world.person(None).token()
    assert desk.client.post("/sign-out", headers={"X-CSRFToken": other}).status_code == 400


def test_every_answer_carries_the_policy(desk: Person) -> None:
    for path in ("/sign-in", "/calls", "/health", "/nowhere"):
        headers = desk.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/calls", "/lines"])
def test_no_page_has_a_script_or_style_of_its_own(desk: Person, path: str) -> None:
    page = desk.get(path).text
    assert " style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=')


def test_a_body_that_is_too_large_is_refused(desk: Person) -> None:
    assert desk.post("/sign-out", {"x": "y" * 300_000}).status_code == 413


def test_what_is_too_large_is_heard_out_so_that_the_browser_reads_the_answer(desk: Person) -> None:
    body = BytesIO(b"note=" + b"y" * 10_000_000)
    answer = desk.client.post(
        "/persons/new", input_stream=body, content_length=len(body.getvalue()),
        content_type="application/x-www-form-urlencoded", headers={"Origin": "http://localhost"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "از اندازهٔ مجاز بزرگ‌تر است" in answer.text
    assert body.read(1) == b""


def test_a_form_of_too_many_parts_is_refused(desk: Person) -> None:
    parts = {f"field{number}": "x" for number in range(200)}
    answer = desk.post("/sign-out", parts, content_type="multipart/form-data")
    assert answer.status_code == 413


def asked(world: World, **environ: str) -> str:
    """Give what the gate before the live connections answers; ``passed`` when it lets the request through."""
    answers: list[str] = []

    def inner(_environ: object, _start: object) -> list[bytes]:
        answers.append("passed")
        return []

    gate = Gate(world.app, inner, world.live)
    base = {"PATH_INFO": "/socket.io/", "QUERY_STRING": "EIO=4&transport=websocket", "HTTP_HOST": "localhost"}
    gate({**base, **environ}, lambda status, _headers: answers.append(status))
    return answers[0]


def cookie_of(person: Person) -> str:
    found = person.client.get_cookie("aminbox")
    assert found is not None
    return f"aminbox={found.value}"


def test_a_live_connection_is_not_begun_without_a_session(world: World, desk: Person) -> None:
    assert asked(world) == "401 Unauthorized"
    assert asked(world, HTTP_COOKIE="aminbox=guessed") == "401 Unauthorized"
    cookie = cookie_of(desk)
    assert asked(world, HTTP_COOKIE=cookie) == "passed"
    desk.post("/sign-out")
    assert asked(world, HTTP_COOKIE=cookie) == "401 Unauthorized"


def test_a_live_connection_from_another_site_or_host_is_refused(world: World, desk: Person) -> None:
    cookie = cookie_of(desk)
    assert asked(world, HTTP_COOKIE=cookie, HTTP_ORIGIN="http://evil.example") == "403 Forbidden"
    assert asked(world, HTTP_COOKIE=cookie, HTTP_HOST="evil.example") == "421 Misdirected Request"
    assert asked(world, HTTP_COOKIE=cookie, HTTP_ORIGIN="http://localhost") == "passed"

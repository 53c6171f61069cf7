"""Sessions live on the box: what a browser holds is worth nothing once they are over."""

from __future__ import annotations

from datetime import timedelta

from appliance.domain.demo import PASSWORD
from panel.sessions import COOKIE, hash_of
from tests.panel.world import Person, World


def stored(world: World) -> list[tuple[str, int | None]]:
    return [tuple(row) for row in world.conn.execute("SELECT token_hash, user_id FROM sessions")]


def cookie(person: Person) -> str:
    found = person.client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def sign_in(person: Person, password: str = PASSWORD, **more: str) -> int:
    data = {"username": "monshi", "password": password, "csrf_token": person.token(), **more}
    return person.client.post("/sign-in", data=data).status_code


def test_the_database_holds_the_hash_of_the_token_only(world: World, desk: Person) -> None:
    token = cookie(desk)
    assert [row[0] for row in stored(world)] == [hash_of(token)]
    assert token not in str(list(world.conn.execute("SELECT * FROM sessions").fetchone()))


def test_sign_in_gives_a_new_token_and_ends_the_old_one(world: World) -> None:
    person = world.person(None)
    person.get("/sign-in")
    before = cookie(person)
    assert sign_in(person) == 303
    after = cookie(person)
    assert after != before
    assert [row[0] for row in stored(world)] == [hash_of(after)]


def test_a_copied_cookie_is_worth_nothing_after_sign_out(world: World, desk: Person) -> None:
    thief = world.person(None)
    thief.client.set_cookie(COOKIE, cookie(desk))
    assert thief.get("/calls").status_code == 200
    desk.post("/sign-out")
    assert thief.get("/calls").location.startswith("/sign-in")
    assert not any(user for _hash, user in stored(world))


def test_the_cookie_is_hidden_from_scripts_and_other_sites(world: World) -> None:
    header = world.person(None).get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Secure" not in header
    assert "Secure" in world.person(None).get("/sign-in", base_url="https://localhost").headers["Set-Cookie"]


def test_a_session_nobody_uses_ends(world: World, desk: Person) -> None:
    minutes = 12 * 60
    world.clock.advance(60 * minutes - 30)
    assert desk.get("/calls").status_code == 200
    world.clock.advance(60 * minutes + 1)
    assert desk.get("/calls").location.startswith("/sign-in")


def test_no_session_outlives_a_week_however_much_it_is_used(world: World, desk: Person) -> None:
    for _ in range(15):
        world.clock.advance(timedelta(hours=11).total_seconds())
        last = desk.get("/calls").status_code
    assert last == 200
    world.clock.advance(timedelta(hours=11).total_seconds())
    assert desk.get("/calls").status_code == 302


def test_use_is_noted_at_most_once_a_minute(world: World, desk: Person) -> None:
    def seen() -> str:
        return str(world.conn.execute("SELECT seen_at FROM sessions").fetchone()[0])

    first = seen()
    world.clock.advance(30)
    desk.get("/calls")
    assert seen() == first
    world.clock.advance(31)
    desk.get("/calls")
    assert seen() > first


def test_a_request_that_ends_after_sign_out_does_not_bring_the_session_back(
    world: World, desk: Person
) -> None:
    with world.app.test_request_context("/", headers={"Cookie": f"{COOKIE}={cookie(desk)}"}) as context:
        assert context.session
        desk.post("/sign-out")
        context.session["late"] = True
        world.app.session_interface.save_session(world.app, context.session, world.app.response_class())
    assert not any(user for _hash, user in stored(world))


def test_a_page_that_needs_no_session_starts_none(world: World) -> None:
    outsider = world.person(None)
    assert outsider.get("/health").headers.get("Set-Cookie") is None
    assert stored(world) == []


def test_a_user_who_is_switched_off_is_out_at_once(world: World, desk: Person) -> None:
    world.conn.execute("UPDATE users SET is_active = 0 WHERE username = 'monshi'")
    assert desk.get("/calls").location.startswith("/sign-in")


def test_sign_in_goes_on_to_the_page_that_was_asked_for_and_to_no_other_site(world: World) -> None:
    for wanted, leads_to in (
        ("/calls?outcome=missed", "/calls?outcome=missed"),
        ("//evil.example/x", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ):
        person = world.person(None)
        data = {"username": "monshi", "password": PASSWORD, "csrf_token": person.token(), "next": wanted}
        assert person.client.post("/sign-in", data=data).location == leads_to, wanted

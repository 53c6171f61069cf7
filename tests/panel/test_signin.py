"""Signing in: what a wrong password is told, and how guessing is slowed down."""

from __future__ import annotations

from appliance.domain.demo import PASSWORD
from panel.throttle import TRIES_PER_ADDRESS
from tests.panel.world import Person, World


def attempt(person: Person, username: str = "monshi", password: str = "wrong password") -> tuple[int, str]:
    data = {"username": username, "password": password, "csrf_token": person.token()}
    answer = person.client.post("/sign-in", data=data)
    return answer.status_code, answer.text


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(world: World) -> None:
    outsider = world.person(None)
    wrong, unknown = attempt(outsider), attempt(outsider, username="nobody")
    assert wrong[0] == unknown[0] == 401
    assert "نام کاربری یا گذرواژه درست نیست." in wrong[1]
    assert "نام کاربری یا گذرواژه درست نیست." in unknown[1]


def test_an_account_closes_after_five_wrong_passwords_and_says_for_how_long(world: World) -> None:
    outsider = world.person(None)
    for _ in range(5):
        attempt(outsider)
    status, page = attempt(outsider, password=PASSWORD)
    assert status == 401
    assert "۳۰ ثانیه" in page
    world.clock.advance(31)
    assert attempt(outsider, password=PASSWORD)[0] == 303


def test_the_typed_name_stays_and_the_password_does_not(world: World) -> None:
    _status, page = attempt(world.person(None), username="monshi", password="secret-text")
    assert 'value="monshi"' in page
    assert "secret-text" not in page


def test_an_empty_form_is_told_what_is_missing(world: World) -> None:
    status, page = attempt(world.person(None), username="", password="")
    assert status == 422
    assert "نام کاربری را بنویسید." in page
    assert "گذرواژه را بنویسید." in page


def test_trying_many_names_from_one_address_is_slowed_down(world: World) -> None:
    outsider = world.person(None)
    throttle = world.app.extensions["aminbox"].throttle
    for _ in range(TRIES_PER_ADDRESS):
        with throttle.trying("127.0.0.1", world.clock.monotonic()):
            pass
    status, page = attempt(outsider, password=PASSWORD)
    assert status == 429
    assert "۱ دقیقه" in page
    world.clock.advance(61)
    assert attempt(outsider, password=PASSWORD)[0] == 303


def test_a_form_left_open_for_too_long_leads_back_to_a_fresh_one(world: World) -> None:
    outsider = world.person(None)
    token = outsider.token()
    world.clock.advance(3700)
    data = {"username": "monshi", "password": PASSWORD, "csrf_token": token}
    answer = outsider.client.post("/sign-in", data=data, follow_redirects=True)
    assert answer.status_code == 200
    assert "صفحه کهنه شده بود" in answer.text


def test_who_is_signed_in_is_not_asked_again(desk: Person) -> None:
    assert desk.get("/sign-in?next=/lines").location == "/lines"


def test_the_demo_shows_its_users_and_an_office_does_not(world: World) -> None:
    assert PASSWORD not in world.person(None).get("/sign-in").text

"""Conversations: who wrote is shown under his name, counted until read, and answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from appliance.domain.acting import acting
from appliance.domain.messaging.inbox import Incoming, receive
from tests.panel.sms.conftest import MOBILE
from tests.panel.world import Person, World

Arrive = Callable[..., None]


@pytest.fixture
def arrive(world: World) -> Arrive:
    """Give a maker of incoming messages, a minute after each other."""
    made = iter(range(1, 1000))

    def make(body: str, number: str = MOBILE) -> None:
        place = next(made)
        at = world.clock.now() + timedelta(minutes=place)
        with acting(world.conn, at, None, lambda _fact: None) as act:
            receive(act, Incoming(route="sink", source_id=str(place), number=number, text=body))

    return make


def menu_count(page: str) -> str:
    found = re.search(r"data-menu-count>([^<]+)<", page)
    return found[1] if found else ""


def test_what_came_is_counted_on_every_screen_until_somebody_opens_it(desk: Person, arrive: Arrive) -> None:
    assert menu_count(desk.get("/persons").text) == ""
    arrive("سلام")
    arrive("کسی هست؟")
    assert menu_count(desk.get("/persons").text) == "۲"
    assert "کسی هست؟" in desk.get("/messages/inbox?unread=1").text
    page = desk.get(f"/messages/inbox/{MOBILE}").text
    assert page.index("سلام</p>") < page.index("کسی هست؟</p>"), "the oldest stands first"
    assert menu_count(desk.get("/persons").text) == ""


def test_a_customers_message_stands_under_his_name(
    world: World, desk: Person, arrive: Arrive, person_id: int
) -> None:
    number = world.conn.execute(
        "SELECT number FROM person_phones WHERE person_id = ? AND number LIKE '+989%'", (person_id,)
    ).fetchone()["number"]
    arrive("من هستم", number)
    row = world.conn.execute(
        "SELECT first_name, last_name FROM persons WHERE id = ?", (person_id,)
    ).fetchone()
    assert f"{row['first_name']} {row['last_name']}".strip() in desk.get("/messages/inbox").text
    assert f'href="/persons/{person_id}"' in desk.get(f"/messages/inbox/{number}").text


def test_an_answer_is_queued_and_stands_in_the_conversation(
    world: World, desk: Person, arrive: Arrive
) -> None:
    arrive("سلام")
    path = f"/messages/inbox/{MOBILE}"
    assert desk.post(f"{path}/reply", {"body": "در خدمتم"}).status_code == 303
    row = world.conn.execute("SELECT number, body, is_immediate FROM outbox").fetchone()
    assert (row["number"], row["body"], row["is_immediate"]) == (MOBILE, "در خدمتم", 1)
    page = desk.get(path).text
    assert "در خدمتم</p>" in page
    assert "در صف" in page


def test_an_empty_answer_and_an_answer_to_a_name_are_refused(desk: Person, arrive: Arrive) -> None:
    arrive("سلام")
    assert desk.post(f"/messages/inbox/{MOBILE}/reply", {"body": "  "}).status_code == 422
    arrive("قبض شما", "TAMIN")
    page = desk.get("/messages/inbox/TAMIN").text
    assert "به آن نمی‌توان پاسخ داد" in page
    assert desk.post("/messages/inbox/TAMIN/reply", {"body": "چه؟"}).status_code == 422


def test_who_wrote_stop_is_marked(desk: Person, arrive: Arrive) -> None:
    arrive("لغو ۱۱")
    assert "دریافت تبلیغات را لغو کرده" in desk.get(f"/messages/inbox/{MOBILE}").text


def test_nobodys_conversation_is_not_for_who_sees_only_his_own(world: World, arrive: Arrive) -> None:
    world.conn.execute(
        "INSERT INTO role_permissions (role, permission, is_granted) VALUES ('marketer', 'messages.view', 1)"
    )
    arrive("سلام")
    marketer = world.person("bazaryab")
    assert marketer.get(f"/messages/inbox/{MOBILE}").status_code == 404
    assert menu_count(marketer.get("/messages").text) == ""
    assert "سلام" not in marketer.get("/messages/inbox").text


def test_a_conversation_nobody_had_is_not_found(desk: Person) -> None:
    assert desk.get("/messages/inbox/+989120009999").status_code == 404

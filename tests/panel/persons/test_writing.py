"""Choosing which of a customer's addresses is written to."""

from __future__ import annotations

import re

import pytest

from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import enter_reference
from appliance.domain.people.electronic import add_electronic
from db.queries.message_routes import RouteRow, insert_route
from db.queries.outbox import list_messages_in
from tests.panel.world import Person, World

ADDRESSES = (
    ("email", "", "ali@example.com"),
    ("email", "", "work@example.net"),
    ("messenger", "بله", "ali_r"),
)


@pytest.fixture
def customer(world: World) -> int:
    """Give C1 with two e-mail addresses and a messenger name."""
    world.conn.execute("DELETE FROM persons")
    with acting(world.conn, world.clock.now(), None, lambda fact: None) as act:
        person_id = enter_reference(act, "Asia/Tehran").persons["C1"]
        for kind, service, address in ADDRESSES:
            add_electronic(act, person_id, {"kind": kind, "service": service, "address": address})
    return person_id


@pytest.fixture
def post_office(world: World) -> None:
    """Give the office a way for e-mails."""
    at = "2026-11-22T08:00:00.000Z"
    route = RouteRow(id=0, name="post", title="رایانامهٔ دفتر", provider="email", channel="email")
    insert_route(world.conn, route, at)


def key_of(page: str, address: str) -> str:
    found = re.search(rf'value="(\d+)"[^>]*>(?:(?!</label>).)*{re.escape(address)}', page, re.DOTALL)
    assert found, page
    return found[1]


@pytest.mark.usefixtures("post_office")
def test_two_addresses_and_a_messenger_can_be_chosen_and_the_letter_goes_to_the_chosen_one(
    world: World, desk: Person, customer: int
) -> None:
    head = desk.get(f"/persons/{customer}").text
    for _kind, _service, address in ADDRESSES:
        assert address in head
    assert f"/messages/new?person={customer}&amp;number=%2B989120000001" in head
    page = desk.get(f"/persons/{customer}/write").text
    data = {"way": key_of(page, "work@example.net"), "subject": "تمدید", "body": "سلام", "form_key": "a"}
    for _time in range(2):
        assert desk.post(f"/persons/{customer}/write", data).status_code == 303
    sent = [(row.channel, row.number, row.subject) for row in list_messages_in(world.conn, "queued")]
    assert sent == [("email", "work@example.net", "تمدید")], "a form sent twice doubles nothing"


def test_a_messengers_text_is_kept_on_the_time_line(world: World, desk: Person, customer: int) -> None:
    page = desk.get(f"/persons/{customer}/write").text
    data = {"way": key_of(page, "ali_r"), "body": "بیمه‌نامه آماده است"}
    assert desk.post(f"/persons/{customer}/write", data).status_code == 303
    contacts = desk.get(f"/persons/{customer}?tab=contacts").text
    assert "بیمه‌نامه آماده است" in contacts
    assert "ali_r" in contacts


def test_without_a_way_for_letters_they_are_greyed_with_the_reason(desk: Person, customer: int) -> None:
    page = desk.get(f"/persons/{customer}").text
    assert "سرویس رایانامه تنظیم یا روشن نشده است" in page
    form = desk.get(f"/persons/{customer}/write").text
    data = {"way": key_of(form, "ali@example.com"), "subject": "تمدید", "body": "سلام"}
    answer = desk.post(f"/persons/{customer}/write", data)
    assert answer.status_code == 422
    assert "تنظیم یا روشن نشده" in answer.text


@pytest.mark.usefixtures("post_office")
@pytest.mark.parametrize(
    ("data", "said"),
    [({"body": "سلام", "subject": ""}, "این مورد لازم است"), ({"subject": "x", "body": " "}, "این مورد لازم است"),
     ({"subject": "x", "body": "y", "way": "999"}, "یکی از گزینه‌ها")],
)  # fmt: skip
def test_what_is_missing_is_said_and_what_was_typed_stays(
    world: World, desk: Person, customer: int, data: dict[str, str], said: str
) -> None:
    way = key_of(desk.get(f"/persons/{customer}/write").text, "ali@example.com")
    answer = desk.post(f"/persons/{customer}/write", {"way": way} | data)
    assert answer.status_code == 422
    assert said in answer.text
    assert list_messages_in(world.conn, "queued") == []

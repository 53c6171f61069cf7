"""What a card can do: register who called, say who called; with scripts and without."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.events import CallLinked, PersonRegistered
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import Person, World

MakeCall = Callable[..., SimulatedCall]
NAME = {"first_name": "سارا", "last_name": "نوری"}


def owner_of(world: World, call: SimulatedCall) -> str | None:
    row = world.conn.execute(
        "SELECT first_name || ' ' || last_name FROM calls JOIN persons ON persons.id = person_id WHERE calls.id = ?",
        (call.id,),
    ).fetchone()
    return row[0] if row else None


def test_an_unknown_caller_is_registered_with_two_fields(world: World, desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify("05110000055")
    answer = desk.fetch(f"/calls/{ringing.id}/register", NAME)
    assert answer.status_code == 200
    assert answer.json is not None
    assert "سارا نوری" in answer.json["call"]["html"]
    assert owner_of(world, ringing) == "سارا نوری"
    assert [type(event) for event in world.bus.events][-2:] == [PersonRegistered, CallLinked]


def test_earlier_calls_of_the_number_belong_to_the_new_person_too(
    world: World, desk: Person, call: MakeCall
) -> None:
    earlier = call().ring().identify("05110000055").miss()
    now = call().ring().identify("05110000055")
    desk.fetch(f"/calls/{now.id}/register", NAME)
    assert owner_of(world, earlier) == "سارا نوری"


def test_a_missing_or_refused_name_is_said_beside_its_field(desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify("05110000055")
    for form, field in (
        ({"first_name": "سارا", "last_name": " "}, "last_name"),
        ({"first_name": "x" * 81, "last_name": "نوری"}, "first_name"),
        ({"first_name": "a\u0007b", "last_name": "نوری"}, "first_name"),
    ):
        answer = desk.fetch(f"/calls/{ringing.id}/register", form)
        assert answer.status_code == 422
        assert answer.json is not None
        assert list(answer.json["errors"]) == [field]


def test_without_scripts_a_refused_form_comes_back_with_what_was_typed(desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify("05110000055")
    answer = desk.post(f"/calls/{ringing.id}/register", {"first_name": "سارا", "last_name": ""})
    assert answer.status_code == 422
    assert 'value="سارا"' in answer.text
    assert "نام خانوادگی را بنویسید." in answer.text


def test_without_scripts_registering_leads_to_the_call(desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify("05110000055")
    answer = desk.post(f"/calls/{ringing.id}/register", NAME)
    assert answer.status_code == 303
    page = desk.get(answer.location).text
    assert "سارا نوری" in page
    assert "در دفتر ثبت شد." in page


def test_who_comes_second_is_told_and_gets_the_card_as_it_is_now(
    world: World, desk: Person, call: MakeCall
) -> None:
    ringing = call().ring().identify("05110000055")
    desk.fetch(f"/calls/{ringing.id}/register", NAME)
    answer = world.person("modir").fetch(
        f"/calls/{ringing.id}/register", {"first_name": "دیگری", "last_name": "دوم"}
    )
    assert answer.status_code == 409
    assert answer.json is not None
    assert "همکار دیگری" in answer.json["notice"]
    assert "سارا نوری" in answer.json["call"]["html"]
    assert world.conn.execute("SELECT COUNT(*) FROM persons WHERE last_name = 'دوم'").fetchone()[0] == 0


def test_choosing_among_several_links_the_call(world: World, desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify("02110000001")
    zahra = world.conn.execute("SELECT id FROM persons WHERE first_name = 'زهرا'").fetchone()[0]
    answer = desk.fetch(f"/calls/{ringing.id}/caller", {"person_id": zahra})
    assert answer.json is not None
    assert "زهرا رضایی" in answer.json["call"]["html"]
    assert owner_of(world, ringing) == "زهرا رضایی"


def test_nonsense_changes_nothing(world: World, desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify("02110000001")
    assert desk.fetch(f"/calls/{ringing.id}/caller", {"person_id": "x"}).status_code == 422
    assert desk.fetch(f"/calls/{ringing.id}/caller", {"person_id": "999999"}).status_code == 404
    assert desk.fetch("/calls/nothing/register", NAME).status_code == 404
    assert owner_of(world, ringing) is None


def test_a_call_without_a_number_cannot_be_registered(desk: Person, call: MakeCall) -> None:
    ringing = call().ring().withhold()
    answer = desk.fetch(f"/calls/{ringing.id}/register", NAME)
    assert answer.status_code == 422
    assert answer.json == {"ok": False, "errors": {"number": "این تماس شماره‌ای برای ثبت ندارد."}}


def test_a_refused_change_tells_nobody(world: World, desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify("05110000055")
    before = len(world.bus.events)
    desk.fetch(f"/calls/{ringing.id}/register", {"first_name": "سارا", "last_name": ""})
    assert len(world.bus.events) == before

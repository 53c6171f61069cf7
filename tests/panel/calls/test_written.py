"""What is written of calls: in the log, on a call's page, and calls entered by hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from db.queries.calls import find_call
from db.queries.person_needs import find_choice
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import Person, World

MakeCall = Callable[..., SimulatedCall]
BY_HAND = {
    "who": "علی رضایی", "direction": "out", "outcome": "spoken", "day": "1405/09/01", "time": "10:15",
    "minutes": "6", "note": "قول داد فردا بیاید",
}  # fmt: skip


def shown(person: Person, query: str = "") -> list[str]:
    return re.findall(r'data-row="(\w+)"', person.get(f"/calls{query}").text)


def test_the_log_shows_and_finds_results_and_notes(world: World, desk: Person, call: MakeCall) -> None:
    plain = call().ring().identify("09350000003").answer().end()
    noted = call().ring().identify("09120000004").answer().end()
    result = find_choice(world.conn, "call-result", "renewal")
    desk.post(f"/calls/{noted.id}/note", {"note": "ثالث را تمدید می‌کند", "result_id": str(result)})
    page = desk.get("/calls").text
    assert "ثالث را تمدید می‌کند" in page
    assert "تمدید می‌کند" in page
    assert shown(desk, "?noted=1") == [noted.id]
    assert shown(desk, f"?result={result}") == [noted.id]
    assert shown(desk, "?direction=out") == []
    monshi = world.conn.execute("SELECT id FROM users WHERE username = 'monshi'").fetchone()["id"]
    assert shown(desk, f"?who={monshi}") == [noted.id]
    assert shown(desk, "?result=x&who=x&direction=x") == [noted.id, plain.id]
    own = desk.get(f"/calls/{noted.id}").text
    assert "ثالث را تمدید می‌کند" in own
    assert "منشی" in own


def test_a_follow_up_stands_on_the_call_s_page(desk: Person, call: MakeCall) -> None:
    made = call().ring().identify("09350000003").answer().end()
    form = {"note": "", "follow_up_day": "1405/09/10", "follow_up_note": "قیمت بدنه"}
    desk.post(f"/calls/{made.id}/note", form)
    assert "پیگیری: قیمت بدنه" in desk.get(f"/calls/{made.id}").text


def test_a_missed_call_s_page_leads_to_its_task(desk: Person, call: MakeCall) -> None:
    made = call().ring().identify("09350000003").miss()
    page = desk.get(f"/calls/{made.id}").text
    assert "در انتظار تماس" in page
    assert 'href="/callbacks?open=1#task-1"' in page


def test_a_call_on_a_mobile_is_entered_and_shown_as_such(world: World, desk: Person) -> None:
    assert "ثبت تماس با موبایل" in desk.get("/calls").text
    assert desk.get("/calls/new").status_code == 200
    answer = desk.post("/calls/new", BY_HAND)
    assert answer.status_code == 303
    call_id = answer.location.rsplit("/", 1)[-1]
    stored = find_call(world.conn, call_id)
    assert stored is not None
    assert (stored.person_id, stored.number) == (1, "+989120000001")
    page = desk.get(answer.location).text
    assert "دستی" in page
    assert "موبایل" in page
    assert "قول داد فردا بیاید" in page
    assert "دستی" in desk.get("/calls").text
    assert shown(desk, "?by_hand=1") == [call_id]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"who": ""}, "این مورد لازم است."),
        ({"who": "رضایی"}, "چند نفر پیدا شدند؛ یکی را انتخاب کنید."),
        ({"time": "23:59"}, "این ساعت هنوز نیامده است."),
        ({"day": "1405/09/31"}, "تاریخ را مانند ۱۴۰۵/۰۹/۰۱ بنویسید؛ چنین روزی در تقویم نیست."),
        ({"minutes": "هفت"}, "این‌جا عدد بنویسید."),
    ],
)
def test_a_call_that_cannot_be_is_refused_with_what_was_typed(
    desk: Person, texts: dict[str, str], words: str
) -> None:
    refused = desk.post("/calls/new", BY_HAND | texts)
    assert refused.status_code == 422
    assert words in refused.text
    assert "قول داد فردا بیاید" in refused.text


def test_calls_of_other_people_s_customers_do_not_exist_for_a_marketer(world: World, call: MakeCall) -> None:
    made = call().ring().identify("09350000003").answer().end()
    unknown = call().ring().identify("05110000055").answer().end()
    marketer = world.person("bazaryab")
    assert shown(marketer) == [unknown.id]
    assert marketer.get(f"/calls/{made.id}").status_code == 404
    assert marketer.post(f"/calls/{made.id}/note", {"note": "x"}).status_code == 404

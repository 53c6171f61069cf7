"""The list of missed calls: who waits, since when and by when, and what the menu of every screen says of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from db.queries import callbacks
from db.queries.person_needs import find_choice
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import FETCH, Person, World

MakeCall = Callable[..., SimulatedCall]
ALI, UNKNOWN = "09120000001", "05110000055"


@pytest.fixture
def missed(world: World, call: MakeCall) -> Callable[..., SimulatedCall]:
    """Give a maker of missed calls."""

    def make(number: str = ALI, **ago: float) -> SimulatedCall:
        started = world.clock.now() - timedelta(**ago or {"minutes": 12})
        return call(started=started).ring().identify(number).miss()

    return make


def menu_count(person: Person) -> tuple[str, bool]:
    page = person.get("/persons").text
    found = re.search(r'data-count-of="callbacks.index".*?</a>', page, re.DOTALL)
    assert found
    count = re.search(r'class="menu-count( is-late)?" data-menu-count>([^<]+)<', found[0])
    return (count[2], bool(count[1])) if count else ("", False)


def result(world: World) -> str:
    return str(find_choice(world.conn, "call-result", "done"))


def test_a_missed_call_is_listed_with_its_age_and_deadline(
    desk: Person, missed: Callable[..., SimulatedCall]
) -> None:
    missed()
    page = desk.get("/callbacks").text
    assert "علی رضایی" in page
    assert "۱۱ دقیقه پیش" in page
    assert "تا امروز" in page
    assert "ثبت نتیجه" in page


def test_the_menu_of_every_screen_counts_and_warns(
    world: World, desk: Person, missed: Callable[..., SimulatedCall]
) -> None:
    assert menu_count(desk) == ("", False)
    missed()
    missed(UNKNOWN)
    assert menu_count(desk) == ("۲", False)
    assert desk.get("/callbacks/waiting", headers=FETCH).json["callbacks.index"]["overdue_since"] is None  # type: ignore[index]
    world.clock.advance(2 * 3600)
    assert menu_count(desk) == ("۲", True)
    last = world.conn.execute("SELECT MAX(due_at) AS due FROM callbacks").fetchone()["due"]
    assert desk.get("/callbacks/waiting", headers=FETCH).json == {
        "callbacks.index": {"count": 2, "late": 2, "overdue_since": last},
        "complaints.index": {"count": 0, "late": 0},
    }


def test_the_card_tells_a_call_that_waits_from_one_that_comes_meanwhile(
    world: World, desk: Person, call: MakeCall, missed: Callable[..., SimulatedCall]
) -> None:
    waiting = missed()
    assert "با او تماس بگیرید" in desk.get(f"/calls/{waiting.id}").text
    coming = call().ring().identify(ALI)
    assert "منتظر تماس ما بود" in desk.get(f"/calls/{coming.id}").text
    world.clock.advance(2 * 3600)
    assert "مهلت تماس با او گذشته است" in desk.get(f"/calls/{waiting.id}").text


def test_who_sees_no_calls_is_told_of_none(world: World, missed: Callable[..., SimulatedCall]) -> None:
    missed()
    installer = world.person("nassab")
    assert installer.get("/callbacks").status_code == 403
    assert installer.get("/callbacks/waiting", headers=FETCH).json == {}


def test_further_calls_raise_the_count_on_one_row(desk: Person, missed: Callable[..., SimulatedCall]) -> None:
    for minutes in (40, 30, 12):
        missed(minutes=minutes)
    page = desk.get("/callbacks").text
    assert len(re.findall(r'id="task-\d+"', page)) == 1
    assert "۳ بار" in page


def test_calling_back_empties_the_list(
    world: World, desk: Person, call: MakeCall, missed: Callable[..., SimulatedCall]
) -> None:
    missed()
    call(is_outgoing=True, started=world.clock.now() - timedelta(minutes=2)).dial(ALI).answer().end(30)
    assert "هیچ تماسی بی‌پاسخ نمانده است" in desk.get("/callbacks").text
    closed = desk.get("/callbacks?view=closed").text
    assert "تماس گرفته شد" in closed
    assert 'aria-label="تماسی که این کار را بست"' in closed


def test_closing_by_hand_needs_a_result_and_keeps_what_was_typed(
    world: World, desk: Person, missed: Callable[..., SimulatedCall]
) -> None:
    missed()
    refused = desk.post("/callbacks/1/close", {"revision": "1", "note": "گفتم فردا"})
    assert refused.status_code == 422
    assert "این مورد لازم است." in refused.text
    assert "گفتم فردا" in refused.text
    assert desk.post("/callbacks/1/close", {"revision": "1", "result_id": result(world)}).status_code == 303
    assert callbacks.find_callback(world.conn, 1).state == "done"  # type: ignore[union-attr]
    assert desk.post("/callbacks/1/reopen", {"revision": "2"}).status_code == 303
    assert desk.post("/callbacks/1/close", {"revision": "3", "needless": "1"}).status_code == 303
    assert callbacks.find_callback(world.conn, 1).state == "dropped"  # type: ignore[union-attr]


def test_who_closes_second_is_told(world: World, desk: Person, missed: Callable[..., SimulatedCall]) -> None:
    missed()
    form = {"revision": "1", "result_id": result(world)}
    assert world.person("modir").post("/callbacks/1/close", form).status_code == 303
    late = desk.post("/callbacks/1/close", form)
    assert late.status_code == 409
    assert "همین حالا همکار دیگری" in late.text


def test_a_script_gets_the_rows_alone(desk: Person, missed: Callable[..., SimulatedCall]) -> None:
    missed()
    rows = desk.get("/callbacks", headers=FETCH).text
    assert "task-1" in rows
    assert "<html" not in rows


@pytest.mark.parametrize(
    "query",
    [
        "?view=late",
        "?view=closed",
        "?view=x&open=x&sort=-x&page=x",
        "?columns=number",
        "?f.number.contains=0912",
    ],
)
def test_every_way_of_asking_gives_a_page(
    desk: Person, missed: Callable[..., SimulatedCall], query: str
) -> None:
    missed()
    assert desk.get(f"/callbacks{query}").status_code == 200


def test_a_marketer_sees_unknown_numbers_and_not_other_people_s_customers(
    world: World, missed: Callable[..., SimulatedCall]
) -> None:
    missed()
    missed(UNKNOWN)
    marketer = world.person("bazaryab")
    page = marketer.get("/callbacks").text
    assert "علی رضایی" not in page
    assert len(re.findall(r'id="task-\d+"', page)) == 1
    assert menu_count(marketer) == ("۱", False)
    assert marketer.post("/callbacks/1/close", {"needless": "1"}).status_code == 404
    assert marketer.post("/callbacks/1/reopen").status_code == 404


def test_the_owner_sets_deadlines_and_hours(
    world: World, desk: Person, missed: Callable[..., SimulatedCall]
) -> None:
    owner = world.person("modir")
    assert "ساعت کاری دفتر" in owner.get("/callbacks/deadlines").text
    assert desk.get("/callbacks/deadlines").status_code == 403
    refused = owner.post("/callbacks/deadlines", {"nobody": "0", "week_from": "18", "week_to": "08:00"})
    assert refused.status_code == 422
    assert "عددی از ۱ تا ۱۰۰۸۰ بنویسید." in refused.text
    assert owner.post("/callbacks/deadlines", {"nobody": "5"}).status_code == 303
    missed(UNKNOWN, minutes=12)
    assert "دیر شده" in desk.get("/callbacks").text

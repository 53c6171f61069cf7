"""The call log: what it shows, how it is narrowed, and how it goes on to older calls."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from appliance.domain.calls import PAGE_ROWS
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import FETCH, Person, World

MakeCall = Callable[..., SimulatedCall]


@pytest.fixture
def history(world: World, call: MakeCall) -> dict[str, SimulatedCall]:
    """Five calls of the past days, by what they are."""
    now = world.clock.now()

    def ago(**span: float) -> SimulatedCall:
        return call(started=now - timedelta(**span))

    return {
        "missed": ago(minutes=10).ring().identify("09121234567").miss(),
        "answered": ago(hours=2).ring().identify("02610000002").answer().end(65),
        "unknown": ago(days=1).ring().identify("05110000055").answer().end(),
        "withheld": ago(days=2).ring().withhold().miss(),
        "out": call(started=now - timedelta(days=3), line=2, is_outgoing=True).dial("09120000004").end(),
    }


def shown(person: Person, query: str = "") -> list[str]:
    return re.findall(r'data-row="(\w+)"', person.get(f"/calls{query}").text)


def ids(history: dict[str, SimulatedCall], *names: str) -> list[str]:
    return [history[name].id for name in names]


def test_calls_are_shown_newest_first(desk: Person, history: dict[str, SimulatedCall]) -> None:
    assert shown(desk) == ids(history, "missed", "answered", "unknown", "withheld", "out")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?outcome=missed", ["missed", "withheld"]),
        ("?outcome=answered", ["answered", "unknown"]),
        ("?outcome=out", ["out"]),
        ("?outcome=unknown", ["unknown"]),
        ("?outcome=nonsense", ["missed", "answered", "unknown", "withheld", "out"]),
        ("?line=2", ["out"]),
        ("?text=۱۲۳۴", ["missed"]),
        ("?text=0912 123 4567", ["missed"]),
        ("?text=+98-912-1234567", ["missed"]),
        ("?text=آفتاب", ["answered"]),
        ("?text=افتاب", ["answered"]),
        ("?text=احمدي", ["missed"]),
        ("?text=%25", []),
        ("?from_day=۱۴۰۵/۰۸/۳۰", ["missed", "answered", "unknown"]),
        ("?until_day=1405/08/29", ["withheld", "out"]),
        ("?from_day=1405/8/29&until_day=٢٩/٠٨/١٤٠٥", []),
        ("?outcome=missed&from_day=1405/9/1", ["missed"]),
    ],
)
def test_the_log_is_narrowed(
    desk: Person, history: dict[str, SimulatedCall], query: str, names: list[str]
) -> None:
    assert shown(desk, query) == ids(history, *names)


def test_a_date_that_is_none_is_said_beside_its_field(
    desk: Person, history: dict[str, SimulatedCall]
) -> None:
    answer = desk.get("/calls?from_day=1405/13/40")
    assert answer.status_code == 422
    assert "تاریخ را مانند ۱۴۰۵/۰۹/۰۱ بنویسید." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="1405/13/40"' in answer.text


def test_an_end_before_its_start_is_said(desk: Person) -> None:
    answer = desk.get("/calls?from_day=1405/09/02&until_day=1405/09/01")
    assert "پایان باید پس از آغاز باشد." in answer.text


def test_a_row_says_who_when_and_how_long_in_persian_digits(
    desk: Person, history: dict[str, SimulatedCall]
) -> None:
    page = desk.get("/calls").text
    row = page[page.index(history["answered"].id) :].split("</tr>")[0]
    assert "شرکت آفتاب" in row
    assert "البرز" in row
    assert "امروز" in row
    assert "۱۰:۰۰" in row
    assert "۰۱:۰۵" in row
    assert "<span>026</span><span>1000</span><span>0002</span>" in row


def test_numbers_that_are_none_are_said_in_words(desk: Person, history: dict[str, SimulatedCall]) -> None:
    page = desk.get("/calls").text
    assert "شماره پنهان" in page
    assert "ناشناس" in page


def test_a_number_of_several_persons_is_marked(desk: Person, call: MakeCall) -> None:
    call().ring().identify("02110000001").miss()
    assert "چند نفر" in desk.get("/calls").text


def test_a_script_gets_the_rows_alone(desk: Person, history: dict[str, SimulatedCall]) -> None:
    answer = desk.get("/calls?outcome=missed", headers=FETCH)
    assert answer.text.lstrip().startswith("<div data-log-rows")
    assert "<html" not in answer.text


def test_older_calls_are_reached_page_by_page_without_gap_or_repeat(
    world: World, desk: Person, call: MakeCall
) -> None:
    wanted = [
        call(started=world.clock.now() - timedelta(minutes=number)).ring().miss().id
        for number in range(1, PAGE_ROWS + 8)
    ]
    first = desk.get("/calls")
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older
    seen = shown(desk) + re.findall(r'data-row="(\w+)"', desk.get(older[1].replace("&amp;", "&")).text)
    assert seen == wanted


def test_an_empty_log_and_an_empty_search_say_different_things(desk: Person) -> None:
    assert "هنوز تماسی ثبت نشده است" in desk.get("/calls").text
    assert "تماسی پیدا نشد" in desk.get("/calls?text=هیچ").text


def test_what_was_typed_is_shown_and_never_run(desk: Person) -> None:
    page = desk.get("/calls?text=<script>alert(1)</script>").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page

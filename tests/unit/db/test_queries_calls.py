"""Calls as rows: one each at its newest revision, filtered and paged."""

from __future__ import annotations

import msgspec
import pytest

from db import Connection
from db.queries.calls import (
    CallFilter,
    CallRow,
    find_call,
    list_calls,
    list_calls_by_id,
    list_earlier_calls,
    list_open_calls,
    update_call_person,
    update_unlinked_calls,
    upsert_call,
)
from db.queries.persons import insert_person, insert_phone
from db.queries.search import refresh_person
from db.text import fold

ALI, SHARED, STRANGER = "+989120000001", "+982110000001", "+987110000009"


def call(place: int, **changes: object) -> CallRow:
    """Give the missed call of one minute of the morning; `changes` are its fields."""
    row = CallRow(
        id=f"01K{place:023d}",
        line=1,
        direction="in",
        state="missed",
        revision=1,
        started_at=f"2026-11-22T08:{place:02d}:00.000Z",
        ended_at=f"2026-11-22T08:{place:02d}:30.000Z",
        number_state="absent",
    )
    return msgspec.structs.replace(row, **changes)


def person(conn: Connection, first: str, last: str, *numbers: str) -> int:
    person_id = insert_person(
        conn, kind="natural", standing="customer", first_name=first, last_name=last, created_at="2026"
    )
    for number in numbers:
        insert_phone(conn, person_id, number)
    refresh_person(conn, person_id)
    return person_id


def shown(conn: Connection, **wanted: object) -> list[int]:
    """Give the minutes of the calls a filter leaves, as listed."""
    rows = list_calls(conn, msgspec.structs.replace(CallFilter(), **wanted))
    return [int(row.started_at[14:16]) for row in rows]


@pytest.fixture
def morning(conn: Connection) -> Connection:
    """Give a database with a morning's calls, one a minute from 08:01."""
    ali = person(conn, "علی", "رضایی", ALI, SHARED)
    person(conn, "زهرا", "رضایی", SHARED)
    answered = "2026-11-22T08:00:05.000Z"
    for row in (
        call(1, number=ALI, number_state="known"),
        call(2, number=ALI, number_state="known", state="ended", answered_at=answered, line=2),
        call(3, number=SHARED, number_state="known"),
        call(4, number=STRANGER, number_state="known"),
        call(5, number_state="withheld"),
        call(6, number=STRANGER, number_state="known", direction="out", state="ended"),
        call(7, state="ringing", number_state="pending", ended_at=None),
    ):
        upsert_call(conn, row)
    update_unlinked_calls(conn, ALI, ali)
    return conn


def test_a_newer_revision_replaces_and_an_older_one_does_not(conn: Connection) -> None:
    assert upsert_call(conn, call(1, revision=2, ring_count=2))
    assert not upsert_call(conn, call(1, revision=1, ring_count=9))
    assert not upsert_call(conn, call(1, revision=2, ring_count=9))
    assert upsert_call(conn, call(1, revision=3, ring_count=3))
    assert find_call(conn, call(1).id) == call(1, revision=3, ring_count=3)


def test_storing_a_call_again_keeps_its_person(conn: Connection) -> None:
    ali = person(conn, "علی", "رضایی")
    upsert_call(conn, call(1))
    update_call_person(conn, call(1).id, ali)
    upsert_call(conn, call(1, revision=2))
    stored = find_call(conn, call(1).id)
    assert stored is not None
    assert stored.person_id == ali


def test_a_call_outlives_its_person(morning: Connection) -> None:
    morning.execute("DELETE FROM persons WHERE first_name = 'علی'")
    assert shown(morning) == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("wanted", "minutes"),
    [
        ({}, [7, 6, 5, 4, 3, 2, 1]),
        ({"outcome": "missed"}, [5, 4, 3, 1]),
        ({"outcome": "answered"}, [2]),
        ({"outcome": "out"}, [6]),
        ({"outcome": "unknown"}, [6, 4]),
        ({"line": 2}, [2]),
        ({"number_part": "9120000"}, [2, 1]),
        ({"number_part": "0000009"}, [6, 4]),
        ({"name_part": fold("رضايي")}, [2, 1]),
        ({"name_part": "%"}, []),
        ({"name_part": "_"}, []),
        ({"from_at": "2026-11-22T08:03:00.000Z", "until_at": "2026-11-22T08:05:00.000Z"}, [4, 3]),
        ({"outcome": "missed", "number_part": "912"}, [1]),
    ],
)
def test_a_filter_leaves_what_it_names(
    morning: Connection, wanted: dict[str, object], minutes: list[int]
) -> None:
    assert shown(morning, **wanted) == minutes


def test_a_listing_says_who_and_how_many_share_the_number(morning: Connection) -> None:
    by_minute = {int(row.started_at[14:16]): row for row in list_calls(morning, CallFilter())}
    assert (by_minute[1].person_name, by_minute[1].sharing) == ("علی رضایی", 1)
    assert (by_minute[3].person_name, by_minute[3].sharing) == (None, 2)
    assert (by_minute[4].person_name, by_minute[4].sharing) == (None, 0)
    assert (by_minute[5].person_name, by_minute[5].sharing) == (None, 0)


def test_pages_neither_skip_nor_repeat_even_when_calls_began_together(conn: Connection) -> None:
    together = "2026-11-22T08:00:00.000Z"
    for place in range(1, 24):
        upsert_call(conn, call(place, started_at=together if place < 12 else call(place).started_at))
    seen: list[str] = []
    before: tuple[str, str] | None = None
    while page := list_calls(conn, CallFilter(), limit=5, before=before):
        seen += [row.id for row in page]
        before = (page[-1].started_at, page[-1].id)
    assert seen == [call(place).id for place in range(23, 0, -1)]


def test_a_call_that_arrives_between_two_pages_moves_nothing(morning: Connection) -> None:
    first = list_calls(morning, CallFilter(), limit=3)
    upsert_call(morning, call(8))
    second = list_calls(morning, CallFilter(), limit=3, before=(first[-1].started_at, first[-1].id))
    assert [int(row.started_at[14:16]) for row in [*first, *second]] == [7, 6, 5, 4, 3, 2]


def test_open_calls_are_those_without_an_end(morning: Connection) -> None:
    assert [row.id for row in list_open_calls(morning)] == [call(7).id]
    assert list_open_calls(morning, 2) == []


def test_named_calls_come_oldest_first_and_missing_ones_are_left_out(morning: Connection) -> None:
    assert [row.id for row in list_calls_by_id(morning, [call(3).id, "none", call(1).id])] == [
        call(1).id,
        call(3).id,
    ]
    assert list_calls_by_id(morning, []) == []


def test_earlier_calls_are_a_numbers_own_newest_first_and_none_that_came_later(morning: Connection) -> None:
    assert [row.id for row in list_earlier_calls(morning, STRANGER, call(6).id)] == [call(4).id]
    assert list_earlier_calls(morning, STRANGER, call(4).id) == []

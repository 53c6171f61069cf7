"""Calls as the office keeps them: recorded once, linked by themselves or by somebody, found again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import pytest

from appliance.core.clock import to_text
from appliance.core.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    OfficeError,
)
from appliance.core.events import (
    CallEnded,
    CallEvent,
    CallIdentified,
    CallLinked,
    CallMissed,
    CallSnapshot,
    Event,
    decode,
)
from appliance.domain.access import User
from appliance.domain.acting import acting
from appliance.domain.call_storing import record_call, row_of
from appliance.domain.calls import (
    LONGEST_CALL,
    PAGE_ROWS,
    CallSearch,
    choose_caller,
    close_forgotten_calls,
    list_log,
    open_call,
    register_caller,
)
from db import Connection, transaction
from db.queries.calls import CallRow, find_call
from db.queries.events import list_events_after
from db.queries.persons import list_persons_by_number
from tests.fakes.clock import START
from tests.fakes.office import ALI_NUMBER, FIRM_NUMBER, SHARED_NUMBER, UNKNOWN_NUMBER, Office

RINGING = CallSnapshot(
    id="01KCALL",
    line=1,
    direction="in",
    state="ringing",
    revision=1,
    started_at=to_text(START),
)


def snapshot(number: str | None = None, **changes: object) -> CallSnapshot:
    state = {"number_state": "known"} if number else {}
    return msgspec.structs.replace(RINGING, number=number, **state, **changes)


def tell(
    conn: Connection, call: CallSnapshot, event_id: str = "e1", kind: type[CallEvent] = CallIdentified
) -> bool:
    return record_call(conn, kind(id=event_id, at=to_text(START), call=call))


def stored(conn: Connection, call_id: str = RINGING.id) -> CallRow:
    call = find_call(conn, call_id)
    assert call is not None
    return call


def do(conn: Connection, user: User, work: Callable[..., object], *words: object) -> list[Event]:
    """Let a user change something; give what was told of it."""
    told: list[Event] = []
    with acting(conn, START, user, told.append) as act:
        work(act, *words)
    return told


def test_an_event_recorded_twice_changes_nothing(conn: Connection) -> None:
    assert tell(conn, snapshot(UNKNOWN_NUMBER))
    before = stored(conn)
    assert not tell(conn, snapshot(UNKNOWN_NUMBER, revision=9, ring_count=9))
    assert stored(conn) == before
    assert len(list_events_after(conn, 0)) == 1


def test_a_call_is_stored_as_the_newest_revision_whatever_the_order(conn: Connection) -> None:
    tell(conn, snapshot(UNKNOWN_NUMBER, revision=3, state="ended"), "e3", CallEnded)
    assert tell(conn, snapshot(revision=1), "e1")
    assert (stored(conn).state, stored(conn).number) == ("ended", UNKNOWN_NUMBER)
    assert len(list_events_after(conn, 0)) == 2


def test_a_number_of_one_person_links_the_call_at_once(conn: Connection, office: Office) -> None:
    tell(conn, snapshot(ALI_NUMBER))
    assert stored(conn).person_id == office.ali


@pytest.mark.parametrize("number", [SHARED_NUMBER, UNKNOWN_NUMBER, None])
def test_no_call_is_linked_by_guessing(conn: Connection, office: Office, number: str | None) -> None:
    tell(conn, snapshot(number))
    assert stored(conn).person_id is None


def test_choosing_links_the_call_and_is_told(conn: Connection, office: Office) -> None:
    tell(conn, snapshot(SHARED_NUMBER))
    (told,) = do(conn, office.desk, choose_caller, RINGING.id, office.zahra)
    assert stored(conn).person_id == office.zahra
    assert isinstance(told, CallLinked)
    assert (told.call_id, told.person_id, told.user_id) == (RINGING.id, office.zahra, office.desk.id)


def test_a_choice_stays_when_the_call_goes_on(conn: Connection, office: Office) -> None:
    tell(conn, snapshot(SHARED_NUMBER))
    do(conn, office.desk, choose_caller, RINGING.id, office.zahra)
    tell(conn, snapshot(SHARED_NUMBER, revision=2, state="missed"), "e2", CallMissed)
    assert stored(conn).person_id == office.zahra


def test_registering_makes_a_prospect_with_the_number_and_all_its_calls(
    conn: Connection, office: Office
) -> None:
    tell(conn, snapshot(UNKNOWN_NUMBER, id="earlier"), "e0")
    tell(conn, snapshot(UNKNOWN_NUMBER))
    told = do(conn, office.desk, register_caller, RINGING.id, " مينا ", "كاظمی\u200cپور")
    (person,) = list_persons_by_number(conn, UNKNOWN_NUMBER)
    assert (person.full_name, person.standing) == ("مینا کاظمی\u200cپور", "prospect")
    assert stored(conn).person_id == stored(conn, "earlier").person_id == person.id
    assert [event.name for event in told] == ["person.registered", "call.linked"]


def test_a_number_somebody_else_registered_first_is_a_conflict(conn: Connection, office: Office) -> None:
    tell(conn, snapshot(UNKNOWN_NUMBER))
    do(conn, office.desk, register_caller, RINGING.id, "", "اول")
    with pytest.raises(ConflictError):
        do(conn, office.owner, register_caller, RINGING.id, "", "دوم")
    assert [person.last_name for person in list_persons_by_number(conn, UNKNOWN_NUMBER)] == ["اول"]


@pytest.mark.parametrize("number", [SHARED_NUMBER, ALI_NUMBER])
def test_a_known_number_cannot_be_registered_anew(conn: Connection, office: Office, number: str) -> None:
    tell(conn, snapshot(number))
    with pytest.raises(ConflictError):
        do(conn, office.desk, register_caller, RINGING.id, "", "دیگری")


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("", "", "last_name"),
        ("علی", " \u200c ", "last_name"),
        ("ع" * 81, "ر", "first_name"),
        ("", "ر" * 81, "last_name"),
        ("", "a\x07b", "last_name"),
        ("a\x00", "b", "first_name"),
    ],
)
def test_a_name_that_is_none_is_refused(
    conn: Connection, office: Office, first: str, last: str, field: str
) -> None:
    tell(conn, snapshot(UNKNOWN_NUMBER))
    with pytest.raises(InvalidInputError) as caught:
        do(conn, office.desk, register_caller, RINGING.id, first, last)
    assert caught.value.field == field
    assert list_persons_by_number(conn, UNKNOWN_NUMBER) == []


def test_a_withheld_number_cannot_be_registered(conn: Connection, office: Office) -> None:
    tell(conn, snapshot(number_state="withheld"))
    with pytest.raises(InvalidInputError, match="no number"):
        do(conn, office.desk, register_caller, RINGING.id, "", "کسی")


@pytest.mark.parametrize("outsider", ["accountant", "installer"])
@pytest.mark.parametrize("work", [choose_caller, register_caller])
def test_only_who_may_link_and_register_does(
    conn: Connection, office: Office, outsider: str, work: Callable[..., object]
) -> None:
    tell(conn, snapshot(SHARED_NUMBER))
    words = (office.ali,) if work is choose_caller else ("", "کسی")
    with pytest.raises(NotAllowedError):
        do(conn, getattr(office, outsider), work, RINGING.id, *words)
    assert stored(conn).person_id is None


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (choose_caller, ("no such call", 1)),
        (choose_caller, (RINGING.id, 999)),
        (register_caller, ("no such call", "", "کسی")),
    ],
)
def test_what_is_not_there_is_not_found(
    conn: Connection, office: Office, work: Callable[..., object], words: tuple[object, ...]
) -> None:
    tell(conn, snapshot(UNKNOWN_NUMBER))
    with pytest.raises(NotFoundError):
        do(conn, office.owner, work, *words)


def test_an_installer_sees_no_calls(conn: Connection, office: Office) -> None:
    tell(conn, snapshot(ALI_NUMBER))
    for refused in (
        lambda: open_call(conn, office.installer, RINGING.id),
        lambda: list_log(conn, office.installer, CallSearch()),
    ):
        with pytest.raises(OfficeError):
            refused()
    assert open_call(conn, office.accountant, RINGING.id).id == RINGING.id


@pytest.fixture
def week(conn: Connection, office: Office) -> Connection:
    """Give a database with a week's calls; noon of each day from 1405/09/01, the first at a quarter past midnight."""
    quarter_past = START.replace(day=21, hour=20, minute=45)
    days = (
        ("ali", quarter_past, ALI_NUMBER, {"state": "missed"}),
        ("shared", START + timedelta(days=1), SHARED_NUMBER, {"state": "missed"}),
        ("firm", START + timedelta(days=2), FIRM_NUMBER, {"state": "ended", "answered_at": "x", "line": 2}),
        ("unknown", START + timedelta(days=3), UNKNOWN_NUMBER, {"state": "ended", "answered_at": "x"}),
        ("out", START + timedelta(days=4), ALI_NUMBER, {"state": "ended", "direction": "out"}),
        ("withheld", START + timedelta(days=5), None, {"state": "missed", "number_state": "withheld"}),
    )
    with transaction(conn):
        for name, at, number, changes in days:
            call = snapshot(number, id=name, started_at=to_text(at), ended_at=to_text(at), **changes)
            tell(conn, call, f"event-{name}")
    return conn


EVERYTHING = ["withheld", "out", "unknown", "firm", "shared", "ali"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, EVERYTHING),
        ({"text": "0912"}, ["out", "ali"]),
        ({"text": "۰۹۱۲ ۰۰۰"}, ["out", "ali"]),
        ({"text": "٠٩١٢٠٠٠٠٠٠١"}, ["out", "ali"]),
        ({"text": "+98 912 000 0001"}, ["out", "ali"]),
        ({"text": "0098912"}, ["out", "ali"]),
        ({"text": "+98912"}, ["out", "ali"]),
        ({"text": "021"}, ["shared"]),
        ({"text": "021 10000001"}, ["shared"]),
        ({"text": "10000001"}, ["shared"]),
        ({"text": "000000"}, ["out", "unknown", "firm", "shared", "ali"]),
        ({"text": "99999"}, []),
        ({"text": "رضايي"}, ["out", "ali"]),
        ({"text": "علی"}, ["out", "ali"]),
        ({"text": "شرکت  آفتاب"}, ["firm"]),
        ({"text": "شركت\u200cافتاب"}, ["firm"]),
        ({"text": "%"}, []),
        ({"text": "-"}, []),
        ({"text": "²"}, []),
        ({"outcome": "missed"}, ["withheld", "shared", "ali"]),
        ({"outcome": "answered"}, ["unknown", "firm"]),
        ({"outcome": "out"}, ["out"]),
        ({"outcome": "unknown"}, ["unknown"]),
        ({"outcome": "no such outcome"}, EVERYTHING),
        ({"line": 2}, ["firm"]),
        ({"from_day": date(2026, 11, 25)}, ["withheld", "out", "unknown"]),
        ({"until_day": date(2026, 11, 22)}, ["ali"]),
        ({"from_day": date(2026, 11, 22), "until_day": date(2026, 11, 23)}, ["shared", "ali"]),
        ({"until_day": date(2026, 11, 21)}, []),
        ({"outcome": "missed", "text": "0912"}, ["ali"]),
    ],
)
def test_the_log_is_searched_as_people_type(
    week: Connection, office: Office, search: dict[str, object], found: list[str]
) -> None:
    wanted = msgspec.structs.replace(CallSearch(), **search)
    assert [call.id for call in list_log(week, office.accountant, wanted)] == found


def test_the_log_comes_in_pages(conn: Connection, office: Office) -> None:
    with transaction(conn):
        for place in range(PAGE_ROWS + 3):
            at = to_text(START + timedelta(minutes=place))
            tell(conn, snapshot(None, id=f"call-{place:03d}", started_at=at), f"event-{place}")
    first = list_log(conn, office.owner, CallSearch())
    last = first[-1]
    second = list_log(conn, office.owner, CallSearch(), before=(last.started_at, last.id))
    assert (len(first), len(second)) == (PAGE_ROWS, 3)
    assert not {call.id for call in first} & {call.id for call in second}


def test_a_call_left_open_is_closed_after_any_call_would_be_over(conn: Connection) -> None:
    tell(conn, snapshot(UNKNOWN_NUMBER))
    assert close_forgotten_calls(conn, START + LONGEST_CALL) == 0
    assert close_forgotten_calls(conn, START + LONGEST_CALL + timedelta(seconds=1)) == 1
    assert close_forgotten_calls(conn, START + LONGEST_CALL + timedelta(seconds=2)) == 0
    assert stored(conn).state == "missed"


@pytest.mark.parametrize(
    ("changes", "name", "state", "number_state"),
    [
        ({"state": "ringing", "number_state": "pending"}, "call.missed", "missed", "absent"),
        ({"state": "ringing", "number_state": "withheld"}, "call.missed", "missed", "withheld"),
        (
            {"state": "answered", "number_state": "known", "number": UNKNOWN_NUMBER},
            "call.ended",
            "ended",
            "known",
        ),
        (
            {"state": "dialling", "direction": "out", "number_state": "pending"},
            "call.ended",
            "ended",
            "absent",
        ),
    ],
)
def test_a_call_left_open_is_closed_as_what_it_was_with_an_event_that_says_so(
    conn: Connection, changes: dict[str, str], name: str, state: str, number_state: str
) -> None:
    tell(conn, msgspec.structs.replace(RINGING, **changes))
    close_forgotten_calls(conn, START + LONGEST_CALL + timedelta(seconds=1))
    closed = stored(conn)
    assert (closed.state, closed.number_state, closed.end_reason) == (state, number_state, "restart")
    event = decode(list_events_after(conn, 0)[-1].body)
    assert isinstance(event, CallEvent)
    assert event.name == name
    assert row_of(event.call) == closed

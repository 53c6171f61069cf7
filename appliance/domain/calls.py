"""Calls as the office keeps them: linked to persons, found again, closed when they were forgotten."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.events import CallEnded, CallEvent, CallLinked, CallMissed
from appliance.core.ids import new_id
from appliance.core.phone import parse_phone
from appliance.domain.access import User, require
from appliance.domain.acting import Acting
from appliance.domain.call_storing import record_call, snapshot_of
from appliance.domain.people.reaching import is_reachable, reach_condition, require_person
from appliance.domain.persons import enter_person
from db import Connection, transaction
from db.queries import callbacks, calls, persons
from db.queries.calls import CallFilter, CallListing, CallRow
from db.text import ascii_digits, fold

PAGE_ROWS = 50
LONGEST_CALL = timedelta(hours=6)


def open_call(conn: Connection, user: User, call_id: str) -> CallRow:
    """Give one call to a user who may see calls. Raises `NotFoundError`, also for one out of his reach."""
    require(user, "calls.view")
    call = calls.find_call(conn, call_id)
    if call is None or not is_within_reach(conn, user, call):
        raise NotFoundError(f"call {call_id}")
    return call


def is_within_reach(conn: Connection, user: User, call: CallRow) -> bool:
    """Tell whether a user may know of a call: it is of nobody, or of somebody within his reach."""
    return call.person_id is None or is_reachable(conn, user.reach, call.person_id)


def choose_caller(act: Acting, call_id: str, person_id: int) -> None:
    """Say which of the persons who share a number a call was from."""
    assert act.user is not None
    require(act.user, "calls.link")
    call = open_call(act.conn, act.user, call_id)
    person = require_person(act, person_id)
    calls.update_call_person(act.conn, call.id, person.id)
    callbacks.link_known(act.conn)
    act.record(
        CallLinked(id=act.new_id(), at=act.at, call_id=call.id, person_id=person.id, user_id=act.user.id)
    )


def register_caller(act: Acting, call_id: str, first_name: str, last_name: str) -> int:
    """Enter an unknown caller as a prospect with the call's number; give the new person's id.

    Raises `ConflictError` when somebody registered the number in the meantime, `InvalidInputError` when the
    call has no number or the name is refused.
    """
    assert act.user is not None
    require(act.user, "persons.register")
    call = open_call(act.conn, act.user, call_id)
    if call.number is None:
        raise InvalidInputError("number", "the call has no number to register")
    if call.person_id is not None or persons.list_persons_by_number(act.conn, call.number):
        raise ConflictError(f"the number of call {call_id} was registered by somebody else")
    person_id = enter_person(act, first_name=first_name, last_name=last_name, numbers=[call.number])
    calls.update_unlinked_calls(act.conn, call.number, person_id)
    callbacks.link_known(act.conn)
    act.record(
        CallLinked(id=act.new_id(), at=act.at, call_id=call.id, person_id=person_id, user_id=act.user.id)
    )
    return person_id


def close_forgotten_calls(conn: Connection, now: datetime) -> int:
    """Close calls that have been open for longer than any call lasts; give how many.

    A line daemon closes its own calls when it comes back; this is for lines that were taken out. Each closing
    is stored with its event, from which the screens learn of it.
    """
    began_before = to_text(now - LONGEST_CALL)
    with transaction(conn):
        forgotten = [call for call in calls.list_open_calls(conn) if call.started_at < began_before]
        for call in forgotten:
            record_call(conn, _cut_off(call, now))
    return len(forgotten)


def _cut_off(call: CallRow, now: datetime) -> CallEvent:
    is_missed = call.state == "ringing"
    closed = msgspec.structs.replace(
        snapshot_of(call),
        state="missed" if is_missed else "ended",
        revision=call.revision + 1,
        ended_at=to_text(now),
        end_reason="restart",
        number_state="absent" if call.number_state == "pending" else call.number_state,
    )
    return (CallMissed if is_missed else CallEnded)(id=new_id(now), at=to_text(now), call=closed)


class CallSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What a user narrows the call log to, as typed."""

    outcome: str = ""
    text: str = ""
    """Part of a number, in any digits, or of a name."""
    line: int | None = None
    from_day: date | None = None
    until_day: date | None = None
    direction: str = ""
    result_id: int | None = None
    user_id: int | None = None
    is_noted: bool = False
    is_by_hand: bool = False


def list_log(
    conn: Connection,
    user: User,
    search: CallSearch,
    *,
    zone: str = jalali.DEFAULT_ZONE,
    before: tuple[str, str] | None = None,
) -> list[CallListing]:
    """Give one page of the call log as far as the user's reach goes, newest first."""
    require(user, "calls.view")
    digits = number_part(search.text)
    wanted = CallFilter(
        outcome=search.outcome or None,
        line=search.line,
        number_part=digits,
        name_part="" if digits else fold(search.text),
        from_at=to_text(jalali.day_bounds(search.from_day, zone)[0]) if search.from_day else None,
        until_at=to_text(jalali.day_bounds(search.until_day, zone)[1]) if search.until_day else None,
        direction=search.direction or None,
        result_id=search.result_id,
        user_id=search.user_id,
        is_noted=search.is_noted,
        is_by_hand=search.is_by_hand,
        reach=reach_condition(user.reach),
    )
    return calls.list_calls(conn, wanted, limit=PAGE_ROWS, before=before)


def number_part(text: str) -> str:
    """Give the digits to look for in stored keys when the text is a number or part of one."""
    plain = ascii_digits(text).strip()
    digits = "".join(letter for letter in plain if letter in "0123456789")
    if not digits or any(letter.isalpha() for letter in plain):
        return ""
    number = parse_phone(plain)
    if number is not None and number.key.startswith("+"):
        return number.key
    return digits.removeprefix("0098").lstrip("0") or digits

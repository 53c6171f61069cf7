"""Following the calls: a missed one opens the task of its number, a conversation closes it.

Both are done when a call is stored, and once more by a job that looks at the last days. A missed call is dealt with
once, whoever sees it first: its id stands beside the task. Withheld numbers have nobody to call; numbers marked as
spam nobody wants to.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import msgspec

from appliance.core import zones
from appliance.core.clock import from_text, to_text
from appliance.domain.deadlines import Deadlines, call_back_by, read_deadlines
from db import Connection, transaction
from db.queries import callbacks, calls, persons
from db.queries.callbacks import Callback
from db.queries.calls import CallRow
from db.queries.person_ranks import find_grade
from db.records import insert_row, update_row

LOOK_BACK = timedelta(days=3)
"""How far back the job looks for missed calls nobody followed; older ones nobody returns any more."""
NEEDLESS = "answered-elsewhere"
"""How a missed call ended that somebody answered on another telephone."""
log = logging.getLogger("callbacks")


def follow_call(conn: Connection, call_id: str, zone: str = zones.DEFAULT_ZONE) -> bool:
    """Open or close the task that a stored call calls for; tell whether anything changed."""
    call = calls.find_call(conn, call_id)
    if call is None or not call.number:
        return False
    deadlines = _deadlines(conn)
    if callbacks.is_spoken(conn, call.id, deadlines.talk_seconds):
        return _close_by(conn, call)
    if call.state != "missed" or call.end_reason == NEEDLESS or callbacks.is_looked_at(conn, call.id):
        return False
    if callbacks.is_spam(conn, call.number):
        return False
    with transaction(conn):
        # Somebody else may have looked at it while this waited for its turn to write.
        if callbacks.is_looked_at(conn, call.id):
            return False
        _take_up(conn, call, deadlines, zone)
    return True


def follow_missed(conn: Connection, now: datetime, zone: str = zones.DEFAULT_ZONE) -> int:
    """Take up the missed calls of the last days that nobody followed; give how many."""
    missed = callbacks.list_unlooked(conn, to_text(now - LOOK_BACK))
    return sum(follow_call(conn, one.id, zone) for one in missed)


def grade_of_number(conn: Connection, number: str, person_id: int | None, today: str) -> str | None:
    """Give the grade that a number's deadline follows: its person's, or the most urgent of those who share it."""
    ids = [person_id] if person_id else [one.id for one in persons.list_persons_by_number(conn, number)]
    grades = [grade for one in ids if (grade := find_grade(conn, one, today))]
    deadlines = _deadlines(conn)
    return min(grades, key=deadlines.minutes, default=None)


def _take_up(conn: Connection, call: CallRow, deadlines: Deadlines, zone: str) -> None:
    assert call.number is not None
    missed_at = call.ended_at or call.started_at
    person_id = call.person_id or _only_owner(conn, call.number)
    contact = callbacks.find_contact_since(
        conn,
        number=call.number,
        person_id=person_id,
        since=call.started_at,
        talk_seconds=deadlines.talk_seconds,
    )
    present = callbacks.open_of_number(conn, call.number)
    if present is not None and contact is None:
        callbacks.insert_callback_call(conn, call.id, present.id)
        _count_up(conn, present, call, person_id)
        return
    at = from_text(missed_at)
    grade = grade_of_number(conn, call.number, person_id, zones.local(at, zone).date().isoformat())
    task_id = insert_row(
        conn,
        "callbacks",
        {
            "number": call.number, "person_id": person_id, "line": call.line, "grade": grade,
            "first_missed_at": missed_at, "last_missed_at": missed_at,
            "due_at": call_back_by(conn, deadlines, grade, at, zone),
        }
        | (
            {"state": "done", "closed_at": contact.at, "closing_call_id": contact.id, "closed_by": contact.user_id}
            if contact
            else {}
        ),
    )  # fmt: skip
    callbacks.insert_callback_call(conn, call.id, task_id)


def _count_up(conn: Connection, task: Callback, call: CallRow, person_id: int | None) -> None:
    """A further missed call makes a task weigh more, and no less urgent."""
    missed_at = call.ended_at or call.started_at
    values = {
        "missed_count": task.missed_count + 1,
        "first_missed_at": min(task.first_missed_at, missed_at),
        "last_missed_at": max(task.last_missed_at, missed_at),
        "line": call.line if missed_at >= task.last_missed_at else task.line,
        "person_id": task.person_id or person_id,
    }
    update_row(conn, "callbacks", task.id, values)


def _close_by(conn: Connection, call: CallRow) -> bool:
    assert call.number is not None
    at = call.answered_at or call.ended_at or call.started_at
    person_id = call.person_id or _only_owner(conn, call.number)
    if not callbacks.list_open_before(conn, call.number, person_id, at):
        return False
    with transaction(conn):
        tasks = callbacks.list_open_before(conn, call.number, person_id, at)
        notes = calls.find_notes(conn, call.id)
        for task in tasks:
            values = {
                "state": "done", "closed_at": at, "closing_call_id": call.id,
                "closed_by": notes.user_id if notes else None, "revision": task.revision + 1,
            }  # fmt: skip
            update_row(conn, "callbacks", task.id, values)
    return bool(tasks)


def _only_owner(conn: Connection, number: str) -> int | None:
    owners = persons.list_persons_by_number(conn, number)
    return owners[0].id if len(owners) == 1 else None


def _deadlines(conn: Connection) -> Deadlines:
    """Give what the office set; a call is followed also when that cannot be read."""
    try:
        return read_deadlines(conn)
    except msgspec.ValidationError as error:
        log.error("happening=deadlines-not-read problem=%s", error)
        return Deadlines()

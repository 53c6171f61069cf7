"""Calls to be returned: one open task a number, and the missed calls it stands for."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = (
    "callbacks.id, callbacks.number, callbacks.person_id, line, callbacks.grade, missed_count, first_missed_at, "
    "last_missed_at, due_at, state, closed_at, closed_by, closing_call_id, result_id, callbacks.note, "
    "callbacks.revision"
)


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A number that waits to be called, or did."""

    id: int
    number: str
    person_id: int | None
    line: int
    """Line of the newest missed call."""
    grade: str | None
    """The grade its deadline was taken from; None: nobody of a rank."""
    missed_count: int
    first_missed_at: str
    last_missed_at: str
    due_at: str
    state: str
    """``open``, ``done`` (somebody was spoken with) or ``dropped``."""
    closed_at: str | None
    closed_by: int | None
    closing_call_id: str | None
    """The call that closed it by itself."""
    result_id: int | None
    note: str
    revision: int


def open_of_number(conn: Connection, number: str) -> Callback | None:
    """Give the open task of a number."""
    return fetch_one(
        conn,
        Callback,
        f"SELECT {_COLUMNS} FROM callbacks WHERE callbacks.number = ? AND state = 'open'",
        (number,),
    )


def open_of_person(conn: Connection, person_id: int) -> list[Callback]:
    """Give a person's open tasks, the most urgent first."""
    return fetch_all(
        conn,
        Callback,
        f"SELECT {_COLUMNS} FROM callbacks WHERE callbacks.person_id = ? AND state = 'open' ORDER BY due_at, id",
        (person_id,),
    )


def find_callback(conn: Connection, callback_id: int) -> Callback | None:
    """Give one task."""
    return fetch_one(conn, Callback, f"SELECT {_COLUMNS} FROM callbacks WHERE id = ?", (callback_id,))

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


def find_of_call(conn: Connection, call_id: str) -> Callback | None:
    """Give the task a missed call belongs to."""
    return fetch_one(
        conn,
        Callback,
        f"SELECT {_COLUMNS} FROM callback_calls JOIN callbacks ON callbacks.id = callback_id WHERE call_id = ?",
        (call_id,),
    )


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A missed call that nobody has looked at yet."""

    id: str
    number: str


def list_unlooked(conn: Connection, since: str) -> list[Missed]:
    """Give the missed calls with a number since an instant that stand for no task yet, oldest first."""
    return fetch_all(
        conn,
        Missed,
        """
        SELECT id, number
        FROM calls
        WHERE state = 'missed' AND started_at >= ? AND number IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM callback_calls WHERE call_id = calls.id)
        ORDER BY started_at, id
        """,
        (since,),
    )


def is_looked_at(conn: Connection, call_id: str) -> bool:
    """Tell whether a missed call was dealt with."""
    return conn.execute("SELECT 1 FROM callback_calls WHERE call_id = ?", (call_id,)).fetchone() is not None


def insert_callback_call(conn: Connection, call_id: str, callback_id: int) -> None:
    """Say which task a missed call belongs to."""
    conn.execute("INSERT INTO callback_calls (call_id, callback_id) VALUES (?, ?)", (call_id, callback_id))


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A call in which somebody was spoken with."""

    id: str
    at: str
    user_id: int | None


_SPOKEN = """
    (answered_at IS NOT NULL OR (direction = 'out' AND ended_at IS NOT NULL
        AND IFNULL(end_reason, '') NOT IN ('no-answer', 'engaged', 'not-dialled')
        AND unixepoch(ended_at) - unixepoch(started_at) >= :talk_seconds))
"""


def find_contact_since(
    conn: Connection, *, number: str, person_id: int | None, since: str, talk_seconds: int
) -> Contact | None:
    """Give the first conversation with a number, or with the person it belongs to, that began after an instant."""
    values = {"number": number, "person_id": person_id, "since": since, "talk_seconds": talk_seconds}
    found = [
        fetch_one(
            conn,
            Contact,
            f"SELECT id, IFNULL(answered_at, ended_at) AS at, user_id FROM calls WHERE {which} "
            f"AND started_at > :since AND {_SPOKEN} ORDER BY started_at LIMIT 1",
            values,
        )
        for which in ("number = :number", "person_id = :person_id")
    ]
    return min((one for one in found if one is not None), key=lambda one: one.at, default=None)


def is_spoken(conn: Connection, call_id: str, talk_seconds: int) -> bool:
    """Tell whether somebody was spoken with in a call."""
    row = conn.execute(
        f"SELECT 1 FROM calls WHERE id = :id AND {_SPOKEN}", {"id": call_id, "talk_seconds": talk_seconds}
    ).fetchone()
    return row is not None


def is_spam(conn: Connection, number: str) -> bool:
    """Tell whether a number was marked as a nuisance."""
    return conn.execute("SELECT 1 FROM spam_numbers WHERE number = ?", (number,)).fetchone() is not None


def drop_spam(conn: Connection, at: str) -> int:
    """Drop the open tasks of numbers that were marked as a nuisance; give how many."""
    return conn.execute(
        "UPDATE callbacks SET state = 'dropped', closed_at = ?, revision = revision + 1 "
        "WHERE state = 'open' AND number IN (SELECT number FROM spam_numbers)",
        (at,),
    ).rowcount


def list_open_before(conn: Connection, number: str, person_id: int | None, at: str) -> list[Callback]:
    """Give the open tasks of a number, and of a person's other numbers, whose calls were missed before an instant."""
    return fetch_all(
        conn,
        Callback,
        f"SELECT {_COLUMNS} FROM callbacks WHERE state = 'open' AND last_missed_at <= :at "
        "AND (number = :number OR person_id = :person_id)",
        {"number": number, "person_id": person_id, "at": at},
    )


def link_known(conn: Connection) -> int:
    """Give open tasks of nobody to the one person their number belongs to by now; give how many."""
    return conn.execute(
        """
        UPDATE callbacks SET person_id = (SELECT person_id FROM person_phones WHERE number = callbacks.number)
        WHERE state = 'open' AND person_id IS NULL
            AND (SELECT COUNT(*) FROM person_phones WHERE number = callbacks.number) = 1
        """
    ).rowcount


def list_newly_overdue(conn: Connection, now: str) -> list[Callback]:
    """Give the open tasks whose deadline passed and of whom nobody was told."""
    return fetch_all(
        conn,
        Callback,
        f"SELECT {_COLUMNS} FROM callbacks WHERE state = 'open' AND due_at < ? AND overdue_told_at IS NULL "
        "ORDER BY due_at, id",
        (now,),
    )


def count_open(conn: Connection, reach: tuple[str, dict[str, object]], now: str) -> tuple[int, int]:
    """Count the open tasks within a reach (SQL over ``callbacks``), and those among them that are overdue."""
    condition, values = reach
    row = conn.execute(
        f"SELECT COUNT(*) AS n, IFNULL(SUM(due_at < :now), 0) AS late FROM callbacks "
        f"WHERE state = 'open' AND ({condition})",
        values | {"now": now},
    ).fetchone()
    return int(row["n"]), int(row["late"])


def newest_overdue(conn: Connection, reach: tuple[str, dict[str, object]], now: str) -> str | None:
    """Give the deadline that passed last among the open tasks within a reach; None: none is overdue."""
    condition, values = reach
    row = conn.execute(
        f"SELECT MAX(due_at) AS due FROM callbacks WHERE state = 'open' AND due_at < :now AND ({condition})",
        values | {"now": now},
    ).fetchone()
    return str(row["due"]) if row["due"] else None


def is_reachable(conn: Connection, callback_id: int, reach: tuple[str, dict[str, object]]) -> bool:
    """Tell whether a task lies within a reach (SQL over ``callbacks``)."""
    condition, values = reach
    row = conn.execute(
        f"SELECT 1 FROM callbacks WHERE id = :id AND ({condition})", values | {"id": callback_id}
    ).fetchone()
    return row is not None


def list_call_ids(conn: Connection, callback_id: int) -> list[str]:
    """Give the missed calls of a task, newest first."""
    rows = conn.execute(
        "SELECT call_id FROM callback_calls JOIN calls ON calls.id = call_id WHERE callback_id = ? "
        "ORDER BY started_at DESC, call_id DESC",
        (callback_id,),
    )
    return [row["call_id"] for row in rows]

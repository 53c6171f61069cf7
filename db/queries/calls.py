"""Calls: one row each, always at its newest revision."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from db.connection import Connection
from db.queries.call_narrowing import numbers_with, persons_named
from db.records import fetch_all, fetch_one
from db.text import like_part

_COLUMNS = (
    "id, line, direction, state, revision, started_at, identified_at, answered_at, ended_at, end_reason, "
    "number, number_raw, number_state, name_sent, standard, ring_count, confidence, "
    "is_estimated, estimate_confidence, person_id"
)


class CallRow(msgspec.Struct, frozen=True, kw_only=True):
    """A call as stored; the meaning of the fields stands at `appliance.core.events.CallSnapshot`."""

    id: str
    line: int
    direction: str
    state: str
    revision: int
    started_at: str
    identified_at: str | None = None
    answered_at: str | None = None
    ended_at: str | None = None
    end_reason: str | None = None
    number: str | None = None
    number_raw: str | None = None
    number_state: str = "pending"
    name_sent: str | None = None
    standard: str | None = None
    ring_count: int = 0
    confidence: float | None = None
    is_estimated: bool = False
    estimate_confidence: float | None = None
    person_id: int | None = None


class CallListing(CallRow, frozen=True, kw_only=True):
    """A call with the name of the person it belongs to, for lists."""

    seq: int = 0
    person_name: str | None = None
    sharing: int = 0
    """How many persons have the call's number."""
    is_anothers: bool = False
    """A person has it whom the reader may not know."""
    recordings: int = 0
    """How many recordings of the call are kept."""
    result: str = ""
    """Title of the result somebody wrote down."""
    note: str = ""
    user_name: str | None = None
    """Who talked, or wrote the note."""
    is_by_hand: bool = False
    """Somebody entered it; no line of the office heard it."""


class CallNotes(msgspec.Struct, frozen=True, kw_only=True):
    """What people wrote of a call."""

    result_id: int | None
    result: str
    note: str
    user_id: int | None
    user_name: str | None
    is_by_hand: bool
    note_revision: int
    """Counts up with every change of note and result."""
    noted_at: str | None


class SignallingRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a line's newest identified calls say of one signalling."""

    standard: str | None
    """None in the one row of a line without an identified call."""
    calls: int
    before_ring: int
    """How many of them brought the number before the first ring."""
    last_read_at: str | None
    last_unread_at: str | None
    """Start of the line's newest incoming call that ended without its number; the same in every row."""


class CallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of calls is narrowed to; None and empty mean all."""

    outcome: str | None = None
    """``missed``, ``answered`` (incoming), ``out``, or ``unknown`` (number of nobody in the office's records)."""
    line: int | None = None
    number_part: str = ""
    """Digits anywhere in the number."""
    name_part: str = ""
    """Folded part of the person's name."""
    from_at: str | None = None
    until_at: str | None = None
    direction: str | None = None
    result_id: int | None = None
    user_id: int | None = None
    """Who talked, or wrote the note."""
    is_noted: bool = False
    is_by_hand: bool = False
    reach: tuple[str, dict[str, Any]] = ("1", {})
    """Condition over ``persons`` of whom the reader may know, with its values; calls of nobody are everybody's."""


def upsert_call(conn: Connection, call: CallRow) -> bool:
    """Store a call unless a newer revision is stored already; keeps the person; tell whether it changed."""
    values: dict[str, Any] = msgspec.structs.asdict(call)
    values.pop("person_id")
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
    cursor = conn.execute(
        f"INSERT INTO calls ({names}) VALUES ({places}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes} WHERE excluded.revision > calls.revision",
        values,
    )
    return cursor.rowcount == 1


def find_call(conn: Connection, call_id: str) -> CallRow | None:
    """Give one call."""
    return fetch_one(conn, CallRow, f"SELECT {_COLUMNS} FROM calls WHERE id = ?", (call_id,))


def find_notes(conn: Connection, call_id: str) -> CallNotes | None:
    """Give what people wrote of a call; None while it is not stored."""
    return fetch_one(
        conn,
        CallNotes,
        """
        SELECT result_id, IFNULL(results.title, '') AS result, calls.note, calls.user_id,
            users.display_name AS user_name, is_by_hand, note_revision, noted_at
        FROM calls
        LEFT JOIN choices AS results ON results.id = calls.result_id
        LEFT JOIN users ON users.id = calls.user_id
        WHERE calls.id = ?
        """,
        (call_id,),
    )


def update_notes(conn: Connection, call_id: str, values: dict[str, Any], revision: int | None) -> bool:
    """Write down `note`, `result_id`, `user_id` and `noted_at`; with `revision`, unless somebody else did meanwhile."""
    cursor = conn.execute(
        "UPDATE calls SET note = :note, result_id = :result_id, user_id = :user_id, noted_at = :noted_at, "
        "note_revision = note_revision + 1 WHERE id = :id AND (:revision IS NULL OR note_revision = :revision)",
        values | {"id": call_id, "revision": revision},
    )
    return cursor.rowcount == 1


def insert_by_hand(conn: Connection, call: CallRow, values: dict[str, Any]) -> None:
    """Store a call somebody entered, with `note`, `result_id`, `user_id` and `noted_at`."""
    stored: dict[str, Any] = msgspec.structs.asdict(call) | values | {"is_by_hand": 1, "note_revision": 1}
    names = ", ".join(stored)
    places = ", ".join(f":{name}" for name in stored)
    conn.execute(f"INSERT INTO calls ({names}) VALUES ({places})", stored)


def is_within(conn: Connection, call_id: str, reach: tuple[str, dict[str, Any]]) -> bool:
    """Tell whether a call is of nobody, or of a person within a reach (SQL over ``persons``)."""
    condition, values = reach
    row = conn.execute(
        f"SELECT 1 FROM calls LEFT JOIN persons ON persons.id = calls.person_id "
        f"WHERE calls.id = :call_id AND (calls.person_id IS NULL OR ({condition}))",
        values | {"call_id": call_id},
    ).fetchone()
    return row is not None


def update_call_person(conn: Connection, call_id: str, person_id: int) -> None:
    """Say which person a call belongs to."""
    conn.execute("UPDATE calls SET person_id = ? WHERE id = ?", (person_id, call_id))


def update_unlinked_calls(conn: Connection, number: str, person_id: int) -> int:
    """Give a number's calls that belong to nobody to a person; give how many."""
    return conn.execute(
        "UPDATE calls SET person_id = ? WHERE number = ? AND person_id IS NULL", (person_id, number)
    ).rowcount


def list_open_calls(conn: Connection, line: int | None = None) -> list[CallRow]:
    """Give the calls that are not over, of one line or all, oldest first.

    The plus keeps SQLite from walking through all calls in their order instead of sorting the few that are open.
    """
    return fetch_all(
        conn,
        CallRow,
        f"SELECT {_COLUMNS} FROM calls WHERE ended_at IS NULL AND (:line IS NULL OR line = :line) "
        "ORDER BY +started_at, id",
        {"line": line},
    )


def list_calls_by_id(conn: Connection, call_ids: list[str]) -> list[CallRow]:
    """Give the named calls that exist, oldest first."""
    places = ", ".join("?" * len(call_ids))
    return fetch_all(
        conn,
        CallRow,
        f"SELECT {_COLUMNS} FROM calls WHERE id IN ({places}) ORDER BY started_at, id",
        tuple(call_ids),
    )


def list_earlier_calls(conn: Connection, number: str, before_id: str, limit: int = 5) -> list[CallRow]:
    """Give a number's calls before this one, newest first; ids sort by time, so this one need not be stored."""
    return fetch_all(
        conn,
        CallRow,
        f"SELECT {_COLUMNS} FROM calls WHERE number = ? AND id < ? ORDER BY started_at DESC, id DESC LIMIT ?",
        (number, before_id, limit),
    )


def list_signalling(conn: Connection, line: int, newest: int) -> list[SignallingRow]:
    """Count a line's `newest` identified calls by signalling, most frequent first; at least one row.

    A number before the first ring opens its call, so the call starts when it is identified; later the ring does.
    """
    return fetch_all(
        conn,
        SignallingRow,
        """
        WITH identified AS (
            SELECT standard, started_at, ring_count = 0 OR identified_at <= started_at AS is_before_ring
            FROM calls
            WHERE line = :line AND direction = 'in' AND standard IS NOT NULL
                AND number_state IN ('known', 'withheld', 'unavailable')
            ORDER BY started_at DESC, id DESC
            LIMIT :newest
        ),
        unread AS (
            SELECT (
                SELECT started_at
                FROM calls
                WHERE line = :line AND direction = 'in' AND number_state = 'absent'
                ORDER BY started_at DESC, id DESC
                LIMIT 1
            ) AS at
        )
        SELECT identified.standard,
            COUNT(identified.standard) AS calls,
            COALESCE(SUM(identified.is_before_ring), 0) AS before_ring,
            MAX(identified.started_at) AS last_read_at,
            unread.at AS last_unread_at
        FROM unread
        LEFT JOIN identified ON 1
        GROUP BY identified.standard
        ORDER BY calls DESC, identified.standard
        """,
        {"line": line, "newest": newest},
    )


def list_calls(
    conn: Connection, wanted: CallFilter, *, limit: int = 50, before: tuple[str, str] | None = None
) -> list[CallListing]:
    """Give calls newest first; `before` is (started_at, id) of the last one already shown."""
    where, values = _where(wanted)
    # The plus keeps SQLite from walking through all calls in their order when few are meant.
    order = "calls.started_at"
    for name, column, found in (
        ("numbers", "number", numbers_with(conn, wanted.number_part) if wanted.number_part else None),
        ("persons", "person_id", persons_named(conn, wanted.name_part) if wanted.name_part else None),
    ):
        if found is not None:
            where.append(f"calls.{column} IN (SELECT value FROM json_each(:{name}))")
            values[name] = json.dumps(found)
            order = "+calls.started_at"
    if before is not None:
        where.append("(calls.started_at, calls.id) < (:before_at, :before_id)")
        values |= {"before_at": before[0], "before_id": before[1]}
    values["limit"] = limit
    columns = ", ".join(f"calls.{name.strip()}" for name in _COLUMNS.split(","))
    return fetch_all(
        conn,
        CallListing,
        f"""
        SELECT {columns},
            CASE WHEN persons.id IS NULL THEN NULL
                 ELSE TRIM(persons.first_name || ' ' || persons.last_name) END AS person_name,
            (SELECT COUNT(*) FROM person_phones WHERE person_phones.number = calls.number) AS sharing,
            (SELECT COUNT(*) FROM recordings
             WHERE recordings.call_id = calls.id AND recordings.deleted_at IS NULL) AS recordings,
            IFNULL(results.title, '') AS result, calls.note, users.display_name AS user_name, calls.is_by_hand
        FROM calls
        LEFT JOIN persons ON persons.id = calls.person_id
        LEFT JOIN choices AS results ON results.id = calls.result_id
        LEFT JOIN users ON users.id = calls.user_id
        WHERE {" AND ".join(f"({one})" for one in where)}
        ORDER BY {order} DESC, calls.id DESC
        LIMIT :limit
        """,
        values,
    )


def _where(wanted: CallFilter) -> tuple[list[str], dict[str, Any]]:
    where, values = ["1"], dict[str, Any]()
    outcomes = {
        "missed": "calls.state = 'missed'",
        "answered": "calls.direction = 'in' AND calls.answered_at IS NOT NULL",
        "out": "calls.direction = 'out'",
        "unknown": "calls.person_id IS NULL AND calls.number IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM person_phones WHERE person_phones.number = calls.number)",
    }
    if wanted.outcome in outcomes:
        where.append(outcomes[wanted.outcome])
    if wanted.line is not None:
        where.append("calls.line = :line")
        values["line"] = wanted.line
    if wanted.number_part:
        where.append("calls.number LIKE '%' || :number_part || '%'")
        values["number_part"] = wanted.number_part
    if wanted.name_part:
        where.append("persons.search_key LIKE '%' || :name_part || '%' ESCAPE '\\'")
        values["name_part"] = like_part(wanted.name_part)
    if wanted.from_at:
        where.append("calls.started_at >= :from_at")
        values["from_at"] = wanted.from_at
    if wanted.until_at:
        where.append("calls.started_at < :until_at")
        values["until_at"] = wanted.until_at
    for name in ("direction", "result_id", "user_id"):
        if getattr(wanted, name) is not None:
            where.append(f"calls.{name} = :{name}")
            values[name] = getattr(wanted, name)
    if wanted.is_noted:
        where.append("calls.note <> ''")
    if wanted.is_by_hand:
        where.append("calls.is_by_hand = 1")
    reach, reach_values = wanted.reach
    if reach != "1":
        where.append(f"calls.person_id IS NULL OR ({reach})")
        values |= reach_values
    return where, values

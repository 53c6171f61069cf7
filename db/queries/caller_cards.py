"""What a call's card asks at the ring: each question answered by one index."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.queries.calls import CallRow
from db.records import fetch_all, fetch_one


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What marks a person beside the name."""

    is_vip: bool
    do_not_disturb: bool
    is_archived: bool
    title: str
    job: str
    birth_date: str | None
    completeness: int
    revision: int
    grade: str | None
    """Grade of the customer's rank, one set by hand while it counts; None: not ranked yet."""
    score: float | None
    complaints: int
    """How many complaints are open."""


class CallerPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy somebody must think of."""

    id: int
    policy_no: str
    line: str
    line_code: str
    is_renewable: bool
    insurer: str
    start_date: str
    end_date: str
    is_ours: bool
    thing: str | None
    """Plate, or what else the insured object is called by."""


class EarlierCall(CallRow, frozen=True, kw_only=True):
    """An earlier call of the same number, with what was written of it."""

    note: str = ""
    result: str = ""
    user_name: str | None = None


class CallNote(msgspec.Struct, frozen=True, kw_only=True):
    """Who talks, and what was written of a call."""

    user_id: int | None
    user_name: str | None
    note: str
    result_id: int | None
    result: str
    note_revision: int
    """Counts up with every change of note and result."""


_CALL = (
    "calls.id, line, direction, state, calls.revision, started_at, identified_at, answered_at, ended_at, end_reason, "
    "number, number_state, name_sent, ring_count, calls.person_id"
)


def find_profile(conn: Connection, person_id: int, today: str) -> Profile | None:
    """Give the marks of a person on a day."""
    return fetch_one(
        conn,
        Profile,
        """
        SELECT is_vip, do_not_disturb, archived_at IS NOT NULL AS is_archived, persons.title, job, birth_date,
            completeness, persons.revision, score,
            IIF(override_grade IS NOT NULL AND (override_until IS NULL OR override_until >= :today),
                override_grade, grade) AS grade,
            (SELECT COUNT(*) FROM complaints WHERE person_id = persons.id AND +state = 'open') AS complaints
        FROM persons
        LEFT JOIN person_ranks ON person_ranks.person_id = persons.id
        WHERE persons.id = :person_id
        """,
        {"person_id": person_id, "today": today},
    )


def list_policies(
    conn: Connection, person_id: int, since: str, reach: tuple[str, dict[str, Any]], limit: int
) -> list[CallerPolicy]:
    """Give a person's policies within reach that ended on `since` or later, unless cancelled, lost or renewed.

    The one that ends first stands first.
    """
    return fetch_all(
        conn,
        CallerPolicy,
        f"""
        SELECT policies.id, policy_no, lines.short_title AS line, line_code, lines.is_renewable,
            insurers.title AS insurer, start_date, end_date, policies.is_ours,
            (SELECT IFNULL(plate, NULLIF(title, '')) FROM insured_objects WHERE policy_id = policies.id
                ORDER BY id LIMIT 1) AS thing
        FROM policies
        CROSS JOIN lines_of_business AS lines ON lines.code = policies.line_code
        CROSS JOIN insurers ON insurers.id = policies.insurer_id
        WHERE policies.person_id = :person_id AND end_date >= :since AND ({reach[0]})
            AND cancel_date IS NULL AND lost_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM policies AS next WHERE next.renews_id = policies.id)
        ORDER BY end_date, policies.id
        LIMIT :limit
        """,
        reach[1] | {"person_id": person_id, "since": since, "limit": limit},
    )


def list_earlier(conn: Connection, number: str, before_id: str, limit: int = 5) -> list[EarlierCall]:
    """Give a number's calls before this one, newest first; ids sort by time, so this one need not be stored."""
    return fetch_all(
        conn,
        EarlierCall,
        f"""
        SELECT {_CALL}, calls.note, IFNULL(results.title, '') AS result, users.display_name AS user_name
        FROM calls
        LEFT JOIN choices AS results ON results.id = calls.result_id
        LEFT JOIN users ON users.id = calls.user_id
        WHERE number = ? AND calls.id < ?
        ORDER BY started_at DESC, calls.id DESC
        LIMIT ?
        """,
        (number, before_id, limit),
    )


def find_note(conn: Connection, call_id: str) -> CallNote | None:
    """Give what was written of a call; None while the call is not stored."""
    return fetch_one(
        conn,
        CallNote,
        """
        SELECT calls.user_id, users.display_name AS user_name, calls.note, result_id,
            IFNULL(results.title, '') AS result, note_revision
        FROM calls
        LEFT JOIN users ON users.id = calls.user_id
        LEFT JOIN choices AS results ON results.id = calls.result_id
        WHERE calls.id = ?
        """,
        (call_id,),
    )


def update_taken(conn: Connection, call_id: str, user_id: int) -> None:
    """Say who talks."""
    conn.execute("UPDATE calls SET user_id = ? WHERE id = ?", (user_id, call_id))


def is_spam(conn: Connection, number: str) -> bool:
    """Tell whether a number was marked as a nuisance."""
    return conn.execute("SELECT 1 FROM spam_numbers WHERE number = ?", (number,)).fetchone() is not None


def insert_spam(conn: Connection, number: str, at: str, user_id: int | None) -> None:
    """Mark a number as a nuisance."""
    conn.execute(
        "INSERT INTO spam_numbers (number, at, user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (number, at, user_id),
    )


def delete_spam(conn: Connection, number: str) -> None:
    """Take the mark away."""
    conn.execute("DELETE FROM spam_numbers WHERE number = ?", (number,))

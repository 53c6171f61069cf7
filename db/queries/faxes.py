"""Faxes: whom they can be sent to, which wait to be put on paper, and that somebody has done so."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.queries.message_screens import message_reach
from db.records import fetch_all

_NAME = "TRIM(persons.first_name || ' ' || persons.last_name)"
_WAITING = "state = 'queued' AND channel = 'fax' AND due_at <= :at"


class WaitingFax(msgspec.Struct, frozen=True, kw_only=True):
    """A fax whose page is to be printed."""

    id: str
    kind: str
    number: str
    person_id: int | None
    person_name: str | None
    subject: str
    body: str
    created_at: str
    due_at: str


def list_fax_numbers(conn: Connection, person_id: int) -> list[str]:
    """Give the fax numbers of a person, the preferred one first; those known to be wrong are left out."""
    rows = conn.execute(
        "SELECT number FROM person_phones JOIN choices ON choices.id = kind_id "
        "WHERE person_id = ? AND is_wrong = 0 AND choices.code = 'fax' ORDER BY is_preferred DESC, number",
        (person_id,),
    )
    return [str(row["number"]) for row in rows]


def list_waiting_faxes(
    conn: Connection, reach: tuple[str, dict[str, Any]], at: str, *, limit: int
) -> list[WaitingFax]:
    """Give the faxes that are due and within somebody's reach, the longest due first."""
    condition, values = message_reach(reach)
    return fetch_all(
        conn,
        WaitingFax,
        f"""
        SELECT outbox.id, outbox.kind, number, person_id, {_NAME} AS person_name, subject, body, outbox.created_at,
            due_at
        FROM outbox LEFT JOIN persons ON persons.id = outbox.person_id
        WHERE {_WAITING} AND ({condition})
        ORDER BY due_at, outbox.id
        LIMIT :limit
        """,
        values | {"at": at, "limit": limit},
    )


def count_waiting_faxes(conn: Connection, reach: tuple[str, dict[str, Any]], at: str) -> int:
    """Give how many faxes are due and within somebody's reach."""
    condition, values = message_reach(reach)
    row = conn.execute(
        f"SELECT COUNT(*) AS n FROM outbox LEFT JOIN persons ON persons.id = outbox.person_id "
        f"WHERE {_WAITING} AND ({condition})",
        values | {"at": at},
    ).fetchone()
    return int(row["n"])


def update_printed(conn: Connection, message_id: str, at: str, reason: str) -> bool:
    """Record that a waiting fax was put on paper by hand; False when it waits no longer."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'sent', reason = ?, sent_at = ?, settled_at = ? "
        "WHERE id = ? AND state = 'queued' AND channel = 'fax' AND route IS NULL",
        (reason, at, at, message_id),
    )
    return cursor.rowcount == 1

"""Messages on their way out: one row each, claimed by exactly one worker."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = "id, idempotency_key, number, body, state, route, reason, created_at, armed_at, sent_at"


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message as stored."""

    id: str
    idempotency_key: str
    number: str
    body: str
    state: str
    route: str | None
    reason: str | None
    created_at: str
    armed_at: str | None
    sent_at: str | None


def insert_message(
    conn: Connection, *, message_id: str, idempotency_key: str, number: str, body: str, created_at: str
) -> bool:
    """Queue a message unless one with its idempotency key exists; tell whether it was new."""
    cursor = conn.execute(
        "INSERT INTO outbox (id, idempotency_key, number, body, state, created_at) "
        "VALUES (?, ?, ?, ?, 'queued', ?) ON CONFLICT (idempotency_key) DO NOTHING",
        (message_id, idempotency_key, number, body, created_at),
    )
    return cursor.rowcount == 1


def find_message(conn: Connection, message_id: str) -> OutboxRow | None:
    """Give one message."""
    return fetch_one(conn, OutboxRow, f"SELECT {_COLUMNS} FROM outbox WHERE id = ?", (message_id,))


def list_messages_in(conn: Connection, state: str, limit: int = 100) -> list[OutboxRow]:
    """Give messages in a state, oldest first."""
    return fetch_all(
        conn,
        OutboxRow,
        f"SELECT {_COLUMNS} FROM outbox WHERE state = ? ORDER BY created_at, id LIMIT ?",
        (state, limit),
    )


def update_message_armed(conn: Connection, message_id: str, route: str, at: str) -> bool:
    """Claim a queued message for a route; False when another worker has it."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'armed', route = ?, armed_at = ? WHERE id = ? AND state = 'queued'",
        (route, at, message_id),
    )
    return cursor.rowcount == 1


def update_message_settled(
    conn: Connection, message_id: str, state: str, at: str, reason: str | None = None
) -> bool:
    """Record what became of an armed message; False when it was settled already."""
    cursor = conn.execute(
        "UPDATE outbox SET state = ?, reason = ?, sent_at = CASE WHEN ? = 'sent' THEN ? END "
        "WHERE id = ? AND state = 'armed'",
        (state, reason, state, at, message_id),
    )
    return cursor.rowcount == 1

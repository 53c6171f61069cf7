"""The event store: what happened, in the order it was committed."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class StoredEvent(msgspec.Struct, frozen=True):
    """One event as stored."""

    seq: int
    """Place in the order of commits; gaps are possible, going back is not."""
    id: str
    name: str
    at: str
    body: str
    """The whole event as JSON."""


class _Seq(msgspec.Struct, frozen=True):
    seq: int | None


def insert_event(conn: Connection, event_id: str, name: str, at: str, body: str) -> bool:
    """Store an event unless its id is there already; tell whether it was new."""
    cursor = conn.execute(
        "INSERT INTO events (id, name, at, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (event_id, name, at, body),
    )
    return cursor.rowcount == 1


def list_events_after(conn: Connection, seq: int, limit: int = 500) -> list[StoredEvent]:
    """Give the events committed after `seq`, oldest first."""
    return fetch_all(
        conn,
        StoredEvent,
        "SELECT seq, id, name, at, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        (seq, limit),
    )


def find_newest_event(conn: Connection, name: str, since_id: str) -> StoredEvent | None:
    """Give the newest event of a name whose id is not lower; ids sort by time, so nothing older is read."""
    return fetch_one(
        conn,
        StoredEvent,
        "SELECT seq, id, name, at, body FROM events WHERE id >= ? AND name = ? ORDER BY id DESC LIMIT 1",
        (since_id, name),
    )


def find_last_seq(conn: Connection) -> int:
    """Give the newest place in the order of commits, 0 when nothing happened yet."""
    row = fetch_one(conn, _Seq, "SELECT MAX(seq) AS seq FROM events")
    return (row.seq or 0) if row else 0


def delete_events_before(conn: Connection, at: str) -> int:
    """Forget events older than an instant; give how many."""
    return conn.execute("DELETE FROM events WHERE at < ?", (at,)).rowcount

"""What must not simply go on where the records of another day begin to be in force."""

from __future__ import annotations

from db.connection import Connection


def delete_sessions(conn: Connection) -> int:
    """End every session of the copy's day; give how many."""
    return conn.execute("DELETE FROM sessions").rowcount


def hold_due_messages(conn: Connection, at: str, reason: str) -> int:
    """Hold queued messages that were due before an instant: the other box may have sent them. Give how many."""
    return conn.execute(
        "UPDATE outbox SET state = 'uncertain', reason = ? WHERE state = 'queued' AND due_at <= ?",
        (reason, at),
    ).rowcount

"""Sign-in sessions, kept on the box; the browser holds an opaque token only."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_one


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A session as stored."""

    token_hash: str
    user_id: int | None
    body: str
    created_at: str
    seen_at: str
    expires_at: str


def find_session(conn: Connection, token_hash: str, now: str) -> SessionRow | None:
    """Give a session that has not expired."""
    return fetch_one(
        conn,
        SessionRow,
        "SELECT token_hash, user_id, body, created_at, seen_at, expires_at FROM sessions "
        "WHERE token_hash = ? AND expires_at > ?",
        (token_hash, now),
    )


def upsert_session(conn: Connection, session: SessionRow) -> None:
    """Store a session."""
    conn.execute(
        "INSERT INTO sessions (token_hash, user_id, body, created_at, seen_at, expires_at) "
        "VALUES (:token_hash, :user_id, :body, :created_at, :seen_at, :expires_at) "
        "ON CONFLICT (token_hash) DO UPDATE SET user_id = excluded.user_id, body = excluded.body, "
        "seen_at = excluded.seen_at, expires_at = excluded.expires_at",
        msgspec.structs.asdict(session),
    )


def delete_session(conn: Connection, token_hash: str) -> None:
    """End a session."""
    conn.execute("DELETE FROM sessions WHERE token_hash = ?", (token_hash,))


def delete_expired_sessions(conn: Connection, now: str) -> int:
    """Forget sessions whose time is over; give how many."""
    return conn.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,)).rowcount

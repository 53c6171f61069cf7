"""Incoming messages, the parts they came in, and one thread for each number."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = """id, route, number, line, body, meaning, person_id, sent_at, received_at, is_incomplete, read_at, read_by,
    object_kind, object_id"""
_PART_COLUMNS = (
    "id, route, source_id, number, line, text, part, parts, concat_reference, sent_at, received_at"
)
_THREAD_COLUMNS = "number, person_id, last_at, unread, object_kind, object_id"


class InboxMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One incoming message, whole unless it says otherwise."""

    id: str
    route: str
    number: str
    line: str
    body: str
    meaning: str
    person_id: int | None
    sent_at: str
    received_at: str
    is_incomplete: bool
    """Parts of it never came; what came is shown."""
    read_at: str | None
    read_by: int | None
    object_kind: str
    object_id: int | None


class InboxPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part as it came in."""

    id: int
    route: str
    source_id: str
    number: str
    line: str
    text: str
    part: int
    parts: int
    concat_reference: int
    sent_at: str
    received_at: str


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """The conversation with one number."""

    number: str
    person_id: int | None
    last_at: str
    unread: int
    object_kind: str
    object_id: int | None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a conversation, either way."""

    id: str
    is_incoming: bool
    body: str
    at: str
    state: str
    """State of an outgoing message; empty for an incoming one."""
    user_id: int | None


class _Sum(msgspec.Struct, frozen=True):
    n: int


def insert_part(
    conn: Connection,
    *,
    route: str,
    source_id: str,
    number: str,
    line: str,
    text: str,
    part: int,
    parts: int,
    concat_reference: int,
    sent_at: str,
    received_at: str,
) -> int | None:
    """Store a part unless it is stored already; give its id when it was new."""
    row = conn.execute(
        "INSERT INTO inbox_parts (route, source_id, number, line, text, part, parts, concat_reference, sent_at, "
        "received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (route, source_id) DO NOTHING RETURNING id",
        (route, source_id, number, line, text, part, parts, concat_reference, sent_at, received_at),
    ).fetchone()
    return None if row is None else int(row["id"])


def find_part(conn: Connection, part_id: int) -> InboxPart | None:
    """Give one part."""
    return fetch_one(conn, InboxPart, f"SELECT {_PART_COLUMNS} FROM inbox_parts WHERE id = ?", (part_id,))


def list_waiting_parts(conn: Connection, part: InboxPart, since: str) -> list[InboxPart]:
    """Give the parts that wait and belong with this one: same sender, reference and count, not older than `since`."""
    return fetch_all(
        conn,
        InboxPart,
        f"SELECT {_PART_COLUMNS} FROM inbox_parts WHERE inbox_id IS NULL AND route = ? AND number = ? "
        "AND concat_reference = ? AND parts = ? AND received_at >= ? ORDER BY part, id",
        (part.route, part.number, part.concat_reference, part.parts, since),
    )


def list_overdue_parts(conn: Connection, before: str, limit: int = 200) -> list[InboxPart]:
    """Give parts that have waited for the others of their message since before an instant."""
    return fetch_all(
        conn,
        InboxPart,
        f"SELECT {_PART_COLUMNS} FROM inbox_parts WHERE inbox_id IS NULL AND received_at < ? ORDER BY id LIMIT ?",
        (before, limit),
    )


def update_part_joined(conn: Connection, part_id: int, inbox_id: str) -> None:
    """Say which message a part has become part of."""
    conn.execute("UPDATE inbox_parts SET inbox_id = ? WHERE id = ? AND inbox_id IS NULL", (inbox_id, part_id))


def insert_inbox(
    conn: Connection,
    *,
    inbox_id: str,
    route: str,
    number: str,
    line: str,
    body: str,
    meaning: str,
    person_id: int | None,
    sent_at: str,
    received_at: str,
    is_incomplete: bool,
) -> None:
    """Store an incoming message and bring its thread up to date."""
    conn.execute(
        "INSERT INTO inbox (id, route, number, line, body, meaning, person_id, sent_at, received_at, is_incomplete) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (inbox_id, route, number, line, body, meaning, person_id, sent_at, received_at, is_incomplete),
    )
    conn.execute(
        "INSERT INTO message_threads (number, person_id, last_at, unread) VALUES (?, ?, ?, 1) "
        "ON CONFLICT (number) DO UPDATE SET person_id = IFNULL(excluded.person_id, person_id), "
        "last_at = max(last_at, excluded.last_at), unread = unread + 1",
        (number, person_id, received_at),
    )


def find_inbox(conn: Connection, inbox_id: str) -> InboxMessage | None:
    """Give one incoming message."""
    return fetch_one(conn, InboxMessage, f"SELECT {_COLUMNS} FROM inbox WHERE id = ?", (inbox_id,))


def list_inbox(
    conn: Connection,
    *,
    person_id: int | None = None,
    number: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[InboxMessage]:
    """Give incoming messages of everybody, of one person or of one number, newest first."""
    return fetch_all(
        conn,
        InboxMessage,
        f"SELECT {_COLUMNS} FROM inbox WHERE (?1 IS NULL OR person_id = ?1) AND (?2 IS NULL OR number = ?2) "
        "ORDER BY received_at DESC, id DESC LIMIT ?3 OFFSET ?4",
        (person_id, number, limit, offset),
    )


def list_threads(
    conn: Connection, *, is_unread: bool = False, limit: int = 50, offset: int = 0
) -> list[Thread]:
    """Give conversations, the last one that moved first."""
    return fetch_all(
        conn,
        Thread,
        f"SELECT {_THREAD_COLUMNS} FROM message_threads WHERE (NOT ? OR unread > 0) "
        "ORDER BY last_at DESC LIMIT ? OFFSET ?",
        (is_unread, limit, offset),
    )


def find_thread(conn: Connection, number: str) -> Thread | None:
    """Give the conversation with a number."""
    return fetch_one(
        conn, Thread, f"SELECT {_THREAD_COLUMNS} FROM message_threads WHERE number = ?", (number,)
    )


def list_lines(conn: Connection, number: str, *, before: str = "9", limit: int = 50) -> list[Line]:
    """Give the last lines of the conversation with a number that are older than an instant, newest first."""
    return fetch_all(
        conn,
        Line,
        """
        SELECT * FROM (
            SELECT id, 1 AS is_incoming, body, received_at AS at, '' AS state, NULL AS user_id
            FROM inbox WHERE number = ?1 AND received_at < ?2
            UNION ALL
            SELECT id, 0, body, created_at, state, created_by
            FROM outbox WHERE number = ?1 AND created_at < ?2
        )
        ORDER BY at DESC, id DESC
        LIMIT ?3
        """,
        (number, before, limit),
    )


def update_thread_read(conn: Connection, number: str, user_id: int | None, at: str) -> int:
    """Mark what came from a number as read; give how many messages that were."""
    cursor = conn.execute(
        "UPDATE inbox SET read_at = ?, read_by = ? WHERE number = ? AND read_at IS NULL",
        (at, user_id, number),
    )
    conn.execute("UPDATE message_threads SET unread = 0 WHERE number = ?", (number,))
    return cursor.rowcount


def update_thread_person(conn: Connection, number: str, person_id: int | None) -> None:
    """Say whose conversation a number's is."""
    conn.execute("UPDATE message_threads SET person_id = ? WHERE number = ?", (person_id, number))
    conn.execute("UPDATE inbox SET person_id = ? WHERE number = ?", (person_id, number))


def update_inbox_object(conn: Connection, inbox_id: str, object_kind: str, object_id: int | None) -> bool:
    """Link an incoming message to a policy, claim or complaint; an empty kind takes the link away."""
    cursor = conn.execute(
        "UPDATE inbox SET object_kind = ?, object_id = ? WHERE id = ?", (object_kind, object_id, inbox_id)
    )
    return cursor.rowcount == 1


def count_unread(conn: Connection) -> int:
    """Give how many incoming messages nobody has read."""
    found = fetch_one(conn, _Sum, "SELECT IFNULL(SUM(unread), 0) AS n FROM message_threads WHERE unread > 0")
    return found.n if found else 0

"""Parts of messages handed to routes that take parts, and reports nobody could be found for."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = """seq, message_id, part, attempt, outbox_segments.route, outbox_segments.state,
    outbox_segments.armed_at, outbox_segments.reference, counter, outbox_segments.reason, reported_at"""

SUBMISSION_REACH = timedelta(minutes=10)
"""Between arming a part and the network's own stamp on it lies less than this, the clocks' difference included."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to hand over one part."""

    seq: int
    """Order in which parts were handed over, over all messages."""
    message_id: str
    part: int
    attempt: int
    route: str
    state: str
    armed_at: str
    reference: str
    counter: str
    reason: str
    reported_at: str | None


class StrayReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report that no known part owns."""

    id: int
    reference: str
    number: str
    state: str
    at: str


def insert_segment(conn: Connection, message_id: str, part: int, route: str, at: str) -> int:
    """Store that a part is armed; give its attempt, from 1."""
    row = conn.execute(
        "INSERT INTO outbox_segments (message_id, part, attempt, route, state, armed_at) "
        "VALUES (?1, ?2, 1 + (SELECT COUNT(*) FROM outbox_segments WHERE message_id = ?1 AND part = ?2), "
        "?3, 'armed', ?4) RETURNING attempt",
        (message_id, part, route, at),
    ).fetchone()
    return int(row["attempt"])


def update_segment(
    conn: Connection,
    message_id: str,
    part: int,
    state: str,
    at: str,
    *,
    reference: str = "",
    counter: str = "",
    reason: str = "",
) -> bool:
    """Settle the armed or uncertain attempt of a part."""
    cursor = conn.execute(
        "UPDATE outbox_segments SET state = ?, reference = ?, counter = ?, reason = ?, settled_at = ? "
        "WHERE message_id = ? AND part = ? AND state IN ('armed', 'uncertain')",
        (state, reference, counter, reason, at, message_id, part),
    )
    return cursor.rowcount == 1


def update_segment_reported(conn: Connection, seq: int, state: str, at: str) -> bool:
    """Record the final report of a part; False when it has one."""
    cursor = conn.execute(
        "UPDATE outbox_segments SET state = ?, reported_at = ? WHERE seq = ? AND state = 'sent'",
        (state, at, seq),
    )
    return cursor.rowcount == 1


def list_segments(conn: Connection, message_id: str) -> list[Segment]:
    """Give every attempt of every part of a message in the order they were made."""
    return fetch_all(
        conn,
        Segment,
        f"SELECT {_COLUMNS} FROM outbox_segments WHERE message_id = ? ORDER BY seq",
        (message_id,),
    )


def list_segments_with_reference(
    conn: Connection, route: str, reference: str, number: str, since: str
) -> list[Segment]:
    """Give parts a report may be of, oldest first: same route, reference and receiver; reported ones as well."""
    return fetch_all(
        conn,
        Segment,
        f"""
        SELECT {_COLUMNS}
        FROM outbox_segments
        JOIN outbox ON outbox.id = outbox_segments.message_id
        WHERE outbox_segments.route = ?
            AND outbox_segments.reference = ?
            AND outbox_segments.state IN ('sent', 'delivered', 'undelivered')
            AND outbox_segments.armed_at >= ?
            AND outbox.number = ?
        ORDER BY seq
        """,
        (route, reference, since, number),
    )


def list_unnamed_segments(conn: Connection, route: str, number: str, since: str) -> list[Segment]:
    """Give parts for a receiver whose reference nobody knows: uncertain ones, and accepted ones without it."""
    return fetch_all(
        conn,
        Segment,
        f"""
        SELECT {_COLUMNS}
        FROM outbox_segments
        JOIN outbox ON outbox.id = outbox_segments.message_id
        WHERE outbox_segments.route = ?
            AND outbox.number = ?
            AND outbox_segments.armed_at >= ?
            AND (outbox_segments.state = 'uncertain' AND outbox.state = 'uncertain'
                OR outbox_segments.state = 'sent' AND outbox_segments.reference = '')
        ORDER BY seq
        """,
        (route, number, since),
    )


def list_neighbours(conn: Connection, route: str, seq: int, reach: int = 64) -> list[Segment]:
    """Give the parts handed to a route around one of them, in order."""
    return fetch_all(
        conn,
        Segment,
        f"""
        SELECT {_COLUMNS} FROM outbox_segments
        WHERE route = ?1 AND seq BETWEEN
            IFNULL((SELECT MIN(seq) FROM (SELECT seq FROM outbox_segments WHERE route = ?1 AND seq <= ?2
                ORDER BY seq DESC LIMIT ?3)), 0)
            AND IFNULL((SELECT MAX(seq) FROM (SELECT seq FROM outbox_segments WHERE route = ?1 AND seq >= ?2
                ORDER BY seq LIMIT ?3)), 0)
        ORDER BY seq
        """,
        (route, seq, reach),
    )


def insert_stray(
    conn: Connection, route: str, reference: str, number: str, state: str, at: str, now: str
) -> int:
    """Keep a report that no known part owns, with the instant it was submitted at; give its id."""
    cursor = conn.execute(
        "INSERT INTO stray_reports (route, reference, number, state, at, received_at) VALUES (?, ?, ?, ?, ?, ?)",
        (route, reference, number, state, at, now),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def find_stray(conn: Connection, route: str, number: str, armed_at: str) -> StrayReport | None:
    """Give the oldest unowned report for a receiver of something submitted about when a part was armed."""
    armed = datetime.fromisoformat(armed_at)
    since, until = (
        instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for instant in (armed - SUBMISSION_REACH, armed + SUBMISSION_REACH)
    )
    return fetch_one(
        conn,
        StrayReport,
        "SELECT id, reference, number, state, at FROM stray_reports "
        "WHERE route = ? AND number = ? AND at BETWEEN ? AND ? AND used_by IS NULL ORDER BY id LIMIT 1",
        (route, number, since, until),
    )


def update_stray_used(conn: Connection, stray_id: int, message_id: str) -> None:
    """Say which message a stray report turned out to be of."""
    conn.execute("UPDATE stray_reports SET used_by = ? WHERE id = ?", (message_id, stray_id))

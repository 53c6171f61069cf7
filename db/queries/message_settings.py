"""What the office has settled for all messages, and the limits on how many a receiver gets."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_CHUNK = 500


class MessageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The office's settings of messages."""

    key_salt: str
    """Makes this office's client keys differ from those of another one with the same provider account."""
    quiet_from: int
    """Minute of the day from which only codes are sent."""
    quiet_to: int
    """Minute of the day from which everything is sent again."""
    resend_service_hours: int | None
    """Hours after which a service message nobody could settle is sent once more by itself; None: somebody is asked."""
    footer: str
    """What advertising ends with, so that its receiver knows how to stop it."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """At most so many messages of a kind in so many days to each member of a segment."""

    segment: str
    """Code of the segment; empty: everybody."""
    kind: str
    most: int
    days: int


class NumberCount(msgspec.Struct, frozen=True):
    """How many messages a number got."""

    number: str
    n: int


def read_settings(conn: Connection) -> MessageSettings:
    """Give the office's settings of messages."""
    found = fetch_one(
        conn,
        MessageSettings,
        "SELECT key_salt, quiet_from, quiet_to, resend_service_hours, footer FROM message_settings",
    )
    assert found is not None, "the migration stores the one row"
    return found


def update_settings(
    conn: Connection, *, quiet_from: int, quiet_to: int, resend_service_hours: int | None, footer: str
) -> None:
    """Change the office's settings of messages."""
    conn.execute(
        "UPDATE message_settings SET quiet_from = ?, quiet_to = ?, resend_service_hours = ?, footer = ?",
        (quiet_from, quiet_to, resend_service_hours, footer),
    )


def upsert_limit(conn: Connection, limit: Limit) -> None:
    """Set a limit."""
    conn.execute(
        "INSERT INTO message_limits (segment, kind, most, days) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (segment, kind) DO UPDATE SET most = excluded.most, days = excluded.days",
        (limit.segment, limit.kind, limit.most, limit.days),
    )


def delete_limit(conn: Connection, segment: str, kind: str) -> bool:
    """Take a limit away."""
    cursor = conn.execute("DELETE FROM message_limits WHERE segment = ? AND kind = ?", (segment, kind))
    return cursor.rowcount == 1


def list_limits(conn: Connection) -> list[Limit]:
    """Give the limits."""
    return fetch_all(
        conn, Limit, "SELECT segment, kind, most, days FROM message_limits ORDER BY segment, kind"
    )


def count_to_numbers(conn: Connection, numbers: Iterable[str], kind: str, since: str) -> dict[str, int]:
    """Give how many messages of a kind each number got, or is to get, since an instant; none: not in the answer."""
    asked = list(numbers)
    counts: dict[str, int] = {}
    for start in range(0, len(asked), _CHUNK):
        chunk = asked[start : start + _CHUNK]
        rows = fetch_all(
            conn,
            NumberCount,
            "SELECT number, COUNT(*) AS n FROM outbox WHERE kind = ? AND created_at >= ? "
            "AND state NOT IN ('failed', 'blocked', 'cancelled') AND number IN "
            f"({', '.join('?' * len(chunk))}) GROUP BY number",
            (kind, since, *chunk),
        )
        counts.update({row.number: row.n for row in rows})
    return counts

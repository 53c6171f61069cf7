"""The outbox as people look at it: lists with filters, counts of a month, what waits for a decision."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class ListedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of messages."""

    id: str
    channel: str
    kind: str
    number: str
    person_id: int | None
    body: str
    parts: int
    state: str
    reason: str
    route: str | None
    created_at: str
    due_at: str
    sent_at: str | None
    delivered_at: str | None
    cost_rial: int
    campaign_id: int | None
    resend_of: str | None


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages are wanted; None: any."""

    state: str | None = None
    kind: str | None = None
    channel: str | None = None
    route: str | None = None
    number: str | None = None
    person_id: int | None = None
    campaign_id: int | None = None
    object_kind: str | None = None
    object_id: int | None = None
    since: str | None = None
    """Created at this instant or later."""
    before: str | None = None
    sent_since: str | None = None
    """Sent at this instant or later."""
    sent_before: str | None = None


_COLUMNS = """id, channel, kind, number, person_id, body, parts, state, reason, route, created_at, due_at, sent_at,
    delivered_at, cost_rial, campaign_id, resend_of"""
_TESTS = {
    "since": "created_at >= ?", "before": "created_at < ?", "sent_since": "sent_at >= ?", "sent_before": "sent_at < ?",
}  # fmt: skip


class StateCount(msgspec.Struct, frozen=True):
    """How many messages are in a state."""

    state: str
    n: int


class _Count(msgspec.Struct, frozen=True):
    n: int


def list_messages(conn: Connection, wanted: Filter, limit: int = 50, offset: int = 0) -> list[ListedMessage]:
    """Give messages, newest first."""
    where, values = _where(wanted)
    return fetch_all(
        conn,
        ListedMessage,
        f"SELECT {_COLUMNS} FROM outbox {where} ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )


def count_messages(conn: Connection, wanted: Filter) -> int:
    """Give how many messages there are."""
    where, values = _where(wanted)
    found = fetch_one(conn, _Count, f"SELECT COUNT(*) AS n FROM outbox {where}", values)
    return found.n if found else 0


def count_by_state(conn: Connection, wanted: Filter) -> dict[str, int]:
    """Give how many messages are in each state."""
    where, values = _where(wanted)
    rows = fetch_all(
        conn, StateCount, f"SELECT state, COUNT(*) AS n FROM outbox {where} GROUP BY state", values
    )
    return {row.state: row.n for row in rows}


def list_undecided(conn: Connection, at: str, limit: int = 200) -> list[ListedMessage]:
    """Give uncertain messages nobody looks into any more: somebody has to decide, oldest first."""
    return fetch_all(
        conn,
        ListedMessage,
        f"SELECT {_COLUMNS} FROM outbox WHERE state = 'uncertain' AND (settle_until IS NULL OR settle_until <= ?) "
        "ORDER BY created_at, id LIMIT ?",
        (at, limit),
    )


def _where(wanted: Filter) -> tuple[str, tuple[object, ...]]:
    given = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
    tests = [_TESTS.get(name, f"{name} = ?") for name in given]
    return (f"WHERE {' AND '.join(tests)}" if tests else ""), tuple(given.values())

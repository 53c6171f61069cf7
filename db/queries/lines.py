"""The last known state of each telephone line."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all


class LineState(msgspec.Struct, frozen=True):
    """Whether a line's hardware delivers sound."""

    line: int
    is_up: bool
    driver: str
    detail: str
    since: str


def upsert_line_state(conn: Connection, state: LineState) -> None:
    """Record a line's newest state."""
    conn.execute(
        "INSERT INTO line_states (line, is_up, driver, detail, since) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (line) DO UPDATE SET is_up = excluded.is_up, driver = excluded.driver, "
        "detail = excluded.detail, since = excluded.since",
        (state.line, int(state.is_up), state.driver, state.detail, state.since),
    )


def list_line_states(conn: Connection) -> list[LineState]:
    """Give every line's state."""
    return fetch_all(
        conn, LineState, "SELECT line, is_up, driver, detail, since FROM line_states ORDER BY line"
    )


class LineEvent(msgspec.Struct, frozen=True):
    """A line's hardware came or went."""

    name: str
    at: str
    problem: str


NEWEST_EVENTS = 20_000
"""Events looked through for those of one line, about a week of a busy office: there is no index by line."""


def list_line_events(conn: Connection, line: int, limit: int) -> list[LineEvent]:
    """Give when a line came and went lately, newest first."""
    return fetch_all(
        conn,
        LineEvent,
        "SELECT name, at, COALESCE(json_extract(body, '$.problem'), '') AS problem FROM events "
        "WHERE seq > (SELECT MAX(seq) FROM events) - ? AND name IN ('line.up', 'line.down') "
        "AND json_extract(body, '$.line') = ? ORDER BY seq DESC LIMIT ?",
        (NEWEST_EVENTS, line, limit),
    )

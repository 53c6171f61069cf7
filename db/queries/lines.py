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

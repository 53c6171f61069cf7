"""Rows of one file as they were compared, in a small database of their own beside the file.

They are for looking at: thousands of rows that nobody needs after a while stay out of the office's records, and
writing them holds nobody up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from db.connection import Connection, connect
from db.records import fetch_all


class ComparedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row and what becomes of it."""

    no: int
    state: str
    reason: str
    person: int
    """Id of a person who is there, else not above 0."""
    policy: int
    holder: str = ""
    line: str = ""
    number: str = ""
    core_code: str = ""
    amount: int | None = None
    day: str = ""
    agency: str = ""


_FIELDS = tuple(ComparedRow.__struct_fields__)


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write all rows anew."""
    path.unlink(missing_ok=True)
    conn = connect(path)
    try:
        conn.execute("PRAGMA journal_mode = OFF")
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute(f"CREATE TABLE rows ({', '.join(_FIELDS)}, PRIMARY KEY (no)) WITHOUT ROWID")
        conn.execute("BEGIN")
        conn.executemany(
            f"INSERT OR REPLACE INTO rows VALUES ({', '.join(':' + name for name in _FIELDS)})", rows
        )
        conn.execute("CREATE INDEX rows_state ON rows (state, no)")
        conn.execute("COMMIT")
    finally:
        conn.close()


def list_rows(path: Path, states: tuple[str, ...], *, after: int = 0, limit: int = 50) -> list[ComparedRow]:
    """Give rows of some states by number; none when the file is no longer there."""
    if not path.exists():
        return []
    conn: Connection = connect(path, read_only=True)
    try:
        return fetch_all(
            conn,
            ComparedRow,
            "SELECT * FROM rows WHERE state IN (SELECT value FROM json_each(:states)) AND no > :after "
            "ORDER BY no LIMIT :limit",
            {"states": json.dumps(states), "after": after, "limit": limit},
        )
    finally:
        conn.close()


def count_reasons(path: Path) -> list[tuple[str, int, int]]:
    """Give (reason, rows, first row) of the rows that cannot be taken, the most frequent first."""
    if not path.exists():
        return []
    conn = connect(path, read_only=True)
    try:
        rows = conn.execute(
            "SELECT reason, COUNT(*), MIN(no) FROM rows WHERE state = 'error' GROUP BY reason ORDER BY 2 DESC, 3"
        )
        return [(str(row[0]), int(row[1]), int(row[2])) for row in rows]
    finally:
        conn.close()

"""Storing many rows at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from db.connection import Connection


def insert_rows(
    conn: Connection, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> int:
    """Store rows of the same columns; give how many. Names come from code, never from a request."""
    for name in (table, *columns):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(f"{name!r} is no name of the schema")
    places = ", ".join("?" * len(columns))
    return conn.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows).rowcount


def largest_id(conn: Connection, table: str) -> int:
    """Give the largest id of a table, 0 when it is empty."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", table):
        raise ValueError(f"{table!r} is no name of the schema")
    return int(conn.execute(f"SELECT IFNULL(MAX(id), 0) FROM {table}").fetchone()[0])


def update_statistics(conn: Connection) -> None:
    """Let SQLite look at what the tables hold, so that it chooses its indexes well."""
    conn.execute("PRAGMA analysis_limit = 1000")
    conn.execute("ANALYZE")

"""Storing many rows at once."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from db.connection import Connection, transaction

BULK_CACHE_KIB = 256 * 1024
BULK_CHECKPOINT_PAGES = 20_000
IMPORT_CACHE_KIB = 64 * 1024


def enlarge_cache(conn: Connection) -> None:
    """Let a connection that imports keep a large office's indexes in memory: they are read once, not for every row."""
    conn.execute(f"PRAGMA cache_size = -{IMPORT_CACHE_KIB}")


@contextlib.contextmanager
def storing_much(conn: Connection) -> Iterator[None]:
    """Let a connection store millions of rows: indexes stay in memory, the log is written back in large pieces.

    Every transaction is still whole after a crash; only the last ones may be missing, as the file system had not been
    asked to keep them yet.
    """
    names = ("cache_size", "synchronous", "wal_autocheckpoint")
    before = {name: conn.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
    changed = {"cache_size": -BULK_CACHE_KIB, "synchronous": 1, "wal_autocheckpoint": BULK_CHECKPOINT_PAGES}
    try:
        for name, value in changed.items():
            conn.execute(f"PRAGMA {name} = {value}")
        yield
    finally:
        for name, value in before.items():
            conn.execute(f"PRAGMA {name} = {value}")


@contextlib.contextmanager
def indexed_afterwards(conn: Connection, tables: tuple[str, ...]) -> Iterator[None]:
    """Let rows be stored without the tables' indexes, which are built from all of them at the end.

    Sorting millions of entries once costs a fraction of putting each into its place. Unique indexes stay: they are
    rules. Who is killed in between leaves the tables slow, so this is for filling an office that is to be thrown away.
    """
    found = conn.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX %' "
        f"AND tbl_name IN ({', '.join('?' * len(tables))})",
        tables,
    ).fetchall()
    with transaction(conn):
        for row in found:
            conn.execute(f"DROP INDEX {row['name']}")
    try:
        yield
    finally:
        with transaction(conn):
            for row in found:
                conn.execute(row["sql"])


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


def update_statistics(conn: Connection, table: str = "") -> None:
    """Let SQLite look at what a table holds, or all of them, so that it chooses its indexes well."""
    if table and not re.fullmatch(r"[a-z][a-z0-9_]*", table):
        raise ValueError(f"{table!r} is no name of the schema")
    conn.execute("PRAGMA analysis_limit = 1000")
    conn.execute(f"ANALYZE {table}")

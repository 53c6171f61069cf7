"""Copies of the database file: made while the office works, checked before they count, and counted for a drill."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from db.connection import Connection, DatabaseUnusableError, connect

PAGES_A_STEP = 2048
"""Pages copied before other writers get their turn (8 MiB of 4 KiB pages)."""


def file_of(conn: Connection) -> Path:
    """Give the file of an open database."""
    row = next(row for row in conn.execute("PRAGMA database_list") if row["name"] == "main")
    return Path(row["file"])


def copy_database(conn: Connection, target: Path) -> None:
    """Write a copy as of one instant to a new file, without stopping writers. Raises `DatabaseError`."""
    target.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(target)) as copy:
        conn.backup(copy, pages=PAGES_A_STEP, sleep=0.01)
        # A single file is what is kept: the copy has no write-ahead log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def compact_copy(conn: Connection, target: Path) -> None:
    """Write a copy without free pages to a new file. Raises `DatabaseError`."""
    target.unlink(missing_ok=True)
    conn.execute("VACUUM INTO ?", (str(target),))


def damage_of(path: Path, *, is_quick: bool = False) -> str:
    """Give what SQLite finds wrong with a file; empty: nothing."""
    try:
        with contextlib.closing(connect(path, read_only=True)) as conn:
            check = "quick_check" if is_quick else "integrity_check"
            found = [str(row[0]) for row in conn.execute(f"PRAGMA {check}(5)")]
            broken = conn.execute("PRAGMA foreign_key_check").fetchone()
    except (sqlite3.Error, DatabaseUnusableError) as error:
        return str(error)
    if found != ["ok"]:
        return "; ".join(found)
    return f"a row of {broken[0]} refers to none" if broken else ""


def count_tables(path: Path) -> dict[str, int]:
    """Give the number of rows of each table of a file. Raises `DatabaseUnusableError`, `DatabaseError`."""
    with contextlib.closing(connect(path, read_only=True)) as conn:
        names = [
            str(row[0])
            for row in conn.execute(
                "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
                "AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
        ]
        return {name: int(conn.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]) for name in names}


def mark_of_changes(conn: Connection) -> str:
    """Give a text that differs when anything the office did was recorded since: every change leaves an event or a
    line of the log of work."""
    row = conn.execute(
        "SELECT (SELECT IFNULL(MAX(seq), 0) FROM events), (SELECT IFNULL(MAX(id), 0) FROM audit_log)"
    ).fetchone()
    return f"{row[0]}-{row[1]}"


def replace_contents(conn: Connection, source: Path) -> None:
    """Put a file's contents in the place of an open database's, in one transaction; other processes wait for its end.

    Whoever has the database open sees the other records with the next question. Raises `DatabaseError`.
    """
    with contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
        copy.backup(conn)

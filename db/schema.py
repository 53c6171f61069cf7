"""Bringing a database to this version's schema, and refusing one that is newer."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from db.connection import Connection, DatabaseUnusableError, connect

if TYPE_CHECKING:
    from sqlite_utils import Migrations


class SchemaError(RuntimeError):
    """The database's schema is not the one this version works with; the message says what to do."""


def migrate(path: Path | str, steps: Migrations | None = None) -> list[str]:
    """Bring the database file at `path` to the current schema, creating it if absent.

    A lock file keeps two processes from migrating at once. Before an existing schema changes, a copy of the
    database is left beside it. Gives the names of the steps taken; `steps` is this version's history unless
    another is given.
    Raises `SchemaError` when the database was written by a newer version.
    """
    import sqlite_utils

    from db.migrations import history

    steps = steps or history
    target = Path(path)
    try:
        lock = open(target.with_name(target.name + ".migrate-lock"), "w")  # noqa: SIM115 - held below
    except OSError as error:
        raise DatabaseUnusableError(
            f"the data folder {target.parent} cannot be written ({error.strerror}): "
            "check its owner and that the disk is neither full nor read-only, or choose another with --data"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        conn = connect(target)
        try:
            database = sqlite_utils.Database(conn)
            done = [step.name for step in steps.applied(database)]
            known = [step.name for step in steps.pending(sqlite_utils.Database(memory=True))]
            _refuse_newer(done, known)
            waiting = [step.name for step in steps.pending(database)]
            if waiting and done:
                _copy_aside(conn, target, done[-1])
            if waiting:
                steps.apply(database)
            return waiting
        finally:
            conn.close()


def require_current(conn: Connection) -> None:
    """Raise `SchemaError` unless every migration of this version, and no other, was applied."""
    known = _known_steps()
    try:
        rows = conn.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'aminbox'").fetchall()
    except sqlite3.OperationalError:
        rows = []
    done = [row["name"] for row in rows]
    _refuse_newer(done, known)
    if missing := [name for name in known if name not in done]:
        raise SchemaError(f"the database lacks {', '.join(missing)}: run 'aminbox migrate' once")


def _known_steps() -> list[str]:
    folder = Path(__file__).parent / "migrations"
    return sorted(file.stem for file in folder.glob("m[0-9]*.py"))


def _refuse_newer(done: list[str], known: list[str]) -> None:
    if unknown := [name for name in done if name not in known]:
        raise SchemaError(
            f"the database was written by a newer version (it has {', '.join(unknown)}): "
            "start that version, or restore a backup made by this one"
        )


def _copy_aside(conn: Connection, target: Path, last_step: str) -> None:
    """Leave a whole copy beside the database; a copy of an earlier attempt stays until the new one is complete."""
    copy = target.with_name(f"{target.stem}.before-{last_step}-next.sqlite3")
    part = copy.with_name(copy.name + ".part")
    try:
        part.unlink(missing_ok=True)
        conn.execute("VACUUM INTO ?", (str(part),))
        _flush(part)
        part.replace(copy)
        _flush(copy.parent)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnusableError(
            f"no copy of the database could be left at {copy} ({error}), so nothing was changed: "
            "free as much space as the database takes, or clear what is in the way"
        ) from error


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Opening the office's database and changing it safely.

Why one module: durability and locking are settled here once. WAL with ``synchronous=FULL`` lost nothing in
simulated power cuts; ``BEGIN IMMEDIATE`` waits for other writers instead of failing when a read is upgraded.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from db.text import fold

Connection = sqlite3.Connection
DatabaseError = sqlite3.Error

BUSY_TIMEOUT_S = 5.0
CACHE_KIB = 4096


class DatabaseUnusableError(RuntimeError):
    """The database file cannot be opened or written; the message says what to do."""


def connect(path: Path | str, *, read_only: bool = False, kind: type[Connection] | None = None) -> Connection:
    """Open one connection for the calling thread; the caller closes it.

    Rows come as `sqlite3.Row`. One of another `kind` may be handed from thread to thread (`db.pool`).
    Raises `DatabaseUnusableError` with the remedy.
    """
    target = Path(path)
    mode = "ro" if read_only else "rwc"
    conn: Connection | None = None
    try:
        conn = sqlite3.connect(
            f"file:{_quoted(target)}?mode={mode}",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            factory=kind or Connection,
            check_same_thread=kind is None,
        )
        conn.row_factory = sqlite3.Row
        conn.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        conn.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.create_function("fold", 1, _fold, deterministic=True)
    except sqlite3.Error as error:
        if conn is not None:
            conn.close()
        raise DatabaseUnusableError(_remedy(target, error, read_only=read_only)) from error
    return conn


@contextlib.contextmanager
def transaction(conn: Connection) -> Iterator[Connection]:
    """Run the block as one transaction: all of it is stored, or none.

    Takes the write lock at once (``BEGIN IMMEDIATE``) and so waits up to `BUSY_TIMEOUT_S` for another writer.
    Inside another `transaction` it becomes a savepoint. No network, sleep or rendering belongs inside.
    """
    if conn.in_transaction:
        conn.execute("SAVEPOINT nested")
        try:
            yield conn
        except BaseException:
            # A full disk makes SQLite end the whole transaction by itself; the savepoint is gone then.
            if conn.in_transaction:
                conn.execute("ROLLBACK TO nested")
                conn.execute("RELEASE nested")
            raise
        conn.execute("RELEASE nested")
        return
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield conn
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def _fold(text: object) -> str:
    return "" if text is None else fold(str(text))


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _remedy(path: Path, error: sqlite3.Error, *, read_only: bool) -> str:
    if not path.parent.is_dir():
        return f"the data folder {path.parent} does not exist: create it or choose another with --data"
    if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return (
            f"{path} is damaged or no database ({error}): move it away and put a backup in its place, "
            "or start without it to begin with an empty office"
        )
    if read_only and not path.exists():
        return f"there is no database {path}: it is made at the office's first start ('aminbox run')"
    if read_only:
        return f"the database {path} cannot be read ({error}): check its owner, its mode and its folder's"
    return (
        f"the database {path} cannot be opened for writing ({error}): check that the folder "
        f"{path.parent} is writable by this user and that the disk is not full or read-only"
    )

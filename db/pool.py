"""Connections that are kept for the next request, because opening one costs more than most questions do.

SQLite reads the whole schema when a connection asks its first question: 2–3 ms of processor time, on every small page.
A few idle connections are enough for an office, and each keeps a page cache, so the rest are closed. One thread has a
connection at a time. Commands and daemons, which live with one connection, use `connect`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from pathlib import Path
from typing import Any

from db.connection import Connection, connect

MOST_IDLE = 4
"""Kept between requests: what one office asks for at the same time."""
Place = tuple[int, int]


class PooledConnection(sqlite3.Connection):
    """A connection that knows its cursors, so that none is left open behind a request."""

    place: Place | None = None
    """The file it was opened on, by device and number: a restored backup is another one under the same name."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: weakref.WeakSet[sqlite3.Cursor] = weakref.WeakSet()

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """Give a cursor."""
        cursor = super().cursor(*arguments, **options)
        self._cursors.add(cursor)
        return cursor

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Ask by a cursor of its own; the base class makes one nobody hears of."""
        asked: sqlite3.Cursor = self.cursor().execute(*arguments)
        return asked

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        """Ask for many by a cursor of its own."""
        asked: sqlite3.Cursor = self.cursor().executemany(*arguments)
        return asked

    def close_cursors(self) -> None:
        """Close what was not read to its end: it would hold the records as they were when it was asked."""
        for cursor in list(self._cursors):
            cursor.close()


class Pool:
    """The connections of one process to one database file; safe for several threads."""

    def __init__(self, most_idle: int = MOST_IDLE) -> None:
        self._most_idle = most_idle
        self._lock = threading.Lock()
        self._idle: list[PooledConnection] = []
        self._process = os.getpid()

    def take(self, path: Path) -> Connection:
        """Give a connection to a file for the calling thread, which gives it back.

        Raises `db.connection.DatabaseUnusableError` as `connect` does.
        """
        place = _place_of(path)
        with self._lock:
            self._forget_parents()
            while self._idle:
                conn = self._idle.pop()
                if place is not None and conn.place == place:
                    return conn
                conn.close()
        opened = connect(path, kind=PooledConnection)
        assert isinstance(opened, PooledConnection)
        opened.place = _place_of(path)
        return opened

    def give_back(self, conn: Connection) -> None:
        """Keep a connection for who comes next, unless enough are kept or somebody left a transaction open."""
        assert isinstance(conn, PooledConnection)
        conn.close_cursors()
        if not conn.in_transaction and conn.place is not None:
            with self._lock:
                self._forget_parents()
                if len(self._idle) < self._most_idle:
                    self._idle.append(conn)
                    return
        conn.close()

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            self._forget_parents()
            while self._idle:
                self._idle.pop().close()

    def _forget_parents(self) -> None:
        """Leave alone what a forked process inherited: SQLite's locks are the parent's."""
        if self._process != os.getpid():
            self._process, self._idle = os.getpid(), []


def _place_of(path: Path) -> Place | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino

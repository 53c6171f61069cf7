"""Connections and transactions: all or nothing, nested or not, alone or among other processes."""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from db import Connection, DatabaseError, connect, transaction
from db.connection import DatabaseUnusableError

PROCESSES = 4
WRITES = 150


@pytest.fixture
def names(conn: Connection) -> Connection:
    """Give a connection to a database that has a table of names."""
    conn.execute("CREATE TABLE names (name TEXT NOT NULL) STRICT")
    return conn


def stored(conn: Connection) -> list[str]:
    return [row["name"] for row in conn.execute("SELECT name FROM names ORDER BY rowid")]


def put(conn: Connection, name: str) -> None:
    conn.execute("INSERT INTO names VALUES (?)", (name,))


def test_connections_are_durable_and_keep_foreign_keys(database: Path) -> None:
    conn = connect(database)
    assert conn.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert conn.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert conn.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert conn.execute("PRAGMA busy_timeout").fetchone()[0] == 5000
    conn.close()


def test_a_transaction_stores_its_block(names: Connection, database: Path) -> None:
    with transaction(names):
        put(names, "a")
        put(names, "b")
    other = connect(database)
    assert stored(other) == ["a", "b"]
    other.close()


def put_and_raise(conn: Connection, name: str, error: BaseException) -> None:
    with transaction(conn):
        put(conn, name)
        raise error


def test_a_transaction_that_raises_stores_nothing(names: Connection) -> None:
    with pytest.raises(KeyError):
        put_and_raise(names, "a", KeyError())
    assert stored(names) == []
    assert not names.in_transaction


def test_an_interrupt_rolls_back_too(names: Connection) -> None:
    with pytest.raises(KeyboardInterrupt):
        put_and_raise(names, "a", KeyboardInterrupt())
    assert stored(names) == []


def test_a_nested_transaction_that_raises_takes_only_its_own_back(names: Connection) -> None:
    with transaction(names):
        put(names, "outer")
        with pytest.raises(KeyError):
            put_and_raise(names, "inner", KeyError())
        put(names, "after")
    assert stored(names) == ["outer", "after"]


def test_an_outer_transaction_takes_a_finished_inner_one_back(names: Connection) -> None:
    def outer() -> None:
        with transaction(names):
            with transaction(names):
                put(names, "inner")
            raise KeyError

    with pytest.raises(KeyError):
        outer()
    assert stored(names) == []


def test_three_levels_undo_only_the_innermost(names: Connection) -> None:
    with transaction(names):
        put(names, "1")
        with transaction(names):
            put(names, "2")
            with pytest.raises(KeyError):
                put_and_raise(names, "3", KeyError())
    assert stored(names) == ["1", "2"]


def test_a_nested_error_is_not_hidden_when_the_database_rolled_everything_back(names: Connection) -> None:
    # SQLite ends the whole transaction by itself on a full disk or an I/O error; the savepoint is gone then.
    def fill_the_disk() -> None:
        with transaction(names), transaction(names):
            put(names, "a")
            names.execute("ROLLBACK")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk"):
        fill_the_disk()
    assert stored(names) == []


def test_the_write_lock_is_taken_at_the_start(names: Connection, database: Path) -> None:
    other = connect(database)
    other.execute("PRAGMA busy_timeout = 0")
    with transaction(names), pytest.raises(DatabaseError, match="locked"), transaction(other):
        pass
    other.close()


def test_a_reader_sees_the_last_commit_while_another_writes(names: Connection, database: Path) -> None:
    put(names, "old")
    reader = connect(database, read_only=True)
    with transaction(names):
        put(names, "new")
        assert stored(reader) == ["old"]
    assert stored(reader) == ["old", "new"]
    reader.close()


def test_a_connection_belongs_to_its_thread(conn: Connection) -> None:
    problems: list[Exception] = []

    def use() -> None:
        try:
            conn.execute("SELECT 1")
        except DatabaseError as error:
            problems.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(problems) == 1


def _read_then_write(database: str, writer: int, start: Event) -> None:
    conn = connect(database)
    start.wait(10)
    for place in range(WRITES):
        with transaction(conn):
            conn.execute("SELECT COUNT(*) FROM names").fetchone()
            put(conn, f"{writer}-{place}")
    conn.close()


def test_four_processes_write_at_once_and_none_is_locked_out(names: Connection, database: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    writers = [
        context.Process(target=_read_then_write, args=(str(database), writer, start))
        for writer in range(PROCESSES)
    ]
    for process in writers:
        process.start()
    start.set()
    for process in writers:
        process.join(60)
    assert [process.exitcode for process in writers] == [0] * PROCESSES
    assert len(set(stored(names))) == PROCESSES * WRITES


def test_a_missing_folder_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusableError, match=r"nowhere does not exist: create it or choose another"):
        connect(tmp_path / "nowhere" / "aminbox.sqlite3")


def test_a_missing_database_is_not_created_by_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "aminbox.sqlite3"
    with pytest.raises(DatabaseUnusableError, match="there is no database"):
        connect(path, read_only=True)
    assert not path.exists()


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "aminbox.sqlite3"
    path.write_bytes(b"this is a letter, not a database\n" * 100)
    for read_only in (False, True):
        with pytest.raises(DatabaseUnusableError, match=r"no database .* put a backup in its place"):
            connect(path, read_only=read_only)


@pytest.mark.parametrize(
    "name", ["a b.sqlite3", "50%.sqlite3", "what?.sqlite3", "no#1.sqlite3", "دفتر.sqlite3"]
)
def test_file_names_are_taken_literally(tmp_path: Path, name: str) -> None:
    connect(tmp_path / name).close()
    assert (tmp_path / name).exists()

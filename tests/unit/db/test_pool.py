"""Connections kept between requests: quick to have, and never a trace of who had one before."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import Connection, connect
from db.connection import DatabaseUnusableError
from db.pool import Pool


@pytest.fixture
def pool() -> Iterator[Pool]:
    opened = Pool(most_idle=2)
    yield opened
    opened.close()


def name_of(conn: Connection) -> str:
    return str(conn.execute("SELECT value FROM settings WHERE key = 'pool'").fetchone()[0])


def say(database: Path, value: str) -> None:
    conn = connect(database)
    conn.execute(
        "INSERT INTO settings (key, value, changed_at) VALUES ('pool', ?, '2026-01-01T00:00:00.000Z') "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (f'"{value}"',),
    )
    conn.close()


def test_the_next_request_has_the_connection_of_the_one_before(pool: Pool, database: Path) -> None:
    first = pool.take(database)
    pool.give_back(first)
    assert pool.take(database) is first


def test_two_requests_at_once_have_two_connections(pool: Pool, database: Path) -> None:
    one, other = pool.take(database), pool.take(database)
    assert one is not other
    pool.give_back(one)
    pool.give_back(other)


def test_what_somebody_left_unread_does_not_hide_what_came_later(pool: Pool, database: Path) -> None:
    say(database, "old")
    conn = pool.take(database)
    unread = conn.execute("SELECT key FROM settings UNION ALL SELECT key FROM settings")
    assert unread.fetchone() is not None
    pool.give_back(conn)
    say(database, "new")
    assert name_of(pool.take(database)) == '"new"'


def test_a_transaction_left_open_is_taken_back(pool: Pool, database: Path) -> None:
    say(database, "kept")
    conn = pool.take(database)
    conn.execute("BEGIN IMMEDIATE")
    conn.execute("UPDATE settings SET value = '\"lost\"' WHERE key = 'pool'")
    pool.give_back(conn)
    again = pool.take(database)
    assert again is not conn
    assert name_of(again) == '"kept"'


def test_a_restored_backup_is_read_and_not_the_file_before_it(pool: Pool, database: Path) -> None:
    say(database, "before")
    copy = database.with_name("copy.sqlite3")
    with connect(database) as conn:
        conn.execute("VACUUM INTO ?", (str(copy),))
    conn.close()
    say(copy, "restored")
    used = pool.take(database)
    assert name_of(used) == '"before"'
    pool.give_back(used)
    copy.replace(database)
    assert name_of(pool.take(database)) == '"restored"'


def test_a_database_that_went_away_is_said_to_be_away(pool: Pool, database: Path) -> None:
    pool.give_back(pool.take(database))
    shutil.rmtree(database.parent)
    with pytest.raises(DatabaseUnusableError):
        pool.take(database)


def test_only_some_connections_stay_open(pool: Pool, database: Path) -> None:
    taken = [pool.take(database) for _ in range(3)]
    for conn in taken:
        pool.give_back(conn)
    kept = {id(pool.take(database)), id(pool.take(database))}
    assert kept < {id(conn) for conn in taken}
    assert id(pool.take(database)) not in {id(conn) for conn in taken[:2]}


def _takes_the_same(pool: Pool, database: Path, mark: int, answers: multiprocessing.Queue[bool]) -> None:
    answers.put(id(pool.take(database)) == mark)


def test_a_forked_process_leaves_its_parents_connections_alone(pool: Pool, database: Path) -> None:
    conn = pool.take(database)
    pool.give_back(conn)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_takes_the_same, args=(pool, database, id(conn), answers))
    child.start()
    assert answers.get(timeout=20) is False
    child.join(20)

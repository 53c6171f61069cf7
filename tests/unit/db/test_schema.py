"""Migrations: once each, forward only, safe beside another process, with a copy left before a change."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import sqlite_utils
from sqlite_utils import Migrations

import db.migrations
from db import Connection, connect, migrate, require_current
from db.connection import DatabaseUnusableError
from db.migrations import history
from db.schema import SchemaError

DATA = Path(__file__).parents[2] / "data" / "schema"


def schema_of(conn: Connection) -> list[tuple[str, str]]:
    """Give every table, index and trigger with its text, in one spelling of white space."""
    rows = conn.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_sqlite%' ESCAPE '\\' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    return [(row["name"], " ".join(row["sql"].split())) for row in rows]


def pretend_newer(path: Path) -> None:
    conn = connect(path)
    later = Migrations(history.name)
    later(name="m9999_later")(lambda db: None)
    later.apply(sqlite_utils.Database(conn))
    conn.close()


def test_a_fresh_machine_gets_every_step(tmp_path: Path) -> None:
    path = tmp_path / "aminbox.sqlite3"
    folder = Path(db.migrations.__file__).parent
    assert migrate(path) == sorted(file.stem for file in folder.glob("m[0-9]*.py"))
    conn = connect(path)
    require_current(conn)
    conn.close()


def test_migrating_twice_does_nothing_the_second_time(database: Path) -> None:
    before = database.stat().st_size
    assert migrate(database) == []
    assert database.stat().st_size == before
    assert list(database.parent.glob("*.before-*")) == []


def test_every_table_is_strict(conn: Connection) -> None:
    of_search = "person_search"  # a full-text index keeps its pages in tables of SQLite's own
    loose = [
        name
        for name, sql in schema_of(conn)
        if sql.startswith("CREATE TABLE") and "STRICT" not in sql and not name.startswith(of_search)
    ]
    assert loose == []


def test_foreign_keys_and_integrity_hold(conn: Connection) -> None:
    assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.parametrize("snapshot", sorted(DATA.glob("*.sql")), ids=lambda path: path.stem)
def test_an_old_snapshot_becomes_what_a_fresh_machine_has(
    snapshot: Path, tmp_path: Path, conn: Connection
) -> None:
    path = tmp_path / "old.sqlite3"
    old = sqlite3.connect(path)
    old.executescript(snapshot.read_text(encoding="utf-8"))
    calls = old.execute("SELECT COUNT(*) FROM calls").fetchone()[0]
    old.close()
    migrate(path)
    now = connect(path)
    assert schema_of(now) == schema_of(conn)
    assert now.execute("SELECT COUNT(*) FROM calls").fetchone()[0] == calls > 0
    assert now.execute("PRAGMA foreign_key_check").fetchall() == []
    now.close()


def test_there_is_a_snapshot_of_the_oldest_schema() -> None:
    assert (DATA / "m0001_office.sql").exists()


def test_a_database_of_a_newer_version_is_refused_and_untouched(database: Path) -> None:
    pretend_newer(database)
    before = database.read_bytes()
    with pytest.raises(SchemaError, match=r"newer version \(it has m9999_later\): start that version"):
        migrate(database)
    assert database.read_bytes() == before
    conn = connect(database)
    with pytest.raises(SchemaError, match="newer version"):
        require_current(conn)
    conn.close()


def test_a_database_without_a_schema_is_sent_to_migrate(tmp_path: Path) -> None:
    conn = connect(tmp_path / "empty.sqlite3")
    with pytest.raises(SchemaError, match="run 'aminbox migrate' once"):
        require_current(conn)
    conn.close()


@pytest.fixture
def longer() -> Migrations:
    """Give the schema's history with room for one more step, as the next release will have."""
    steps = Migrations(history.name)
    for step in history.pending(sqlite_utils.Database(memory=True)):
        steps(name=step.name)(step.fn)
    return steps


def test_a_copy_is_left_beside_a_database_before_it_changes(database: Path, longer: Migrations) -> None:
    conn = connect(database)
    conn.execute("INSERT INTO events (id, name, at, body) VALUES ('e1', 'line.up', 'now', '{}')")
    conn.close()
    longer(name="m0999_next")(lambda db: db.execute("DROP TABLE events"))
    assert migrate(database, longer) == ["m0999_next"]
    (copy,) = database.parent.glob("*.before-*")
    kept = sqlite3.connect(copy)
    assert kept.execute("SELECT id FROM events").fetchall() == [("e1",)]
    kept.close()


def test_a_step_that_fails_leaves_the_schema_as_it_was(database: Path, longer: Migrations) -> None:
    def broken(db: sqlite_utils.Database) -> None:
        db.execute("DROP TABLE events")
        raise RuntimeError("power")

    longer(name="m0999_next")(broken)
    with pytest.raises(RuntimeError, match="power"):
        migrate(database, longer)
    conn = connect(database)
    assert conn.execute("SELECT COUNT(*) FROM events").fetchone()[0] == 0
    require_current(conn)
    conn.close()


def test_without_room_for_a_copy_nothing_changes_and_the_older_copy_stays(
    database: Path, longer: Migrations
) -> None:
    longer(name="m0999_next")(lambda db: db.execute("DROP TABLE events"))
    last = max(file.stem for file in Path(db.migrations.__file__).parent.glob("m[0-9]*.py"))
    kept = database.with_name(f"aminbox.before-{last}-next.sqlite3")
    kept.write_text("the copy of the attempt before")
    kept.with_name(kept.name + ".part").mkdir()
    with pytest.raises(DatabaseUnusableError, match="nothing was changed: free"):
        migrate(database, longer)
    assert kept.read_text() == "the copy of the attempt before"
    conn = connect(database)
    require_current(conn)
    conn.close()


def _migrate(path: str, start: Event) -> None:
    start.wait(10)
    done = migrate(path)
    Path(path).with_name(f"done-{os.getpid()}").write_text(" ".join(done))


def test_two_processes_migrate_at_once_and_each_step_runs_once(tmp_path: Path) -> None:
    path = tmp_path / "aminbox.sqlite3"
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    processes = [context.Process(target=_migrate, args=(str(path), start)) for _ in range(2)]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    done = sorted(file.read_text() for file in tmp_path.glob("done-*"))
    assert done[0] == ""
    assert done[1] != ""


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusableError, match=r"cannot be written .* choose another with --data"):
        migrate(tmp_path / "nowhere" / "aminbox.sqlite3")

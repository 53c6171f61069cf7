"""A worker that is killed in the middle leaves all of an import or nothing, and the next one finishes it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from appliance.domain.demo_data.import_samples import Sample
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.importing import work
from appliance.domain.importing.recovering import take_up, unfinished
from appliance.domain.importing.undoing import undo_import
from db import Connection, connect, transaction
from db.queries import imports
from db.queries.import_undoing import has_rests
from tests.fakes.clock import FakeClock
from tests.fakes.imports import Intake, write_workbook
from tests.fakes.office import furnish

ROWS = 1500
TABLES = (
    "persons",
    "policies",
    "instalments",
    "instalment_plans",
    "endorsements",
    "commissions",
    "audit_log",
)


def sizes(database: Path) -> tuple[int, ...]:
    conn = connect(database, read_only=True)
    try:
        return tuple(conn.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES)
    finally:
        conn.close()


def start(database: Path, import_id: int) -> subprocess.Popen[bytes]:
    settings = {"data": str(database.parent), "runtime": str(database.parent), "zone": "Asia/Tehran"}
    return subprocess.Popen(
        [sys.executable, "-m", "appliance.import_commands", str(import_id), json.dumps(settings)],
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def intake(conn: Connection, database: Path, clock: FakeClock) -> Intake:
    owner = furnish(conn).owner
    with transaction(conn):
        enter_structure(conn)
    return Intake(conn, database, owner, clock)


def revive(intake: Intake) -> None:
    """Put an import without a worker back into the queue, as after a power cut; how often it died does not count."""
    with intake.act() as act:
        for waiting in unfinished(act):
            assert take_up(act, msgspec.structs.replace(waiting, problem=""))


def kill_while_storing(intake: Intake, database: Path, import_id: int, after: int) -> bool:
    """Start a worker and kill it when so many policies are there; False when it was done before."""
    worker = start(database, import_id)
    while worker.poll() is None and policies(intake.conn) < after:
        time.sleep(0.002)
    is_alive = worker.poll() is None
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    return is_alive


def policies(conn: Connection) -> int:
    return int(conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0])


def test_a_killed_worker_leaves_all_or_nothing(intake: Intake, database: Path, tmp_path: Path) -> None:
    one = intake.preview(write_workbook(tmp_path / "F1.xlsx", Sample("F1", ROWS).table()))
    with intake.act() as act:
        work.apply(act, one.id)
    before, whole = sizes(database)[:6], one.count("policies")
    for after in (1, whole // 4):
        assert kill_while_storing(intake, database, one.id, after)
        assert has_rests(intake.conn, one.id)
        revive(intake)
    # The next worker takes back what the last one left, then stores everything.
    worker = start(database, one.id)
    assert worker.wait() == 0
    found = imports.find_import(intake.conn, one.id)
    assert found is not None
    assert found.state == "applied"
    assert policies(intake.conn) == found.count("policies") == whole
    with intake.act() as act:
        undo_import(act, one.id)
    worker = start(database, one.id)
    while worker.poll() is None and policies(intake.conn) == whole:
        time.sleep(0.002)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert 0 < policies(intake.conn) < whole
    revive(intake)
    assert start(database, one.id).wait() == 0
    assert sizes(database)[:6] == before
    assert intake.conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert intake.conn.execute("PRAGMA foreign_key_check").fetchall() == []

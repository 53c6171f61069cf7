"""A worker that is killed in the middle leaves all of an import or nothing, and the next one finishes it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appliance.domain.demo_data.import_samples import Sample
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.importing import work
from appliance.domain.importing.recovering import take_up, unfinished
from db import Connection, connect, transaction
from db.queries import imports
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


def test_a_killed_worker_leaves_all_or_nothing(intake: Intake, database: Path, tmp_path: Path) -> None:
    one = intake.preview(write_workbook(tmp_path / "F1.xlsx", Sample("F1", ROWS).table()))
    with intake.act() as act:
        work.apply(act, one.id)
    before = sizes(database)
    probe = start(database, one.id)
    while probe.poll() is None and intake.files.progress(one.stored_name).phase != "storing":
        time.sleep(0.001)
    os.kill(probe.pid, signal.SIGKILL)
    probe.wait()
    after = sizes(database)
    found = imports.find_import(intake.conn, one.id)
    assert found is not None
    assert (found.state == "applied") == (after != before)
    kills = 1
    while found.state != "applied" and kills < 4:
        # The next worker, killed a little later each time; the last one is left alone.
        with intake.act() as act:
            for waiting in unfinished(act):
                intake.conn.execute("UPDATE imports SET problem = '' WHERE id = ?", (waiting.id,))
                take_up(act, waiting)
        assert sizes(database)[:6] == before[:6]
        worker = start(database, one.id)
        if kills < 3:
            while worker.poll() is None and intake.files.progress(one.stored_name).phase != "storing":
                time.sleep(0.002)
            time.sleep(0.03 * kills)
            worker.kill()
        worker.wait()
        kills += 1
        found = imports.find_import(intake.conn, one.id)
        assert found is not None
        assert found.state == "applied" or sizes(database)[:6] == before[:6]
    assert found.state == "applied"
    assert intake.conn.execute("SELECT COUNT(*) FROM policies WHERE source = 'import'").fetchone()[
        0
    ] == found.count("policies")
    assert intake.conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert intake.conn.execute("PRAGMA foreign_key_check").fetchall() == []

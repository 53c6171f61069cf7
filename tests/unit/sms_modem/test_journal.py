"""What went out after a backup is not sent again when the office is restored from it."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from db import Connection, connect
from db.queries.message_routes import RouteRow
from sms_modem.journal import FOLDER, KEEP, Journal
from sms_modem.routes import Capabilities
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker
from tests.fakes.clock import START, FakeClock
from tests.fakes.routes import KEYED, LISTED, MODEM, FakeRoute
from tests.unit.sms_modem.desk import queue, row_of


def worker(conn: Connection, clock: FakeClock, route: FakeRoute, folder: Path) -> RouteWorker:
    row = RouteRow(id=1, name=route.name, title="", provider="fake")
    journal = Journal(folder, route.name, clock.now())
    return RouteWorker(Post(conn, route, row, clock, lambda event: None, "Asia/Tehran", journal))


@pytest.mark.parametrize(
    ("capabilities", "state"),
    [(LISTED, "uncertain"), (MODEM, "uncertain"), (KEYED, "sent")],
    ids=["list", "modem", "key"],
)
def test_after_a_restore_nothing_goes_out_a_second_time(
    conn: Connection, clock: FakeClock, database: Path, tmp_path: Path, capabilities: Capabilities, state: str
) -> None:
    (only,) = queue(conn, clock, "تمدید")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = tmp_path / "backup.sqlite3"
    shutil.copy(database, backup)
    route = FakeRoute(capabilities=capabilities)
    assert worker(conn, clock, route, tmp_path).turn() == 1

    restored = connect(backup)
    clock.advance(3600)
    (new,) = queue(restored, clock, "تازه")
    again = worker(restored, clock, route, tmp_path)
    again.turn()
    again.turn()
    assert row_of(restored, only).state == state
    assert row_of(restored, new).state == "sent"
    assert len(route.air) == 2
    restored.close()


def test_a_message_that_was_refused_for_now_is_tried_again_after_a_restart(
    conn: Connection, clock: FakeClock, tmp_path: Path
) -> None:
    (only,) = queue(conn, clock, "a")
    route = FakeRoute("later", capabilities=LISTED)
    worker(conn, clock, route, tmp_path).turn()
    clock.advance(60)
    assert worker(conn, clock, route, tmp_path).turn() == 1
    assert row_of(conn, only).state == "sent"


def test_a_journal_that_cannot_be_written_lets_nothing_out(
    conn: Connection, clock: FakeClock, tmp_path: Path
) -> None:
    (only,) = queue(conn, clock, "a")
    route = FakeRoute(capabilities=LISTED)
    busy = worker(conn, clock, route, tmp_path)
    (tmp_path / FOLDER / f"{clock.now().date().isoformat()}-fake.keys").mkdir()
    busy.turn()
    assert (row_of(conn, only).state, route.air) == ("queued", [])


def test_old_files_go_and_a_cut_off_line_is_no_key(tmp_path: Path) -> None:
    Journal(tmp_path, "web", START).note([11, 12], START)
    with (tmp_path / FOLDER / f"{START.date().isoformat()}-web.keys").open("ab") as file:
        file.write(b"13")
    later = Journal(tmp_path, "modem", START + timedelta(days=1))
    assert [later.knows(key) for key in (11, 12, 13)] == [True, True, False]
    assert not Journal(tmp_path, "web", START + KEEP + timedelta(days=1)).knows(11)
    assert os.listdir(tmp_path / FOLDER) == []

"""The watched folder: files at rest are taken over, growing ones left alone, dead workers replaced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from appliance.core.config import Config, DataSection
from appliance.core.import_files import DONE, REFUSED, ImportFiles, start_worker
from appliance.core.sheets_limits import MOST_BYTES
from appliance.domain.demo_data.import_samples import Sample
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.importing import work
from appliance.domain.importing.settings import save_settings
from appliance.import_commands import work_on
from appliance.scheduler.imports import Watch
from db import Connection, transaction
from db.queries import imports
from tests.fakes.clock import FakeClock
from tests.fakes.imports import Intake, write_workbook
from tests.fakes.office import Office


class Folder:
    """A watched folder whose workers do their step at once."""

    def __init__(self, conn: Connection, database: Path, clock: FakeClock, intake: Intake) -> None:
        self.files = ImportFiles(database.parent)
        self.started: list[int] = []
        self._clock, self._conn, self._database = clock, conn, database
        self.intake = intake
        self.watch = Watch(self.files, "Asia/Tehran", self._start)
        self.files.inbox.mkdir(parents=True)

    def _start(self, import_id: int) -> None:
        self.started.append(import_id)
        work_on(self._database, self.files, import_id, self._clock, "021")

    def set(self, **texts: str) -> None:
        with self.intake.act() as act:
            save_settings(act, {"is_watching": "1", **texts})

    def minute(self) -> int:
        self._clock.advance(60)
        return self.watch.look(self._conn, self._clock.now())


@pytest.fixture
def folder(conn: Connection, database: Path, office: Office, clock: FakeClock) -> Folder:
    with transaction(conn):
        enter_structure(conn)
    found = Folder(conn, database, clock, Intake(conn, database, office.owner, clock))
    found.set()
    return found


def test_a_file_is_left_alone_until_it_rests(folder: Folder) -> None:
    path = folder.files.inbox / "F1.xlsx"
    write_workbook(path, Sample("F1", 30).table())
    whole = path.read_bytes()
    path.write_bytes(whole[:2000])
    assert folder.minute() == 0
    path.write_bytes(whole)
    assert folder.minute() == 0
    assert folder.minute() == 1
    assert not path.exists()
    assert (folder.files.inbox / DONE / "F1.xlsx").read_bytes() == whole
    assert imports.list_imports(folder.intake.conn)[0].state == "asking"
    assert folder.minute() == 0


def test_a_known_profile_is_applied_without_anybody_looking_when_the_office_wants_it(folder: Folder) -> None:
    write_workbook(folder.files.inbox / "first.xlsx", Sample("F1", 30).table())
    folder.minute(), folder.minute()
    with folder.intake.act() as act:
        work.answer(act, folder.started[0], {"profile": "F1", "insurer_id": "1"})
    assert folder.intake.go_on(folder.started[0]).state == "previewed"
    folder.set(is_automatic="1")
    write_workbook(folder.files.inbox / "second.xlsx", Sample("F1", 30, seed=2, first_core=90_000).table())
    folder.minute(), folder.minute()
    newest = imports.list_imports(folder.intake.conn)[0]
    assert (newest.file_name, newest.state) == ("second.xlsx", "applied")
    bad = Sample("F1", 30, seed=3, first_core=95_000).table()
    bad[3][bad[0].index("تاریخ سررسید")] = "1403/14/14"
    write_workbook(folder.files.inbox / "third.xlsx", bad)
    folder.minute(), folder.minute()
    assert imports.list_imports(folder.intake.conn)[0].state == "previewed"


def test_what_cannot_be_taken_is_put_aside(folder: Folder) -> None:
    path = folder.files.inbox / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    (folder.files.inbox / "~$open.xlsx").write_bytes(b"x")
    (folder.files.inbox / "letter.docx").write_bytes(b"x")
    folder.minute(), folder.minute()
    assert [one.name for one in (folder.files.inbox / REFUSED).iterdir()] == ["large.xlsx"]
    assert imports.list_imports(folder.intake.conn) == []


def test_a_time_of_day_is_waited_for_and_looked_at_once(folder: Folder, clock: FakeClock) -> None:
    folder.set(at="21:30")
    write_workbook(folder.files.inbox / "a.xlsx", Sample("F8", 5).table())
    assert folder.minute() + folder.minute() + folder.minute() == 0
    clock.advance(9.75 * 3600)  # the day of the tests begins at noon in Tehran
    assert folder.minute() + folder.minute() == 1
    write_workbook(folder.files.inbox / "b.xlsx", Sample("F8", 6).table())
    assert folder.minute() + folder.minute() == 0
    clock.advance(24 * 3600)
    assert folder.minute() + folder.minute() == 1


def test_files_are_forgotten_after_their_time_and_imports_are_not(
    folder: Folder, clock: FakeClock, tmp_path: Path
) -> None:
    one = folder.intake.bring_in(write_workbook(tmp_path / "a.xlsx", Sample("F8", 5).table()))
    waiting = folder.intake.preview(write_workbook(tmp_path / "b.xlsx", Sample("F8", 6).table()))
    assert folder.watch.forget(folder.intake.conn, clock.now()) == 0
    clock.advance(91 * 24 * 3600)
    assert folder.watch.forget(folder.intake.conn, clock.now()) == 1
    assert not folder.files.rows(one.stored_name).exists()
    assert folder.files.path(waiting.stored_name).exists()
    assert len(imports.list_imports(folder.intake.conn)) == 2


def test_an_import_whose_worker_died_is_taken_up_and_one_that_dies_twice_has_failed(
    folder: Folder, tmp_path: Path
) -> None:
    path = write_workbook(tmp_path / "a.xlsx", Sample("F8", 5).table())
    one = folder.intake.hand_in(path)
    conn, now = folder.intake.conn, folder.intake.clock.now()
    conn.execute("UPDATE imports SET state = 'reading' WHERE id = ?", (one,))
    with folder.files.worked_on(imports.list_imports(conn)[0].stored_name):
        assert folder.watch.revive(conn, now) == 0
    assert folder.watch.revive(conn, now) == 1
    assert imports.list_imports(conn)[0].state == "asking"
    two = folder.intake.hand_in(write_workbook(tmp_path / "b.xlsx", Sample("F8", 6).table()))
    conn.execute("UPDATE imports SET state = 'reading', problem = 'worker.died' WHERE id = ?", (two,))
    assert folder.watch.revive(conn, now) == 0
    found = imports.find_import(conn, two)
    assert found is not None
    assert (found.state, found.problem) == ("failed", "file.heavy")


def test_a_worker_starts_where_priorities_may_not_be_changed(
    folder: Folder, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_by: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "nice", refuse)
    assert start_worker(Config(data=DataSection(folder=str(database.parent))), 0).wait() == 0

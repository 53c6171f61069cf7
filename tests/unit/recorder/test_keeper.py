"""The keeper does its work in its own time: after a crash, when the database is away, once a day."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from appliance.core.config import Config, DataSection, LineSection, RecordingSection
from db import connect
from db.queries.recordings import RecordingRow, list_kept_recordings
from recorder import keeper as module
from recorder.errors import StorageFullError
from recorder.keeper import LIMITS_EVERY_S, Keeper
from recorder.keys import open_key
from recorder.naming import PART, finished_files
from tests.fakes.bus import RecordingBus
from tests.fakes.clock import FakeClock
from tests.unit.recorder.recordings import CALL, KEY, record, speech


class Box:
    """A keeper with its folders, its database and its clock."""

    def __init__(self, folder: Path, database: Path, **settings: object) -> None:
        data = folder / "data"
        data.mkdir()
        database.rename(data / "aminbox.sqlite3")
        self.config = Config(
            data=DataSection(folder=str(data)),
            lines=[LineSection(number=1)],
            recording=RecordingSection(**{"lines": [1], "least_free_percent": 1, **settings}),  # type: ignore[arg-type]
        )
        self.bus = RecordingBus()
        self.clock = FakeClock()
        self.keeper = self.another()

    def another(self, *, line: int = 1, keeps_limits: bool = False) -> Keeper:
        """Give a keeper as a new process has it."""
        return Keeper(
            self.config, line=line, clock=self.clock, tell=self.bus.publish, keeps_limits=keeps_limits
        )

    @property
    def folder(self) -> Path:
        return self.config.recordings_folder

    def kept(self) -> list[RecordingRow]:
        conn = connect(self.config.data.database)
        try:
            return list_kept_recordings(conn)
        finally:
            conn.close()


@pytest.fixture
def box(tmp_path: Path, database: Path) -> Box:
    return Box(tmp_path, database)


def test_what_ended_is_entered_and_told(box: Box) -> None:
    box.keeper.start()
    box.keeper.settle(record(box.folder, speech(2)))
    assert box.keeper.close(30)
    (kept,) = box.kept()
    assert kept.call_id == CALL
    assert box.bus.names == ["recording.finished"]


def test_what_a_crash_left_is_mended_and_entered_at_the_start_by_its_own_line(box: Box) -> None:
    ending = record(box.folder, speech(3))
    whole = box.folder / str(ending.file_name)
    whole.rename(whole.with_name(whole.name + PART))
    other = box.another(line=2)
    other.start()
    assert other.close(30)
    assert box.kept() == []
    box.keeper.start()
    assert box.keeper.close(30)
    (kept,) = box.kept()
    assert (kept.reason, round(kept.seconds)) == ("crash", 3)


def test_a_whole_file_that_was_never_entered_is_entered_at_the_start(box: Box) -> None:
    record(box.folder, speech(2))
    box.keeper.start()
    assert box.keeper.close(30)
    assert len(box.kept()) == 1
    again = box.another()
    again.start()
    assert again.close(30)
    assert len(box.kept()) == 1
    assert box.bus.names == ["recording.finished"]


def test_a_database_that_is_away_is_waited_for(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.02)
    database = box.config.data.database
    away = database.with_name("away")
    box.keeper.start()
    assert box.keeper.wait(30)
    os.rename(database, away)
    database.mkdir()  # a database that cannot be opened
    box.keeper.settle(record(box.folder, speech(2)))
    assert not box.keeper.wait(0.3)
    database.rmdir()
    os.rename(away, database)
    assert box.keeper.wait(30)
    assert box.keeper.close(30)
    assert len(box.kept()) == 1


def test_what_the_database_never_took_is_entered_by_the_next_start(box: Box) -> None:
    ending = record(box.folder, speech(2))
    database = box.config.data.database
    away = database.with_name("away")
    os.rename(database, away)
    database.mkdir()
    box.keeper.settle(ending)
    box.keeper.start()
    assert box.keeper.close(30)
    database.rmdir()
    os.rename(away, database)
    again = box.another()
    again.start()
    assert again.close(30)
    assert len(box.kept()) == 1


def test_one_keeper_of_the_box_keeps_the_limits_at_its_start_and_each_day(box: Box) -> None:
    box.keeper.start()
    box.keeper.settle(record(box.folder, speech(2)))
    assert box.keeper.close(30)
    box.clock.advance(timedelta(days=91).total_seconds())
    other = box.another()
    other.start()
    assert other.close(30)
    assert len(box.kept()) == 1
    daily = box.another(keeps_limits=True)
    daily.start()
    assert daily.close(30)
    assert box.kept() == []
    assert list(finished_files(box.folder)) == []
    assert box.bus.names[-1] == "recording.deleted"
    box.clock.advance(LIMITS_EVERY_S)
    assert daily._patience_s() == 0


def test_the_key_is_made_once_and_found_again(tmp_path: Path, database: Path) -> None:
    box = Box(tmp_path, database, key_file=str(tmp_path / "keys" / "box.key"))
    box.keeper.start()
    assert box.keeper.wait(30)
    made = box.keeper.key
    assert made is not None
    again = box.another()
    again.start()
    assert again.wait(30)
    assert again.key == made != KEY
    assert box.keeper.close(30)
    assert again.close(30)


def test_what_lacked_its_key_is_mended_when_the_key_is_back(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "keys" / "box.key"
    box = Box(tmp_path, database, key_file=str(path))
    ending = record(box.folder, speech(3), key=open_key(path, box.folder))
    whole = box.folder / str(ending.file_name)
    whole.rename(whole.with_name(whole.name + PART))
    path.rename(tmp_path / "kit")
    box.keeper.start()
    assert box.keeper.wait(30)
    assert box.kept() == []
    (tmp_path / "kit").rename(path)
    box.keeper.ask("ANOTHER", None)
    assert box.keeper.wait(30)
    assert box.keeper.close(30)
    (kept,) = box.kept()
    assert (kept.reason, kept.is_encrypted) == ("crash", True)


def test_what_found_no_room_is_finished_after_the_next_recording(box: Box) -> None:
    box.keeper.start()
    assert box.keeper.wait(30)
    ending = record(box.folder, speech(3))
    whole = box.folder / str(ending.file_name)
    whole.rename(whole.with_name(whole.name + PART))
    failed = msgspec.structs.replace(ending, file_name=None, problem=StorageFullError("no room"))
    box.keeper.settle(failed)
    assert box.keeper.wait(30)
    assert box.kept() == []
    box.keeper.settle(record(box.folder, speech(1), call="01KB0000000000000000000002"))
    assert box.keeper.wait(30)
    assert box.keeper.close(30)
    assert sorted(row.reason for row in box.kept()) == ["crash", "on-hook"]


def test_a_key_beside_what_it_seals_is_refused_and_said(tmp_path: Path, database: Path) -> None:
    box = Box(tmp_path, database, key_file=str(tmp_path / "data" / "box.key"))
    box.keeper.start()
    assert box.keeper.wait(30)
    assert box.keeper.key is None
    assert "outside the data folder" in str(box.keeper.key_problem)
    assert box.keeper.close(30)

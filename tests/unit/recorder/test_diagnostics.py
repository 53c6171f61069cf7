"""What is wrong with the settings of recordings is said before a call is lost to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appliance.core.config import Config, DataSection, LineSection, RecordingSection
from recorder.diagnostics import check, report
from recorder.keys import open_key
from tests.unit.recorder.recordings import record, speech


def config_of(tmp_path: Path, database: Path | None = None, **recording: Any) -> Config:
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)
    if database is not None:
        database.rename(folder / "aminbox.sqlite3")
    return Config(
        data=DataSection(folder=str(folder)),
        lines=[LineSection(number=1)],
        recording=RecordingSection(**recording),
    )


def test_fine_settings_have_no_problem(tmp_path: Path) -> None:
    assert check(config_of(tmp_path)) == []
    assert check(config_of(tmp_path, lines=[1], key_file=str(tmp_path / "made-later.key"))) == []


def test_a_line_that_is_not_there_cannot_be_recorded(tmp_path: Path) -> None:
    (problem,) = check(config_of(tmp_path, lines=[1, 3]))
    assert "line 3" in problem.what


@pytest.mark.parametrize("place", ["data/box.key", "data/recordings/box.key"])
def test_a_key_beside_what_it_seals_is_a_problem(tmp_path: Path, place: str) -> None:
    (problem,) = check(config_of(tmp_path, lines=[1], key_file=str(tmp_path / place)))
    assert "outside" in problem.remedy


def test_a_key_with_a_relative_path_is_a_problem(tmp_path: Path) -> None:
    (problem,) = check(config_of(tmp_path, key_file="box.key"))
    assert "absolute" in problem.what


def test_a_key_that_others_may_read_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "box.key"
    open_key(path, tmp_path / "data" / "recordings")
    path.chmod(0o644)
    (problem,) = check(config_of(tmp_path, lines=[1], key_file=str(path)))
    assert "chmod 600" in problem.what


def test_a_lost_key_is_a_problem_once_something_is_sealed_with_it(tmp_path: Path) -> None:
    path = tmp_path / "box.key"
    config = config_of(tmp_path, lines=[1], key_file=str(path))
    record(config.recordings_folder, speech(1), key=open_key(path, config.recordings_folder))
    assert check(config) == []
    path.unlink()
    (problem,) = check(config)
    assert "emergency kit" in problem.what


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (problem,) = check(config_of(tmp_path, lines=[1], folder=str(tmp_path / "file" / "recordings")))
    assert "ReadWritePaths" in problem.remedy


def test_the_doctor_says_who_is_recorded_and_what_is_kept(tmp_path: Path, database: Path) -> None:
    found = {finding.subject: finding for finding in report(config_of(tmp_path, database, lines=[1]))}
    assert found["recording"].state.startswith("lines 1;")
    assert found["recordings kept"].state == "0, 0.0 h, 0 MiB"
    assert "key" not in " ".join(found)
    off = {finding.subject: finding for finding in report(config_of(tmp_path))}
    assert off["recording"].state == "off on every line"

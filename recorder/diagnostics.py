"""What the check and the doctor know of recordings."""

from __future__ import annotations

import os
from pathlib import Path

from appliance.core.config import Config
from appliance.core.errors import OfficeError
from appliance.diagnostics import Finding, Problem
from db import DatabaseError, connect
from db.connection import DatabaseUnusableError
from db.queries.recordings import sum_recordings
from recorder.errors import KeyMissingError, RecorderError
from recorder.keeping import room_of
from recorder.keys import is_beside, read_key
from recorder.naming import SEALED, finished_files, unfinished_files


def check(config: Config) -> list[Problem]:
    """Give what keeps recordings from being made as the configuration says."""
    settings = config.recording
    known = {line.number for line in config.lines}
    problems = [
        Problem(
            f"recording.lines names line {line}, which is not in the configuration",
            "take it out, or add a [[lines]] section",
        )
        for line in sorted(set(settings.lines) - known)
    ]
    if settings.lines:
        problems += _folder_problems(config.recordings_folder)
    if settings.key_file:
        problems += _key_problems(config, Path(settings.key_file))
    return problems


def report(config: Config) -> list[Finding]:
    """Give who is recorded, the room, the key, and what is kept."""
    settings, folder = config.recording, config.recordings_folder
    lines = ", ".join(str(line) for line in sorted(settings.lines))
    found = [
        Finding(
            "recording",
            f"lines {lines}; both sides are told: «{settings.consent}»" if lines else "off on every line",
        )
    ]
    room = room_of(folder)
    least = settings.least_free_percent / 100
    found.append(
        Finding(
            "recordings' disk",
            f"{room.free >> 20} of {room.total >> 20} MiB free in {folder}; {least:.0%} stay free",
            room.free_share >= least,
        )
    )
    if settings.key_file:
        problems = _key_problems(config, Path(settings.key_file))
        found.append(
            Finding(
                "recordings' key",
                str(problems[0]) if problems else f"{settings.key_file}, sealed from the first byte",
                not problems,
            )
        )
    waiting = sum(1 for _ in unfinished_files(folder))
    if waiting:
        found.append(
            Finding("unfinished recordings", f"{waiting}: being made now, or mended at their line's start")
        )
    return [*found, *_kept(config)]


def _folder_problems(folder: Path) -> list[Problem]:
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return []
    return [
        Problem(
            f"the recordings' folder {folder} cannot be written",
            "give this user the right to write there (under systemd also ReadWritePaths=), "
            "or set recording.folder to another",
        )
    ]


def _key_problems(config: Config, path: Path) -> list[Problem]:
    if beside := is_beside(path, config.recordings_folder, Path(config.data.folder)):
        return [
            Problem(
                f"recording.key_file {path} lies in {beside} beside what it seals",
                "put it outside the data folder",
            )
        ]
    if not path.is_absolute():
        return [Problem(f"recording.key_file {path} is no absolute path", "write it from / on")]
    try:
        read_key(path)
    except KeyMissingError as error:
        if any(file.name.endswith(SEALED) for file in finished_files(config.recordings_folder)):
            return [Problem(str(error), "a new key would not open what is sealed already")]
        return []
    except (RecorderError, OfficeError) as error:
        return [Problem(str(error), "make it the recording user's own file, or restore it")]
    return []


def _kept(config: Config) -> list[Finding]:
    try:
        conn = connect(config.data.database, read_only=True)
        try:
            kept = sum_recordings(conn)
        finally:
            conn.close()
    except (DatabaseError, DatabaseUnusableError):
        return []  # the ground's checks say what is wrong with the database
    hours = kept.seconds / 3600
    return [Finding("recordings kept", f"{kept.count}, {hours:.1f} h, {kept.bytes >> 20} MiB")]

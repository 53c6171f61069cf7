"""What is kept, and for how long: entered when whole, deleted when its time is over or room is needed.

The row goes first and the file after it, so a crash between the two leaves a file that `tidy` finds, never a row
that promises a file. Recordings on hold, unfinished ones and the youngest are never deleted for room: when that is
not enough, recording stops and calls go on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec

from appliance.core.clock import from_text, to_text
from appliance.core.errors import ConflictError, NotFoundError
from appliance.core.events import Event
from appliance.domain.acting import acting
from appliance.domain.recordings import (
    NewRecording,
    delete_recording,
    is_refused,
    keep_recording,
    report_discarded_recording,
    report_failed_recording,
)
from db import Connection
from db.queries import calls, recordings
from db.queries.recordings import RecordingRow
from recorder.endings import Ending
from recorder.errors import RecorderError
from recorder.keys import BoxKey
from recorder.naming import ASIDE, RecordingName, finished_files, parse_name
from recorder.ogg import opus_head, page_at
from recorder.playing import Playback
from recorder.vault import HEADER_BYTES
from recorder.waveform import peaks_path

log = logging.getLogger("recorder")

NEVER_FOR_ROOM = timedelta(days=7)
"""Recordings younger than this are not deleted to make room; whoever fills the disk cannot wipe out last week."""

Tell = Callable[[Event], object]
Verdict = Literal["yes", "line-off", "party-off", "no-room", "no-key"]


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What decides whether a call may be recorded."""

    is_line_on: bool
    """The owner said of this line that both sides are told."""
    is_party_refused: bool
    """The other side's person or number is never to be recorded."""
    free_share: float
    """Free part of the disk, 0-1."""
    least_free_share: float
    is_key_wanted: bool = False
    is_key_here: bool = False


def may_record(now: Circumstances) -> Verdict:
    """Tell whether a call may be recorded, or the first reason why not. Pure."""
    if not now.is_line_on:
        return "line-off"
    if now.is_party_refused:
        return "party-off"
    if now.is_key_wanted and not now.is_key_here:
        return "no-key"
    if now.free_share < now.least_free_share:
        return "no-room"
    return "yes"


class Room(msgspec.Struct, frozen=True):
    """The disk the recordings are on."""

    total: int
    free: int

    @property
    def free_share(self) -> float:
        """Free part, 0-1."""
        return self.free / self.total if self.total else 0.0


def room_of(folder: Path) -> Room:
    """Measure the disk of a folder that need not exist yet."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return Room(usage.total, usage.free)


def choose_removals(
    kept: Iterable[RecordingRow], *, now: datetime, keep_days: int, bytes_to_free: int
) -> list[RecordingRow]:
    """Give what shall go, oldest first: what is too old, then what makes room. Pure."""
    chosen: list[RecordingRow] = []
    freed = 0
    for recording in sorted(kept, key=lambda one: (one.started_at, one.id)):
        if recording.is_on_hold or recording.deleted_at is not None:
            continue
        age = now - from_text(recording.started_at)
        is_old = age > timedelta(days=keep_days)
        if is_old or (freed < bytes_to_free and age > NEVER_FOR_ROOM):
            chosen.append(recording)
            freed += recording.bytes
    return chosen


class Kept(msgspec.Struct, frozen=True):
    """What keeping within the limits came to."""

    removed: int
    bytes: int
    room: Room
    """The disk afterwards."""


def keep_within_limits(
    conn: Connection,
    folder: Path,
    *,
    now: datetime,
    tell: Tell,
    keep_days: int,
    least_free_share: float,
    measure: Callable[[Path], Room] = room_of,
) -> Kept:
    """Delete what is too old and, below the share that stays free, the oldest of the rest."""
    room = measure(folder)
    wanted = max(int(least_free_share * room.total) - room.free, 0)
    removed = freed = 0
    kept = recordings.list_kept_recordings(conn)
    for recording in choose_removals(kept, now=now, keep_days=keep_days, bytes_to_free=wanted):
        try:
            with acting(conn, now, None, tell) as act:
                delete_recording(act, recording.id)
        except (ConflictError, NotFoundError):
            continue
        remove_file(folder, recording.file_name)
        removed, freed = removed + 1, freed + recording.bytes
    return Kept(removed, freed, measure(folder))


def is_party_refused(conn: Connection, call_id: str, number: str | None = None) -> bool:
    """Tell whether a call's other side is never recorded; `number` counts while the call is not stored yet."""
    call = calls.find_call(conn, call_id)
    return is_refused(
        conn,
        person_id=call.person_id if call else None,
        number=(call.number if call else None) or number,
    )


def enter(
    conn: Connection,
    ending: Ending,
    *,
    now: datetime,
    tell: Tell,
    folder: Path | None = None,
    number: str | None = None,
) -> str | None:
    """Enter what a recording came to, and tell it; give its id when there is a file. Doing so twice is harmless.

    With `folder`, the file of a call whose other side is refused by now is removed instead; see
    `is_party_refused` for `number`.
    """
    recording_id: str | None = None
    is_unwanted = (
        folder is not None and ending.file_name is not None and is_party_refused(conn, ending.call_id, number)
    )
    if is_unwanted:
        assert folder is not None
        assert ending.file_name is not None
        remove_file(folder, ending.file_name)
    with acting(conn, now, None, tell) as act:
        if is_unwanted or (ending.file_name is None and ending.problem is None):
            report_discarded_recording(
                act,
                call_id=ending.call_id,
                line=ending.line,
                reason="switched-off" if is_unwanted else ending.reason,
            )
        elif ending.file_name is not None:
            recording_id = keep_recording(
                act,
                NewRecording(
                    call_id=ending.call_id,
                    line=ending.line,
                    file_name=ending.file_name,
                    started_at=to_text(ending.started_at),
                    seconds=round(ending.seconds, 3),
                    bytes=ending.size_bytes,
                    channels=ending.channels,
                    is_encrypted=ending.is_encrypted,
                    reason=ending.reason,
                ),
            )
        if ending.problem is not None:
            report_failed_recording(
                act,
                call_id=ending.call_id,
                line=ending.line,
                reason="disk-full" if ending.reason == "disk-full" else "stopped",
                problem=str(ending.problem),
            )
    return recording_id


def tidy(
    conn: Connection,
    folder: Path,
    key: BoxKey | None,
    *,
    now: datetime,
    tell: Tell,
    keep_days: int,
    line: int | None = None,
    numbers: Mapping[str, str | None] = MappingProxyType({}),
    is_ours: Callable[[RecordingName], bool] = lambda _name: False,
) -> list[str]:
    """Bring files and rows together after a crash; give the ids of recordings that were entered.

    A whole file nobody knows is entered, a file whose row says deleted is removed, and so is what was set aside
    and has become too old. Run it at start, after `recorder.repair.repair_folder`, for one `line` or all; another
    line's daemon may be about to enter a file that it has just finished, and so may this one: a file that `is_ours`
    is left to it. `numbers` are those of calls that may not be stored yet.
    """
    entered = []
    for path in finished_files(folder, line=line):
        name = parse_name(path)
        if name is not None and is_ours(name):
            continue
        file_name = str(path.relative_to(folder))
        is_deleted = recordings.find_file_state(conn, file_name)
        if is_deleted is None:
            try:
                ending = _ending_of(path, file_name, key)
                number = numbers.get(ending.call_id)
                recording_id = enter(conn, ending, now=now, tell=tell, folder=folder, number=number)
            except RecorderError as error:
                log.error("happening=recording-not-entered file=%s problem=%s", path.name, error)
                continue
            entered += [recording_id] if recording_id else []
        elif is_deleted:
            remove_file(folder, file_name)
    for aside in (folder / ASIDE).glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if now.timestamp() - aside.stat().st_mtime > timedelta(days=keep_days).total_seconds():
                aside.unlink()
    return entered


def remove_file(folder: Path, file_name: str) -> bool:
    """Remove a recording's file and its picture; tell whether it is gone.

    Of a sealed one the header with the file's key is overwritten first: without it nobody, with the box key or
    not, reads what a card may still hold of the rest.
    """
    path = folder / file_name
    try:
        for sealed in (path, peaks_path(path)):
            if parse_name(path) is not None and sealed.exists():
                _overwrite_header(sealed)
                sealed.unlink()
    except OSError as error:
        log.error("happening=recording-not-removed file=%s problem=%s", path.name, error)
        return False
    return True


def _overwrite_header(path: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.pwrite(descriptor, bytes(min(HEADER_BYTES, os.fstat(descriptor).st_size)), 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _ending_of(path: Path, file_name: str, key: BoxKey | None) -> Ending:
    name = parse_name(path)
    assert name is not None
    with Playback(path, key) as playback:
        first = page_at(playback.source, 0)
        head = opus_head(first) if first else None
        return Ending(
            call_id=name.call_id,
            line=name.line,
            started_at=name.started_at,
            file_name=file_name,
            seconds=playback.seconds,
            size_bytes=path.stat().st_size,
            channels=head.channels if head else 1,
            is_encrypted=name.is_sealed,
            reason="crash",
        )

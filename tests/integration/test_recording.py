"""A conversation on the simulated line becomes one file that plays, also when a process dies or the disk is full."""

from __future__ import annotations

import io
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from appliance.core.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallEvent,
    RecordingDiscarded,
    RecordingFailed,
    RecordingFinished,
)
from db import connect
from db.queries.calls import find_call
from db.queries.recordings import RecordingRow, insert_refusal, list_call_recordings
from recorder.naming import finished_files, unfinished_files
from recorder.playing import Playback
from tests.integration.office import Listening, RunningOffice

MOST_MISSING_S = 3.0
SMALL_DISK_BYTES = 12 << 10
"""Some seconds of Opus."""
KAVEH = "05110000007"


def of_line(kind: type[CallEvent], line: int) -> Callable[[AnyEvent], bool]:
    return lambda event: isinstance(event, kind) and event.call.line == line


def of_call(kind: type[AnyEvent], call_id: str) -> Callable[[AnyEvent], bool]:
    return lambda event: isinstance(event, kind) and getattr(event, "call_id", None) == call_id


def recordings_of(office: RunningOffice, call_id: str) -> list[RecordingRow]:
    conn = connect(office.config.data.database, read_only=True)
    try:
        return list(list_call_recordings(conn, call_id))
    finally:
        conn.close()


def sound_of(office: RunningOffice, recording: RecordingRow) -> np.ndarray:
    with Playback(office.config.recordings_folder / recording.file_name, None) as playback:
        sound, rate_hz = soundfile.read(io.BytesIO(b"".join(playback.read(0, playback.size))))
    assert rate_hz == 8000
    return np.asarray(sound)


def test_an_answered_call_gives_one_file_of_its_conversation(office: RunningOffice, bus: Listening) -> None:
    office.order(do="ring", line=4, number="09121234567", answer_after=2.6, talk=5, hang_up_first="office")
    answered = bus.until(of_line(CallAnswered, 4))
    assert isinstance(answered, CallAnswered)
    finished = bus.until(of_call(RecordingFinished, answered.call.id))
    assert isinstance(finished, RecordingFinished)
    (recording,) = recordings_of(office, answered.call.id)
    assert recording.id == finished.recording_id
    assert recording.reason == "on-hook"
    assert recording.seconds == pytest.approx(5, abs=1.0)
    sound = sound_of(office, recording)
    assert len(sound) / 8000 == pytest.approx(recording.seconds, abs=0.1)
    assert np.abs(sound).max() > 0.05
    conn = connect(office.config.data.database, read_only=True)
    call = find_call(conn, recording.call_id)
    conn.close()
    assert call is not None
    assert call.person_id is not None


def test_a_number_that_is_never_recorded_leaves_no_file(office: RunningOffice, bus: Listening) -> None:
    conn = connect(office.config.data.database)
    insert_refusal(
        conn, person_id=None, number="+985110000007", created_at="2026-11-22T08:00:00.000Z", created_by=None
    )
    conn.commit()
    conn.close()
    office.order(do="ring", line=4, number=KAVEH, answer_after=2.6, talk=3)
    ended = bus.until(of_line(CallEnded, 4), 20)
    assert isinstance(ended, CallEnded)
    assert ended.call.number == "+985110000007"
    assert recordings_of(office, ended.call.id) == []
    left = [
        *finished_files(office.config.recordings_folder),
        *unfinished_files(office.config.recordings_folder),
    ]
    assert not [path for path in left if ended.call.id in path.name]


def test_a_line_daemon_killed_in_a_conversation_costs_little_of_it(
    office: RunningOffice, bus: Listening
) -> None:
    office.order(do="ring", line=3, number="09350000003", answer_after=2.6, talk=60)
    answered = bus.until(of_line(CallAnswered, 3))
    assert isinstance(answered, CallAnswered)
    call_id = answered.call.id
    began = time.monotonic()
    office.wait_for(lambda: time.monotonic() >= began + 6.0, 10)
    killed = time.monotonic()
    old = office.kill("line", "3")
    repaired = bus.until(of_call(RecordingFinished, call_id), 20)
    assert isinstance(repaired, RecordingFinished)
    assert repaired.reason == "crash"
    office.wait_until_back(old, "line", "3")

    def is_recorded_again() -> bool:
        return any(call_id in path.name for path in unfinished_files(office.config.recordings_folder))

    office.wait_for(is_recorded_again, 10)
    again = time.monotonic()
    office.wait_for(lambda: time.monotonic() >= again + 3.0, 10)
    office.order(do="hangup", line=3)
    bus.until(lambda event: of_call(RecordingFinished, call_id)(event) and event.id != repaired.id, 20)
    first, second = recordings_of(office, call_id)
    assert first.seconds >= killed - began - MOST_MISSING_S
    assert len(sound_of(office, first)) / 8000 == pytest.approx(first.seconds, abs=0.1)
    assert np.abs(sound_of(office, second)).max() > 0.05
    assert second.seconds > 2.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a real file system of a few seconds of sound; needs the right to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if mounted.returncode:
        pytest.skip(
            f"no right to mount a small disk ({mounted.stderr.strip()}): run the tests as root for it"
        )
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_and_a_line_that_is_off_leave_the_calls_as_they_are(
    tmp_path: Path, small_disk: Path
) -> None:
    settings = (
        f'[recording]\nlines = [1]\nfolder = "{small_disk}"\nleast_free_percent = 1\n'
        "[[lines]]\nnumber = 1\n[[lines]]\nnumber = 2\n"
    )
    office = RunningOffice(tmp_path / "data", settings=settings)
    bus = office.listen("test-full")
    try:
        for line in (1, 2):
            office.order(do="ring", line=line, number=f"0912000000{line}", answer_after=2.6, talk=12)
        failed = bus.until(lambda event: isinstance(event, RecordingFailed), 40)
        assert isinstance(failed, RecordingFailed)
        assert (failed.line, failed.reason) == (1, "disk-full")
        ended = [bus.until(of_line(CallEnded, line), 40) for line in (1, 2)]
        for line, event in zip((1, 2), ended, strict=True):
            assert isinstance(event, CallEnded)
            assert event.call.number == f"+98912000000{line}"
            assert event.call.end_reason in ("busy-tone", "on-hook")
        names = [path.name for path in small_disk.rglob("*.ogg*")]
        assert all("-line1-" in name for name in names)
        assert not [event for event in bus.heard if isinstance(event, RecordingDiscarded)]
    finally:
        bus.close()
        office.close()

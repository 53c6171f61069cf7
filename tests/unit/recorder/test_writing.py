"""A recording takes every block without waiting, keeps true times, and ends well whatever the disk does."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from pathlib import Path
from stat import S_ISREG
from typing import Any

import numpy as np
import pytest

import recorder.storing
import recorder.writing
from recorder.endings import Ending
from recorder.errors import StorageError, StorageFullError
from recorder.keys import BoxKey
from recorder.naming import unfinished_files
from recorder.repair import repair_folder
from recorder.writing import CallRecording
from tests.unit.recorder.recordings import (
    BLOCK,
    CALL,
    KEY,
    LONGEST_WAIT_S,
    RATE_HZ,
    START,
    decoded,
    loudness,
    ogg_of,
    record,
    speech,
)

KEYS = pytest.mark.parametrize("key", [None, KEY], ids=["plain", "sealed"])


def begin(folder: Path, **options: Any) -> CallRecording:
    return CallRecording(folder, CALL, line=1, started_at=START, rate_hz=RATE_HZ, **options)


def ended(recording: CallRecording) -> Ending:
    ending = recording.wait(LONGEST_WAIT_S)
    assert ending is not None
    return ending


@KEYS
def test_a_call_becomes_one_playable_file_of_its_own_length(tmp_path: Path, key: BoxKey | None) -> None:
    ending = record(tmp_path, speech(5.3), key=key, reason="busy-tone")
    assert ending.problem is None
    assert ending.reason == "busy-tone"
    assert ending.seconds == pytest.approx(5.3)
    assert ending.file_name == f"2026-11/20261122T083000.000Z-line1-{CALL}.ogg" + (".sealed" if key else "")
    path = tmp_path / ending.file_name
    assert ending.size_bytes == path.stat().st_size
    assert ending.is_encrypted is (key is not None)
    sound = decoded(ogg_of(path, key))
    assert len(sound) == round(5.3 * RATE_HZ)
    assert loudness(sound, 1, 5) == pytest.approx(loudness(speech(5.3), 1, 5), rel=0.3)
    assert list(unfinished_files(tmp_path)) == []


def test_two_channels_stay_apart(tmp_path: Path) -> None:
    both = np.stack([speech(4), np.zeros(4 * RATE_HZ, np.float32)], axis=1)
    ending = record(tmp_path, both)
    assert ending.channels == 2
    sound = decoded(ogg_of(tmp_path / str(ending.file_name)))
    assert loudness(sound[:, 0], 1, 4) > 20 * loudness(sound[:, 1], 1, 4)


def test_an_hour_takes_about_seven_megabytes_a_channel(tmp_path: Path) -> None:
    ending = record(tmp_path, speech(15))
    assert 10_000 < ending.size_bytes * 8 / ending.seconds < 20_000


def test_a_page_reaches_the_disk_every_other_second_while_the_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    real, stat = recorder.storing.os.fsync, recorder.storing.os.fstat

    def fsync(descriptor: int) -> None:
        if S_ISREG(stat(descriptor).st_mode):
            flushed.append(stat(descriptor).st_size)
        real(descriptor)

    monkeypatch.setattr(recorder.storing.os, "fsync", fsync)
    recording = begin(tmp_path)
    sound = speech(10)
    for at in range(0, len(sound), BLOCK):
        recording.write(sound[at : at + BLOCK])
    deadline = time.monotonic() + LONGEST_WAIT_S
    while len(flushed) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert recording.is_running
    (part,) = unfinished_files(tmp_path)
    on_disk = part.read_bytes()[: max(flushed)]
    recording.finish("on-hook")
    ended(recording)
    assert len(decoded(on_disk)) >= (10 - 3) * RATE_HZ


def test_lost_samples_become_silence_where_they_were(tmp_path: Path) -> None:
    recording = begin(tmp_path)
    recording.write(speech(2))
    recording.write(speech(1), lost=2 * RATE_HZ)
    recording.finish("on-hook")
    ending = ended(recording)
    assert (ending.seconds, ending.silence_s) == (5.0, 2.0)
    sound = decoded(ogg_of(tmp_path / str(ending.file_name)))
    assert loudness(sound, 2.2, 3.8) < 0.01 < loudness(sound, 0.2, 1.8)
    assert loudness(sound, 4.2, 4.8) > 0.01


def test_time_without_sound_becomes_silence(tmp_path: Path) -> None:
    recording = begin(tmp_path)
    for at in (101.0, 102.0, 107.0):
        recording.write(speech(1), end_monotonic=at)
    recording.finish("on-hook")
    assert (ended(recording).seconds, ended(recording).silence_s) == (7.0, 4.0)


def test_not_a_number_and_overload_are_taken_as_sound(tmp_path: Path) -> None:
    wild = np.array([np.nan, np.inf, -np.inf, 7.0] * 4000, np.float32)
    assert record(tmp_path, wild).problem is None


def test_a_call_without_sound_leaves_nothing(tmp_path: Path) -> None:
    ending = record(tmp_path, np.zeros(0, np.float32))
    assert (ending.file_name, ending.problem) == (None, None)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_discarded_recording_leaves_nothing(tmp_path: Path) -> None:
    recording = begin(tmp_path)
    recording.write(speech(5))
    recording.discard()
    ending = ended(recording)
    assert (ending.file_name, ending.reason) == (None, "switched-off")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_first_reason_to_end_counts_and_later_sound_is_refused(tmp_path: Path) -> None:
    recording = begin(tmp_path)
    recording.write(speech(1))
    recording.finish("busy-tone")
    recording.finish("on-hook")
    assert not recording.write(speech(1))
    assert ended(recording).reason == "busy-tone"


def test_wrong_channels_are_a_mistake_of_the_caller(tmp_path: Path) -> None:
    recording = begin(tmp_path, channels=2)
    with pytest.raises(ValueError, match="2 channel"):
        recording.write(speech(1))
    recording.finish("stopped")
    ended(recording)


def test_a_rate_opus_does_not_take_ends_the_recording_with_the_remedy(tmp_path: Path) -> None:
    recording = CallRecording(tmp_path, CALL, line=1, started_at=START, rate_hz=11_025)
    assert "resample it first" in str(ended(recording).problem)
    assert not recording.write(speech(1))


def refuse(after: int, error: int) -> Callable[..., int]:
    real, count = recorder.storing.os.pwrite, 0

    def pwrite(descriptor: int, data: bytes, offset: int) -> int:
        nonlocal count
        count += 1
        if count > after:
            real(descriptor, data[: len(data) // 2], offset)
            raise OSError(error, "refused")
        return real(descriptor, data, offset)

    return pwrite


@KEYS
@pytest.mark.parametrize(("error", "kind"), [(errno.ENOSPC, StorageFullError), (errno.EIO, StorageError)])
def test_a_disk_that_refuses_ends_the_recording_and_never_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: BoxKey | None, error: int, kind: type[Exception]
) -> None:
    told: list[Ending] = []
    monkeypatch.setattr(recorder.storing.os, "pwrite", refuse(5, error))
    recording = begin(tmp_path, key=key, on_end=told.append)
    sound = speech(20)
    for at in range(0, len(sound), BLOCK):
        recording.write(sound[at : at + BLOCK])
    ending = ended(recording)
    assert told == [ending]
    assert isinstance(ending.problem, kind)
    assert ending.reason == ("disk-full" if kind is StorageFullError else "stopped")
    assert ending.file_name is None
    monkeypatch.undo()
    (repaired,) = repair_folder(tmp_path, key)
    assert repaired.ending is not None
    assert repaired.ending.seconds >= 1.0
    sound = decoded(ogg_of(tmp_path / str(repaired.ending.file_name), key))
    assert len(sound) == pytest.approx(repaired.ending.seconds * RATE_HZ, abs=1)


def test_a_folder_that_cannot_be_made_ends_the_recording(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ending = record(tmp_path / "file", speech(1))
    assert isinstance(ending.problem, StorageError)


def test_recording_does_not_begin_without_the_room_that_must_stay_free(tmp_path: Path) -> None:
    recording = begin(tmp_path, least_free_share=1.0)
    ending = ended(recording)
    assert isinstance(ending.problem, StorageFullError)
    assert ending.reason == "disk-full"
    assert "must stay so" in str(ending.problem)


def test_a_listener_that_fails_harms_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def fails(_ending: Ending) -> None:
        raise RuntimeError("not my day")

    recording = begin(tmp_path, on_end=fails)
    recording.write(speech(1))
    recording.finish("on-hook")
    assert ended(recording).file_name is not None
    assert "recording-not-told" in caplog.text


def test_a_slow_disk_never_holds_the_caller_up_and_what_was_dropped_is_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_s = 5.0
    monkeypatch.setattr(recorder.writing, "QUEUE_S", queue_s)
    gate = threading.Event()
    real = recorder.storing.os.fsync

    def slow(descriptor: int) -> None:
        gate.wait(LONGEST_WAIT_S)
        real(descriptor)

    monkeypatch.setattr(recorder.storing.os, "fsync", slow)
    recording = begin(tmp_path)
    second = speech(1)
    taken, seconds, longest = 0, int(2 * queue_s) + 10, 0.0
    for _ in range(seconds):
        before = time.perf_counter()
        taken += recording.write(second)
        longest = max(longest, time.perf_counter() - before)
    gate.set()
    while not recording.write(second):
        time.sleep(0.01)
        seconds += 1
    recording.finish("on-hook")
    ending = ended(recording)
    assert queue_s <= taken <= 2 * queue_s + 3
    assert longest < 0.5
    assert ending.seconds == seconds + 1
    assert ending.silence_s == seconds - taken

"""A disk that is full ends the recording and nothing else; when there is room again, what was kept is finished."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from recorder.endings import Ending
from recorder.errors import StorageFullError
from recorder.keys import BoxKey, box_key
from recorder.naming import finished_files, unfinished_files
from recorder.playing import Playback
from recorder.repair import repair_folder
from recorder.writing import CallRecording

ROOT = Path(__file__).parents[2]
DISK_BYTES = 160 << 10
KEYS = pytest.mark.parametrize("key", [None, box_key(bytes(32))], ids=["plain", "sealed"])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a real file system of 160 KiB; needs the right to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
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


def talk(
    folder: Path, seconds: int, key: BoxKey | None, *, call: str = "A", least_free: float = 0.0
) -> Ending:
    """Record noise; every write must return at once whatever the disk does."""
    told: list[Ending] = []
    recording = CallRecording(
        folder, call, line=1, started_at=datetime.now(UTC), rate_hz=8000, key=key,
        least_free_share=least_free, on_end=told.append,
    )  # fmt: skip
    noise = np.random.default_rng(1).normal(0, 0.1, 8000).astype(np.float32)
    for _ in range(seconds):
        before = time.perf_counter()
        while not recording.write(noise) and recording.is_running:
            time.sleep(0.01)
        assert time.perf_counter() - before < 20
    recording.finish("on-hook")
    ending = recording.wait(60)
    assert ending is not None
    assert told == [ending]
    return ending


def plays(path: Path, key: BoxKey | None) -> float:
    with Playback(path, key) as playback:
        sound, rate_hz = soundfile.read(io.BytesIO(b"".join(playback.read(0, playback.size))))
    return len(sound) / float(rate_hz)


@KEYS
def test_a_full_disk_ends_the_recording_and_room_lets_it_be_finished(
    small_disk: Path, key: BoxKey | None
) -> None:
    (small_disk / "ballast").write_bytes(bytes(60 << 10))
    ending = talk(small_disk, 120, key)
    assert isinstance(ending.problem, StorageFullError)
    assert (ending.reason, ending.file_name) == ("disk-full", None)
    assert list(finished_files(small_disk)) == []
    (part,) = unfinished_files(small_disk)
    left = part.stat().st_size
    again = talk(small_disk, 3, key, call="B")
    assert isinstance(again.problem, StorageFullError)
    (repaired,) = [one for one in repair_folder(small_disk, key) if one.part == part]
    assert isinstance(repaired.problem, StorageFullError), "there is no room for the copy yet"
    assert part.stat().st_size == left
    (small_disk / "ballast").unlink()
    for leftover in list(unfinished_files(small_disk)):
        if leftover != part:
            leftover.unlink()
    (repaired,) = repair_folder(small_disk, key)
    if repaired.ending is None:
        assert isinstance(repaired.problem, StorageFullError)
    else:
        path = small_disk / str(repaired.ending.file_name)
        assert plays(path, key) == pytest.approx(repaired.ending.seconds, abs=0.001)
        assert repaired.ending.seconds > 15


@KEYS
def test_recording_ends_whole_before_the_reserve_is_touched(small_disk: Path, key: BoxKey | None) -> None:
    ending = talk(small_disk, 120, key, least_free=0.5)
    assert isinstance(ending.problem, StorageFullError)
    assert ending.reason == "disk-full"
    assert ending.file_name is not None
    assert plays(small_disk / ending.file_name, key) == pytest.approx(ending.seconds, abs=0.001)
    assert ending.seconds > 20
    refused = talk(small_disk, 3, key, call="B", least_free=0.5)
    assert isinstance(refused.problem, StorageFullError)
    assert list(unfinished_files(small_disk)) == []


LIMITED = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import numpy as np
from recorder.writing import CallRecording

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
recording = CallRecording(Path(sys.argv[1]), "A", line=1, started_at=datetime.now(UTC), rate_hz=8000)
noise = np.random.default_rng(1).normal(0, 0.1, 8000).astype(np.float32)
for _ in range(25):
    recording.write(noise)
recording.finish("on-hook")
ending = recording.wait(60)
print(type(ending.problem).__name__, ending.reason, ending.file_name)
"""


def test_where_no_small_disk_can_be_mounted_a_limit_of_the_system_does_the_same(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.split() == ["StorageFullError", "disk-full", "None"]
    (repaired,) = repair_folder(tmp_path, None)
    assert repaired.ending is not None
    assert plays(tmp_path / str(repaired.ending.file_name), None) == pytest.approx(
        repaired.ending.seconds, abs=0.001
    )
    assert repaired.ending.seconds > 10

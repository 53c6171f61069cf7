"""What recording costs: encoding, sealing, repairing and playing an hour of audio, and memory of a line process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from recorder.keys import BoxKey, box_key
from recorder.playing import Playback
from recorder.repair import repair_folder
from recorder.waveform import peaks_path, waveform
from recorder.writing import QUEUE_S, CallRecording
from tests.bench.tables import distribution

RATE_HZ = 8000
BLOCK = 160
MINUTES = 10
KEY = box_key(bytes(range(32)))
_MEMORY = """
import gc, sys, time
import numpy, msgspec, sqlite3, threading
from pathlib import Path
import callerid.daemon, callerid.drivers.sim

def memory():
    lines = dict(line.split(":", 1) for line in open("/proc/self/smaps_rollup") if ":" in line)
    return int(lines["Rss"].split()[0]), int(lines["Private_Dirty"].split()[0])

before = memory()
def tell(what):
    gc.collect()
    now = memory()
    print(f"  {what:<46} {now[0] / 1024:6.1f} MiB RSS, {(now[0] - before[0]) / 1024:+6.1f} MiB, "
          f"own {(now[1] - before[1]) / 1024:+5.1f} MiB")
tell("line daemon's modules, no recorder")
import recorder.writing, recorder.repair, recorder.keeping, recorder.trigger
tell("with the recorder's modules")
from recorder.encoding import preload
preload()
tell("with libsndfile loaded")
import tempfile
from datetime import UTC, datetime
from recorder.keys import box_key
folder = Path(tempfile.mkdtemp())
noise = numpy.random.default_rng(1).normal(0, .1, 8000).astype(numpy.float32)
def record(key, channels):
    sound = noise if channels == 1 else numpy.stack([noise, noise], 1)
    one = recorder.writing.CallRecording(
        folder, "A", line=1, started_at=datetime.now(UTC), rate_hz=8000, channels=channels, key=key
    )
    for _ in range(60):
        one.write(sound)
        while one.waiting_s > 1:
            time.sleep(0.01)
    return one
one = record(None, 1)
one.finish("on-hook")
one.wait(60)
tell("after one minute recorded, mono")
one = record(box_key(bytes(32)), 2)
tell("while recording, stereo and sealed")
one.finish("on-hook")
one.wait(60)
tell("after it")
"""


def main() -> None:
    """Print every table."""
    _memory()
    with tempfile.TemporaryDirectory() as name:
        for channels in (1, 2):
            for key in (None, KEY):
                _hour(Path(name) / f"{channels}{bool(key)}", channels, key)
        _writing(Path(name) / "pace")


def _memory() -> None:
    print("memory of a line process")
    print(subprocess.run([sys.executable, "-c", _MEMORY], capture_output=True, text=True, check=True).stdout)


def _speech(seconds: int, channels: int) -> np.ndarray:
    """Give talk with pauses: harmonics of a voice under syllables and sentences, and the line's noise."""
    t = np.arange(seconds * RATE_HZ) / RATE_HZ
    pitch = 2 * np.pi * (130 * t + 8 * np.sin(2 * np.pi * 0.6 * t))
    voice = sum(np.sin(k * pitch) / k for k in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 3.3 * t) + 0.4, 0, 1)
    noise = np.random.default_rng(1).normal(0, 0.002, (len(t), channels))
    turns = [np.sin(2 * np.pi * 0.11 * t) > 0.1 - 0.2 * c for c in range(channels)]
    return np.stack(
        [0.12 * voice * syllables * (turns[c] if c == 0 else ~turns[0]) for c in range(channels)], 1
    ).astype(np.float32) + noise.astype(np.float32)


def _hour(folder: Path, channels: int, key: BoxKey | None) -> None:
    """Measure ten minutes and print what an hour comes to."""
    sound = _speech(60, channels)
    if channels == 1:
        sound = sound[:, 0]
    recording = CallRecording(
        folder, "A", line=1, started_at=datetime.now(UTC), rate_hz=RATE_HZ, key=key,
        channels=2 if channels == 2 else 1,
    )  # fmt: skip
    cpu = time.process_time()
    for _minute in range(MINUTES):
        for at in range(0, len(sound), BLOCK):
            recording.write(sound[at : at + BLOCK])
            while recording.waiting_s > QUEUE_S / 2:
                time.sleep(0.01)
    recording.finish("on-hook")
    ending = recording.wait(600)
    assert ending is not None
    assert ending.file_name is not None
    scale = 3600 / ending.seconds
    path = folder / ending.file_name
    cells = [
        ("write", (time.process_time() - cpu) * scale),
        ("open", _cpu(lambda: Playback(path, key).close())),
        ("range", _cpu(lambda: _range(path, key))),
        ("picture", _cpu(lambda: _picture(path, key)) * scale),
        ("wav", _cpu(lambda: _all(path, key, "wav")) * scale),
        ("mp3", _cpu(lambda: _all(path, key, "mp3")) * scale),
        ("repair", _cpu(lambda: _repair(folder, path, key)) * scale),
    ]
    print(
        f"an hour, {channels} channel(s), {'sealed' if key else 'plain '}: {ending.size_bytes * scale / 1e6:5.1f} MB; "
        "CPU s: " + ", ".join(f"{what} {value:.3f}" for what, value in cells)
    )


def _writing(folder: Path) -> None:
    """Measure what the audio loop waits for one block of 20 ms."""
    recording = CallRecording(folder, "A", line=1, started_at=datetime.now(UTC), rate_hz=RATE_HZ, key=KEY)
    sound = _speech(20, 1)[:, 0]
    waits = []
    assert QUEUE_S >= 20
    for at in range(0, len(sound), BLOCK):
        before = time.perf_counter()
        recording.write(sound[at : at + BLOCK], end_monotonic=at / RATE_HZ)
        waits.append(time.perf_counter() - before)
        time.sleep(0.002)
    recording.finish("on-hook")
    recording.wait(60)
    print(distribution("write() of a 20 ms block, in the audio loop", waits))


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _range(path: Path, key: BoxKey | None) -> None:
    with Playback(path, key) as playback:
        list(playback.read(playback.size // 2, 64 << 10))


def _picture(path: Path, key: BoxKey | None) -> None:
    with Playback(path, key) as playback:
        waveform(playback)
    peaks_path(path).unlink()


def _all(path: Path, key: BoxKey | None, form: str) -> None:
    with Playback(path, key) as playback:
        for _part in playback.wav() if form == "wav" else playback.mp3():
            pass


def _repair(folder: Path, path: Path, key: BoxKey | None) -> None:
    path.rename(path.with_name(path.name + ".part"))
    assert repair_folder(folder, key)[0].ending is not None


if __name__ == "__main__":
    main()

"""Sound and recordings for the tests of this folder: speech-like, seeded, and each second of it tells its number."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from recorder.endings import Ending
from recorder.keys import BoxKey, box_key
from recorder.playing import Playback
from recorder.writing import CallRecording

RATE_HZ = 8000
BLOCK = 160
START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
CALL = "01KB0000000000000000000001"
KEY = box_key(bytes(range(32)))
OTHER_KEY = box_key(bytes(32))
LONGEST_WAIT_S = 30.0


def speech(seconds: float, *, seed: int = 1, level: float = 0.3) -> npt.NDArray[np.float32]:
    """Give a voice-like sound: harmonics that swell four times a second, over a little noise."""
    count = round(seconds * RATE_HZ)
    t = np.arange(count) / RATE_HZ
    voice = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 15))
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * t)
    noise = np.random.default_rng(seed).normal(0, 0.003, count)
    return (level * 0.5 * voice * swell + noise).astype(np.float32)


def record(
    folder: Path,
    sound: npt.NDArray[np.float32],
    *,
    key: BoxKey | None = None,
    reason: str = "on-hook",
    call: str = CALL,
) -> Ending:
    """Record a sound as a call would be and give what became of it."""
    recording = CallRecording(
        folder,
        call,
        line=1,
        started_at=START,
        rate_hz=RATE_HZ,
        channels=1 if sound.ndim == 1 else 2,
        key=key,
    )
    for at in range(0, len(sound), BLOCK):
        recording.write(sound[at : at + BLOCK])
    recording.finish(reason)  # type: ignore[arg-type]
    ending = recording.wait(LONGEST_WAIT_S)
    assert ending is not None
    return ending


def ogg_of(path: Path, key: BoxKey | None = None) -> bytes:
    """Give the Ogg file inside a stored recording."""
    with Playback(path, key) as playback:
        return b"".join(playback.read(0, playback.size))


def decoded(ogg: bytes) -> npt.NDArray[np.float32]:
    """Give the sound of an Ogg file as an independent reader does."""
    sound, rate_hz = soundfile.read(io.BytesIO(ogg), dtype="float32")
    assert rate_hz == RATE_HZ
    return sound  # type: ignore[no-any-return]


def loudness(sound: npt.NDArray[np.float32], from_s: float, until_s: float) -> float:
    """Give the effective level of a stretch of sound."""
    piece = sound[round(from_s * RATE_HZ) : round(until_s * RATE_HZ)]
    return float(np.sqrt(np.mean(piece**2)))

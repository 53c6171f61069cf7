"""Keeping the sound of calls whose number could not be read: the field's own test cases.

A ring buffer holds the line's last ten seconds; when a call should have said its number and did not, it is
written as a WAV file. Only so much is kept: the oldest files make room.
"""

from __future__ import annotations

import logging
import os
import wave
from collections import deque
from datetime import datetime
from pathlib import Path

import numpy as np

from appliance.core.clock import to_text
from callerid.dsp.message import Samples

log = logging.getLogger("line")

KEPT_S = 10.0
MOST_FILES = 60
MOST_BYTES = 32 << 20
FOLDER = "captures"
_PCM_FULL_SCALE = 32767.0


class CaptureBuffer:
    """The last ten seconds of a line, as 16-bit samples."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._pieces: deque[np.ndarray] = deque()
        self._count = 0

    def feed(self, samples: Samples) -> None:
        """Take a block and forget what is older than ten seconds. A front-end without sound leaves nothing."""
        if not len(samples):
            return
        clean = np.clip(np.nan_to_num(samples), -1.0, 1.0)
        self._pieces.append(np.round(clean * _PCM_FULL_SCALE).astype("<i2"))
        self._count += len(samples)
        while self._count - len(self._pieces[0]) >= KEPT_S * self.rate_hz:
            self._count -= len(self._pieces.popleft())

    def sound(self) -> bytes:
        """Give what is held, oldest sample first, as little-endian PCM."""
        return b"".join(piece.tobytes() for piece in self._pieces)


def keep(folder: Path, line: int, call_id: str, at: datetime, rate_hz: int, sound: bytes) -> Path:
    """Write a capture as WAV (temporary file, fsync, rename, fsync of the folder) and make room for it.

    Raises OSError when the disk refuses.
    """
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    stamp = to_text(at).replace(":", "").replace("-", "").partition(".")[0]
    path = folder / f"{stamp}Z-line{line}-{call_id}.wav"
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(rate_hz)
            writer.writeframes(sound)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    make_room(folder)
    return path


def make_room(folder: Path) -> int:
    """Remove the oldest captures beyond the limits, and leftovers of a crash; give how many."""
    removed = 0
    for leftover in folder.glob("*.part"):
        leftover.unlink(missing_ok=True)
        removed += 1
    files = sorted(folder.glob("*.wav"), reverse=True)
    size = 0
    for place, path in enumerate(files):
        size += path.stat().st_size
        if place >= MOST_FILES or size > MOST_BYTES:
            path.unlink(missing_ok=True)
            removed += 1
    return removed

"""Is anybody talking? Tells sound that comes and goes from a line's steady noise, hum or tone. Pure.

Talk pauses; noise and tones do not. The quietest moments of late are taken for the line's floor, which creeps up to
whatever does not pause: after some seconds a dial tone, a howler or a bad line counts as silence.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

WINDOW_S = 0.1
ABOVE_FLOOR_DB = 6.0
"""Talk stands out by more from one syllable to the next pause."""
FAINTEST_DBFS = -60.0
"""Anything below is no voice, however quiet the line."""
CREEP_DB_PER_S = 1.0
_SILENCE_DBFS = -100.0


class VoiceDetector:
    """Listens to one line."""

    def __init__(self, rate_hz: int) -> None:
        self._window = round(WINDOW_S * rate_hz)
        self._energy = 0.0
        self._count = 0
        self._floor_db: float | None = None

    def feed(self, samples: npt.NDArray[np.float32]) -> bool:
        """Take a block, ``(n,)`` or ``(n, 2)``; tell whether a voice was heard in a window that it completed."""
        sound = samples if samples.ndim == 1 else np.abs(samples).max(axis=1)
        is_voice = False
        at = 0
        while at < len(sound):
            piece = sound[at : at + self._window - self._count].astype(np.float64)
            self._energy += float(piece @ piece)
            self._count += len(piece)
            at += len(piece)
            if self._count == self._window:
                is_voice |= self._judge(self._energy / self._window)
                self._energy, self._count = 0.0, 0
        return is_voice

    def _judge(self, power: float) -> bool:
        level_db = 10 * math.log10(power) if power > 1e-10 else _SILENCE_DBFS
        before = level_db if self._floor_db is None else self._floor_db + CREEP_DB_PER_S * WINDOW_S
        self._floor_db = min(level_db, before)
        return level_db > FAINTEST_DBFS and level_db > self._floor_db + ABOVE_FLOOR_DB

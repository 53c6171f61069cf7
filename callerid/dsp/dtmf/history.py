"""The last half minute of filtered sound, to weigh a string when its end is heard."""

from __future__ import annotations

from typing import Final

import numpy as np

from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ
from callerid.dsp.message import Samples

KEPT: Final = 26 * SAMPLE_RATE_HZ
"""Samples kept at least: a little more than the oldest event (24 s)."""


class History:
    """A buffer that forgets; positions are samples since the begin of the stream."""

    def __init__(self) -> None:
        self._buffer = np.zeros(SAMPLE_RATE_HZ, np.float32)
        self._filled = 0
        self.begin = 0

    @property
    def end(self) -> int:
        """Position after the newest sample."""
        return self.begin + self._filled

    def add(self, samples: Samples) -> None:
        """Append samples of any shape, read row by row."""
        count = samples.size
        if self._filled + count > len(self._buffer):
            self._make_room(count)
        self._buffer[self._filled : self._filled + count].reshape(samples.shape)[...] = samples
        self._filled += count

    def cut(self, position: int) -> Samples:
        """Give the sound from ``position`` on (a view: use it before the next :meth:`add`)."""
        return self._buffer[max(0, position - self.begin) : self._filled]

    def _make_room(self, count: int) -> None:
        """Grow up to twice what is kept, then forget the older half."""
        if self._filled <= KEPT:
            grown = np.zeros(max(2 * len(self._buffer), self._filled + count), np.float32)
            grown[: self._filled] = self._buffer[: self._filled]
            self._buffer = grown
            return
        gone = self._filled - KEPT
        self._buffer[:KEPT] = self._buffer[gone : self._filled]
        self._filled = KEPT
        self.begin += gone

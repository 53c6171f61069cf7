"""When a call the box answered is over, from its sound: busy tone, silence, or long enough.

A modem's own detectors differ from firmware to firmware; the sound is the same from all.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from callerid.drivers.voicemodem.engine import RATE_HZ
from callerid.dsp.message import Samples
from callerid.dsp.signals import LineSignals

QUIET_RMS: Final = 0.012
"""-38 dB of full scale: above the noise of an 8-bit modem (about -50), below a low voice (about -30)."""
WINDOW: Final = RATE_HZ // 10
"""Loudness is taken over a tenth of a second, however few bytes a read gave."""
HANG_UP_TONES: Final = frozenset({"busy", "congestion", "howler", "dial-tone"})
"""What an exchange sends when the caller is gone."""

Cause = Literal["busy-tone", "silence", "longest"]


class AnsweredCall:
    """Listens to one answered call."""

    def __init__(self, *, silence_s: float, longest_s: float) -> None:
        self._signals = LineSignals(RATE_HZ)
        self._silence_s = silence_s
        self._longest_s = longest_s
        self._quiet_s = 0.0
        self._heard_s = 0.0
        self._pending: Samples = np.zeros(0, np.float32)

    def cause(self, samples: Samples) -> Cause | None:
        """Take a block of any length; give why the call is over, None while it is not."""
        self._pending = np.concatenate((self._pending, samples))
        while len(self._pending) >= WINDOW:
            window, self._pending = self._pending[:WINDOW], self._pending[WINDOW:]
            cause = self._judge(window)
            if cause is not None:
                return cause
        return None

    def _judge(self, window: Samples) -> Cause | None:
        length_s = len(window) / RATE_HZ
        self._heard_s += length_s
        rms = float(np.std(window))
        self._quiet_s = self._quiet_s + length_s if rms < QUIET_RMS else 0.0
        if any(signal.kind in HANG_UP_TONES for signal in self._signals.feed(window)):
            return "busy-tone"
        if self._quiet_s >= self._silence_s:
            return "silence"
        return "longest" if self._heard_s >= self._longest_s else None

"""What is heard of the other side after dialling: bursts of ringing tone, and voice.

The general detectors tell a rhythm once, when they are sure of it. Whether the other side has answered shows in the
ringing tone *not* coming back, so every burst is followed here, and only while an outgoing call is waited for.
Pure: samples in, findings out.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec
import numpy as np

from callerid.dsp.levels import rms
from callerid.dsp.message import Samples

WINDOW_S: Final = 0.020
BAND_HZ: Final = (300.0, 3400.0)
TONE_HZ: Final = (350.0, 500.0)
"""The call tone of 425 Hz (E.180, clause 3: 400-450 Hz) as wide as a window of 20 ms shows it."""
PURITY: Final = 0.85
FLOOR_RMS: Final = rms(-45.0)
"""What is weaker is the line's noise."""
SHORTEST_BURST_S: Final = 0.4
"""Shorter tones are a vowel or a congestion tone (E.180, clause 6)."""
SHORTEST_PAUSE_S: Final = 1.0
"""Busy and congestion tone pause for less (E.180, clauses 5 and 6), ringing tone for more (clause 4)."""
VOICE_S: Final = 0.4
"""So much sound that is no tone, altogether, is voice; clicks and crackle are less."""


class Found(msgspec.Struct, frozen=True):
    """A burst of ringing tone that ended, or voice that began, in seconds of the input."""

    kind: Literal["ringback", "voice"]
    at: float


class FarSide:
    """Stream samples in, get findings in order."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._window = round(rate_hz * WINDOW_S)
        self._rest = np.zeros(0, np.float32)
        self._shape = np.hanning(self._window).astype(np.float32)
        hz = np.fft.rfftfreq(self._window, 1 / rate_hz)
        self._band = (hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])
        self._tone = (hz >= TONE_HZ[0]) & (hz <= TONE_HZ[1])
        self._least = FLOOR_RMS**2 * self._window * float((self._shape**2).sum()) / 2
        self._seen = 0
        self.start_over()

    def start_over(self) -> None:
        """Forget what was heard: a digit was dialled."""
        self._burst_s, self._pause_s, self._voice_s = 0.0, 0.0, 0.0
        self._burst_end: float | None = None
        self._voice_began: float | None = None
        self._is_voice_told = False

    @property
    def heard_s(self) -> float:
        """Seconds of input so far."""
        return (self._seen + len(self._rest)) / self._rate_hz

    def feed(self, block: Samples) -> list[Found]:
        """Consume a block of any length."""
        samples = np.concatenate((self._rest, block))
        found: list[Found] = []
        whole = len(samples) // self._window * self._window
        for start in range(0, whole, self._window):
            found += self._step(samples[start : start + self._window])
        self._rest = samples[whole:]
        return found

    def _step(self, window: Samples) -> list[Found]:
        power = np.abs(np.fft.rfft(window * self._shape)) ** 2
        band = float(power[self._band].sum())
        began_s = self._seen / self._rate_hz
        self._seen += self._window
        if band > self._least and float(power[self._tone].sum()) > PURITY * band:
            self._burst_s += WINDOW_S
            self._pause_s, self._burst_end = 0.0, began_s + WINDOW_S
            self._voice_s, self._voice_began, self._is_voice_told = 0.0, None, False
            return []
        self._pause_s += WINDOW_S
        if band > self._least:
            self._voice_s += WINDOW_S
            if self._voice_began is None:
                self._voice_began = began_s
        if self._pause_s < SHORTEST_PAUSE_S:
            return []
        return self._after_a_pause()

    def _after_a_pause(self) -> list[Found]:
        found: list[Found] = []
        if self._burst_s >= SHORTEST_BURST_S and self._burst_end is not None:
            found.append(Found("ringback", self._burst_end))
        self._burst_s = 0.0
        if self._voice_s >= VOICE_S and self._voice_began is not None and not self._is_voice_told:
            self._is_voice_told = True
            found.append(Found("voice", self._voice_began))
        return found

"""Clicks: steps of the line voltage or the loop current, heard through a coupling capacitor.

Lifting or putting down the handset, a polarity reversal and every pulse of a rotary dial make one. A click
rises within milliseconds out of quiet, stands alone and dies away; speech goes on and ringing swings on.
This module finds clicks and measures them; who made them is decided elsewhere.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from callerid.dsp.message import Samples

RATE_HZ: Final = 8000
HOP: Final = 40
HOP_S: Final = HOP / RATE_HZ
THRESHOLD: Final = 0.15
"""Least height, of full scale: the loop's step is tens of volts where speech is tenths of one."""
OVER_PAST: Final = 12.0
"""Least height over the r.m.s. of the 35 ms before (22 dB): what stands in a voice is part of it."""
OVER_TONE: Final = 2.2
"""The same over a steady tone: the first pulse of a dial breaks into the dial tone and ends it."""
STEADY: Final = 1.6
"""Greatest to least power of 5 ms pieces of a steady tone."""
PAST_HOPS: Final = 7
DECAY_HOPS: Final = 6
"""Hops after the highest one to look at: 30 ms, less than half of a dial pulse."""
LEFT_OVER: Final = 0.15
"""At the end of them the sound must have fallen to this share of the height."""
EARLY_HOPS: Final = 4
"""20 ms from its begin: nearly all of a click has passed."""
EARLY_SHARE: Final = 0.93
PEAK_S: Final = 0.006
"""A click is highest at once; the slowest swing that passes a tap needs this long."""
BASELINE: Final = 0.02
"""Per hop, how fast the direct-current offset is learned in quiet: 0.25 s."""


_AVERAGE: Final = np.full(HOP, 1 / HOP, np.float32)


class Click(NamedTuple):
    """One click."""

    time_s: float
    """Seconds of input before its rise."""
    height: float
    """Greatest distance from the rest position, signed, of full scale."""
    width_s: float
    """How long it stayed beyond a third of its height to the same side: 1–8 ms a hook, more a reversal."""
    before: float
    """R.m.s. of the 35 ms before."""


class ClickFinder:
    """Find clicks in 8 kHz samples, each given out 30 ms after its peak (block size does not matter)."""

    def __init__(self) -> None:
        self._buffer = np.zeros(0, np.float32)
        self._next = 0
        self._rest: float | None = None
        self._past = [0.0] * PAST_HOPS
        self._pending: tuple[int, Samples, float, float] | None = None

    def feed(self, samples: Samples) -> list[Click]:
        """Give the clicks that became certain."""
        self._buffer = np.concatenate((self._buffer, samples))
        count = len(self._buffer) // HOP
        if not count:
            return []
        hops = self._buffer[: count * HOP].reshape(count, HOP)
        self._buffer = self._buffer[count * HOP :].copy()
        if self._rest is None:
            self._rest = float(hops[0].mean())
        first, self._next = self._next, self._next + count
        means = (hops @ _AVERAGE).tolist()
        spans = np.maximum(hops.max(1) - self._rest, self._rest - hops.min(1)).tolist()
        squares = ((hops * hops) @ _AVERAGE).tolist()
        found: list[Click] = []
        for index in range(count):
            self._step(first + index, hops[index], means[index], squares[index], spans[index], found)
        return found

    def _step(
        self, hop: int, samples: Samples, mean: float, square: float, span: float, found: list[Click]
    ) -> None:
        rest = self._rest if self._rest is not None else 0.0
        power = max(0.0, square - 2 * rest * mean + rest * rest)
        if self._pending is not None:
            start, sound, rms, was_rest = self._pending
            sound = np.concatenate((sound, samples))
            if hop - start < DECAY_HOPS:
                self._pending = (start, sound, rms, was_rest)
                return
            self._pending = None
            click = _measure(start, sound - was_rest, rms)
            if click is not None:
                found.append(click)
            tail = sound[-2 * HOP :] - rest
            self._past = [float(np.mean(tail * tail))] * PAST_HOPS
            return
        rms = math.sqrt(sum(self._past) / PAST_HOPS)
        over = OVER_TONE if max(self._past) < STEADY * min(self._past) else OVER_PAST
        if span > THRESHOLD and span > over * rms:
            self._pending = (hop, samples, rms, rest)
            return
        self._past = [*self._past[1:], power]
        self._rest = rest + BASELINE * (mean - rest)


def _measure(start: int, sound: Samples, rms: float) -> Click | None:
    """Measure ``sound`` (offset removed), or refuse it where it does not die away."""
    sizes = np.abs(sound)
    peak = int(sizes.argmax())
    height = float(sound[peak])
    energy = sound * sound
    if float(energy[: EARLY_HOPS * HOP].sum()) < EARLY_SHARE * float(energy.sum()):
        return None
    if float(sizes[-HOP:].max()) > LEFT_OVER * abs(height):
        return None
    same_side = sound * math.copysign(1.0, height) > abs(height) / 3
    rise = int((sizes > abs(height) / 3).argmax())
    if peak - rise > PEAK_S * RATE_HZ:
        return None
    after = same_side[peak:]
    width = (int((~after).argmax()) if not after.all() else len(after)) + peak - rise
    return Click(start * HOP_S + rise / RATE_HZ, height, width / RATE_HZ, rms)

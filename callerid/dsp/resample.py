"""Bring a stream of any usual rate to the 8 kHz the detectors work at.

A polyphase interpolator with a windowed-sinc kernel: flat to 3.4 kHz, 60 dB down where it would fold back
into the telephone band (above 4.6 kHz). Output sample ``k`` stands exactly at input time ``k / 8000``:
nothing to subtract, only a known delay before it is given out. The answer does not depend on the block size.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np

from callerid.dsp.filters import kaiser_beta
from callerid.dsp.message import Samples

OUTPUT_HZ: Final = 8000
CUTOFF_HZ: Final = 4000.0
TRANSITION_HZ: Final = 1200.0
"""3.4 kHz (upper edge of the telephone band, ITU-T G.712) is kept, what folds onto it is not."""
STOP_DB: Final = 60.0
RATES_HZ: Final = (8000, 192_000)
LOUDEST: Final = 4.0
"""Samples beyond this many times full scale are no sound; they are clipped."""


def usable(block: Samples) -> Samples:
    """Give the block as contiguous float32, without the NaN, infinities and absurd heights a broken card
    sends."""
    block = np.ascontiguousarray(block, np.float32).ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        power = float(np.dot(block, block))
    if not power <= LOUDEST * LOUDEST * len(block):
        block = np.nan_to_num(block, nan=0.0, posinf=LOUDEST, neginf=-LOUDEST)
        block = np.clip(block, -LOUDEST, LOUDEST)
    return block


@lru_cache(maxsize=8)
def _kernels(rate: int, up: int, half: int) -> Samples:
    """``(up, 2 * half)``: for each fraction of an input sample, the weights of its neighbours."""
    fractions = np.arange(up)[:, None] / up
    at = np.arange(-half + 1, half + 1)[None, :] - fractions
    inside = np.clip(1 - (at / half) ** 2, 0.0, None)
    kernels = np.sinc(2 * CUTOFF_HZ / rate * at) * np.i0(kaiser_beta(STOP_DB) * np.sqrt(inside))
    kernels /= kernels.sum(1, keepdims=True)
    return np.ascontiguousarray(kernels, np.float32)


class Resampler:
    """A streaming converter from ``rate_hz`` (whole number, 8000–192 000) to 8 kHz."""

    def __init__(self, rate_hz: float) -> None:
        rate = round(rate_hz)
        if not RATES_HZ[0] <= rate <= RATES_HZ[1]:
            raise ValueError(f"sample rate must be {RATES_HZ[0]}–{RATES_HZ[1]} Hz, got {rate_hz}")
        common = math.gcd(rate, OUTPUT_HZ)
        self._up, self._down = OUTPUT_HZ // common, rate // common
        self._through = rate == OUTPUT_HZ
        width = (STOP_DB - 8.0) / (2.285 * 2 * math.pi * TRANSITION_HZ / rate)
        self._half = math.ceil(width / 2) + 1
        self.delay_s = 0.0 if self._through else self._half / rate
        """Seconds of input beyond an output sample's own time that are needed before it is given out."""
        self._bank = _kernels(rate, self._up, self._half)
        self._buffer = np.zeros(0, np.float32)
        self._given = 0
        self._dropped = -self._half

    def feed(self, block: Samples) -> Samples:
        """Consume a block of any length, give the output samples that became known: ``(n,) float32``, 8
        kHz."""
        block = usable(block)
        if self._through or not len(block):
            return block
        if self._dropped == -self._half and not len(self._buffer):
            self._buffer = np.full(self._half, block[0], np.float32)
        self._buffer = np.concatenate((self._buffer, block))
        # Output k needs input samples base-half+1 … base+half, base = floor(k * down / up).
        newest = self._dropped + len(self._buffer) - 1 - self._half
        total = max(self._given, ((newest + 1) * self._up - 1) // self._down + 1)
        if total == self._given:
            return np.zeros(0, np.float32)
        position = np.arange(self._given, total, dtype=np.int64) * self._down
        start = position // self._up - self._half + 1 - self._dropped
        windows = np.lib.stride_tricks.sliding_window_view(self._buffer, 2 * self._half)
        if self._up == 1:
            made = windows[start[0] :: self._down][: len(start)] @ self._bank[0]
        else:
            made = np.einsum("ij,ij->i", windows[start], self._bank[position % self._up])
        self._given = total
        keep = int(self._given * self._down // self._up) - self._half + 1 - self._dropped
        keep = min(keep, len(self._buffer))
        self._buffer = self._buffer[keep:].copy()
        self._dropped += keep
        result: Samples = made.astype(np.float32, copy=False)
        return result

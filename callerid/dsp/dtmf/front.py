"""The front end of dialled digits: from samples to short correlations with the eight tones.

Every 5 ms it gives the correlations of 10 ms of sound (Hann-weighted, so that two neighbours overlap to a
constant weight and sums of neighbours are exact long windows) and the power in two bands. The band filter
and the correlators are multiplied together beforehand: one matrix product a block does all.

The front end of caller ID (:mod:`callerid.dsp.dtmf.windows`) is built of the same parts.

Mains hum, dial tone and direct current fall outside the bands and leave no trace: hum 18 dB over the signal
is in TIA-716's list of what a receiver must take.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ, TONES_HZ
from callerid.dsp.filters import apply_matrix, bandpass
from callerid.dsp.message import Samples

HOP: Final = 40
"""Samples from one slice to the next: 5 ms."""
SLICE: Final = 80
"""Samples of one slice: 10 ms."""
TAPS: Final = 129
HALF: Final = (TAPS - 1) // 2
"""Delay of the band filters in samples: 8 ms."""
BAND_HZ: Final = (550.0, 1820.0)
"""Half-gain edges of the tone band: flat over 669–1698 Hz (Q.23 tones ±4 %), −60 dB at 425 Hz and below."""
WIDE_HZ: Final = (230.0, 3300.0)
"""Half-gain edges of the speech band, above the hum, for telling speech from tones."""
STOP_DB: Final = 60.0
DIAL_TONE_HZ: Final = 425.0
DIALLED_HZ: Final = np.append(TONES_HZ, DIAL_TONE_HZ)
"""``(9,)``: the tones of dialled digits, and the dial tone that may go on beside the first of them."""
LOOKAHEAD: Final = HALF + SLICE - HOP
"""Samples of input beyond a hop that its slice needs."""
PIECE: Final = SAMPLE_RATE_HZ // 4
"""Longest piece worked on at once: bounds the memory for blocks of any size."""

Complex = npt.NDArray[np.complex64]
Real = npt.NDArray[np.float32]


class Slices(NamedTuple):
    """What the front end made of a block: ``n`` slices, the first beginning at hop ``first``."""

    first: int
    tones: Complex
    """``(n, frequencies)``: correlations, phase counted from the slice's own start."""
    band: Real
    """``(n,)``: Hann-weighted energy in the tone band."""
    wide: Real
    """``(n,)``: Hann-weighted energy in the speech band."""


def slice_window() -> npt.NDArray[np.float64]:
    """Periodic Hann: neighbours half a window apart sum to exactly one."""
    window: npt.NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(SLICE) + 0.5) / SLICE)
    return window


def correlators(frequencies: npt.NDArray[np.floating]) -> npt.NDArray[np.complex128]:
    """``(SLICE, len(frequencies))``: windowed conjugate tones."""
    turns = np.outer(np.arange(SLICE), frequencies) / SAMPLE_RATE_HZ
    basis: npt.NDArray[np.complex128] = slice_window()[:, None] * np.exp(-2j * np.pi * turns)
    return basis


@lru_cache
def _matrix(frequencies: tuple[float, ...]) -> Real:
    """Filter times correlators, side by side with the filters alone: made once, used by every stream."""
    band_matrix = apply_matrix(bandpass(TAPS, *BAND_HZ, SAMPLE_RATE_HZ, STOP_DB), SLICE)
    wide_matrix = apply_matrix(bandpass(TAPS, *WIDE_HZ, SAMPLE_RATE_HZ, STOP_DB), SLICE)
    basis = wide_matrix @ correlators(np.array(frequencies))
    parts = [basis.real, basis.imag, band_matrix, wide_matrix]
    return np.ascontiguousarray(np.hstack(parts), np.float32)


class FrontEnd:
    """Cut a stream into slices. The same slices come out however the stream was cut into blocks."""

    def __init__(self, frequencies: npt.NDArray[np.floating]) -> None:
        """``frequencies``: what to correlate with."""
        self._matrix = _matrix(tuple(frequencies.tolist()))
        self._columns = len(frequencies)
        self._weights = slice_window().astype(np.float32)
        self._span = self._matrix.shape[0]
        self._buffer = np.zeros(0, np.float32)
        self._next = 0

    def feed(self, block: Samples) -> Slices:
        """Give the slices that became complete with a block of at most :data:`PIECE` samples."""
        if self._next == 0 and not len(self._buffer) and len(block):
            # The stream did not begin with a step from zero: go on with its first value backwards.
            self._buffer = np.full(HALF, block[0], np.float32)
        self._buffer = np.concatenate((self._buffer, block))
        count = max(0, (len(self._buffer) - self._span) // HOP + 1)
        first, self._next = self._next, self._next + count
        step = self._buffer.itemsize
        rows: Real = np.ndarray((count, self._span), np.float32, self._buffer, 0, (HOP * step, step))
        made = rows @ self._matrix
        self._buffer = self._buffer[count * HOP :].copy() if count else self._buffer
        edge = 2 * self._columns
        tones = np.empty((count, self._columns), np.complex64)
        tones.real = made[:, : self._columns]
        tones.imag = made[:, self._columns : edge]
        band = made[:, edge : edge + SLICE]
        wide = made[:, edge + SLICE :]
        return Slices(first, tones, (band * band) @ self._weights, (wide * wide) @ self._weights)

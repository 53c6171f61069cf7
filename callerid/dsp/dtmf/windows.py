"""The front end of caller ID: from samples to correlations of 40 ms windows with the tones of nine senders' clocks.

The band filter, the correlators of seven neighbouring slices (:mod:`callerid.dsp.dtmf.front`) and the phases by which
a tone turns from one slice to the next are multiplied together beforehand. So a window is one row of one matrix
product, made anew every 5 ms: more multiplications than adding up slices, and a quarter of the calls.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from callerid.dsp.dtmf.front import (
    BAND_HZ,
    HALF,
    HOP,
    SLICE,
    STOP_DB,
    TAPS,
    Real,
    correlators,
    slice_window,
)
from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ, TONES_HZ
from callerid.dsp.filters import apply_matrix, bandpass
from callerid.dsp.message import Samples

WINDOW: Final = 7
"""Slices of one window: 40 ms, the shortest digit an exchange sends (Q.24: 40 ms must be taken)."""
OFFSETS: Final = np.arange(-4, 5) * 0.01
"""Hypotheses of a common frequency error of the sender's clock: ±4 % in steps of 1 %."""
CLIP_HZ: Final = (TONES_HZ[:, None] * (1 + OFFSETS[None, :])).ravel()
"""``(72,)``: each tone under every hypothesis."""
SPAN: Final = SLICE + TAPS - 1
"""Samples behind one slice."""
WINDOW_SPAN: Final = SPAN + (WINDOW - 1) * HOP
"""Samples behind one window."""


class Windows(NamedTuple):
    """What became known with a block: the windows that end with its slices, ``m`` of them, and its ``n`` slices."""

    tones: Real
    """``(m, 144)``: correlations with :data:`CLIP_HZ`, real parts and then imaginary parts."""
    band: Real
    """``(n,)``: Hann-weighted energy of each slice in the tone band."""
    filtered: Real
    """``(n, 40)``: each hop's samples in the tone band, delay taken out."""


@lru_cache(maxsize=1)
def _matrices() -> tuple[Real, Real]:
    """Give the band filter ``(208, 80)`` and the windows' correlators ``(448, 144)``: 0.3 MB, used by every stream."""
    band = apply_matrix(bandpass(TAPS, *BAND_HZ, SAMPLE_RATE_HZ, STOP_DB), SLICE)
    basis = band @ correlators(CLIP_HZ)
    turn = np.exp(-2j * np.pi * CLIP_HZ * HOP / SAMPLE_RATE_HZ)
    whole = np.zeros((WINDOW_SPAN, len(CLIP_HZ)), np.complex128)
    for place in range(WINDOW):
        whole[place * HOP : place * HOP + SPAN] += basis * turn**place
    parts = np.hstack([whole.real, whole.imag])
    return np.ascontiguousarray(band, np.float32), np.ascontiguousarray(parts, np.float32)


class WindowFront:
    """Cut a stream into windows. The same windows come out however the stream was cut into blocks."""

    def __init__(self) -> None:
        self._filter, self._correlators = _matrices()
        self._weights = slice_window().astype(np.float32)
        self._buffer = np.zeros(0, np.float32)
        """Begins where the next window does."""
        self._ahead = 0
        """Slices given out since then."""
        self._has_begun = False

    def feed(self, block: Samples) -> Windows:
        """Give what became complete with a block."""
        if not self._has_begun and len(block):
            # The stream did not begin with a step from zero: go on with its first value backwards.
            self._buffer = np.full(HALF, block[0], np.float32)
            self._has_begun = True
        self._buffer = np.concatenate((self._buffer, block))
        slices = max(0, (len(self._buffer) - SPAN) // HOP + 1 - self._ahead)
        windows = max(0, (len(self._buffer) - WINDOW_SPAN) // HOP + 1)
        made = self._rows(slices, SPAN, self._ahead) @ self._filter
        tones = self._rows(windows, WINDOW_SPAN, 0) @ self._correlators
        self._ahead += slices - windows
        if windows:
            self._buffer = self._buffer[windows * HOP :].copy()
        return Windows(tones, (made * made) @ self._weights, made[:, :HOP])

    def _rows(self, count: int, span: int, first: int) -> Samples:
        step = self._buffer.itemsize
        return np.ndarray((count, span), np.float32, self._buffer, first * HOP * step, (HOP * step, step))

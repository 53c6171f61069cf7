"""Short spectra every 20 ms: what the tone detectors of this package look at.

One transform of 40 ms of sound serves all of them. A tone's power is read from the bins it spreads over, its
exact frequency from the turn of its phase between two spectra.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from callerid.dsp.levels import dbm0_from_rms
from callerid.dsp.message import Samples

RATE_HZ: Final = 8000
HOP: Final = 160
HOP_S: Final = HOP / RATE_HZ
WINDOW: Final = 320
BIN_HZ: Final = RATE_HZ / WINDOW
VOICE_HZ: Final = (300.0, 3400.0)
"""The telephone band, where a tone has to hold its share; hum and ringing lie below it."""
SPREAD: Final = 2
"""Bins to each side that a Hann-weighted tone spreads over."""

HANN: Final = np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(WINDOW) + 0.5) / WINDOW), np.float32)
TONES_HZ: Final = (425.0, 1100.0, 2100.0, 2130.0, 2750.0)
"""What the detectors of this package listen for: exchange tones, CNG, CED, DT-AS."""
SCALE: Final = 2.0 / (WINDOW * float(np.sum(HANN.astype(np.float64) ** 2)))
"""From summed bin power to mean square of the samples (Parseval, one-sided)."""


class Spectra(NamedTuple):
    """``n`` hops: hop ``first + i`` ends ``(first + i + 1) * 20 ms`` into the stream."""

    first: int
    hops: Samples
    """``(n, 160)``: the new samples of each hop."""
    bins: npt.NDArray[np.complex64]
    """``(n, 161)``: transform of the last 40 ms, Hann-weighted."""
    voice: npt.NDArray[np.float32]
    """``(n,)``: mean square within the telephone band."""
    tones: npt.NDArray[np.float32]
    """``(n, 5)``: mean square of each of :data:`TONES_HZ`, with what stands close to it."""


def _summing_matrix() -> npt.NDArray[np.float32]:
    """``(322, 6)``: from squared real and imaginary parts to the telephone band and each tone."""
    bands = [(math.ceil(VOICE_HZ[0] / BIN_HZ), math.floor(VOICE_HZ[1] / BIN_HZ))]
    bands += [(round(tone / BIN_HZ) - SPREAD, round(tone / BIN_HZ) + SPREAD) for tone in TONES_HZ]
    matrix = np.zeros((WINDOW // 2 + 1, len(bands)), np.float32)
    for column, (lowest, highest) in enumerate(bands):
        matrix[lowest : highest + 1, column] = SCALE
    return np.repeat(matrix, 2, axis=0)


_SUMS: Final = _summing_matrix()


class SpectrumStream:
    """Cut a stream into hops and transform them; independent of the block size."""

    def __init__(self) -> None:
        self._buffer = np.zeros(WINDOW - HOP, np.float32)
        self._next = 0

    def feed(self, samples: Samples) -> Spectra | None:
        """Give the hops that became complete, or None."""
        self._buffer = np.concatenate((self._buffer, samples))
        count = (len(self._buffer) - (WINDOW - HOP)) // HOP
        if count <= 0:
            return None
        size = self._buffer.itemsize
        frames: Samples = np.ndarray((count, WINDOW), np.float32, self._buffer, 0, (HOP * size, size))
        bins = np.fft.rfft(frames * HANN).astype(np.complex64)
        parts = bins.view(np.float32)
        sums: npt.NDArray[np.float32] = ((parts * parts) @ _SUMS).astype(np.float32, copy=False)
        first, self._next = self._next, self._next + count
        hops = frames[:, WINDOW - HOP :].copy()
        self._buffer = self._buffer[count * HOP :].copy()
        return Spectra(first, hops, bins, sums[:, 0], sums[:, 1:])


def nearest_bin(frequency_hz: float) -> int:
    """Give the bin closest to a frequency."""
    return round(frequency_hz / BIN_HZ)


def tone_power(spectra: Spectra, frequency_hz: float) -> npt.NDArray[np.float32]:
    """``(n,)``: mean square of a tone at or near ``frequency_hz``, one of :data:`TONES_HZ`."""
    power: npt.NDArray[np.float32] = spectra.tones[:, TONES_HZ.index(frequency_hz)]
    return power


def turned_hz(before: complex, now: complex, near_hz: float) -> float:
    """Give the frequency within ±25 Hz of ``near_hz`` that turns one bin's phase so from one hop to the
    next."""
    expected = 2 * math.pi * near_hz * HOP_S
    turn = now * before.conjugate() * complex(math.cos(expected), -math.sin(expected))
    return near_hz + math.atan2(turn.imag, turn.real) / (2 * math.pi * HOP_S)


def level(mean_square: float) -> float:
    """Give dBm0, one decimal, of a mean square."""
    return round(max(dbm0_from_rms(math.sqrt(max(mean_square, 0.0))), -120.0), 1)

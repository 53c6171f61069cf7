"""Short spectra every 20 ms: what the tone detectors of this package look at.

One transform of 40 ms of sound serves all of them. A tone's power is read from the bins it spreads over, its
exact frequency from the turn of its phase between two spectra.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from callerid.dsp.message import Samples
from callerid.synth.levels import dbm0_from_rms

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
SCALE: Final = 2.0 / (WINDOW * float(np.sum(HANN.astype(np.float64) ** 2)))
"""From summed bin power to mean square of the samples (Parseval, one-sided)."""


class Spectra(NamedTuple):
    """``n`` hops: hop ``first + i`` ends ``(first + i + 1) * 20 ms`` into the stream."""

    first: int
    hops: Samples
    """``(n, 160)``: the new samples of each hop."""
    bins: npt.NDArray[np.complex64]
    """``(n, 161)``: transform of the last 40 ms, Hann-weighted."""
    power: npt.NDArray[np.float32]
    """``(n, 161)``: mean square per bin."""
    voice: npt.NDArray[np.float32]
    """``(n,)``: mean square within the telephone band."""


class SpectrumStream:
    """Cut a stream into hops and transform them; independent of the block size."""

    def __init__(self) -> None:
        self._buffer = np.zeros(WINDOW - HOP, np.float32)
        self._next = 0
        self._band = slice(math.ceil(VOICE_HZ[0] / BIN_HZ), math.floor(VOICE_HZ[1] / BIN_HZ) + 1)

    def feed(self, samples: Samples) -> Spectra | None:
        """Give the hops that became complete, or None."""
        self._buffer = np.concatenate((self._buffer, samples))
        count = (len(self._buffer) - (WINDOW - HOP)) // HOP
        if count <= 0:
            return None
        frames = np.lib.stride_tricks.as_strided(
            self._buffer,
            (count, WINDOW),
            (HOP * self._buffer.itemsize, self._buffer.itemsize),
            writeable=False,
        )
        bins = np.fft.rfft(frames * HANN).astype(np.complex64)
        power = (bins.real**2 + bins.imag**2) * np.float32(SCALE)
        first, self._next = self._next, self._next + count
        hops = frames[:, WINDOW - HOP :].copy()
        self._buffer = self._buffer[count * HOP :].copy()
        return Spectra(first, hops, bins, power, power[:, self._band].sum(1))


def nearest_bin(frequency_hz: float) -> int:
    """Give the bin closest to a frequency."""
    return round(frequency_hz / BIN_HZ)


def tone_power(spectra: Spectra, frequency_hz: float) -> npt.NDArray[np.float32]:
    """``(n,)``: mean square of a tone at or near ``frequency_hz``."""
    middle = nearest_bin(frequency_hz)
    power: npt.NDArray[np.float32] = spectra.power[:, middle - SPREAD : middle + SPREAD + 1].sum(1)
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

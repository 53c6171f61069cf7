"""What can be wrong with a simulated line's sound: noise, hum, a wrong level, and an exchange without busy tone."""

from __future__ import annotations

import math

import numpy as np

from callerid.dsp.levels import amplitude
from callerid.dsp.message import Samples
from callerid.synth import tones

RATE_HZ = 8000
NOISE_S = 4.0
BAD_NOISE_DBM0 = -30.0
BAD_HUM_DBM0 = -12.0
BAD_LEVEL_DB = -25.0
HUM_HZ = 50.0
HARMONICS_DB: dict[int, float] = {1: 0.0, 2: -14.0, 3: -8.0, 5: -14.0, 7: -20.0}
"""Mains hum as a line near cables carries it: odd harmonics mostly, the 50 Hz itself strongest."""


class LineFaults:
    """The faults of one line's sound; all off at first."""

    def __init__(self, seed: int = 1) -> None:
        self._rng = np.random.default_rng(seed)
        self._noise: Samples | None = None
        self._position = 0
        self._hum: Samples | None = None
        self._hum_position = 0
        self._gain = 1.0
        self.has_hang_up_tone = True

    def set_noise(self, level_dbm0: float) -> None:
        """Add white noise."""
        self._noise = tones.noise(NOISE_S, level_dbm0, int(self._rng.integers(1 << 31)))

    def set_hum(self, level_dbm0: float) -> None:
        """Add hum with its harmonics; the level is that of its 50 Hz."""
        t = np.arange(RATE_HZ) / RATE_HZ  # a second holds whole periods of all of them
        wave = np.zeros(RATE_HZ)
        for harmonic, level_db in HARMONICS_DB.items():
            wave += amplitude(level_dbm0 + level_db) * np.sin(2 * math.pi * HUM_HZ * harmonic * t + harmonic)
        self._hum = wave.astype(np.float32)

    def set_level(self, change_db: float) -> None:
        """Make everything on the line louder or weaker."""
        self._gain = 10 ** (change_db / 20)

    def mend(self) -> None:
        """Take every fault away."""
        self._noise = self._hum = None
        self._gain, self.has_hang_up_tone = 1.0, True

    def apply(self, sound: Samples) -> Samples:
        """Give a block as the line delivers it with its faults."""
        if self._noise is None and self._hum is None and self._gain == 1.0:
            return sound
        damaged = sound
        if self._noise is not None:
            damaged = damaged + _next(self._noise, self._position, len(sound))
            self._position = (self._position + len(sound)) % len(self._noise)
        if self._hum is not None:
            damaged = damaged + _next(self._hum, self._hum_position, len(sound))
            self._hum_position = (self._hum_position + len(sound)) % len(self._hum)
        return (damaged * np.float32(self._gain)).astype(np.float32)


def _next(loop: Samples, position: int, count: int) -> Samples:
    return np.take(loop, np.arange(position, position + count), mode="wrap")

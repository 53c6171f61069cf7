"""The part that always runs: look for the steady mark tone that comes before every message.

Every standard sends marks before the first start bit (55 bits or more); not every one sends a seizure. Forty
milliseconds of marks stand 22 dB over the noise of one bin at 0 dB of signal to noise, so a single
short-time spectrum is a safe and cheap detector.
"""

from __future__ import annotations

import functools

import msgspec
import numpy as np

from callerid.dsp.fsk.standards import BELL202, RATE_HZ, V23
from callerid.dsp.fsk.wave import Floats

HOP = 160
"""Samples between two looks: 20 ms."""
WINDOW = 320
"""Samples in one look: 40 ms, shorter than the shortest mark signal (55 bits, 46 ms)."""
TRANSFORM = 512
WIDEST_OFFSET = 0.065
"""How far off a tone is looked for: the ±4 % borne, and two bins."""
BIN_HZ = RATE_HZ / TRANSFORM
LOWEST_BIN = int(BELL202.mark_hz * (1.0 - WIDEST_OFFSET) / BIN_HZ)
HIGHEST_BIN = int(V23.mark_hz * (1.0 + WIDEST_OFFSET) / BIN_HZ) + 1
LEAST_SHARE = 0.12
"""Share of the energy in one tone to begin with: half of that at 0 dB; noise reaches it once in 10⁶ looks."""
END_SHARE = 0.5
"""A run of marks is over when the share falls under this part of its best."""
LONGEST_RUN = 2 * RATE_HZ
"""Samples of a run that are remembered: of a tone that goes on for minutes only the end can matter."""
LEAST_POWER = 1e-8
"""Power a sample under which nothing is looked at: about -74 dBm0, far under any line's own noise."""


class MarkRun(msgspec.Struct):
    """A stretch in which one tone stood out."""

    start: int
    """Absolute index where the first good look began."""
    end: int
    """Absolute index where the last good look ended."""
    core: int
    """Absolute index where the best look began."""
    share: float
    """Share of the energy in the tone in the best look."""
    frequency_hz: float


class MarkScanner:
    """Watches looks one after the other and reports each run of marks when it has ended."""

    def __init__(self) -> None:
        self._run: MarkRun | None = None

    @property
    def is_in_run(self) -> bool:
        """Say whether a tone stands out now."""
        return self._run is not None

    def look(self, samples: Floats, start: int) -> MarkRun | None:
        """Take one look at ``WINDOW`` samples that begin at absolute ``start``; give a run that ended
        before it."""
        share, frequency_hz = _tone_share(samples)
        run = self._run
        if run is not None and share >= END_SHARE * run.share:
            run.end = start + WINDOW
            run.start = max(run.start, run.end - LONGEST_RUN)
            if run.core < run.start:
                run.core = start
            if share > run.share:
                if share > run.share / END_SHARE:
                    run.start = start
                run.share, run.core, run.frequency_hz = share, start, frequency_hz
            return None
        self._run = None
        if share >= LEAST_SHARE and run is None:
            self._run = MarkRun(start, start + WINDOW, start, share, frequency_hz)
        return run


def _tone_share(samples: Floats) -> tuple[float, float]:
    """Give the largest share of the energy that one tone in the marks' range explains, and its frequency."""
    energy = float(samples @ samples)
    if energy < LEAST_POWER * len(samples):
        return 0.0, 0.0
    parts = _correlators() @ samples
    squares = parts * parts
    power = squares[: len(squares) // 2] + squares[len(squares) // 2 :]
    best = int(power.argmax())
    if best in (0, len(power) - 1):
        return 0.0, 0.0
    return 2.0 * float(power[best]) / (len(samples) * energy), (LOWEST_BIN + best) * BIN_HZ


@functools.cache
def _correlators() -> Floats:
    """Give the few lines of a Fourier transform that are looked at, (2 bins, 320): cosines, then sines."""
    bins = np.arange(LOWEST_BIN, HIGHEST_BIN + 1)
    angles = 2.0 * np.pi * np.outer(bins, np.arange(WINDOW)) / TRANSFORM
    return np.concatenate([np.cos(angles), np.sin(angles)])

"""The marks before the first start bit: their frequency, phase and amplitude, the noise, and where they
end."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from callerid.dsp.fsk.carrier import WINDOW, MarkRun
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.standards import (
    LEAST_MARK_BITS,
    RATE_HZ,
    SAMPLES_PER_BIT,
    radians,
)
from callerid.dsp.fsk.wave import (
    A_MARK,
    A_SPACE,
    PARAMETERS,
    PHASE,
    SPB,
    W_MARK,
    Floats,
    Wave,
)

EDGE_SEARCH = 400
"""Samples beyond the run in which its true ends are sought: a window and half a hop."""
GUARD = 16
"""Samples left out at both ends of the marks when they are fitted."""
MARK_STEPS = 4
"""Gauss-Newton steps on the marks."""

LEAST_NOISE_SHARE = 1e-4
"""The noise is never taken smaller than 40 dB under the signal: the model itself is not better than that."""


class Marks(msgspec.Struct):
    """The marks before a message."""

    wave: Wave
    """Mark tone fitted, origin at the end of the marks; the rest is nominal."""
    start: int
    end: int
    """Absolute index of the first sample and after the last."""


def fit_marks(history: History, run: MarkRun) -> Marks | None:
    """Fit the mark tone of a run and find where it begins and ends; None when it does not hold up."""
    low = max(run.start - EDGE_SEARCH, history.start)
    core = history.view(run.core, run.core + WINDOW)
    frequency, phase, amplitude = _fit_tone(core, run.frequency_hz)
    start, end = run.core, run.core + WINDOW
    for _ in range(2):
        heard = history.view(low, run.end + EDGE_SEARCH)
        times = np.arange(low - run.core, low - run.core + len(heard)).astype(np.float64)
        expected = amplitude * np.cos(phase + frequency * times)
        gain = expected * (heard - 0.5 * expected)
        middle = run.core + WINDOW // 2 - low
        end = low + middle + int(np.argmax(np.cumsum(gain[middle:]))) + 1
        start = low + middle - int(np.argmax(np.cumsum(gain[:middle][::-1]))) - 1
        inner = history.view(start + GUARD, end - GUARD)
        if len(inner) < LEAST_MARK_BITS * SAMPLES_PER_BIT / 2:
            return None
        tone = _fit_tone(inner, frequency * RATE_HZ / (2.0 * math.pi), near=True)
        shift = start + GUARD - run.core
        frequency, amplitude = tone[0], tone[2]
        phase = tone[1] - frequency * shift
    inner = history.view(start + GUARD, end - GUARD)
    times = np.arange(len(inner)).astype(np.float64) + (start + GUARD - run.core)
    residual = inner - amplitude * np.cos(phase + frequency * times)
    noise = max(float(residual @ residual) / len(inner), LEAST_NOISE_SHARE * amplitude**2)
    vector = np.zeros(PARAMETERS)
    vector[PHASE] = math.remainder(phase + frequency * (end - run.core), 2.0 * math.pi)
    vector[W_MARK], vector[SPB], vector[A_MARK], vector[A_SPACE] = (
        frequency,
        SAMPLES_PER_BIT,
        amplitude,
        amplitude,
    )
    wave = Wave(origin=end, vector=vector, information=np.zeros((PARAMETERS, PARAMETERS)), noise=noise)
    return Marks(wave, start, end)


def _fit_tone(samples: Floats, near_hz: float, *, near: bool = False) -> tuple[float, float, float]:
    """Fit one tone: radians a sample, phase at the first sample, amplitude."""
    times = np.arange(len(samples), dtype=np.float64)
    frequency = radians(near_hz)
    middle = 0.5 * (len(samples) - 1)
    for step in range(MARK_STEPS):
        turned = samples * np.exp(-1j * frequency * (times - middle))
        if step < MARK_STEPS - 1:
            # First by halves (catches a bin), then by the phase slope, the maximum-likelihood estimate.
            half = len(samples) // 2
            angle = float(np.angle(np.sum(turned[half:]) * np.conj(np.sum(turned[:half]))))
            frequency += angle / half
    gain = 2.0 * np.sum(turned) / len(samples)
    return frequency, float(np.angle(gain)) - frequency * middle, float(np.abs(gain))

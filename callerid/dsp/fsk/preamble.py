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
CLEAR_DROP = 15.0
"""Nats the tone's log-likelihood falls when it has ended; noise alone does that once in 10⁴ messages at 2
dB."""
EDGE_NOISE_SHARE = 0.05
"""The noise is not taken smaller than 10 dB under the tone when its ends are sought: bits are not clicks."""
GUARD = 16
"""Samples left out at both ends of the marks when they are fitted."""
PARTIALS_HZ = (450.0, 3000.0)
"""Where partials are looked for: harmonics of clipped marks lie above, but for a weak fifth."""
NOISY_SHARE = 0.03
"""What is left beside the tone matters when its power is over this part of the squared amplitude (12 dB)."""
LINES = 8
LARGEST_LINE_SHARE = 0.5
"""Voices and music leave other partials beside the tone, a line in noise leaves noise: 8 of its 100 or more bins
hold a third at most."""
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
    if len(core) < WINDOW:
        return None
    frequency, phase, amplitude = _fit_tone(core, run.frequency_hz)
    start, end = run.core, run.core + WINDOW
    for _ in range(2):
        heard = history.view(low, run.end + EDGE_SEARCH)
        times = np.arange(low - run.core, low - run.core + len(heard)).astype(np.float64)
        expected = amplitude * np.cos(phase + frequency * times)
        noise = max(float(core @ core) / WINDOW - 0.5 * amplitude**2, EDGE_NOISE_SHARE * amplitude**2)
        gain = expected * (heard - 0.5 * expected) / noise
        middle = run.core + WINDOW // 2 - low
        end = low + middle + _extent(gain[middle:])
        start = low + middle - _extent(gain[:middle][::-1])
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
    if _has_partials(residual, amplitude):
        return None
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


def _has_partials(residual: Floats, amplitude: float) -> bool:
    """Say whether much is left when the mark tone is taken away, and most of that in a few spectral lines."""
    low, high = (int(edge_hz / RATE_HZ * len(residual)) for edge_hz in PARTIALS_HZ)
    spectrum = np.fft.rfft(residual)[low:high]
    power = np.sort(spectrum.real**2 + spectrum.imag**2)
    total = float(power.sum())
    beside = 2.0 * total / len(residual) ** 2
    return beside > NOISY_SHARE * amplitude**2 and float(power[-LINES:].sum()) > LARGEST_LINE_SHARE * total


def _extent(gain: Floats) -> int:
    """Give how many samples a tone goes on, from the log-likelihood each adds.

    The sum is at its height where the tone ends, but marks between the first bytes may be in phase by
    chance and lift it again: what counts is the height before the first clear drop.
    """
    total = np.cumsum(gain)
    height = np.maximum.accumulate(total)
    dropped = np.flatnonzero(height - total > CLEAR_DROP)
    upto = int(dropped[0]) if len(dropped) else len(total)
    return int(total[:upto].argmax()) + 1 if upto else 0


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

"""The signal model: what an FSK message looks like on the line, and its least-squares fit.

A bit ``k`` begins at ``t_k = tau + clock(k) * samples_per_bit`` (samples after ``origin``), ``clock(k) = k`` for
even bits. With ``S(n)`` the time spent in spaces up to sample ``n``, the phase is ``phase + w_mark * (n - S) +
w_space * S`` and the sample is ``amplitude(bit) * cos(phase)``: seven numbers for a whole message. A delay between
the tones on the line is the same thing as a shift of ``tau`` and needs no number of its own.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from callerid.dsp.fsk.clock import EVEN, Clock
from callerid.dsp.fsk.standards import RATE_HZ

Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.int8]

PHASE, W_MARK, W_SPACE, SPB, TAU, A_MARK, A_SPACE = range(7)
"""Order of the numbers in a parameter vector."""
PARAMETERS = 7
MODEL_FAULT = 0.01
"""Part of the power the model may miss on a real line: edges, filters, a non-linear loop."""
GOOD_FIT = 1.4
"""Excess up to which a fit is taken for right: five sigma of the noise in 40 bits."""
CLEAN_FIT = 0.93
CLEAN_FIT_BY_SNR = 0.03
"""Excess under which a fit leaves no doubt. At 3 dB it is what the noise alone leaves on average; the better the
signal, the more a wrong fit leaves."""
TINY = 1e-30
LEAST_AMPLITUDE_SHARE = 0.15
"""A tone is never fitted under this share of the other (16.5 dB of twist)."""


class Wave(msgspec.Struct, kw_only=True):
    """The parameters of one message's signal; angles in radians, times in samples after ``origin``."""

    origin: int
    vector: Floats
    """(7,) phase, w_mark, w_space, samples a bit, tau, a_mark, a_space."""
    information: Floats
    """(7, 7) inverse covariance of the vector."""
    noise: float
    """Noise power a sample."""
    clock: Clock = EVEN

    @property
    def mark_hz(self) -> float:
        return float(self.vector[W_MARK]) * RATE_HZ / (2.0 * math.pi)

    @property
    def space_hz(self) -> float:
        return float(self.vector[W_SPACE]) * RATE_HZ / (2.0 * math.pi)

    def edge(self, bit: int) -> int:
        """Give the absolute index of the first sample at or after the start of a bit."""
        return self.origin + math.ceil(
            float(self.vector[TAU]) + self.clock.edge(bit) * float(self.vector[SPB])
        )

    @property
    def power(self) -> float:
        """Give the mean power of a sample, marks and spaces alike."""
        return 0.25 * float(self.vector[A_MARK] ** 2 + self.vector[A_SPACE] ** 2)

    def excess(self, residual: float, count: int) -> float:
        """Give what is left of a stretch, over what the noise (and the model's own faults) would leave."""
        return residual / max(count * max(self.noise, MODEL_FAULT * self.power), TINY)

    def is_clean(self, excess: float, *, clean_fit: float = CLEAN_FIT) -> bool:
        """Say whether a fit that leaves this excess can be nothing but right."""
        return excess < min(clean_fit + CLEAN_FIT_BY_SNR * self.power / self.noise, GOOD_FIT)

    def copy(self) -> Wave:
        return Wave(
            origin=self.origin,
            vector=self.vector.copy(),
            information=self.information.copy(),
            noise=self.noise,
            clock=self.clock,
        )


class Fit(msgspec.Struct, frozen=True):
    """How well known bits explain a stretch of samples."""

    energy: float
    """Of the samples."""
    residual: float
    """Energy left after the model is taken away."""
    count: int
    residuals: Floats
    """(count,) samples minus model."""
    places: npt.NDArray[np.int64]
    """(count,) which of the given bits each sample belongs to."""

    @property
    def explained(self) -> float:
        """Share of the energy the model accounts for; negative when it is wrong."""
        return 1.0 - self.residual / self.energy if self.energy > 0.0 else 0.0


class _Known:
    """Bits that are known: what does not change while a wave is fitted to them."""

    def __init__(self, wave: Wave, bits: Bits, first_bit: int, spaces: int) -> None:
        begins = wave.clock.edges(first_bit, len(bits) + 1)
        is_space = 1.0 - bits
        in_space = is_space * (begins[1:] - begins[:-1])
        self.first, self.end = float(begins[0]), float(begins[-1])
        self.inner = begins[1:-1]
        self.of_bit = np.empty((3, len(bits)))
        self.of_bit[0] = is_space
        np.multiply(begins[:-1], is_space, out=self.of_bit[1])
        np.subtract(np.cumsum(in_space), in_space, out=self.of_bit[2])
        self.of_bit[2] += spaces / wave.clock.columns_per_bit


class _Stretch:
    """Samples and the model of them for known bits."""

    def __init__(self, wave: Wave, samples: Floats, start: int, known: _Known) -> None:
        phase, w_mark, w_space, spb, tau, a_mark, a_space = self._vector = wave.vector.tolist()
        low = max(wave.origin + math.ceil(tau + known.first * spb), start)
        high = max(min(wave.origin + math.ceil(tau + known.end * spb), start + len(samples)), low)
        self._times = np.arange(low - wave.origin, high - wave.origin, dtype=np.float64)
        self.places = (tau + known.inner * spb).searchsorted(self._times, side="right")
        # Is a space; begin of its bit in mean bits, 0 for marks; spaces sent before it.
        self._is_space, self._number, self._count = known.of_bit.take(self.places, axis=1)
        inside = self._is_space * (self._times - tau) - self._number * spb
        self._space_time = spb * self._count + inside
        self._phases = phase + w_mark * self._times
        self._phases += (w_space - w_mark) * self._space_time
        self._amplitude = a_mark + (a_space - a_mark) * self._is_space
        self._cosines = np.cos(self._phases)
        self._heard = samples[low - start : high - start]
        self.residuals = self._heard - self._amplitude * self._cosines

    def fit(self) -> Fit:
        residuals, heard = self.residuals, self._heard
        return Fit(float(heard @ heard), float(residuals @ residuals), len(residuals), residuals, self.places)

    def jacobian(self) -> Floats:
        """Give how each sample changes with each parameter, (7, n)."""
        apart = self._vector[W_SPACE] - self._vector[W_MARK]
        slope = -self._amplitude * np.sin(self._phases)
        jacobian = np.empty((PARAMETERS, len(slope)))
        jacobian[PHASE] = slope
        np.multiply(slope, self._space_time, out=jacobian[W_SPACE])
        np.subtract(slope * self._times, jacobian[W_SPACE], out=jacobian[W_MARK])
        np.multiply(slope * (self._count - self._number), apart, out=jacobian[SPB])
        np.multiply(slope * self._is_space, -apart, out=jacobian[TAU])
        np.multiply(self._cosines, self._is_space, out=jacobian[A_SPACE])
        np.subtract(self._cosines, jacobian[A_SPACE], out=jacobian[A_MARK])
        return jacobian


def refine(
    wave: Wave,
    samples: Floats,
    start: int,
    bits: Bits,
    first_bit: int,
    spaces_before: int,
    *,
    rounds: int = 1,
) -> Fit:
    """Take Gauss-Newton steps with known bits; the information of the samples is added to the wave's own.

    ``samples[0]`` is absolute sample ``start``; the bits must lie inside. With no ``rounds`` the wave is not
    changed. Samples that fit worse than the noise explains count for less: a first guess far off must not be
    believed. Gives the fit before the last step.
    """
    prior, information = wave.vector.copy(), wave.information
    known = _Known(wave, bits, first_bit, spaces_before)
    stretch = _Stretch(wave, samples, start, known)
    for number in range(rounds):
        if number:
            stretch = _Stretch(wave, samples, start, known)
        count = len(stretch.residuals)
        if not count:
            break
        noise = max(wave.noise, float(np.add.reduce(np.square(stretch.residuals))) / count)
        jacobian = stretch.jacobian()
        wave.information = information + jacobian @ jacobian.T / noise
        pull = jacobian @ stretch.residuals / noise + information @ (prior - wave.vector)
        wave.vector += np.linalg.solve(wave.information, pull)
        least = LEAST_AMPLITUDE_SHARE * float(wave.vector[A_MARK:].max())
        np.maximum(wave.vector[A_MARK:], least, out=wave.vector[A_MARK:])
    return stretch.fit()

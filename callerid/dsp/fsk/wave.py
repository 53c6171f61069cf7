"""The signal model: what an FSK message looks like on the line, and its least-squares fit.

A bit ``k`` lasts from ``t_k = tau + k * samples_per_bit`` (samples after ``origin``). With ``S(n)`` the
time spent in spaces up to sample ``n``, the phase is ``phase + w_mark * (n - S) + w_space * S`` and the
sample is ``amplitude(bit) * cos(phase)``: seven numbers for a whole message. A delay between the tones on
the line is the same thing as a shift of ``tau`` and needs no number of its own.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from callerid.dsp.fsk.standards import RATE_HZ

Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.int8]

PHASE, W_MARK, W_SPACE, SPB, TAU, A_MARK, A_SPACE = range(7)
"""Order of the numbers in a parameter vector."""
PARAMETERS = 7
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

    @property
    def mark_hz(self) -> float:
        return float(self.vector[W_MARK]) * RATE_HZ / (2.0 * math.pi)

    @property
    def space_hz(self) -> float:
        return float(self.vector[W_SPACE]) * RATE_HZ / (2.0 * math.pi)

    def edge(self, bit: int) -> int:
        """Give the absolute index of the first sample at or after the start of a bit."""
        return self.origin + math.ceil(float(self.vector[TAU] + bit * self.vector[SPB]))

    def copy(self) -> Wave:
        return Wave(
            origin=self.origin,
            vector=self.vector.copy(),
            information=self.information.copy(),
            noise=self.noise,
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


def model(
    wave: Wave, times: Floats, bits: Bits, first_bit: int, spaces_before: int
) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int64], Floats]:
    """Give amplitude, phase, space time, bit place and space flag at each time, for known bits."""
    vector = wave.vector
    spb, tau = vector[SPB], vector[TAU]
    places = np.floor((times - tau) / spb).astype(np.int64) - first_bit
    np.clip(places, 0, len(bits) - 1, out=places)
    space_bits = 1.0 - bits
    counts = spaces_before + np.concatenate([[0.0], np.cumsum(space_bits)])[:-1]
    is_space = space_bits[places]
    starts = tau + (first_bit + places) * spb
    space_time = spb * counts[places] + is_space * (times - starts)
    phases = vector[PHASE] + vector[W_MARK] * (times - space_time) + vector[W_SPACE] * space_time
    amplitudes = np.where(is_space > 0, vector[A_SPACE], vector[A_MARK])
    return amplitudes, phases, space_time, places, is_space


def refine(
    wave: Wave,
    samples: Floats,
    start: int,
    bits: Bits,
    first_bit: int,
    spaces_before: int,
    *,
    learn: bool = True,
) -> Fit:
    """Take one Gauss-Newton step with known bits; the information of the samples is added to the wave's own.

    ``samples[0]`` is absolute sample ``start``; the bits must lie inside. With ``learn`` False the wave is
    not changed.
    """
    low, high = wave.edge(first_bit), wave.edge(first_bit + len(bits))
    low, high = max(low, start), min(high, start + len(samples))
    heard = samples[low - start : high - start]
    times = np.arange(low - wave.origin, high - wave.origin, dtype=np.float64)
    amplitudes, phases, space_time, places, is_space = model(wave, times, bits, first_bit, spaces_before)
    cosines = np.cos(phases)
    residuals = heard - amplitudes * cosines
    fit = Fit(float(heard @ heard), float(residuals @ residuals), len(heard), residuals, places)
    if not learn or len(heard) == 0:
        return fit
    vector = wave.vector
    slope = -amplitudes * np.sin(phases)
    apart = float(vector[W_SPACE] - vector[W_MARK])
    counts = (space_time - is_space * (times - vector[TAU] - (first_bit + places) * vector[SPB])) / vector[
        SPB
    ]
    jacobian = np.empty((PARAMETERS, len(heard)))
    jacobian[PHASE] = slope
    jacobian[W_MARK] = slope * (times - space_time)
    jacobian[W_SPACE] = slope * space_time
    jacobian[SPB] = slope * apart * (counts - is_space * (first_bit + places))
    jacobian[TAU] = slope * (-apart) * is_space
    jacobian[A_MARK] = cosines * (1.0 - is_space)
    jacobian[A_SPACE] = cosines * is_space
    information = wave.information + jacobian @ jacobian.T / wave.noise
    step = np.linalg.solve(information, jacobian @ residuals / wave.noise)
    wave.information = information
    vector += step
    largest = max(vector[A_MARK], vector[A_SPACE])
    vector[A_MARK] = max(vector[A_MARK], LEAST_AMPLITUDE_SHARE * largest)
    vector[A_SPACE] = max(vector[A_SPACE], LEAST_AMPLITUDE_SHARE * largest)
    return fit

"""Find the first start bit and the timing after the marks, by trying many hypotheses in one trellis.

With a seizure only the timing is tried anew (an exchange need not keep its bit clock through the marks);
without one, the space tone and the bit rate as well.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.preamble import Marks
from callerid.dsp.fsk.seizure import learn_marks, prior_information
from callerid.dsp.fsk.standards import RATE_HZ, SAMPLES_PER_BIT, ToneStandard, radians
from callerid.dsp.fsk.trellis import BETWEEN, NEVER, PLACES, branch_metrics, forward, trace
from callerid.dsp.fsk.wave import A_MARK, A_SPACE, SPB, TAU, W_MARK, W_SPACE, Floats, Wave, refine

LEAD_BITS = 14
"""Bits of marks run through before their end: the end is known to some bits only."""
COARSE_BITS = LEAD_BITS + 20
"""Bits after which most hypotheses are dropped."""
FINE_BITS = LEAD_BITS + 42
"""Bits after which one is chosen."""
FINALISTS = 10
TAU_STEPS = 8
SPACE_STEPS_HZ = np.arange(-36.0, 37.0, 12.0)
"""Space tones around the standard's, ±1.5 % (EN 300 659-1, clause 6.1)."""
RATE_STEPS = np.array([-0.016, -0.008, 0.0, 0.008, 0.016])
"""Bit rates around 1200, as a part."""
KEPT_CLOCK_BONUS = 6.0
"""Log-likelihood added to the timing the seizure promises."""
LEAST_LIKELIHOOD_SHARE = 0.45
"""Part of the log-likelihood the marks' level promises that the data must have."""
LEVEL_BITS = 40
LEAST_LEVEL_RATIO = 0.2
LARGEST_LEVEL_RATIO = 5.0
"""Space over mark amplitude when only the energy tells (±14 dB)."""
LEARN_PIECE = 14
ROUNDS = 3
"""Gauss-Newton steps on each piece."""
UNSURE_BITS = 6
"""Bits at the end that are not learned from: later ones may still change them."""


class Start(msgspec.Struct):
    """Where a message's data begin."""

    wave: Wave
    first_bit: int
    learned: int
    """Bits before this one are already in the wave."""
    likelihood: float


def samples_needed(marks: Marks) -> int:
    """Give the absolute index up to which samples are looked at."""
    return marks.end + int((FINE_BITS - LEAD_BITS + 2) * SAMPLES_PER_BIT * (1.0 + RATE_STEPS[-1]))


def acquire(history: History, marks: Marks, standard: ToneStandard, seizure: Wave | None) -> Start | None:
    """Choose the hypothesis that explains the first bits best; None when none does."""
    vectors, bonus, noise = _hypotheses(history, marks, standard, seizure)
    first = -LEAD_BITS
    metrics = np.full((len(vectors), PLACES, COARSE_BITS), NEVER)
    metrics[:, BETWEEN, 0] = bonus
    low = marks.wave.origin + math.floor(float(vectors[:, TAU].min()) + first * float(vectors[:, SPB].max()))
    heard = history.view(low, samples_needed(marks))
    offset = low - marks.wave.origin
    counts = np.arange(COARSE_BITS, dtype=np.float64)
    mark, space = branch_metrics(vectors, noise, heard, offset, first, COARSE_BITS, counts)
    metrics, coarse, _ = forward(metrics, mark, space)
    chosen = np.argsort(metrics.max(axis=(1, 2)))[::-1][:FINALISTS]
    metrics, coarse, vectors = metrics[chosen], coarse[:, chosen], vectors[chosen]
    wide = np.full((len(chosen), PLACES, FINE_BITS), NEVER)
    wide[:, :, :COARSE_BITS] = metrics
    counts = np.arange(FINE_BITS, dtype=np.float64)
    more = FINE_BITS - COARSE_BITS
    mark, space = branch_metrics(vectors, noise, heard, offset, first + COARSE_BITS, more, counts)
    metrics, fine, _ = forward(wide, mark, space)
    hypothesis, place, column = (int(part) for part in np.unravel_index(int(metrics.argmax()), metrics.shape))
    likelihood = float(metrics[hypothesis, place, column])
    vector = vectors[hypothesis]
    mean_square = 0.25 * float(vector[A_MARK] ** 2 + vector[A_SPACE] ** 2)
    promised = 0.5 * FINE_BITS * SAMPLES_PER_BIT * mean_square / noise
    if likelihood < LEAST_LIKELIHOOD_SHARE * promised or column == 0:
        return None
    bits, _, place, column = trace(fine, hypothesis, place, column)
    before, *_ = trace(coarse, hypothesis, place, column)
    bits = np.concatenate([before, bits])
    wave = (seizure or marks.wave).copy()
    wave.vector = vector.copy()
    if seizure is not None:
        return Start(wave, first, 0, likelihood)
    wave.information = prior_information(float(vector[A_MARK]), 0)
    learn_marks(history, marks, wave, round((marks.start - marks.end) / SAMPLES_PER_BIT) + UNSURE_BITS)
    known = FINE_BITS - UNSURE_BITS
    spaces = np.concatenate([[0], np.cumsum(1 - bits)])
    for place in range(LEAD_BITS - 3, known, LEARN_PIECE):
        piece = bits[place : min(place + LEARN_PIECE, known)]
        low = wave.edge(first + place)
        heard = history.view(low, samples_needed(marks))
        refine(wave, heard, low, piece, first + place, int(spaces[place]), rounds=ROUNDS)
    return Start(wave, first, first + known, likelihood)


def _hypotheses(
    history: History, marks: Marks, standard: ToneStandard, seizure: Wave | None
) -> tuple[Floats, Floats, float]:
    """Give parameter vectors (h, 7), the log-likelihood each starts with, and the noise power."""
    shifts = np.arange(TAU_STEPS) / TAU_STEPS
    if seizure is not None:
        vectors = np.repeat(seizure.vector[None, :], TAU_STEPS, axis=0)
        vectors[:, TAU] += shifts * vectors[:, SPB]
        return vectors, np.where(shifts == 0.0, KEPT_CLOCK_BONUS, 0.0), seizure.noise
    base = marks.wave
    amplitude = float(base.vector[A_MARK])
    heard = history.view(marks.end, marks.end + int(LEVEL_BITS * SAMPLES_PER_BIT))
    signal = float(heard @ heard) / len(heard) - base.noise
    square = float(np.clip(4.0 * signal / amplitude**2 - 1.0, LEAST_LEVEL_RATIO**2, LARGEST_LEVEL_RATIO**2))
    mark = float(base.vector[W_MARK])
    scaled_hz = standard.space_hz * mark * RATE_HZ / (2.0 * math.pi) / standard.mark_hz
    middle_hz = 0.5 * (scaled_hz + standard.space_hz)
    tau, space, rate = np.meshgrid(shifts, SPACE_STEPS_HZ, RATE_STEPS, indexing="ij")
    vectors = np.repeat(base.vector[None, :], tau.size, axis=0)
    vectors[:, SPB] = SAMPLES_PER_BIT * (1.0 + rate.ravel())
    vectors[:, TAU] = tau.ravel() * SAMPLES_PER_BIT
    vectors[:, W_SPACE] = [radians(middle_hz + step) for step in space.ravel()]
    vectors[:, A_SPACE] = amplitude * math.sqrt(square)
    return vectors, np.zeros(len(vectors)), base.noise

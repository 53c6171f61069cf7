"""Find the first start bit and the timing after the marks, by trying many hypotheses in one trellis.

With a seizure only the timing is tried anew (an exchange need not keep its bit clock through the marks);
without one, the space tone and the bit rate as well.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.path import Trellis
from callerid.dsp.fsk.preamble import Marks
from callerid.dsp.fsk.seizure import learn_marks, prior_information
from callerid.dsp.fsk.standards import RATE_HZ, SAMPLES_PER_BIT, ToneStandard, radians
from callerid.dsp.fsk.trellis import BETWEEN, NEVER, PLACES, branch_metrics, forward, trace
from callerid.dsp.fsk.wave import (
    A_MARK,
    A_SPACE,
    GOOD_FIT,
    SPB,
    TAU,
    W_MARK,
    W_SPACE,
    Bits,
    Floats,
    Wave,
    refine,
)

LEAD_BITS = 14
"""Bits of marks run through before their end: the end is known to some bits only."""
COARSE_BITS = LEAD_BITS + 20
"""Bits after which most hypotheses are dropped."""
COARSE_COLUMNS = 22
"""Spaces there can be until then, one more: the first bits are marks."""
FINE_BITS = LEAD_BITS + 42
"""Bits after which one is chosen."""
FINALISTS = 16
TAU_STEPS = 8
SPACE_STEPS_HZ = np.arange(-40.0, 41.0, 10.0)
"""Space tones around the standard's, ±1.5 % (EN 300 659-1, clause 6.1)."""
LARGEST_TONE_ERROR = 0.017
"""A mark further off than any standard allows (1.5 %) is a wrong clock: the space is off by as much."""
RATE_STEPS = np.array([-0.011, 0.0, 0.011])
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
KNOWN_BITS = FINE_BITS - UNSURE_BITS
CLEAN_FIT = 0.93
CLEAN_FIT_BY_SNR = 0.03
"""Excess under which no other finalist is fitted. At 3 dB it is what the noise alone leaves on average; the better
the signal, the more a wrong fit leaves."""
MOST_FITTED = 8
"""Finalists fitted when the first does not come out clean."""
MOST_REVISIONS = 2
"""Times the first bits are fitted, the second with what the first fit makes of them."""


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
    metrics = np.full((len(vectors), PLACES, COARSE_COLUMNS), NEVER)
    metrics[:, BETWEEN, 0] = bonus
    low = marks.wave.origin + math.floor(float(vectors[:, TAU].min()) + first * float(vectors[:, SPB].max()))
    heard = history.view(low, samples_needed(marks))
    offset = low - marks.wave.origin
    counts = np.arange(COARSE_COLUMNS, dtype=np.float64)
    mark, space = branch_metrics(vectors, noise, heard, offset, first, COARSE_BITS, counts)
    # Single precision: these arrays are too big for a cache.
    single = forward(metrics.astype(np.float32), mark.astype(np.float32), space.astype(np.float32))
    metrics, coarse = single[0].astype(np.float64), single[1]
    chosen = np.argsort(metrics.max(axis=(1, 2)))[::-1][:FINALISTS]
    metrics, coarse, vectors = metrics[chosen], coarse[:, chosen], vectors[chosen]
    wide = np.full((len(chosen), PLACES, FINE_BITS), NEVER)
    wide[:, :, :COARSE_COLUMNS] = metrics
    counts = np.arange(FINE_BITS, dtype=np.float64)
    more = FINE_BITS - COARSE_BITS
    mark, space = branch_metrics(vectors, noise, heard, offset, first + COARSE_BITS, more, counts)
    metrics, fine = forward(wide, mark, space)
    ranking = np.argsort(metrics.max(axis=(1, 2)))[::-1]
    if seizure is not None:
        best = int(ranking[0])
        likelihood = float(metrics[best].max())
        wave = seizure.copy()
        wave.vector = vectors[best].copy()
        return Start(wave, first, 0, likelihood) if _is_signal(wave, likelihood) else None
    found: tuple[float, Start] | None = None
    for finalist in ranking[:MOST_FITTED]:
        likelihood = float(metrics[finalist].max())
        place, column = divmod(int(metrics[finalist].argmax()), FINE_BITS)
        wave = marks.wave.copy()
        wave.vector = vectors[finalist].copy()
        if column == 0 or not _is_signal(wave, likelihood):
            continue
        later, _, place, column = trace(fine, int(finalist), place, column)
        sooner, *_ = trace(coarse, int(finalist), place, column)
        excess = _learn(history, marks, wave, np.concatenate([sooner, later]))
        if found is None or excess < found[0]:
            found = excess, Start(wave, first, first + KNOWN_BITS, likelihood)
        if excess < min(CLEAN_FIT + CLEAN_FIT_BY_SNR * wave.power / wave.noise, GOOD_FIT):
            break
    return found[1] if found else None


def _is_signal(wave: Wave, likelihood: float) -> bool:
    """Say whether the data are as likely as the level of the marks promises."""
    promised = 0.5 * FINE_BITS * SAMPLES_PER_BIT * wave.power / wave.noise
    return likelihood > LEAST_LIKELIHOOD_SHARE * promised


def _learn(history: History, marks: Marks, wave: Wave, bits: Bits) -> float:
    """Fit a wave to the first bits, anew when they look different with it; gives the excess left."""
    first = -LEAD_BITS
    guess = wave.vector.copy()
    for _ in range(MOST_REVISIONS):
        wave.vector = guess.copy()
        wave.information = prior_information(float(guess[A_MARK]), 0)
        learn_marks(history, marks, wave, round((marks.start - marks.end) / SAMPLES_PER_BIT) + UNSURE_BITS)
        spaces = np.concatenate([[0], np.cumsum(1 - bits)])
        residual, count = 0.0, 0
        for place in range(LEAD_BITS - 3, KNOWN_BITS, LEARN_PIECE):
            piece = bits[place : min(place + LEARN_PIECE, KNOWN_BITS)]
            low = wave.edge(first + place)
            heard = history.view(low, samples_needed(marks))
            fit = refine(wave, heard, low, piece, first + place, int(spaces[place]), rounds=ROUNDS)
            residual, count = residual + fit.residual, count + fit.count
        excess = wave.excess(residual, count)
        if excess < GOOD_FIT:
            break
        again = Trellis(history, first)
        again.extend(wave, KNOWN_BITS)
        revised = again.path().bits
        if np.array_equal(revised, bits[:KNOWN_BITS]):
            break
        bits = revised
        guess = wave.vector.copy()
    return excess


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
    is_clock = abs(scaled_hz / standard.space_hz - 1.0) > LARGEST_TONE_ERROR
    middle_hz = scaled_hz if is_clock else standard.space_hz
    tau, space, rate = np.meshgrid(shifts, SPACE_STEPS_HZ, RATE_STEPS, indexing="ij")
    vectors = np.repeat(base.vector[None, :], tau.size, axis=0)
    vectors[:, SPB] = SAMPLES_PER_BIT * (1.0 + rate.ravel())
    vectors[:, TAU] = tau.ravel() * SAMPLES_PER_BIT
    vectors[:, W_SPACE] = [radians(middle_hz + step) for step in space.ravel()]
    vectors[:, A_SPACE] = amplitude * math.sqrt(square)
    return vectors, np.zeros(len(vectors)), base.noise

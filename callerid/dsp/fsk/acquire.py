"""Find the first start bit and the timing after the marks, by trying many hypotheses in one trellis.

With a seizure only the timing is tried anew (an exchange need not keep its bit clock through the marks);
without one, the space tone and the bit rate as well.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from callerid.dsp.fsk.clock import EVEN, Clock
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.path import Trellis
from callerid.dsp.fsk.preamble import Marks
from callerid.dsp.fsk.seizure import Seizure, learn_marks, prior_information
from callerid.dsp.fsk.standards import RATE_HZ, SAMPLES_PER_BIT, ToneStandard, radians
from callerid.dsp.fsk.trellis import (
    BETWEEN,
    NEVER,
    PLACES,
    Decisions,
    bit_rows,
    forward,
    log_likelihoods,
    phase_basis,
    space_angles,
    trace,
)
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
COARSE_SPACES = 21
"""Spaces there can be until then: the first bits are marks."""
FINE_BITS = LEAD_BITS + 42
"""Bits after which one is chosen."""
FINE_SPACES = 44
STAGE_BITS = 14
"""Bits the trellis of a stepped clock is run over at a time: its columns are many, and at first few can be reached."""
FINALISTS = 16
"""Hypotheses kept after the first bits."""
STEPPED_SHIFTS = np.array([-0.5, 0.0, 0.5])
STEPPED_SPACE_STEPS_HZ = np.array([-12.0, -6.0, 0.0, 6.0, 12.0])
"""Samples and tones tried around what even bits have given, for each position of a stepped clock."""
TAU_STEPS = 8
SPACE_STEPS_HZ = np.arange(-40.0, 41.0, 20.0)
"""Space tones around the standard's, ±1.5 % (EN 300 659-1, clause 6.1): first these …"""
NEAR_SPACE_STEPS_HZ = np.array([-10.0, 0.0, 10.0])
"""… then these around the best of them."""
LARGEST_TONE_ERROR = 0.017
"""A mark further off than any standard allows (1.5 %) is a wrong clock: the space is off by as much."""
RATE_STEPS = np.array([-0.011, 0.0, 0.011])
"""Bit rates around 1200, as a part: over the first twenty bits they differ by a fifth of a bit only, so that they are
told apart among the best timings and tones."""
SEEDS = 8
"""Timings and tones that go into the second round."""
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
    excess: float
    """Of what the seizure or the first bits leave, see ``Wave.excess``."""
    is_clean: bool
    """Whether the first bits alone leave no doubt."""


def samples_needed(marks: Marks) -> int:
    """Give the absolute index up to which samples are looked at."""
    return marks.end + int((FINE_BITS - LEAD_BITS + 2) * SAMPLES_PER_BIT * (1.0 + RATE_STEPS[-1]))


def likely_hypotheses(history: History, marks: Marks, standard: ToneStandard) -> Floats:
    """Give the parameter vectors (h, 7), best first, that explain the very first bits best without a seizure.

    A coarse grid of timings and space tones first, then a fine one, with bit rates, around the best of it.
    """
    seeds = _best(history, marks, _hypotheses(history, marks, standard), SEEDS)
    return _best(history, marks, _around(seeds), FINALISTS)


def _best(history: History, marks: Marks, vectors: Floats, count: int) -> Floats:
    """Give the ``count`` of these vectors that explain the very first bits best, best first."""
    likelihoods, _ = _run(
        history, marks, vectors, marks.wave.noise, EVEN, COARSE_BITS, COARSE_SPACES, decide=False
    )
    best: Floats = vectors[np.argsort(likelihoods.max(axis=(1, 2)))[::-1][:count]]
    return best


def _around(seeds: Floats) -> Floats:
    """Give the vectors of the fine grid around these, each once."""
    steps = radians(1.0) * NEAR_SPACE_STEPS_HZ
    seed, space, rate = np.meshgrid(np.arange(len(seeds)), steps, RATE_STEPS, indexing="ij")
    vectors: Floats = seeds[seed.ravel()]
    vectors[:, W_SPACE] += space.ravel()
    vectors[:, SPB] = SAMPLES_PER_BIT * (1.0 + rate.ravel())
    keys = np.round(vectors[:, [W_SPACE, SPB, TAU]], 6)
    _, first = np.unique(keys, axis=0, return_index=True)
    each: Floats = vectors[np.sort(first)]
    return each


def stepped_hypotheses(vector: Floats, clock: Clock) -> Floats:
    """Give the parameter vectors (h, 7) of a stepped clock near those that even bits have given.

    Such a sender counts its own samples: its rate is that of the standard.
    """
    shift, space = np.meshgrid(STEPPED_SHIFTS, radians(1.0) * STEPPED_SPACE_STEPS_HZ, indexing="ij")
    vectors = np.repeat(vector[None, :], shift.size, axis=0)
    vectors[:, SPB] = SAMPLES_PER_BIT
    vectors[:, TAU] += shift.ravel() - clock.lateness * SAMPLES_PER_BIT
    vectors[:, W_SPACE] += space.ravel()
    return vectors


def acquire(history: History, marks: Marks, vectors: Floats, clock: Clock) -> Start | None:
    """Choose among likely hypotheses the one that fits the first bits best; None when none does."""
    metrics, decisions = _run(history, marks, vectors, marks.wave.noise, clock, FINE_BITS, FINE_SPACES)
    found: Start | None = None
    for finalist in np.argsort(metrics.max(axis=(1, 2)))[::-1][:MOST_FITTED]:
        likelihood = float(metrics[finalist].max())
        wave = marks.wave.copy()
        wave.vector, wave.clock = vectors[finalist].copy(), clock
        place, column = divmod(int(metrics[finalist].argmax()), metrics.shape[2])
        if column == 0 or not _is_signal(wave, likelihood):
            continue
        bits = _trace(decisions, int(finalist), place, column, clock)
        excess = _learn(history, marks, wave, bits)
        if found is None or excess < found.excess:
            is_clean = wave.is_clean(excess)
            found = Start(wave, -LEAD_BITS, KNOWN_BITS - LEAD_BITS, excess, is_clean)
            if is_clean:
                break
    return found


def choose_timing(history: History, marks: Marks, seizure: Seizure) -> Start | None:
    """Choose the timing after the marks: the seizure's, or another when that is much more likely.

    None when the data are not as likely as the level promises.
    """
    wave = seizure.wave.copy()
    shifts = np.arange(TAU_STEPS) / TAU_STEPS
    vectors = np.repeat(wave.vector[None, :], TAU_STEPS, axis=0)
    vectors[:, TAU] += shifts * vectors[:, SPB]
    metrics, _ = _run(history, marks, vectors, wave.noise, wave.clock, FINE_BITS, FINE_SPACES, decide=False)
    likelihoods = metrics.max(axis=(1, 2)) + np.where(shifts == 0.0, KEPT_CLOCK_BONUS, 0.0)
    best = int(likelihoods.argmax())
    wave.vector = vectors[best].copy()
    likelihood = float(likelihoods[best])
    return Start(wave, -LEAD_BITS, 0, seizure.excess, False) if _is_signal(wave, likelihood) else None


def _run(
    history: History,
    marks: Marks,
    vectors: Floats,
    noise: float,
    clock: Clock,
    bits: int,
    spaces: int,
    *,
    decide: bool = True,
) -> tuple[npt.NDArray[np.float32], list[Decisions]]:
    """Run the trellis over the first bits for all hypotheses; single precision, for the caches are small."""
    first = -LEAD_BITS
    columns = 1 + spaces * clock.scale
    earliest = float(vectors[:, TAU].min()) + clock.edge(first) * float(vectors[:, SPB].max())
    low = marks.wave.origin + math.floor(earliest)
    heard = history.view(low, samples_needed(marks))
    rows, energy = bit_rows(vectors, noise, heard, low - marks.wave.origin, first, bits, clock)
    basis = phase_basis(space_angles(vectors, np.arange(columns, dtype=np.float64), clock))
    lengths = clock.lengths(first, bits)
    stage = bits if clock is EVEN else STAGE_BITS
    metrics = np.full((len(vectors), PLACES, 1), NEVER, dtype=np.float32)
    metrics[:, BETWEEN] = 0.0
    decisions: list[Decisions] = []
    for begin in range(0, bits, stage):
        end = min(begin + stage, bits)
        reach = min(1 + int(lengths[:end].sum()), columns)
        wider = np.full((len(vectors), PLACES, reach), NEVER, dtype=np.float32)
        wider[:, :, : metrics.shape[2]] = metrics
        part = slice(2 * begin, 2 * end)
        both = log_likelihoods(rows[:, part], energy[:, part], basis[:, :, :reach]).astype(np.float32)
        metrics, decided = forward(wider, both, lengths[begin:end], decide=decide)
        decisions.append(decided)
    return metrics, decisions


def _trace(decisions: list[Decisions], hypothesis: int, place: int, column: int, clock: Clock) -> Bits:
    """Give the bits of the best path of a hypothesis to a state after the last of them."""
    end = FINE_BITS
    bits: list[Bits] = []
    for decided in reversed(decisions):
        lengths = clock.lengths(end - len(decided) - LEAD_BITS, len(decided))
        part, _, place, column = trace(decided, hypothesis, place, column, lengths)
        bits.insert(0, part)
        end -= len(decided)
    return np.concatenate(bits)


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
        wave.information = prior_information(float(guess[A_MARK]), 0, wave.clock)
        learn_marks(history, marks, wave, round((marks.start - marks.end) / SAMPLES_PER_BIT) + UNSURE_BITS)
        sent = (1 - bits) * wave.clock.lengths(first, len(bits))
        spaces = np.cumsum(sent) - sent
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
        again = Trellis(history, wave.clock, first)
        again.extend(wave, KNOWN_BITS)
        revised = again.path().bits
        if np.array_equal(revised, bits[:KNOWN_BITS]):
            break
        bits = revised
        guess = wave.vector.copy()
    return excess


def _hypotheses(history: History, marks: Marks, standard: ToneStandard) -> Floats:
    """Give parameter vectors (h, 7) over timing and space tone."""
    shifts = np.arange(TAU_STEPS) / TAU_STEPS
    base = marks.wave
    amplitude = float(base.vector[A_MARK])
    heard = history.view(marks.end, marks.end + int(LEVEL_BITS * SAMPLES_PER_BIT))
    signal = float(heard @ heard) / len(heard) - base.noise
    square = float(np.clip(4.0 * signal / amplitude**2 - 1.0, LEAST_LEVEL_RATIO**2, LARGEST_LEVEL_RATIO**2))
    mark = float(base.vector[W_MARK])
    scaled_hz = standard.space_hz * mark * RATE_HZ / (2.0 * math.pi) / standard.mark_hz
    is_clock = abs(scaled_hz / standard.space_hz - 1.0) > LARGEST_TONE_ERROR
    middle_hz = scaled_hz if is_clock else standard.space_hz
    tau, space = np.meshgrid(shifts, SPACE_STEPS_HZ, indexing="ij")
    vectors = np.repeat(base.vector[None, :], tau.size, axis=0)
    vectors[:, SPB] = SAMPLES_PER_BIT
    vectors[:, TAU] = tau.ravel() * SAMPLES_PER_BIT
    vectors[:, W_SPACE] = [radians(middle_hz + step) for step in space.ravel()]
    vectors[:, A_SPACE] = amplitude * math.sqrt(square)
    return vectors

"""The channel seizure before the marks, when there is one: it gives the space tone, the bit rate and the
timing.

Counted back from the end of its last space the pattern is known: space, mark, space … First a grid over that
end and the space tone on the last bits, then the model's own least squares over longer and longer pieces.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from callerid.dsp.fsk.clock import CLOCKS, EVEN, Clock
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.preamble import Marks
from callerid.dsp.fsk.standards import RATE_HZ, SAMPLES_PER_BIT, ToneStandard, radians
from callerid.dsp.fsk.wave import (
    A_MARK,
    A_SPACE,
    GOOD_FIT,
    PHASE,
    SPB,
    TAU,
    W_MARK,
    W_SPACE,
    Bits,
    Floats,
    Wave,
    refine,
)

COARSE_BITS = 26
"""Bits on which the grid is tried: few, for at 2 % of baud error 26 bits drift by half a bit."""
PIECES = (20, 20, 30, 40, 80, 80)
"""Bits fitted one piece after the other, backwards from the marks."""
ROUNDS = 3
"""Gauss-Newton steps on each piece, while less than the settled bits are fitted; one afterwards."""
SETTLED_BITS = 60
EDGE_BITS = 5
"""Bits to both sides of the marks' start in which the last space's end is sought."""
EDGE_STEPS = 64
SPACE_RANGE = 0.07
"""Space tones tried: to both sides of the standard's (scaled as the mark is), as a part of the tone
distance."""
SPACE_STEPS = 15
LEAST_EXPLAINED = 0.35
"""Part of what the marks' signal-to-noise promises that each piece must explain."""
MOST_GUESSES = 4
GAIN_ROUNDS = 3
"""Evaluations of another clock, two steps of fitting between them."""
CERTAIN = 1e12
"""Information that holds a parameter where it is: the marks are the same for all clocks."""
CERTAIN_FIT = 0.85
"""Excess, at no SNR, under which even bits are not compared with stepped ones: those leave 3 % of the power more."""
DOUBT = 12.0
"""Nats by which one clock must be more likely than another to be the only one tried."""
MARK_TAIL = 3
"""Bits at the end of the marks that are not fitted: the first start bit may be there."""
SIGMA_MARK_HZ = 3.0
SIGMA_SPACE_HZ = 25.0
SIGMA_SAMPLES_PER_BIT = 0.012 * SAMPLES_PER_BIT
SIGMA_STEPPED = 0.001 * SAMPLES_PER_BIT
"""Of the bit length of a sender that counts samples: only two crystals differ."""
SIGMA_EDGE = 0.7
SIGMA_PHASE = 1.0
SIGMA_LEVEL = 0.7
"""How well each is known before it is fitted (one sigma; the level as a part of the mark's)."""


class Guess(msgspec.Struct, frozen=True):
    """A first idea of a seizure."""

    edge: float
    """End of the last space, samples after the origin."""
    space: float
    """Space tone, radians a sample."""
    level: float
    """Amplitude of the space tone."""


class Seizure(msgspec.Struct, kw_only=True):
    """A seizure fitted, and the wave it gives."""

    wave: Wave
    last: int
    """The bit after its last space."""
    bits: int
    """How many bits of it were fitted; 0 when there is none."""
    likelihood: float
    excess: float
    """Of what is left, see ``Wave.excess``."""


def prior_information(level: float, edge_bit: int, clock: Clock) -> Floats:
    """Give the information matrix of what is known of a sender with this clock before anything is fitted.

    The timing is known at the start of bit ``edge_bit``; a change of the rate turns around that bit.
    """
    sigma_bit = SIGMA_SAMPLES_PER_BIT if clock is EVEN else SIGMA_STEPPED
    information = np.diag(
        [
            SIGMA_PHASE**-2,
            radians(SIGMA_MARK_HZ) ** -2,
            radians(SIGMA_SPACE_HZ) ** -2,
            sigma_bit**-2,
            0.0,
            (SIGMA_LEVEL * level) ** -2,
            (SIGMA_LEVEL * level) ** -2,
        ]
    )
    edge = np.array([edge_bit, 1.0]) / SIGMA_EDGE
    information[SPB : TAU + 1, SPB : TAU + 1] += np.outer(edge, edge)
    return information


def learn_marks(history: History, marks: Marks, wave: Wave, first_bit: int) -> None:
    """Put the information of the marks from ``first_bit`` on into a wave."""
    count = -MARK_TAIL - first_bit
    if count > 0:
        low = wave.edge(first_bit)
        ones = np.ones(count, dtype=np.int8)
        refine(wave, history.view(low, marks.end), low, ones, first_bit, 0)


def fit_seizure(history: History, marks: Marks, standard: ToneStandard) -> list[Seizure]:
    """Fit a seizure before the marks; gives nothing, the one fit, or two when the clock is in doubt."""
    best: Seizure | None = None
    chosen: Guess | None = None
    for guess in _search(history, marks, standard):
        seizure = _fit(history, marks, guess, EVEN)
        if seizure.bits and (best is None or seizure.likelihood > best.likelihood):
            best, chosen = seizure, guess
        if seizure.excess < GOOD_FIT:
            break
    if best is None or chosen is None:
        return []
    if best.wave.is_clean(best.excess, clean_fit=CERTAIN_FIT):
        return [best]
    gains = {clock: _gain(history, best, clock) for clock in CLOCKS}
    ranking = sorted(CLOCKS, key=lambda clock: gains[clock], reverse=True)
    fits = [
        best if clock is EVEN else _fit(history, marks, chosen, clock)
        for clock in ranking[:2]
        if gains[clock] > gains[ranking[0]] - DOUBT
    ]
    return sorted(fits, key=lambda seizure: seizure.likelihood, reverse=True)


def _gain(history: History, seizure: Seizure, clock: Clock) -> float:
    """Give the log-likelihood of a seizure with another clock, fitted from what even bits have given."""
    wave = seizure.wave.copy()
    wave.clock = clock
    wave.vector[TAU] -= clock.lateness * wave.vector[SPB]
    wave.information = prior_information(float(wave.vector[A_MARK]), seizure.last, clock)
    wave.information[PHASE, PHASE] = wave.information[W_MARK, W_MARK] = CERTAIN
    first = seizure.last - seizure.bits
    low, high = wave.edge(first), wave.edge(seizure.last)
    heard = history.view(low, high)
    spaces = _space_columns(clock, seizure.last, seizure.bits)
    fit = refine(wave, heard, low, _pattern(seizure.bits), first, -spaces, rounds=GAIN_ROUNDS)
    return -0.5 * fit.residual / wave.noise


def _pattern(bits: int) -> Bits:
    """Give the last ``bits`` of a seizure up to its last space."""
    return ((np.arange(bits) + bits - 1) & 1).astype(np.int8)


def _space_columns(clock: Clock, last: int, bits: int) -> int:
    """Give the space time in the last ``bits`` of a seizure."""
    return int(clock.lengths(last - bits, bits)[_pattern(bits) == 0].sum())


def _fit(history: History, marks: Marks, guess: Guess, clock: Clock) -> Seizure:
    """Fit piece after piece from a first guess."""
    wave = marks.wave.copy()
    wave.clock = clock
    last = round(guess.edge / SAMPLES_PER_BIT)
    wave.vector[W_SPACE], wave.vector[A_SPACE] = guess.space, guess.level
    wave.vector[TAU] = guess.edge - clock.edge(last) * SAMPLES_PER_BIT
    wave.information = prior_information(float(wave.vector[A_MARK]), last, clock)
    learn_marks(history, marks, wave, last)
    power = 0.5 * float(wave.vector[A_MARK]) ** 2
    promised = power / (power + wave.noise)
    energy, residual, count, done = 0.0, 0.0, 0, 0
    for piece in PIECES:
        first = last - done - piece
        low, high = wave.edge(first), wave.edge(last - done)
        if low < history.start:
            break
        trial = wave.copy()
        heard = history.view(low, high)
        spaces = _space_columns(clock, last, done + piece)
        fit = refine(
            trial, heard, low, _pattern(piece), first, -spaces, rounds=ROUNDS if done < SETTLED_BITS else 1
        )
        if fit.explained < LEAST_EXPLAINED * promised:
            break
        wave, done = trial, done + piece
        energy, residual, count = energy + fit.energy, residual + fit.residual, count + fit.count
    return Seizure(
        wave=wave,
        last=last,
        bits=done,
        likelihood=0.5 * (energy - residual) / wave.noise,
        excess=wave.excess(residual, count) if count else math.inf,
    )


def _search(history: History, marks: Marks, standard: ToneStandard) -> list[Guess]:
    """Give the best first guesses on the grid, best first."""
    wave = marks.wave
    low = max(marks.start - int(COARSE_BITS * SAMPLES_PER_BIT), history.start)
    heard = history.view(low, marks.start + int(EDGE_BITS * SAMPLES_PER_BIT))
    if marks.start - low < COARSE_BITS * SAMPLES_PER_BIT / 2:
        return []
    times = np.arange(len(heard), dtype=np.float64) + (low - wave.origin)
    mark = float(wave.vector[W_MARK])
    scaled = radians(standard.space_hz) * (mark * RATE_HZ / (2.0 * math.pi)) / standard.mark_hz
    apart = radians(standard.space_hz - standard.mark_hz)
    steps = np.linspace(-SPACE_RANGE, SPACE_RANGE, SPACE_STEPS) * apart
    edges = (marks.start - wave.origin) + (
        np.linspace(-EDGE_BITS, EDGE_BITS, EDGE_STEPS, endpoint=False) * SAMPLES_PER_BIT
    )
    before = np.maximum(edges[:, None] - times, 0.0)
    pairs = np.floor(before / (2.0 * SAMPLES_PER_BIT))
    rest = before - pairs * 2.0 * SAMPLES_PER_BIT
    is_space = (rest < SAMPLES_PER_BIT) & (before > 0.0)
    spent = -(pairs * SAMPLES_PER_BIT + np.minimum(rest, SAMPLES_PER_BIT))
    turned = heard * np.exp(-1j * (wave.vector[PHASE] + mark * times))
    turned = turned * np.exp(-1j * (scaled - mark + steps[0]) * spent)
    onward = np.exp(-1j * (steps[1] - steps[0]) * spent)
    spaces = np.empty((SPACE_STEPS, EDGE_STEPS))
    total = np.empty((SPACE_STEPS, EDGE_STEPS))
    for step in range(SPACE_STEPS):
        spaces[step] = np.sum(turned.real * is_space, axis=1)
        total[step] = np.sum(turned.real, axis=1)
        turned = turned * onward
    score = np.maximum(spaces, 0.0) ** 2 + np.maximum(total - spaces, 0.0) ** 2
    by_edge = score.max(axis=0)
    inner = by_edge[1:-1]
    peaks = np.flatnonzero((inner >= by_edge[:-2]) & (inner > by_edge[2:])) + 1
    guesses: list[Guess] = []
    for place in peaks[np.argsort(by_edge[peaks])[::-1][:MOST_GUESSES]]:
        step = int(score[:, place].argmax())
        level = 2.0 * float(spaces[step, place]) / max(int(np.sum(is_space[place])), 1)
        if level > 0.0:
            guesses.append(Guess(float(edges[place]), float(scaled + steps[step]), level))
    return guesses

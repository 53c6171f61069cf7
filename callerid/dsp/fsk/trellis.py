"""The sequence detector: a trellis over character framing and spaces sent so far.

State of a path: its place in the character (0 after a stop bit or an extra mark, 1 after a start bit, 2-9
after 1-8 data bits) and the number of spaces it has sent. Marks and spaces differ by a known phase, so the
count of spaces is the phase: no path needs a tracking loop of its own, and the branch metrics of all paths
and bits come from one small matrix product. The first axis is a batch of hypotheses on timing and tones.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from callerid.dsp.fsk.clock import Clock, Columns
from callerid.dsp.fsk.wave import A_MARK, A_SPACE, PHASE, SPB, TAU, W_MARK, W_SPACE, Bits, Floats

PLACES = 10
"""Places in a character: between characters, after the start bit, after each of eight data bits."""
BETWEEN = 0
AFTER_START = 1
LAST_DATA = 9
NEVER = -1e30
SPACE, MARK = 0, 1
"""Order of the two values of a bit in branch metrics."""

Real = TypeVar("Real", np.float32, np.float64)
Decisions = npt.NDArray[np.bool_]


def branch_metrics(
    vectors: Floats,
    noise: float,
    samples: Floats,
    start: int,
    first_bit: int,
    bits: int,
    spaces: Floats,
    clock: Clock,
) -> Floats:
    """Give the log-likelihood of a space and of a mark at every bit for every space time.

    ``spaces`` is (w,) columns of space time before the bit; the rest is as in ``bit_rows``. Gives (bits, 2, h, w).
    """
    rows, energy = bit_rows(vectors, noise, samples, start, first_bit, bits, clock)
    return log_likelihoods(rows, energy, phase_basis(space_angles(vectors, spaces, clock)))


def log_likelihoods(rows: Floats, energy: Floats, basis: Floats) -> Floats:
    """Give the branch metrics (k, 2, h, w) from what ``bit_rows`` and ``phase_basis`` give."""
    hypotheses, _, width = basis.shape
    made = np.empty((rows.shape[1], hypotheses, width))
    np.matmul(rows, basis, out=made.transpose(1, 0, 2))
    made -= energy.T[:, :, None]
    return made.reshape(-1, 2, hypotheses, width)


def space_angles(vectors: Floats, spaces: Floats, clock: Clock) -> Floats:
    """Give the phase (h, w) by which paths with this space time, (w,) columns, differ from one without."""
    turns = (vectors[:, W_SPACE] - vectors[:, W_MARK]) * vectors[:, SPB] / clock.columns_per_bit
    angles: Floats = turns[:, None] * spaces
    return angles


def phase_basis(angles: Floats) -> Floats:
    """Give what the rows of ``bit_rows`` are multiplied with, (h, 4, w), from (h, w) phases of the paths."""
    tone = np.exp(1j * angles)
    double = tone * tone
    basis = np.empty((len(angles), 4, angles.shape[1]))
    basis[:, 0], basis[:, 1] = tone.real, tone.imag
    basis[:, 2], basis[:, 3] = double.real, double.imag
    return basis


def bit_rows(
    vectors: Floats, noise: float, samples: Floats, start: int, first_bit: int, bits: int, clock: Clock
) -> tuple[Floats, Floats]:
    """Give space and mark of every bit in turn as rows (h, 2 bits, 4) over ``phase_basis``, and their mean energies.

    ``vectors`` is (h, 7) as in ``Wave``; the mark frequency must be the same in all. ``samples[0]`` stands
    ``start`` samples after the origin. Row times basis less energy is the log-likelihood relative to "no
    signal", exact for real sampled tones: the energy of a tone in a bit depends on its phase too.
    """
    hypotheses = len(vectors)
    edges = vectors[:, TAU, None] + clock.edges(first_bit, bits + 1) * vectors[:, SPB, None]
    index = np.ceil(edges).astype(np.int64) - start
    np.maximum(index, 0, out=index)
    np.minimum(index, len(samples), out=index)
    times = start + np.arange(len(samples), dtype=np.float64)
    count = (index[:, 1:] - index[:, :-1]).astype(np.float64)
    apart = vectors[:, W_SPACE] - vectors[:, W_MARK]
    phase = vectors[:, PHASE, None]
    rows = np.empty((hypotheses, bits, 2, 4))
    energy = np.empty((hypotheses, bits, 2))
    for value in (SPACE, MARK):
        frequency = vectors[:, W_MARK] if value else vectors[:, W_SPACE]
        amplitude = (vectors[:, A_MARK] if value else vectors[:, A_SPACE])[:, None]
        turn = np.exp(1j * (phase if value else phase - apart[:, None] * edges[:, :-1]))
        tone, double = _sums(frequency, times, samples, index, is_one=bool(value))
        tone *= turn
        tone *= amplitude / noise
        double *= turn
        double *= turn
        double *= -0.25 * amplitude**2 / noise
        rows[:, :, value, 0] = tone.real
        np.negative(tone.imag, out=rows[:, :, value, 1])
        rows[:, :, value, 2] = double.real
        np.negative(double.imag, out=rows[:, :, value, 3])
        np.multiply(0.25 * amplitude**2 / noise, count, out=energy[:, :, value])
    return rows.reshape(hypotheses, 2 * bits, 4), energy.reshape(hypotheses, 2 * bits)


def _sums(
    frequency: Floats, times: Floats, samples: Floats, index: npt.NDArray[np.int64], *, is_one: bool
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Sum ``x exp(jwn)`` and ``exp(2jwn)`` over each bit of each hypothesis; ``is_one``: all have one frequency."""
    values, which = (
        (frequency[:1], None) if is_one or len(frequency) == 1 else np.unique(frequency, return_inverse=True)
    )
    turning = np.exp(1j * (values[:, None] * times))
    running = np.zeros((2, len(values), len(times) + 1), dtype=np.complex128)
    np.cumsum(turning * samples, axis=1, out=running[0, :, 1:])
    np.cumsum(turning * turning, axis=1, out=running[1, :, 1:])
    at = running[:, 0, index] if which is None else running[:, which[:, None], index]
    sums = at[:, :, 1:] - at[:, :, :-1]
    return sums[0], sums[1]


def forward(
    metrics: npt.NDArray[Real], both: npt.NDArray[Real], lengths: Columns, *, decide: bool = True
) -> tuple[npt.NDArray[Real], Decisions]:
    """Run the trellis over all bits of ``both``, (k, 2, h, w) as from ``branch_metrics``, from ``metrics`` (h, 10, w).

    ``lengths`` is (k,) columns a space at each bit takes. Gives the final metrics and the decisions (k, 10, h, w) for
    ``trace``, without steps unless ``decide``. Spaces that would lead out of the columns are struck out in ``both``.

    A step is five calls on long stretches of memory, whatever the number of hypotheses: all of them lie one after the
    other, and the places in the order 1 … 9, 0, so that who comes from the place before stands one row higher.
    """
    steps, _, hypotheses, width = both.shape
    size = hypotheses * width
    longest = int(lengths.max(initial=0))
    begin = np.empty((PLACES, hypotheses, width), dtype=both.dtype)
    begin[:-1] = metrics[:, AFTER_START:].transpose(1, 0, 2)
    begin[-1] = metrics[:, BETWEEN]
    now = begin.reshape(PLACES, size)
    after = np.empty_like(now)
    # How each place is reached: by ``one`` where the decision is False, by ``other`` where it is True. Place 0 is
    # reached by marks from place 9 and from itself, the others from the place before by a mark and by a space.
    one = np.full((PLACES, size), NEVER, dtype=both.dtype)
    other = np.full((PLACES, longest + size), NEVER, dtype=both.dtype)
    by_mark, by_space = one[1:], other[1:-1, longest:]
    row, item = other.strides
    views = {}
    for length in set(lengths.tolist()):
        if hypotheses > 1:
            both[lengths == length, SPACE, :-1, width - length :] = NEVER
        read = other[:, longest - length : longest - length + size]
        ends = as_strided(other[0, longest:], (2, size), (row * (PLACES - 1) - item * length, item))
        views[length] = read, ends
    decisions = np.empty((steps if decide else 0, PLACES, size), dtype=np.bool_)
    turns = (now, now[:-1], now[:-2], now[-1]), (after, after[:-1], after[:-2], after[-1])
    flat = both.reshape(steps, 2, size)
    for step, length in enumerate(lengths.tolist()):
        pair = flat[step]
        read, ends = views[length]
        (_, marked, spaced, between), (then, *_) = turns[step & 1], turns[~step & 1]
        np.add(marked, pair[MARK], out=by_mark)
        np.add(spaced, pair[SPACE], out=by_space)
        np.add(between, pair, out=ends)
        if decide:
            np.greater(read, one, out=decisions[step])
        np.maximum(read, one, out=then)
    final = turns[steps & 1][0].reshape(PLACES, hypotheses, width)
    ordered = np.concatenate([final[-1:], final[:-1]]).transpose(1, 0, 2)
    return ordered, decisions.reshape(-1, PLACES, hypotheses, width)


def trace(
    decisions: Decisions, hypothesis: int, place: int, column: int, lengths: Columns
) -> tuple[Bits, list[int], int, int]:
    """Follow the best path back from a state: its bits, the place after each, and the state it began in."""
    steps, _, _, width = decisions.shape
    taken = decisions[:, :, hypothesis].tobytes()
    took = lengths.tolist()
    bits = [1] * steps
    places = [0] * steps
    at = (steps - 1) * PLACES * width + column
    for step in range(steps - 1, -1, -1):
        places[step] = place
        if place == AFTER_START:
            bits[step], place = 0, BETWEEN
            at -= took[step]
        elif place == BETWEEN:
            place = BETWEEN if taken[at + LAST_DATA * width] else LAST_DATA
        else:
            place -= 1
            if taken[at + place * width]:
                bits[step] = 0
                at -= took[step]
        at -= PLACES * width
    return np.array(bits, dtype=np.int8), places, place, at + PLACES * width

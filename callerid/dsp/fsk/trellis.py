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

from callerid.dsp.fsk.clock import Clock, Columns
from callerid.dsp.fsk.wave import A_MARK, A_SPACE, PHASE, SPB, TAU, W_MARK, W_SPACE, Bits, Floats

PLACES = 10
"""Places in a character: between characters, after the start bit, after each of eight data bits."""
BETWEEN = 0
AFTER_START = 1
LAST_DATA = 9
NEVER = -1e30

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
) -> tuple[Floats, Floats]:
    """Give the log-likelihood of a mark and of a space at every bit for every space time.

    ``spaces`` is (w,) columns of space time before the bit; the rest is as in ``bit_rows``. Gives two
    (h, bits, w) arrays.
    """
    turns = (vectors[:, W_SPACE] - vectors[:, W_MARK]) * vectors[:, SPB] / clock.columns_per_bit
    basis = phase_basis(turns[:, None] * spaces)
    (mark, mark_energy), (space, space_energy) = bit_rows(
        vectors, noise, samples, start, first_bit, bits, clock
    )
    return mark @ basis - mark_energy[:, :, None], space @ basis - space_energy[:, :, None]


def phase_basis(angles: Floats) -> Floats:
    """Give what the rows of ``bit_rows`` are multiplied with, (h, 4, w), from (h, w) phases of the paths."""
    tone = np.exp(1j * angles)
    double = tone * tone
    return np.stack([tone.real, tone.imag, double.real, double.imag], axis=1)


def bit_rows(
    vectors: Floats, noise: float, samples: Floats, start: int, first_bit: int, bits: int, clock: Clock
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Give mark and space as rows (h, bits, 4) over ``phase_basis`` and their mean energies (h, bits).

    ``vectors`` is (h, 7) as in ``Wave``; the mark frequency must be the same in all. ``samples[0]`` stands
    ``start`` samples after the origin. Row times basis less energy is the log-likelihood relative to "no
    signal", exact for real sampled tones: the energy of a tone in a bit depends on its phase too.
    """
    edges = vectors[:, TAU, None] + clock.edges(first_bit, bits + 1) * vectors[:, SPB, None]
    index = np.clip(np.ceil(edges).astype(np.int64) - start, 0, len(samples))
    times = start + np.arange(len(samples), dtype=np.float64)
    count = np.diff(index, axis=1).astype(np.float64)
    apart = vectors[:, W_SPACE] - vectors[:, W_MARK]
    out: list[tuple[Floats, Floats]] = []
    for is_space in (False, True):
        frequency = vectors[:, W_SPACE] if is_space else vectors[:, W_MARK]
        amplitude = (vectors[:, A_SPACE] if is_space else vectors[:, A_MARK])[:, None]
        turn = np.exp(1j * (vectors[:, PHASE, None] - (apart[:, None] * edges[:, :-1] if is_space else 0.0)))
        tone, double = _sums(frequency, times, samples, index)
        tone = tone * turn * (amplitude / noise)
        double = double * turn * turn * (-0.25 * amplitude**2 / noise)
        rows = np.stack([tone.real, -tone.imag, double.real, -double.imag], axis=2)
        out.append((rows, 0.25 * amplitude**2 / noise * count))
    return out[0], out[1]


def _sums(
    frequency: Floats, times: Floats, samples: Floats, index: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Sum ``x exp(jwn)`` and ``exp(2jwn)`` over each bit of each hypothesis."""
    values, which = (
        (frequency[:1], None) if len(frequency) == 1 else np.unique(frequency, return_inverse=True)
    )
    turning = np.exp(1j * (values[:, None] * times))
    running = np.zeros((2, len(values), len(times) + 1), dtype=np.complex128)
    np.cumsum(turning * samples, axis=1, out=running[0, :, 1:])
    np.cumsum(turning * turning, axis=1, out=running[1, :, 1:])
    at = running[:, 0, index[0]][:, None] if which is None else running[:, which[:, None], index]
    sums = at[:, :, 1:] - at[:, :, :-1]
    return sums[0], sums[1]


def forward(
    metrics: npt.NDArray[Real],
    mark: npt.NDArray[Real],
    space: npt.NDArray[Real],
    lengths: Columns,
    *,
    reached: int | None = None,
    decide: bool = True,
) -> tuple[npt.NDArray[Real], Decisions]:
    """Run the trellis over all bits of ``mark`` and ``space``, both (h, k, w), from ``metrics`` (h, 10, w).

    ``lengths`` is (k,) columns a space at each bit takes. Only the first ``reached`` columns of ``metrics`` count,
    where it is given: the others must be ``NEVER``. Gives the final metrics and the decisions (k, h, 10, w) for
    ``trace``, without steps unless ``decide``.

    Inside, the hypotheses are the last axis: sums and comparisons then run over long stretches of memory.
    """
    hypotheses, steps, width = mark.shape
    kept = steps if decide else 0
    decisions = np.empty((kept, PLACES, width, hypotheses), dtype=np.bool_)
    now = np.ascontiguousarray(metrics.transpose(1, 2, 0))
    after, zero, one = (np.full_like(now, NEVER) for _ in range(3))
    mark, space = (np.ascontiguousarray(metric.transpose(1, 2, 0)) for metric in (mark, space))
    # How each place is reached: by ``zero`` where the decision is False, by ``one`` where it is True.
    reach, low = width if reached is None else reached, 0
    for step in range(steps):
        length = int(lengths[step])
        reach = min(reach + length, width)
        if length > low:
            one[AFTER_START:, low:length] = NEVER
        low = length
        on_mark = mark[step, :reach]
        np.add(now[BETWEEN, :reach], on_mark, out=zero[BETWEEN, :reach])
        np.add(now[AFTER_START:LAST_DATA, :reach], on_mark, out=zero[AFTER_START + 1 :, :reach])
        np.add(now[LAST_DATA, :reach], on_mark, out=one[BETWEEN, :reach])
        np.add(
            now[:LAST_DATA, : reach - length],
            space[step, : reach - length],
            out=one[AFTER_START:, length:reach],
        )
        if decide:
            np.greater(one[:, :reach], zero[:, :reach], out=decisions[step, :, :reach])
        np.maximum(one[:, :reach], zero[:, :reach], out=after[:, :reach])
        now, after = after, now
    return now.transpose(2, 0, 1), decisions.transpose(0, 3, 1, 2)


def trace(
    decisions: Decisions, hypothesis: int, place: int, column: int, lengths: Columns
) -> tuple[Bits, list[int], int, int]:
    """Follow the best path back from a state: its bits, the place after each, and the state it began in."""
    steps = len(decisions)
    bits = np.empty(steps, dtype=np.int8)
    places = [0] * steps
    for step in range(steps - 1, -1, -1):
        places[step] = place
        if place == AFTER_START:
            bits[step], place = 0, BETWEEN
            column -= int(lengths[step])
        elif place == BETWEEN:
            bits[step] = 1
            place = LAST_DATA if decisions[step, hypothesis, BETWEEN, column] else BETWEEN
        else:
            is_space = bool(decisions[step, hypothesis, place, column])
            bits[step] = 0 if is_space else 1
            place -= 1
            column -= int(lengths[step]) * is_space
    return bits, places, place, column

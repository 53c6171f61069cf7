"""How sure a decided sequence is: the rivals it has, and those among them that would pass the checksum.

The trellis is run once more, forward and backward, in a frame that moves with the decided path, so that a
few space counts to both sides suffice. For every weak bit that gives the best path through the other value:
a rival.

The checksum sees every single error event but not two that cancel, so a wrong message is one in which two or
more unlikely events meet. The least total margin of any combination of rivals that leaves the checksum intact
is the distance to the nearest other message. Rivals are only ever used to refuse, never to correct.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.path import Path
from callerid.dsp.fsk.trellis import (
    AFTER_START,
    BETWEEN,
    LAST_DATA,
    NEVER,
    PLACES,
    bit_rows,
    phase_basis,
)
from callerid.dsp.fsk.wave import SPB, W_MARK, W_SPACE, Floats, Wave

SIDE = 6
"""Space counts to each side of the decided path."""
WIDTH = 2 * SIDE + 1
PERIODS = (3, 6)
"""Spaces after which the phase is the same again: V.23 (3 * 2/3 turns), Bell 202 (6 * 5/6 turns)."""
CENTRE = SIDE + 1
"""Column of the decided path; one column on each side is never reached."""
WEAK_MARGIN = 12.0
"""Bits with a larger margin (nats) than this are taken as certain."""
FARTHEST = 2.0 * WEAK_MARGIN
"""Distances beyond this are not told apart."""
SEGMENT_BITS = 56
"""Bits in one of the segments worked side by side."""
RUN_UP = 24
"""Bits before and after a segment in which a rival that reaches into it may begin or end."""
MOST_WEAK_BITS = 150
"""With more weak bits than this the message is hopeless."""
CHECKSUM_VALUES = 256


class Rival(msgspec.Struct, frozen=True):
    """The best other path through one bit."""

    margin: float
    first: int
    last: int
    """Indices of the first and last bit in which it differs."""
    change: int
    """What it adds to the sum of all bytes, modulo 256."""
    bits: tuple[int, ...]
    """Its bits from ``first`` to ``last``."""


class Survey:
    """Forward and backward metrics around a decided path that ends between characters.

    All metrics are relative to the path's own, bit by bit, so that the path itself has 0 everywhere. That
    lets the message be worked in segments side by side, each opened ``RUN_UP`` bits early from the path's
    state.
    """

    def __init__(self, history: History, wave: Wave, path: Path) -> None:
        self.path = path
        self._mark, self._space = _metrics(history, wave, path)
        turns = float((wave.vector[W_SPACE] - wave.vector[W_MARK]) * wave.vector[SPB]) / (2.0 * math.pi)
        period = min(PERIODS, key=lambda spaces: abs(spaces * turns - round(spaces * turns)))
        self._same = [column for column in range(1, WIDTH + 1) if (column - CENTRE) % period == 0]
        self._alpha, self._beta = _sweep(path, self._mark, self._space, self._same)

    def revise(self, rivals: list[Rival]) -> Path:
        """Give the path with every rival taken in that is more likely than what it replaces."""
        bits = self.path.bits.copy()
        places = list(self.path.places)
        upto = -1
        for rival in sorted(
            (rival for rival in rivals if rival.margin < 0.0), key=lambda rival: rival.margin
        ):
            if rival.first > upto or rival.last < upto:
                bits[rival.first : rival.last + 1] = rival.bits
                upto = rival.last
        place = BETWEEN
        for index, bit in enumerate(bits):
            if place == BETWEEN:
                place = BETWEEN if bit else AFTER_START
            elif place == LAST_DATA:
                place = BETWEEN
            else:
                place += 1
            places[index] = place
        spaces = np.concatenate([[0], np.cumsum(1 - bits)])[:-1]
        return Path(self.path.first, bits, places, spaces.tolist())

    def _walk_back(self, step: int, place: int, column: int) -> list[int]:
        """Follow forward metrics back from a state until the decided path is met; gives the bits."""
        bits: list[int] = []
        while step > 0 and not (column in self._same and place == self.path.places[step - 1]):
            step -= 1
            on_mark = bool(self.path.bits[step])
            mark_column = column if on_mark else column + 1
            space_column = column - 1 if on_mark else column
            now = self._alpha[step]
            if place == AFTER_START:
                bit, place = 0, BETWEEN
            elif place == BETWEEN:
                bit = 1
                place = LAST_DATA if now[LAST_DATA, mark_column] > now[BETWEEN, mark_column] else BETWEEN
            else:
                place -= 1
                by_mark = now[place, mark_column] + self._mark[step, mark_column]
                by_space = now[place, space_column] + self._space[step, space_column]
                bit = 0 if by_space > by_mark else 1
            column = mark_column if bit else space_column
            bits.append(bit)
        return bits[::-1]

    def _walk_on(self, step: int, place: int, column: int) -> list[int]:
        """Follow backward metrics on from a state until the decided path is met; gives the bits."""
        bits: list[int] = []
        steps = len(self.path.bits)
        while step < steps and not (column in self._same and place == self.path.places[step - 1]):
            on_mark = bool(self.path.bits[step])
            mark_column = column if on_mark else column - 1
            space_column = column + 1 if on_mark else column
            then = self._beta[step + 1]
            after_mark = BETWEEN if place in (BETWEEN, LAST_DATA) else place + 1
            bit = 1
            if place != LAST_DATA:
                by_mark = then[after_mark, mark_column] + self._mark[step, column]
                by_space = then[place + 1, space_column] + self._space[step, column]
                bit = 0 if by_space > by_mark else 1
            place = after_mark if bit else place + 1
            column = mark_column if bit else space_column
            bits.append(bit)
            step += 1
        return bits

    def margins(self) -> Floats:
        """Give for every bit how much worse the best path through its other value is (nats), (k,)."""
        bits = self.path.bits
        margins = np.empty(len(bits))
        for value in (0, 1):
            steps = np.flatnonzero(bits == value)
            if len(steps):
                margins[steps] = -self._other(steps, value).max(axis=(1, 2))
        return margins

    def _other(self, steps: npt.NDArray[np.intp], value: int) -> Floats:
        """Give the total metric of going the other way than ``value`` from every state, (n, 10, w)."""
        now, then = self._alpha[steps, :, 1:-1], self._beta[steps + 1]
        total = np.full((len(steps), PLACES, WIDTH), NEVER)
        if value:
            total[:, :LAST_DATA] = now[:, :LAST_DATA] + then[:, AFTER_START:, 2:]
            return total + self._space[steps, None, 1:-1]
        total[:, AFTER_START:LAST_DATA] = now[:, AFTER_START:LAST_DATA] + then[:, AFTER_START + 1 :, :-2]
        total[:, BETWEEN] = now[:, BETWEEN] + then[:, BETWEEN, :-2]
        total[:, LAST_DATA] = now[:, LAST_DATA] + then[:, BETWEEN, :-2]
        return total + self._mark[steps, None, 1:-1]

    def rival(self, bit: int, margin: float) -> Rival:
        """Trace the best path through the other value of a bit, both ways until it meets the decided one."""
        value = int(self.path.bits[bit])
        scores = self._other(np.array([bit]), value)[0]
        place, column = divmod(int(scores.argmax()), WIDTH)
        column += 1
        before = self._walk_back(bit, place, column)
        next_column = column + 1 if value else column - 1
        next_place = BETWEEN if not value and place in (BETWEEN, LAST_DATA) else place + 1
        onward = self._walk_on(bit + 1, next_place, next_column)
        first = bit - len(before)
        sent = [*before, 1 - value, *onward]
        change = 0
        for index, other in enumerate(sent, start=first):
            place_after = self.path.places[index]
            if place_after > AFTER_START and other != self.path.bits[index]:
                change += (1 if other else -1) << (place_after - AFTER_START - 1)
        return Rival(margin, first, first + len(sent) - 1, change % CHECKSUM_VALUES, tuple(sent))


def _metrics(history: History, wave: Wave, path: Path) -> tuple[Floats, Floats]:
    """Give the branch metrics (k, w + 2) of mark and space around a path."""
    bits = len(path.bits)
    low, high = wave.edge(path.first), wave.edge(path.first + bits)
    (mark, mark_energy), (space, space_energy) = bit_rows(
        wave.vector[None, :], wave.noise, history.view(low, high), low - wave.origin, path.first, bits
    )
    turn = float((wave.vector[W_SPACE] - wave.vector[W_MARK]) * wave.vector[SPB])
    counts = np.array(path.spaces, dtype=np.float64)[:, None] + np.arange(-CENTRE, CENTRE + 1)
    basis = phase_basis(turn * counts)
    by_mark = np.einsum("ki,kiw->kw", mark[0], basis) - mark_energy[0][:, None]
    by_space = np.einsum("ki,kiw->kw", space[0], basis) - space_energy[0][:, None]
    own = np.where(path.bits, by_mark[:, CENTRE], by_space[:, CENTRE])[:, None]
    return by_mark - own, by_space - own


def _sweep(path: Path, mark: Floats, space: Floats, same: list[int]) -> tuple[Floats, Floats]:
    """Give forward and backward metrics of every state, (k + 1, 10, w + 2) each."""
    count = len(path.bits)
    segments = max(count // SEGMENT_BITS, 1)
    length = -(-count // segments)
    padded = segments * length
    reach = RUN_UP + padded + RUN_UP
    bits = np.ones(reach, dtype=np.bool_)
    bits[RUN_UP : RUN_UP + count] = path.bits
    places = np.full(reach + 1, BETWEEN)
    places[RUN_UP + 1 : RUN_UP + 1 + count] = path.places
    by_mark, by_space = np.zeros((reach, WIDTH + 2)), np.full((reach, WIDTH + 2), NEVER)
    by_mark[RUN_UP : RUN_UP + count], by_space[RUN_UP : RUN_UP + count] = mark, space
    steps = RUN_UP + length
    starts = np.arange(segments) * length
    window = starts + np.arange(steps)[:, None]
    alpha = _forward(bits[window], by_mark[window], by_space[window], places[starts], same)
    alpha = alpha[RUN_UP:].swapaxes(0, 1)
    joined = np.concatenate([alpha[:, :length].reshape(padded, PLACES, WIDTH + 2), alpha[-1:, -1]])
    window += RUN_UP
    beta = _backward(
        bits[window], by_mark[window], by_space[window], places[starts + RUN_UP + steps], same, count - starts
    )
    beta = beta[: length + 1].swapaxes(0, 1)
    back = np.concatenate([beta[:, :-1].reshape(padded, PLACES, WIDTH + 2), beta[-1:, -1]])
    return joined[: count + 1], back[: count + 1]


def _forward(
    bits: npt.NDArray[np.bool_],
    mark: Floats,
    space: Floats,
    places: npt.NDArray[np.intp],
    same: list[int],
) -> Floats:
    """Sweep all segments forward from the path's own state; (steps, segments) bits, gives one more step."""
    steps, segments = bits.shape
    alpha = np.full((steps + 1, segments, PLACES, WIDTH + 2), NEVER)
    alpha[0, np.arange(segments)[:, None], places[:, None], same] = 0.0
    turned = bits[:, :, None]
    mark = np.where(turned, mark[:, :, :-1], mark[:, :, 1:])[:, :, None, 1:]
    space = np.where(turned, space[:, :, :-1], space[:, :, 1:])[:, :, None, :-1]
    turned = bits[:, :, None, None]
    by_mark = np.empty((segments, PLACES, WIDTH))
    by_space = np.empty((segments, LAST_DATA, WIDTH))
    for step in range(steps):
        now, then = alpha[step], alpha[step + 1, :, :, 1:-1]
        source = np.where(turned[step], now[:, :, :-1], now[:, :, 1:])
        np.add(source[:, :, 1:], mark[step], out=by_mark)
        np.add(source[:, :LAST_DATA, :-1], space[step], out=by_space)
        np.maximum(
            by_space[:, AFTER_START:], by_mark[:, AFTER_START:LAST_DATA], out=then[:, AFTER_START + 1 :]
        )
        then[:, AFTER_START] = by_space[:, BETWEEN]
        np.maximum(by_mark[:, BETWEEN], by_mark[:, LAST_DATA], out=then[:, BETWEEN])
    return alpha


def _backward(
    bits: npt.NDArray[np.bool_],
    mark: Floats,
    space: Floats,
    places: npt.NDArray[np.intp],
    same: list[int],
    ends: npt.NDArray[np.intp],
) -> Floats:
    """Sweep all segments backward; the message ends before step ``ends`` of a segment, at any space count."""
    steps, segments = bits.shape
    beta = np.full((steps + 1, segments, PLACES, WIDTH + 2), NEVER)
    beta[steps, np.arange(segments)[:, None], places[:, None], same] = 0.0
    mark, space = mark[:, :, None, 1:-1], space[:, :, None, 1:-1]
    turned = bits[:, :, None, None]
    by_mark = np.empty((segments, PLACES, WIDTH))
    by_space = np.empty((segments, LAST_DATA, WIDTH))
    stops = {int(end): place for place, end in enumerate(ends)}
    for step in range(steps - 1, -1, -1):
        if step + 1 in stops:
            beta[step + 1, stops[step + 1]] = NEVER
            beta[step + 1, stops[step + 1], BETWEEN, 1:-1] = 0.0
        now, then = beta[step, :, :, 1:-1], beta[step + 1]
        source = np.where(turned[step], then[:, :, 1:], then[:, :, :-1])
        np.add(source[:, AFTER_START + 1 :, :-1], mark[step], out=by_mark[:, AFTER_START:LAST_DATA])
        np.add(source[:, BETWEEN, :-1], mark[step, :, 0], out=by_mark[:, LAST_DATA])
        np.add(source[:, AFTER_START:, 1:], space[step], out=by_space)
        np.maximum(by_mark[:, LAST_DATA], by_space[:, BETWEEN], out=now[:, BETWEEN])
        np.maximum(
            by_mark[:, AFTER_START:LAST_DATA], by_space[:, AFTER_START:], out=now[:, AFTER_START:LAST_DATA]
        )
        now[:, LAST_DATA] = by_mark[:, LAST_DATA]
    return beta


def find_rivals(survey: Survey, local_noise: Floats) -> list[Rival] | None:
    """Give the rivals of all weak bits in order, one a change; None when there are too many weak bits.

    ``local_noise`` is (k,) noise around each bit over that of the whole message, at least 1: it discounts
    margins. A rival with a margin under 0 is more likely than the path.
    """
    margins = survey.margins() / local_noise
    weak = np.flatnonzero(margins < WEAK_MARGIN)
    if len(weak) > MOST_WEAK_BITS:
        return None
    found: dict[tuple[int, tuple[int, ...]], Rival] = {}
    for bit in weak:
        rival = survey.rival(int(bit), float(margins[bit]))
        key = (rival.first, rival.bits)
        if key not in found or found[key].margin > rival.margin:
            found[key] = rival
    return sorted(found.values(), key=lambda rival: rival.first)


def least_combination(rivals: list[Rival]) -> float:
    """Give the least total margin of disjoint rivals whose changes cancel; ``rivals`` are sorted by
    ``first``."""
    least = np.full(CHECKSUM_VALUES, np.inf)
    answer = np.inf
    cluster: list[Rival] = []
    clusters: list[list[Rival]] = []
    reach = -1
    for rival in rivals:
        if cluster and rival.first > reach:
            clusters.append(cluster)
            cluster = []
        cluster.append(rival)
        reach = max(reach, rival.last) if len(cluster) > 1 else rival.last
    if cluster:
        clusters.append(cluster)
    for group in clusters:
        after = least.copy()
        for rival in group:
            moved = np.roll(least, rival.change) + rival.margin
            moved[rival.change] = min(float(moved[rival.change]), rival.margin)
            after = np.minimum(after, moved)
            answer = min(answer, float(moved[0]))
        least = after
    return float(min(answer, FARTHEST))

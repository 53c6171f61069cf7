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
from callerid.dsp.fsk.sweep import SEGMENT_BITS, Frame, path_metrics, sweep
from callerid.dsp.fsk.trellis import (
    AFTER_START,
    BETWEEN,
    LAST_DATA,
    NEVER,
    PLACES,
)
from callerid.dsp.fsk.wave import SPB, W_MARK, W_SPACE, Floats, Wave

SIDE = 6
"""Spaces to each side of the decided path."""
EVEN_PERIODS = (3, 6)
STEPPED_PERIODS = (10, 8)
"""Columns of space time after which the phase is the same again, V.23 and Bell 202: spaces (3 * 2/3 turns, 6 * 5/6
turns) or samples at 8 kHz (10 * 0.1 turns, 8 * 1/8 turns)."""
WEAK_MARGIN = 12.0
"""Bits with a larger margin (nats) than this are taken as certain."""
FARTHEST = 2.0 * WEAK_MARGIN
"""Distances beyond this are not told apart."""
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

    def __init__(self, history: History, wave: Wave, path: Path, *, segment_bits: int = SEGMENT_BITS) -> None:
        self.path = path
        clock = path.clock
        self._lengths = clock.lengths(path.first, len(path.bits))
        self._frame = Frame(pad=clock.scale, width=2 * SIDE * clock.scale + 1)
        turns = float((wave.vector[W_SPACE] - wave.vector[W_MARK]) * wave.vector[SPB]) / (2.0 * math.pi)
        turns /= clock.columns_per_bit
        periods = EVEN_PERIODS if clock.position is None else STEPPED_PERIODS
        period = min(periods, key=lambda columns: abs(columns * turns - round(columns * turns)))
        self._same = [column for column in self._frame.inside if (column - self._frame.centre) % period == 0]
        self._mark, self._space = path_metrics(history, wave, path, self._frame)
        self._alpha, self._beta = sweep(path, self._mark, self._space, self._frame, self._same, segment_bits)

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
        return Path(self.path.first, bits, places, self.path.clock)

    def _walk_back(self, step: int, place: int, column: int) -> list[int]:
        """Follow forward metrics back from a state until the decided path is met; gives the bits."""
        bits: list[int] = []
        while step > 0 and not (column in self._same and place == self.path.places[step - 1]):
            step -= 1
            on_mark = bool(self.path.bits[step])
            length = int(self._lengths[step])
            mark_column = column if on_mark else column + length
            space_column = column - length if on_mark else column
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
            length = int(self._lengths[step])
            mark_column = column if on_mark else column - length
            space_column = column + length if on_mark else column
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
        pad, width = self._frame.pad, self._frame.width
        total = np.full((len(steps), PLACES, width), NEVER)
        for length in sorted(set(self._lengths[steps].tolist())):
            chosen = np.flatnonzero(self._lengths[steps] == length)
            at = steps[chosen]
            now = self._alpha[at, :, pad : pad + width]
            low = pad + length if value else pad - length
            then = self._beta[at + 1, :, low : low + width]
            part = np.full(now.shape, NEVER)
            if value:
                part[:, :LAST_DATA] = now[:, :LAST_DATA] + then[:, AFTER_START:]
            else:
                part[:, AFTER_START:LAST_DATA] = now[:, AFTER_START:LAST_DATA] + then[:, AFTER_START + 1 :]
                part[:, BETWEEN] = now[:, BETWEEN] + then[:, BETWEEN]
                part[:, LAST_DATA] = now[:, LAST_DATA] + then[:, BETWEEN]
            metric = self._space if value else self._mark
            total[chosen] = part + metric[at, None, pad : pad + width]
        return total

    def rival(self, bit: int, margin: float) -> Rival:
        """Trace the best path through the other value of a bit, both ways until it meets the decided one."""
        value = int(self.path.bits[bit])
        scores = self._other(np.array([bit]), value)[0]
        place, column = divmod(int(scores.argmax()), self._frame.width)
        column += self._frame.pad
        length = int(self._lengths[bit])
        before = self._walk_back(bit, place, column)
        next_column = column + length if value else column - length
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

"""How sure a decided sequence is: the rivals it has, and those among them that would pass the checksum.

The trellis is run once more, forward and backward, in a frame that moves with the decided path, so that a
few space counts to both sides suffice. For every weak bit that gives the best path through the other value:
a rival.

The checksum sees every single error event but not two that cancel, so a wrong message is one in which two or
more unlikely events meet. The least total margin of any combination of rivals that leaves the checksum intact
is the distance to the nearest other message. Rivals are only ever used to refuse, never to correct.
"""

from __future__ import annotations

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
from callerid.dsp.fsk.wave import SPB, W_MARK, W_SPACE, Bits, Floats, Wave

SIDE = 7
"""Space counts to each side of the decided path."""
WIDTH = 2 * SIDE + 1
CENTRE = SIDE + 1
"""Column of the decided path; one column on each side is never reached."""
WEAK_MARGIN = 12.0
"""Bits with a larger margin (nats) than this are taken as certain."""
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


class Survey:
    """Forward and backward metrics around a decided path that ends between characters."""

    def __init__(self, history: History, wave: Wave, path: Path) -> None:
        self.path = path
        self._mark, self._space = _metrics(history, wave, path)
        self._alpha = self._forward()
        self._beta = self._backward()
        self.metric = float(self._alpha[-1, BETWEEN].max())

    def _forward(self) -> Floats:
        steps = len(self.path.bits)
        alpha = np.full((steps + 1, PLACES, WIDTH + 2), NEVER)
        alpha[0, BETWEEN, CENTRE] = 0.0
        by_mark, by_space = np.empty((PLACES, WIDTH)), np.empty((LAST_DATA, WIDTH))
        for step in range(steps):
            now, then = alpha[step], alpha[step + 1, :, 1:-1]
            low = 0 if self.path.bits[step] else 1
            np.add(
                now[:, low + 1 : low + 1 + WIDTH], self._mark[step, low + 1 : low + 1 + WIDTH], out=by_mark
            )
            np.add(now[:LAST_DATA, low : low + WIDTH], self._space[step, low : low + WIDTH], out=by_space)
            np.maximum(by_space[AFTER_START:], by_mark[AFTER_START:LAST_DATA], out=then[AFTER_START + 1 :])
            then[AFTER_START] = by_space[BETWEEN]
            np.maximum(by_mark[BETWEEN], by_mark[LAST_DATA], out=then[BETWEEN])
        return alpha

    def _backward(self) -> Floats:
        steps = len(self.path.bits)
        beta = np.full((steps + 1, PLACES, WIDTH + 2), NEVER)
        beta[steps, BETWEEN, 1:-1] = 0.0
        by_mark, by_space = np.empty((PLACES, WIDTH)), np.empty((LAST_DATA, WIDTH))
        for step in range(steps - 1, -1, -1):
            now, then = beta[step, :, 1:-1], beta[step + 1]
            low = 1 if self.path.bits[step] else 0
            mark, space = self._mark[step, 1:-1], self._space[step, 1:-1]
            np.add(then[AFTER_START + 1 :, low : low + WIDTH], mark, out=by_mark[AFTER_START:LAST_DATA])
            np.add(then[BETWEEN, low : low + WIDTH], mark, out=by_mark[LAST_DATA])
            np.add(then[AFTER_START:, low + 1 : low + 1 + WIDTH], space, out=by_space)
            np.maximum(by_mark[LAST_DATA], by_space[BETWEEN], out=now[BETWEEN])
            np.maximum(by_mark[AFTER_START:LAST_DATA], by_space[AFTER_START:], out=now[AFTER_START:LAST_DATA])
            now[LAST_DATA] = by_mark[LAST_DATA]
        return beta

    def best(self) -> Path:
        """Give the best path of all, which is the decided one unless the wave has changed since."""
        return self._rebuild(*self._walk_back(len(self.path.bits), BETWEEN, self._last_column()))

    def _last_column(self) -> int:
        return int(self._alpha[-1, BETWEEN].argmax())

    def _walk_back(
        self, step: int, place: int, column: int, *, meet: bool = False
    ) -> tuple[list[int], list[int]]:
        """Follow forward metrics back from a state; gives bits and places, first to last.

        With ``meet`` the walk stops where it comes upon the decided path.
        """
        bits: list[int] = []
        places: list[int] = []
        while step > 0 and not (meet and column == CENTRE and place == self.path.places[step - 1]):
            step -= 1
            on_mark = bool(self.path.bits[step])
            places.append(place)
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
        return bits[::-1], places[::-1]

    def _walk_on(self, step: int, place: int, column: int) -> list[int]:
        """Follow backward metrics on from a state until the decided path is met; gives the bits."""
        bits: list[int] = []
        steps = len(self.path.bits)
        while step < steps and not (column == CENTRE and place == self.path.places[step - 1]):
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

    def _rebuild(self, bits: list[int], places: list[int]) -> Path:
        joined: Bits = np.array(bits, dtype=np.int8)
        spaces = np.concatenate([[0], np.cumsum(1 - joined)])[:-1]
        return Path(self.path.first, joined, places, [int(value) for value in spaces], self.metric)

    def margins(self) -> Floats:
        """Give for every bit how much worse the best path through its other value is (nats), (k,)."""
        bits = self.path.bits
        margins = np.empty(len(bits))
        for value in (0, 1):
            steps = np.flatnonzero(bits == value)
            if len(steps):
                margins[steps] = self.metric - self._other(steps, value).max(axis=(1, 2))
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

    def rival(self, bit: int, margin: float) -> Rival | None:
        """Trace the best path through the other value of a bit, both ways until it meets the decided one."""
        value = int(self.path.bits[bit])
        scores = self._other(np.array([bit]), value)[0]
        place, column = divmod(int(scores.argmax()), WIDTH)
        column += 1
        before, _ = self._walk_back(bit, place, column, meet=True)
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
        return Rival(margin, first, first + len(sent) - 1, change % CHECKSUM_VALUES)


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
    return (
        np.einsum("ki,kiw->kw", mark[0], basis) - mark_energy[0][:, None],
        np.einsum("ki,kiw->kw", space[0], basis) - space_energy[0][:, None],
    )


def distance(survey: Survey, local_noise: Floats) -> tuple[float, list[Rival]]:
    """Give the least margin (nats) of any other message that would pass the checksum, and the rivals.

    ``local_noise`` is (k,) noise around each bit over that of the whole message, at least 1: it discounts
    margins. At most twice ``WEAK_MARGIN`` is told apart; 0 means there are too many weak bits.
    """
    margins = survey.margins() / local_noise
    weak = np.flatnonzero(margins < WEAK_MARGIN)
    if len(weak) > MOST_WEAK_BITS:
        return 0.0, []
    found: dict[tuple[int, int, int], Rival] = {}
    for bit in weak:
        rival = survey.rival(int(bit), float(margins[bit]))
        if rival is not None:
            key = (rival.first, rival.last, rival.change)
            if key not in found or found[key].margin > rival.margin:
                found[key] = rival
    listed = sorted(found.values(), key=lambda rival: rival.first)
    return least_combination(listed), listed


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
    return float(min(answer, 2.0 * WEAK_MARGIN))

"""The trellis over a whole message: piece by piece, in a window of space counts that moves with the best
path."""

from __future__ import annotations

import msgspec
import numpy as np

from callerid.dsp.fsk.clock import Clock, Columns
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.standards import BYTE_BITS
from callerid.dsp.fsk.trellis import (
    AFTER_START,
    BETWEEN,
    NEVER,
    PLACES,
    Decisions,
    branch_metrics,
    forward,
    trace,
)
from callerid.dsp.fsk.wave import Bits, Floats, Wave

MARGIN_SPACES = 14
"""Space counts kept to both sides of the best path; paths further off are long dead."""


class Piece(msgspec.Struct):
    """One stretch of the trellis, bits ``first`` to ``first + len(decisions)``."""

    first: int
    base: int
    """Space count of column 0."""
    decisions: Decisions
    metrics: Floats
    """After the last bit, (1, 10, w)."""


class Path(msgspec.Struct):
    """The most likely sequence so far."""

    first: int
    bits: Bits
    places: list[int]
    """Place in the character after each bit."""
    clock: Clock

    def spaces(self) -> Columns:
        """Give the columns of space time before each bit, counted from the origin."""
        sent = (1 - self.bits) * self.clock.lengths(self.first, len(self.bits))
        before: Columns = np.cumsum(sent) - sent
        return before

    def data_bytes(self) -> tuple[bytes, list[int]]:
        """Give every byte whose stop bit is in, and the index (in ``bits``) of each one's start bit."""
        places = np.array(self.places)
        starts = np.flatnonzero(places == AFTER_START)
        ends = starts + BYTE_BITS
        starts = starts[ends <= len(places)]
        data = self.bits[starts[:, None] + np.arange(1, BYTE_BITS - 1)]
        values = np.packbits(data.astype(np.uint8), axis=1, bitorder="little")
        return values.tobytes(), starts.tolist()


class Trellis:
    """Grows over the samples as they come."""

    def __init__(self, history: History, clock: Clock, first_bit: int) -> None:
        """Begin between characters at ``first_bit`` with no space sent."""
        self._clock = clock
        self._history = history
        self.pieces: list[Piece] = []
        self.next_bit = first_bit
        self._known: tuple[int, Path] | None = None

    def extend(self, wave: Wave, bits: int) -> None:
        """Run over the next ``bits`` bits, whose samples must be there."""
        lengths = self._clock.lengths(self.next_bit, bits)
        margin = MARGIN_SPACES * self._clock.scale
        width = int(lengths.sum()) + 2 * margin + 1
        metrics = np.full((1, PLACES, width), NEVER)
        if self.pieces:
            last = self.pieces[-1]
            best = int(last.metrics[0].max(axis=0).argmax())
            shift = best - margin
            source_low, target_low = max(shift, 0), max(-shift, 0)
            count = min(last.metrics.shape[2] - source_low, width - target_low)
            metrics[:, :, target_low : target_low + count] = last.metrics[
                :, :, source_low : source_low + count
            ]
            base = last.base + shift
        else:
            base = -margin
            metrics[0, BETWEEN, margin] = 0.0
        low, high = wave.edge(self.next_bit), wave.edge(self.next_bit + bits)
        counts = base + np.arange(width, dtype=np.float64)
        both = branch_metrics(
            wave.vector[None, :],
            wave.noise,
            self._history.view(low, high),
            low - wave.origin,
            self.next_bit,
            bits,
            counts,
            self._clock,
        )
        final, decisions = forward(metrics, both, lengths)
        self.pieces.append(Piece(self.next_bit, base, decisions, final))
        self.next_bit += bits

    def path(self, *, ends_between: bool = False) -> Path:
        """Trace the best path; what lies more than a piece back has been decided before and is kept.

        With ``ends_between`` the path is traced whole and ends between characters.
        """
        final = self.pieces[-1].metrics[0]
        place, column = divmod(int(final.argmax()), final.shape[1])
        if ends_between:
            place, column = BETWEEN, int(final[BETWEEN].argmax())
        known = self._known
        traced = self.pieces if known is None or ends_between else self.pieces[known[0] :]
        count = column + self.pieces[-1].base
        bits: list[Bits] = []
        places: list[int] = []
        for piece in reversed(traced):
            part, after, place, column = trace(
                piece.decisions,
                0,
                place,
                count - piece.base,
                self._clock.lengths(piece.first, len(piece.decisions)),
            )
            bits.insert(0, part)
            places = after + places
            count = column + piece.base
        if known is not None and not ends_between:
            bits.insert(0, known[1].bits)
            places = known[1].places + places
        joined = np.concatenate(bits)
        path = Path(self.pieces[0].first, joined, places, self._clock)
        if not ends_between and len(self.pieces) > 1:
            upto = self.pieces[-1].first - path.first
            self._known = len(self.pieces) - 1, Path(path.first, joined[:upto], places[:upto], self._clock)
        return path

"""When the sender's bits change: at equal distances, or only at the samples of its own clock.

A modem that works sample by sample at 8 kHz (spandsp, Asterisk, many line cards) changes tone at the next sample: its
bits last 7, 7 and 6 samples in turn, not 6.67. The phase of a space then depends on where in those three bits it
fell, and over a message the phase wanders by several radians from that of equal bits. So there are four clocks:
the even one, and the stepped one in each of three positions. Space time is counted in columns: one a
space for the even clock, one a sample for the stepped.
"""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import numpy.typing as npt

STEPS_IN_CYCLE = 20
BITS_IN_CYCLE = 3
"""Samples at 8 kHz and bits at 1200 baud until both begin together."""

Columns = npt.NDArray[np.int64]

TABLE_BITS = (-700, 1300)
"""Bits for which the begins of a stepped clock are worked out once: a seizure and all but the longest messages."""


class Clock(msgspec.Struct, frozen=True):
    """Where bits begin, and how much space time each is worth."""

    position: int | None = None
    """None: even. 0, 1, 2: stepped, and which bit of the cycle bit 0 is."""

    @property
    def columns_per_bit(self) -> float:
        """Give the columns of space time in a mean bit."""
        return 1.0 if self.position is None else STEPS_IN_CYCLE / BITS_IN_CYCLE

    @property
    def scale(self) -> int:
        """Give the most columns one space takes."""
        return 1 if self.position is None else -(-STEPS_IN_CYCLE // BITS_IN_CYCLE)

    @property
    def lateness(self) -> float:
        """Give by how much bits begin later than even ones on average, in mean bits."""
        return float(np.mean(self.edges(0, BITS_IN_CYCLE) - np.arange(BITS_IN_CYCLE)))

    def starts(self, first: int, count: int) -> Columns:
        """Give the columns at which ``count`` bits from ``first`` on begin, counted from bit 0's cycle."""
        if self.position is None:
            return np.arange(first, first + count)
        low, high = TABLE_BITS
        if low <= first and first + count <= high:
            return _table(self.position)[first - low : first - low + count]
        return _stepped(self.position, first, count)

    def edge(self, bit: int) -> float:
        """Give the time at which one bit begins, in mean bits."""
        if self.position is None:
            return float(bit)
        return _stepped_start(self.position, bit) / self.columns_per_bit

    def lengths(self, first: int, count: int) -> Columns:
        """Give how many columns each of ``count`` bits from ``first`` on lasts."""
        if self.position is None:
            return np.ones(count, np.int64)
        starts = self.starts(first, count + 1)
        lengths: Columns = starts[1:] - starts[:-1]
        return lengths

    def edges(self, first: int, count: int) -> npt.NDArray[np.float64]:
        """Give the times at which bits begin, in mean bits."""
        if self.position is None:
            return np.arange(first, first + count, dtype=np.float64)
        return self.starts(first, count) / self.columns_per_bit


def _stepped_start(position: int, bit: int) -> int:
    return (bit * STEPS_IN_CYCLE + position * (STEPS_IN_CYCLE % BITS_IN_CYCLE)) // BITS_IN_CYCLE


def _stepped(position: int, first: int, count: int) -> Columns:
    bits = np.arange(first, first + count)
    return (bits * STEPS_IN_CYCLE + position * (STEPS_IN_CYCLE % BITS_IN_CYCLE)) // BITS_IN_CYCLE


@cache
def _table(position: int) -> Columns:
    """Give the begins of the usual bits, 16 kB; not to be written to."""
    table = _stepped(position, TABLE_BITS[0], TABLE_BITS[1] - TABLE_BITS[0])
    table.flags.writeable = False
    return table


EVEN = Clock()
CLOCKS = (EVEN, *(Clock(position) for position in range(BITS_IN_CYCLE)))

"""When the sender's bits change: at equal distances, or only at the samples of its own clock.

A modem that works sample by sample at 8 kHz (spandsp, Asterisk, many line cards) changes tone at the next sample: its
bits last 7, 7 and 6 samples in turn, not 6.67. The phase of a space then depends on where in those three bits it
fell, and over a message the phase wanders by several radians from that of equal bits. So there are four clocks:
the even one, and the stepped one in each of three positions. Space time is counted in columns: one a
space for the even clock, one a sample for the stepped.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

STEPS_IN_CYCLE = 20
BITS_IN_CYCLE = 3
"""Samples at 8 kHz and bits at 1200 baud until both begin together."""

Columns = npt.NDArray[np.int64]


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
        bits = np.arange(first, first + count)
        if self.position is None:
            return bits
        return (bits * STEPS_IN_CYCLE + self.position * (STEPS_IN_CYCLE % BITS_IN_CYCLE)) // BITS_IN_CYCLE

    def edge(self, bit: int) -> float:
        """Give the time at which one bit begins, in mean bits."""
        return float(bit if self.position is None else self.edges(bit, 1)[0])

    def lengths(self, first: int, count: int) -> Columns:
        """Give how many columns each of ``count`` bits from ``first`` on lasts."""
        return np.diff(self.starts(first, count + 1))

    def edges(self, first: int, count: int) -> npt.NDArray[np.float64]:
        """Give the times at which bits begin, in mean bits."""
        return self.starts(first, count) / self.columns_per_bit


EVEN = Clock()
CLOCKS = (EVEN, *(Clock(position) for position in range(BITS_IN_CYCLE)))

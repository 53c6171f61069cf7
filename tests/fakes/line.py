"""A line at full speed: the simulated line read as fast as a test likes, with its plug in the test's hand."""

from __future__ import annotations

from callerid.drivers import DriverError, Frame
from callerid.exchange.line import BLOCK_S, RATE_HZ, SimulatedLine
from tests.fakes.clock import FakeClock


class FastDriver:
    """Obeys the simulated line's physics; a read takes no real time and 20 ms of the clock's."""

    rate_hz = RATE_HZ
    hears_line = True

    def __init__(self, line: SimulatedLine, clock: FakeClock) -> None:
        self.line = line
        self.is_plugged = True
        self.opened = 0
        self._clock = clock

    def open(self) -> None:
        """Count the openings; refuse while unplugged."""
        if not self.is_plugged:
            raise DriverError("unplugged: plug the line in")
        self.opened += 1

    def read(self, timeout_s: float) -> Frame | None:
        """Give the next block."""
        if not self.is_plugged:
            raise DriverError("the line went away")
        self._clock.advance(BLOCK_S)
        block = self.line.step()
        return Frame(block.sound, self._clock.monotonic(), block.ring, block.off_hook)

    def close(self) -> None:
        """Nothing to let go of."""

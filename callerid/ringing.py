"""Bursts of ringing: which are real, when the last one was, and when the ringing is over."""

from __future__ import annotations

SHORTEST_RING_S = 0.12
"""A shorter burst is a tinkle (a dial's pulses, a hook switch); the shortest real one, the ring pulse that
announces caller ID, lasts 200 ms (EN 300 659-1, annex A)."""
LONGEST_RING_S = 12.0
"""A burst never lasts so long: the sensor is stuck, or it is hum."""
ANNOUNCED_S = 2.0
"""An announcement may stand at a burst's begin; a burst lasts up to this (2 s in many networks)."""


class Bursts:
    """Follows the ringing voltage of one line."""

    def __init__(self) -> None:
        self.is_ringing = False
        """A real burst sounds."""
        self.last = 0.0
        """When ringing was last heard, or the wait for it began."""
        self.began = 0.0
        """Begin of the newest real burst."""
        self.before = 0.0
        """When ringing was last heard before that one."""
        self.is_announced = False
        """The newest one is known from its announcement only."""
        self._since: float | None = None
        """Begin of a burst that is still too short to be one."""
        self._is_stuck = False

    def sense(self, is_on: bool, at: float) -> None:
        """The voltage is there or is not."""
        if not is_on:
            if self.is_ringing:
                self.last = at
            self.is_ringing, self._since, self._is_stuck = False, None, False
        elif not self.is_ringing and not self._is_stuck and self._since is None:
            self._since = at

    def due(self) -> float | None:
        """Give when a burst becomes real, or a stuck one is given up."""
        if self._since is not None:
            return self._since + SHORTEST_RING_S
        return self.began + LONGEST_RING_S if self.is_ringing else None

    def pass_time(self, at: float) -> bool:
        """Do what was due; tell whether a real burst began."""
        if self._since is None:
            self.is_ringing, self._is_stuck, self.last = False, True, at
            return False
        self._begin(self._since)
        return True

    def whole(self, at: float) -> None:
        """A burst is known from its announcement only, as a modem gives it."""
        self._begin(at)
        self.is_ringing, self.is_announced = False, True

    def forget(self) -> None:
        """Nothing rings any more."""
        self.is_ringing, self._since = False, None

    def _begin(self, at: float) -> None:
        self.before, self.began, self.last = self.last, at, at
        self.is_ringing, self.is_announced, self._since = True, False, None

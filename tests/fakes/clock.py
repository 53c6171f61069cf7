"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
"""Noon of 1405/09/01 in Tehran."""


class FakeClock:
    """Wall time and monotonic time under a test's hand.

    Like a real machine's, the monotonic clock only grows; the wall clock may also be set.
    """

    def __init__(self, start: datetime = START, *, monotonic: float = 1000.0) -> None:
        self._now = start
        self._monotonic = monotonic

    def now(self) -> datetime:
        """Give the wall clock's UTC instant."""
        return self._now

    def monotonic(self) -> float:
        """Give the monotonic seconds."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        if seconds < 0:
            raise ValueError("time does not run backwards; set_wall() sets the wall clock back")
        self._monotonic += seconds
        self._now += timedelta(seconds=seconds)

    def set_wall(self, now: datetime) -> None:
        """Set the wall clock, forwards or back, as a time server or an administrator does."""
        self._now = now

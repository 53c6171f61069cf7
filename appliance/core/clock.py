"""Time as an argument: what asks for the time receives a `Clock`, so that tests own it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of wall time and of time that never jumps."""

    def now(self) -> datetime:
        """Give the UTC instant, aware."""
        ...

    def monotonic(self) -> float:
        """Give seconds that only grow, comparable between processes of one machine."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Give the machine's UTC instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give the machine's monotonic seconds (CLOCK_MONOTONIC)."""
        return time.monotonic()


def to_text(instant: datetime) -> str:
    """Write an aware instant as stored everywhere: UTC, ISO-8601, milliseconds, ``Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """Read an instant written by `to_text`."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))

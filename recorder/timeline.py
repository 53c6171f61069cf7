"""Where silence is due, so that a place in the recording is the same moment of the call. Pure."""

from __future__ import annotations

LATE_S = 0.5
"""Sound may come so late without being taken for lost; it is then never cut, only less silence follows."""
LONGEST_GAP_S = 600.0
"""More silence at once than this is a clock gone wrong."""


class Timeline:
    """Compares what came with what should have come."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._placed = 0
        self._start: float | None = None

    def gap_before(self, count: int, *, lost: int = 0, end_monotonic: float | None = None) -> int:
        """Give the samples of silence due before a block of `count`.

        `lost` samples are known to be missing there; `end_monotonic` is when the block's last sample happened.
        """
        gap = max(lost, 0)
        if end_monotonic is not None:
            if self._start is None:
                self._start = end_monotonic - (self._placed + gap + count) / self._rate_hz
            due = round((end_monotonic - self._start) * self._rate_hz)
            behind = due - (self._placed + gap + count)
            if behind > LATE_S * self._rate_hz:
                gap += behind
        gap = min(gap, round(LONGEST_GAP_S * self._rate_hz))
        self._placed += gap + count
        return gap

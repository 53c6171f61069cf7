"""The last seconds of filtered samples, addressed by absolute index."""

from __future__ import annotations

import numpy as np

from callerid.dsp.fsk.wave import Floats

ROOM = 8
"""The kept samples are moved to the front each time an eighth of them is new: 0.1 ms a second, and half a megabyte less
a line than with room for all of them twice."""


class History:
    """A bounded buffer: the newest samples, each at its absolute place in the stream."""

    def __init__(self, capacity: int) -> None:
        """Keep at least the newest ``capacity`` samples; memory is an eighth more."""
        self._capacity = capacity
        self._store = np.zeros(capacity + capacity // ROOM)
        self._used = 0
        self.start = 0
        """Absolute index of the oldest sample kept."""
        self.limit = 0
        """Absolute index up to which samples may be seen: what a reader asked for, however much more is there.

        Without it the answer would depend on how the stream is cut into blocks.
        """

    @property
    def end(self) -> int:
        """Absolute index after the newest sample."""
        return self.start + self._used

    def append(self, samples: Floats) -> None:
        """Add at most ``capacity`` samples; the oldest are dropped when there is no room."""
        if self._used + len(samples) > len(self._store):
            kept = min(self._capacity, len(self._store) - len(samples))
            gone = self._used - kept
            self._store[:kept] = self._store[gone : self._used].copy()
            self.start += gone
            self._used = kept
        self._store[self._used : self._used + len(samples)] = samples
        self._used += len(samples)

    def view(self, low: int, high: int) -> Floats:
        """Give samples ``low`` to ``high`` (absolute), without what is no longer there and what lies over the limit."""
        return self._store[max(low - self.start, 0) : max(min(high, self.limit) - self.start, 0)]

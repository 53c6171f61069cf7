"""Hold sound back while nothing in it is urgent: an idle line is worked in pieces of 80 ms instead of 20.

Most of what a short piece costs is calling, not computing, and on a box that does other things in between every call
finds its data gone from the caches. What is found does not depend on pieces; only when it is found does. So whoever
is in the middle of something says so, and then nothing is held back.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from callerid.dsp.message import Samples

HELD: Final = 640
"""Samples held back at most, at 8 kHz: 80 ms. A message begins with 46 ms of marks and its data take 50 ms and more, a
DTMF string has three digits of 40 ms and more: whoever sees the begin so late is there when the end comes."""
QUIET: Final = 0.004
"""From peak to peak, of full scale: a sine of −51 dBm0. No signal of a line is so weak: the weakest tone told is one
of −48 dBm0."""
QUIET_FOR: Final = 8000
"""One second: ends and cadences of what was loud are told in time."""


class Patience:
    """Gathers pieces of 8 kHz sound."""

    def __init__(self) -> None:
        self._held: list[Samples] = []
        self._count = 0
        self._quiet_for = 0

    def take(self, samples: Samples, *, is_urgent: bool) -> Samples | None:
        """Add a piece; give all that is held when it is time to work on it, else None."""
        if is_urgent and not self._held:
            return samples
        self._held.append(samples)
        self._count += len(samples)
        if not is_urgent and self._count < HELD:
            return None
        gathered = np.concatenate(self._held)
        self._held, self._count = [], 0
        return gathered

    def take_quiet(self, samples: Samples) -> Samples | None:
        """The same for detectors of loud sounds: everything is urgent until it was quiet for a second."""
        if len(samples) and float(samples.max()) - float(samples.min()) > QUIET:
            self._quiet_for = 0
        else:
            self._quiet_for += len(samples)
        return self.take(samples, is_urgent=self._quiet_for < QUIET_FOR)

"""Watches the level a card delivers: one note when something begins to be wrong, one when it is over.

Ringing clips on nearly every tap and is no fault, so clipping counts only when it lasts longer than a burst.
Pure: samples in, notes out.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from callerid.drivers.alsa_capture import Pcm16

Fault = Literal["clipping", "silent", "off-centre"]

WINDOW_S = 1.0
FULL_SCALE = 32760
CLIPPED_SHARE = 0.001
CLIPPING_WINDOWS = 4
"""Longer than a burst of ringing, 1–2 s, and shorter than it and the pause after it."""
SILENT_PEAK = 2
"""A converter that is wired to anything moves more than its last bit: this is a muted input."""
SILENT_WINDOWS = 10
OFF_CENTRE = 0.25 * 32768
"""Mean so far from zero takes half of the room away: direct current reaches the card."""
OFF_CENTRE_WINDOWS = 5
CLEAR_WINDOWS = 10


class LevelWatch:
    """Follows one channel."""

    def __init__(self, rate_hz: int) -> None:
        self._length = round(rate_hz * WINDOW_S)
        self._count = 0
        self._clipped = 0
        self._peak = 0
        self._sum = 0.0
        self._bad: dict[Fault, int] = {"clipping": 0, "silent": 0, "off-centre": 0}
        self._good: dict[Fault, int] = {"clipping": 0, "silent": 0, "off-centre": 0}
        self._told: set[Fault] = set()

    def feed(self, samples: Pcm16) -> list[tuple[Fault, bool]]:
        """Take samples of any number; give what began (True) and what is over (False)."""
        sizes = np.abs(samples.astype(np.int32))
        self._clipped += int(np.count_nonzero(sizes >= FULL_SCALE))
        self._peak = max(self._peak, int(sizes.max(initial=0)))
        self._sum += float(samples.sum(dtype=np.int64))
        self._count += len(samples)
        if self._count < self._length:
            return []
        notes = [
            *self._judge(
                "clipping", self._clipped > CLIPPED_SHARE * self._count, CLIPPING_WINDOWS, CLEAR_WINDOWS
            ),
            *self._judge("silent", self._peak < SILENT_PEAK, SILENT_WINDOWS, 1),
            *self._judge(
                "off-centre", abs(self._sum) / self._count > OFF_CENTRE, OFF_CENTRE_WINDOWS, CLEAR_WINDOWS
            ),
        ]
        self._count, self._clipped, self._peak, self._sum = 0, 0, 0, 0.0
        return notes

    def _judge(self, fault: Fault, is_bad: bool, begins: int, ends: int) -> list[tuple[Fault, bool]]:
        self._bad[fault] = self._bad[fault] + 1 if is_bad else 0
        self._good[fault] = 0 if is_bad else self._good[fault] + 1
        if fault not in self._told and self._bad[fault] >= begins:
            self._told.add(fault)
            return [(fault, True)]
        if fault in self._told and self._good[fault] >= ends:
            self._told.remove(fault)
            return [(fault, False)]
        return []

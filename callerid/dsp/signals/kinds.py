"""The vocabulary of line signals and the record one is given out as."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "ring-on",
    "ring-off",
    "line-reversal",
    "off-hook",
    "on-hook",
    "dt-as",
    "dial-tone",
    "busy",
    "congestion",
    "howler",
    "ringback",
    "fax-cng",
    "fax-ced",
]
"""What can be told from the sound alone.

``ring-on`` begins a burst of ringing and ``ring-off`` ends it (with both times). ``off-hook``, ``on-hook``
and ``line-reversal`` are all clicks, told apart by shape and by what went before: see their confidence.
Every tone is given once, when it has been heard for long enough to be sure.
"""


class Signal(msgspec.Struct, frozen=True):
    """One thing heard on the line."""

    kind: Kind
    t_start: float
    """Seconds of input before it began."""
    t_end: float | None
    """Seconds of input before it ended, ``None`` while it goes on."""
    level_dbm0: float
    """Level while it sounded; of a click, of a sine with its peak."""
    confidence: float
    """0–1: share of the sound explained, lower where shape alone cannot decide."""

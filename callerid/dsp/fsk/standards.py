"""The two FSK caller-ID standards as numbers."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

FskStandard = Literal["fsk-bell202", "fsk-v23"]

RATE_HZ = 8000
"""The detector's own sample rate; other rates are brought to it before."""
BAUD = 1200.0
"""Bits a second, ±1 % (GR-30-CORE, section 2.3; EN 300 659-1, clause 6.1)."""
SAMPLES_PER_BIT = RATE_HZ / BAUD
DATA_BITS = 8
"""Between a start bit 0 and a stop bit 1, least significant first (EN 300 659-1, clause 6.2.4)."""
BYTE_BITS = DATA_BITS + 2
MAX_EXTRA_MARKS = 10
"""Marks that may stand between two bytes (EN 300 659-1, clause 6.2.4; GR-30-CORE)."""
SEIZURE_BITS = 300
"""Alternating bits of the channel seizure, on-hook only (EN 300 659-1, clause 6.2.1)."""
LEAST_MARK_BITS = 55
"""Shortest mark signal of any standard: BT (SIN 227) 55, ETSI and Bellcore off-hook 80 - 25."""


class ToneStandard(msgspec.Struct, frozen=True):
    """One standard's pair of tones."""

    name: FskStandard
    mark_hz: float
    space_hz: float

    @property
    def ratio(self) -> float:
        """Space over mark: what stays when a clock is off."""
        return self.space_hz / self.mark_hz


BELL202 = ToneStandard("fsk-bell202", 1200.0, 2200.0)
"""±1 % each (GR-30-CORE, section 2.3; TIA-777)."""
V23 = ToneStandard("fsk-v23", 1300.0, 2100.0)
"""±1.5 % each (EN 300 659-1, clause 6.1; ITU-T V.23)."""
STANDARDS = (BELL202, V23)
RATIO_BOUNDARY = math.sqrt(BELL202.ratio * V23.ratio)
"""Over it a pair of tones is Bell 202, under it V.23."""


def radians(frequency_hz: float) -> float:
    """Give a frequency as radians a sample."""
    return 2.0 * math.pi * frequency_hz / RATE_HZ

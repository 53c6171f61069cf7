"""Levels on the line against sample values: the one place that says what 0 dBm0 is.

0 dBm0 is a sine 3.14 dB under a full-scale sine, the A-law reference of ITU-T G.711 (table 5): a sine of
peak 0.697 and r.m.s. 0.493 where full scale is ±1. The card's gain decides what that is in volts on the
telephone line; nothing here knows.
"""

from __future__ import annotations

import math

FULL_SCALE_SINE_DBM0 = 3.14
"""Level of a sine that just reaches full scale ±1, in dBm0 (ITU-T G.711, A-law)."""


def rms(level_dbm0: float) -> float:
    """Give the r.m.s. sample value of a level in dBm0."""
    return float(10.0 ** ((level_dbm0 - FULL_SCALE_SINE_DBM0) / 20.0) / math.sqrt(2.0))


def amplitude(level_dbm0: float) -> float:
    """Give the peak sample value of a sine of a level in dBm0."""
    return rms(level_dbm0) * math.sqrt(2.0)


def dbm0_from_rms(value: float) -> float:
    """Give the level in dBm0 of an r.m.s. sample value; silence (0) is ``-inf``."""
    if value <= 0.0:
        return -math.inf
    return 20.0 * math.log10(value * math.sqrt(2.0)) + FULL_SCALE_SINE_DBM0

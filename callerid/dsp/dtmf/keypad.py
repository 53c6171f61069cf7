"""The sixteen DTMF keys and the numbers of the standards that receivers share.

Sources: ITU-T Q.23 table 1 (tones), ITU-T Q.24 table A-1 (receivers), ETSI EN 300 659-1 annex B (caller ID).
"""

from __future__ import annotations

from typing import Final

import numpy as np

ROWS_HZ: Final = (697.0, 770.0, 852.0, 941.0)
COLUMNS_HZ: Final = (1209.0, 1336.0, 1477.0, 1633.0)
TONES_HZ: Final = np.array(ROWS_HZ + COLUMNS_HZ)
"""``(8,)`` Hz: the low group, then the high group."""
KEYS: Final = ("123A", "456B", "789C", "*0#D")
"""``KEYS[row][column]``."""
DIGITS: Final = frozenset("0123456789")
LETTERS: Final = frozenset("ABCD")

SAMPLE_RATE_HZ: Final = 8000
"""Every detector of this package works at this rate; :mod:`callerid.dsp.resample` brings others here."""


def key_of(row: int, column: int) -> str:
    """Name the key of a row and a column, 0–3 each."""
    return KEYS[row][column]

"""Linear-phase FIR filters by the window method: what the detectors need, without SciPy.

Source: J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974: the
window's shape from the wanted stop-band attenuation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Taps = npt.NDArray[np.float64]

_KAISER_LOW_DB = 21.0
_KAISER_HIGH_DB = 50.0


def kaiser_beta(attenuation_db: float) -> float:
    """Give the Kaiser window's shape for a stop band that lies ``attenuation_db`` down."""
    if attenuation_db > _KAISER_HIGH_DB:
        return 0.1102 * (attenuation_db - 8.7)
    if attenuation_db > _KAISER_LOW_DB:
        excess = attenuation_db - _KAISER_LOW_DB
        return float(0.5842 * excess**0.4 + 0.07886 * excess)
    return 0.0


def lowpass(taps: int, cutoff_hz: float, rate_hz: float, attenuation_db: float) -> Taps:
    """Give an odd-length low-pass whose gain at 0 Hz is exactly 1 and at ``cutoff_hz`` is one half."""
    middle = (taps - 1) / 2
    turns = 2 * cutoff_hz / rate_hz
    ideal = turns * np.sinc(turns * (np.arange(taps) - middle))
    shaped: Taps = ideal * np.kaiser(taps, kaiser_beta(attenuation_db))
    normal: Taps = shaped / shaped.sum()
    return normal


def bandpass(taps: int, low_hz: float, high_hz: float, rate_hz: float, attenuation_db: float) -> Taps:
    """Give an odd-length band-pass, half-gain at both edges, with an exact zero at 0 Hz.

    It is the difference of two low-passes with the same gain at 0 Hz, so a direct-current offset of any
    height leaves nothing behind.
    """
    wide = lowpass(taps, high_hz, rate_hz, attenuation_db)
    return wide - lowpass(taps, low_hz, rate_hz, attenuation_db)


def apply_matrix(taps: Taps, outputs: int) -> npt.NDArray[np.float64]:
    """Give the matrix that filters a row of ``outputs + len(taps) - 1`` samples into ``outputs`` samples."""
    matrix = np.zeros((outputs + len(taps) - 1, outputs))
    for column in range(outputs):
        matrix[column : column + len(taps), column] = taps[::-1]
    return matrix

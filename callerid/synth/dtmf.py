"""Exact DTMF strings and pulse dialling, clean or wrong in every way a line can make them wrong.

Each tone is computed from the time of every sample, so any on/off time works at any rate and nothing is
rounded to a block. ``(n,) float32``, full scale ±1.

Sources: ITU-T Q.23 (tone pairs), Q.24 (what receivers must take), ETSI EN 300 659-1 annex B (DTMF caller ID:
70 ms tone, 70 ms pause), ITU-T E.180 / EN 300 001 clause 5.3 (pulse dialling, 10 pulses a second).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from callerid.dsp.levels import amplitude
from callerid.dsp.message import Samples
from callerid.synth.tones import loop_click

RATE_HZ: Final = 8000
ROWS_HZ: Final = (697.0, 770.0, 852.0, 941.0)
COLUMNS_HZ: Final = (1209.0, 1336.0, 1477.0, 1633.0)
KEYPAD: Final = ("123A", "456B", "789C", "*0#D")
"""ITU-T Q.23, table 1."""
PAIRS_HZ: Final = {
    key: (row, column)
    for row, keys in zip(ROWS_HZ, KEYPAD, strict=True)
    for column, key in zip(COLUMNS_HZ, keys, strict=True)
}
EDGE_MS: Final = 1.0
"""Rise time of a sender; Q.23 sets no figure, EN 300 001 allows 7 ms."""
PULSE_PERIOD_MS: Final = 100.0
"""Ten pulses a second."""
PULSE_BREAK_MS: Final = 61.5
"""Break to make 1.6 : 1 (EN 300 001 clause 5.3)."""
INTERDIGIT_MS: Final = 700.0


def tone_pair(
    key: str,
    *,
    on_ms: float = 70.0,
    rate_hz: float = RATE_HZ,
    level_dbm0: float = -12.0,
    twist_db: float = 0.0,
    freq_offset: float = 0.0,
    low_offset: float | None = None,
    high_offset: float | None = None,
    phases: tuple[float, float] = (0.0, 0.0),
) -> Samples:
    """Give one digit's tone.

    ``level_dbm0`` is the level of the stronger tone; ``twist_db`` is high minus low: above 0 the low tone is
    weaker, below 0 the high tone. Offsets are fractions of the frequency (0.018 is +1.8 %).
    """
    low_hz, high_hz = PAIRS_HZ[key]
    low_hz *= 1 + (freq_offset if low_offset is None else low_offset)
    high_hz *= 1 + (freq_offset if high_offset is None else high_offset)
    n = round(on_ms * rate_hz / 1000)
    t = np.arange(n) / rate_hz
    low = amplitude(level_dbm0 - max(twist_db, 0.0)) * np.sin(2 * np.pi * low_hz * t + phases[0])
    high = amplitude(level_dbm0 + min(twist_db, 0.0)) * np.sin(2 * np.pi * high_hz * t + phases[1])
    width = min(n // 2, round(EDGE_MS * rate_hz / 1000))
    gate = np.ones(n)
    if width:
        gate[:width] = (np.arange(width) + 0.5) / width
        gate[n - width :] = gate[:width][::-1]
    return ((low + high) * gate).astype(np.float32)


def dial(
    digits: str,
    *,
    on_ms: float = 70.0,
    off_ms: float = 70.0,
    rate_hz: float = RATE_HZ,
    level_dbm0: float = -12.0,
    twist_db: float = 0.0,
    freq_offset: float = 0.0,
    seed: int | None = None,
    jitter_ms: float = 0.0,
    tail_ms: float = 0.0,
) -> Samples:
    """Give a string of digits: tone, pause, …, tone (no pause after the last unless ``tail_ms``).

    With a ``seed`` the phases of every tone are drawn at random, and each pause is longer or shorter by up to
    ``jitter_ms``.
    """
    rng = np.random.default_rng(seed)
    pieces: list[Samples] = []
    for index, key in enumerate(digits):
        if index:
            pause_ms = off_ms + (rng.uniform(-jitter_ms, jitter_ms) if jitter_ms else 0.0)
            pieces.append(np.zeros(max(0, round(pause_ms * rate_hz / 1000)), np.float32))
        phases = (0.0, 0.0)
        if seed is not None:
            low_phase, high_phase = rng.uniform(0, 2 * np.pi, 2)
            phases = (float(low_phase), float(high_phase))
        pieces.append(
            tone_pair(
                key,
                on_ms=on_ms,
                rate_hz=rate_hz,
                level_dbm0=level_dbm0,
                twist_db=twist_db,
                freq_offset=freq_offset,
                phases=phases,
            )
        )
    if tail_ms:
        pieces.append(np.zeros(round(tail_ms * rate_hz / 1000), np.float32))
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def pulse_dial(
    digits: str,
    *,
    rate_hz: float = RATE_HZ,
    peak: float = 0.5,
    period_ms: float = PULSE_PERIOD_MS,
    break_ms: float = PULSE_BREAK_MS,
    interdigit_ms: float = INTERDIGIT_MS,
) -> Samples:
    """Give loop-disconnect dialling as a tap hears it: two clicks a pulse, of opposite direction.

    ``0`` is ten pulses. Ends one interdigit pause after the last digit.
    """
    total_ms = sum((int(d) or 10) * period_ms + interdigit_ms for d in digits)
    out = np.zeros(round(total_ms * rate_hz / 1000) + 1, np.float32)
    opening = loop_click(rate_hz=rate_hz, peak=peak, polarity=1, duration_s=0.03)
    closing = loop_click(rate_hz=rate_hz, peak=peak, polarity=-1, duration_s=0.03)
    at_ms = 0.0
    for digit in digits:
        for _ in range(int(digit) or 10):
            for offset_ms, click in ((0.0, opening), (break_ms, closing)):
                at = round((at_ms + offset_ms) * rate_hz / 1000)
                piece = click[: len(out) - at]
                out[at : at + len(piece)] += piece
            at_ms += period_ms
        at_ms += interdigit_ms
    return out

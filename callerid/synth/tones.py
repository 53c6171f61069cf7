"""Exact generators of the sounds of a telephone line other than caller ID: ringing, tones, clicks, noise.

Every generator gives ``(n,) float32`` with full scale ±1 and ``n = round(duration_s * rate_hz)``; levels are
per tone in dBm0 (see :mod:`callerid.dsp.levels`). They are exact (no lookup tables, no rounding to blocks),
know nothing of the detectors, and draw every random number from the seed they are given.

Sources: ITU-T E.180/Q.35 clauses 3–6 (one tone of 425 Hz, permitted cadences); ITU-T Q.23 (DTMF);
EN 300 659-1 annex A (ringing, DT-AS); ITU-T T.30 clause 4 (CNG, CED). For Iran no confirmed list of cadences
was found and no recording was at hand: the values are common practice within E.180's limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from callerid.dsp.levels import amplitude, rms
from callerid.dsp.message import Samples
from callerid.synth.speech import speech

__all__ = [
    "BUSY",
    "CALL_TONE_HZ",
    "CED_HZ",
    "CNG_HZ",
    "CONGESTION",
    "DT_AS_HZ",
    "RINGBACK",
    "RING_CADENCE",
    "Cadence",
    "busy_tone",
    "cadenced",
    "congestion_tone",
    "dial_tone",
    "dt_as",
    "fax_ced",
    "fax_cng",
    "howler",
    "hum",
    "line_reversal",
    "loop_click",
    "noise",
    "off_hook",
    "on_hook",
    "ring_burst",
    "ringback_tone",
    "silence",
    "sine",
    "speech",
]

RATE_HZ: Final = 8000
CALL_TONE_HZ: Final = 425.0
"""Dial, busy, congestion and ringing tone (E.180 clause 3: 400–450 Hz, 425 preferred)."""
CALL_TONE_DBM0: Final = -10.0
"""E.180 clause 8: nominal −10 dBm0, ±5."""
RING_HZ: Final = 25.0
"""Ringing current (EN 300 001 clause 5: 25 Hz nominal in most networks, 16–54 Hz seen)."""
RING_PEAK: Final = 0.9
"""A tap behind a clamp sees ringing near full scale (90 V against millivolts of speech)."""
DT_AS_HZ: Final = (2130.0, 2750.0)
"""Dual tone alerting signal, EN 300 659-1 clause 6.1.2 (CAS of GR-30 is the same pair)."""
CNG_HZ: Final = 1100.0
"""Calling fax machine: 0.5 s on, 3 s off (T.30 clause 4.1)."""
CED_HZ: Final = 2100.0
"""Called fax machine: 2.6–4 s (T.30 clause 4.1; V.25 ANS without reversals)."""
HUM_HZ: Final = 50.0
EDGE_S: Final = 0.002
"""Rise and fall of switched tones: an exchange gates through a band-limiting filter, not with a step."""


@dataclass(frozen=True)
class Cadence:
    """Seconds of tone and of silence, repeated."""

    on_s: float
    off_s: float


BUSY: Final = Cadence(0.5, 0.5)
"""E.180 clause 5 (on 0.1–0.66 s, on/off ratio 0.67–1.5); the values are common practice."""
CONGESTION: Final = Cadence(0.25, 0.25)
"""E.180 clause 6; 0.24–0.25 s is common practice."""
RINGBACK: Final = Cadence(1.0, 4.0)
"""E.180 clause 4 (on 0.67–1.5 s, off 3–5 s); the values are common practice."""
RING_CADENCE: Final = Cadence(1.0, 4.0)
"""Ringing current follows the ringing tone."""
CNG: Final = Cadence(0.5, 3.0)


def _time(duration_s: float, rate_hz: float) -> np.ndarray:
    return np.arange(max(0, round(duration_s * rate_hz))) / rate_hz


def _edges(n: int, rate_hz: float, edge_s: float = EDGE_S) -> np.ndarray:
    """Raised-cosine rise and fall over ``n`` samples."""
    width = min(n // 2, round(edge_s * rate_hz))
    gate = np.ones(n)
    if width > 0:
        ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(width) + 0.5) / width)
        gate[:width] = ramp
        gate[n - width :] = ramp[::-1]
    return gate


def silence(duration_s: float, rate_hz: float = RATE_HZ) -> Samples:
    """Nothing at all; add :func:`noise` for a real line."""
    return np.zeros(max(0, round(duration_s * rate_hz)), np.float32)


def sine(
    duration_s: float,
    frequency_hz: float,
    *,
    rate_hz: float = RATE_HZ,
    level_dbm0: float = CALL_TONE_DBM0,
    phase: float = 0.0,
) -> Samples:
    """One tone switched on and off with soft edges."""
    t = _time(duration_s, rate_hz)
    tone = amplitude(level_dbm0) * np.sin(2 * np.pi * frequency_hz * t + phase)
    shaped: Samples = (tone * _edges(len(t), rate_hz)).astype(np.float32)
    return shaped


def cadenced(
    duration_s: float,
    cadence: Cadence,
    *,
    frequency_hz: float = CALL_TONE_HZ,
    rate_hz: float = RATE_HZ,
    level_dbm0: float = CALL_TONE_DBM0,
) -> Samples:
    """Tone and silence by the cadence, beginning with tone, cut at ``duration_s``."""
    out = silence(duration_s, rate_hz)
    period, start = cadence.on_s + cadence.off_s, 0.0
    while round(start * rate_hz) < len(out):
        burst = sine(cadence.on_s, frequency_hz, rate_hz=rate_hz, level_dbm0=level_dbm0)
        at = round(start * rate_hz)
        burst = burst[: len(out) - at]
        out[at : at + len(burst)] = burst
        start += period
    return out


dial_tone = partial(sine, frequency_hz=CALL_TONE_HZ)
"""Continuous 425 Hz."""
busy_tone = partial(cadenced, cadence=BUSY)
"""The other side is engaged or has hung up."""
congestion_tone = partial(cadenced, cadence=CONGESTION)
"""No free path in the network."""
ringback_tone = partial(cadenced, cadence=RINGBACK)
"""What a caller hears while the other telephone rings."""
fax_cng = partial(cadenced, cadence=CNG, frequency_hz=CNG_HZ)
"""A calling fax machine."""
fax_ced = partial(sine, frequency_hz=CED_HZ)
"""An answering fax machine."""


def howler(
    duration_s: float,
    *,
    rate_hz: float = RATE_HZ,
    level_dbm0: float = 0.0,
    frequency_hz: float = CALL_TONE_HZ,
    cadence: Cadence = Cadence(0.1, 0.1),
) -> Samples:
    """Loud fast tone for a handset left off the hook.

    No howler is standardised; loud 425 Hz in 0.1 s pieces is what step-by-step descendants send, and a slow
    rise of the level is common: the first quarter rises by 20 dB.
    """
    tone = cadenced(duration_s, cadence, frequency_hz=frequency_hz, rate_hz=rate_hz, level_dbm0=level_dbm0)
    rise_db = 20.0
    rise = max(1, len(tone) // 4)
    gain_db = np.minimum(0.0, -rise_db + rise_db * np.arange(len(tone)) / rise)
    shaped: Samples = (tone * 10 ** (gain_db / 20)).astype(np.float32)
    return shaped


def ring_burst(
    duration_s: float,
    rate_hz: float = RATE_HZ,
    *,
    frequency_hz: float = RING_HZ,
    peak: float = RING_PEAK,
    drive: float = 1.0,
    start_phase: float = 0.0,
    transients: bool = True,
) -> Samples:
    """One burst of ringing as a coupled tap behind clamp diodes hears it.

    ``peak`` is the height of the wave, 0–1. ``drive`` > 1 presses the wave into the clamp: 1 is a clean sine,
    3 has flat tops, 10 is nearly square. ``transients`` adds the decaying swing of the coupling capacitor
    when the ringing relay closes and opens.
    """
    t = _time(duration_s, rate_hz)
    wave = drive * np.sin(2 * np.pi * frequency_hz * t + start_phase)
    if transients and len(t):
        tau_s = 0.015
        wave = wave + 0.6 * drive * np.exp(-t / tau_s) - 0.6 * drive * np.exp(-(t[-1] - t) / 0.002)
    return (peak * np.clip(wave, -1.0, 1.0)).astype(np.float32)


def loop_click(
    *,
    rate_hz: float = RATE_HZ,
    peak: float = 0.5,
    decay_s: float = 0.004,
    ring_hz: float = 300.0,
    polarity: int = 1,
    duration_s: float = 0.05,
) -> Samples:
    """A change of the loop current through a coupling capacitor: a step that decays and swings."""
    t = _time(duration_s, rate_hz)
    wave = np.exp(-t / decay_s) * np.cos(2 * np.pi * ring_hz * t)
    return (peak * polarity * wave).astype(np.float32)


def line_reversal(*, rate_hz: float = RATE_HZ, peak: float = 0.7, polarity: int = 1) -> Samples:
    """Polarity reversal before caller ID (EN 300 659-1 clause 6.1.3): slower than a hook click."""
    return loop_click(
        rate_hz=rate_hz, peak=peak, decay_s=0.012, ring_hz=20.0, polarity=polarity, duration_s=0.1
    )


def off_hook(*, rate_hz: float = RATE_HZ, peak: float = 0.6) -> Samples:
    """The handset is lifted: −48 V falls to about −8 V, with contact bounce 3 ms later."""
    click = loop_click(rate_hz=rate_hz, peak=peak, polarity=1)
    bounce_at, bounce = round(0.003 * rate_hz), loop_click(rate_hz=rate_hz, peak=0.5 * peak, polarity=-1)
    click[bounce_at:] += bounce[: len(click) - bounce_at]
    return click


def on_hook(*, rate_hz: float = RATE_HZ, peak: float = 0.6) -> Samples:
    """The handset is put down: the loop opens and the line swings back, the other way and without bounce."""
    return loop_click(rate_hz=rate_hz, peak=peak, decay_s=0.006, polarity=-1)


def dt_as(duration_s: float = 0.1, *, rate_hz: float = RATE_HZ, level_dbm0: float = -16.0) -> Samples:
    """DT-AS (88–110 ms, on-hook) or CAS (75–85 ms, off-hook): 2130 + 2750 Hz."""
    low = sine(duration_s, DT_AS_HZ[0], rate_hz=rate_hz, level_dbm0=level_dbm0)
    return low + sine(duration_s, DT_AS_HZ[1], rate_hz=rate_hz, level_dbm0=level_dbm0)


def hum(
    duration_s: float,
    *,
    rate_hz: float = RATE_HZ,
    level_dbm0: float = -40.0,
    frequency_hz: float = HUM_HZ,
    phase: float = 0.0,
) -> Samples:
    """Mains hum, without edges."""
    t = _time(duration_s, rate_hz)
    return (amplitude(level_dbm0) * np.sin(2 * np.pi * frequency_hz * t + phase)).astype(np.float32)


def noise(duration_s: float, level_dbm0: float, seed: int, *, rate_hz: float = RATE_HZ) -> Samples:
    """White Gaussian noise whose power in 0–4 kHz is ``level_dbm0``, whatever the rate.

    At a rate above 8 kHz the same density fills a wider band, so the total is higher by ``rate / 8000``.
    """
    reference_rate_hz = 8000.0
    rng = np.random.default_rng(seed)
    n = max(0, round(duration_s * rate_hz))
    spread = rms(level_dbm0) * np.sqrt(rate_hz / reference_rate_hz)
    samples: Samples = (spread * rng.standard_normal(n)).astype(np.float32)
    return samples

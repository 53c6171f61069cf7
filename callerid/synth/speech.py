"""A cheap speech-like signal: what decoders must not mistake for signalling.

Syllables of a voiced vowel (harmonics of a moving pitch under three formants) with or without an unvoiced
onset (shaped noise), grouped in words and phrases with pauses. It is no synthesiser: it has the properties
that fool tone detectors — steady harmonics, strong pairs of partials between 600 and 1700 Hz, syllabic on/off
rhythm.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from callerid.dsp.levels import rms
from callerid.dsp.message import Samples

RATE_HZ: Final = 8000
FORMANTS_HZ: Final = (
    (270, 2290, 3010),
    (390, 1990, 2550),
    (530, 1840, 2480),
    (660, 1720, 2410),
    (730, 1090, 2440),
    (570, 840, 2410),
    (440, 1020, 2240),
    (300, 870, 2240),
    (640, 1190, 2390),
    (490, 1350, 1690),
)
"""First three formants of ten vowels, average men (Peterson and Barney 1952, table II)."""
FORMANT_WIDTH_HZ: Final = (80.0, 100.0, 150.0)
PITCH_HZ: Final = (85.0, 255.0)
SYLLABLE_S: Final = (0.11, 0.32)
TOP_HZ: Final = 3400.0


def speech(duration_s: float, seed: int, *, rate_hz: float = RATE_HZ, level_dbm0: float = -20.0) -> Samples:
    """Give ``duration_s`` of speech-like sound whose active level is about ``level_dbm0``."""
    rng = np.random.default_rng(seed)
    out = np.zeros(max(0, round(duration_s * rate_hz)))
    pitch = rng.uniform(*PITCH_HZ)
    at = 0
    while at < len(out):
        if rng.random() < 0.2:
            at += round(rng.uniform(0.15, 0.7) * rate_hz)
            pitch = float(np.clip(pitch * rng.uniform(0.8, 1.25), *PITCH_HZ))
        if rng.random() < 0.5:
            at = _place(out, at, _consonant(rng, rate_hz))
        at = _place(out, at, _vowel(rng, pitch, rate_hz))
    return (rms(level_dbm0) * out).astype(np.float32)


def _place(out: np.ndarray, at: int, piece: np.ndarray) -> int:
    piece = piece[: max(0, len(out) - at)]
    out[at : at + len(piece)] += piece
    return at + len(piece)


def _vowel(rng: np.random.Generator, pitch_hz: float, rate_hz: float) -> np.ndarray:
    """One syllable, mean square about 1, gliding from one vowel towards another."""
    n = round(rng.uniform(*SYLLABLE_S) * rate_hz)
    along = np.linspace(0.0, 1.0, n)
    contour = pitch_hz * rng.uniform(0.9, 1.12) * (1 + rng.uniform(-0.15, 0.15) * along)
    phase = 2 * np.pi * np.cumsum(contour) / rate_hz
    first, second = (np.array(FORMANTS_HZ[i]) for i in rng.integers(len(FORMANTS_HZ), size=2))
    scale = rng.uniform(0.95, 1.2)
    out = np.zeros(n)
    count = int(TOP_HZ / contour.max())
    for harmonic in range(1, count + 1):
        gain = 0.0
        for end, weight in ((first, 0.7), (second, 0.3)):
            offset = (harmonic * pitch_hz - scale * end) / FORMANT_WIDTH_HZ
            gain += weight * float(np.sum(np.array((1.0, 0.6, 0.3)) / np.sqrt(1 + offset**2)))
        out += gain / harmonic**0.5 * np.cos(harmonic * phase + rng.uniform(0, 2 * np.pi))
    envelope = np.minimum(1.0, np.minimum(along, 1 - along) * n / (0.025 * rate_hz))
    loudness = 10 ** (rng.uniform(-9, 5) / 20)
    power = float(np.sqrt(np.mean(out**2))) or 1.0
    return loudness * envelope * out / power


def _consonant(rng: np.random.Generator, rate_hz: float) -> np.ndarray:
    """A burst or hiss of shaped noise, about 15 dB under the vowels."""
    n = round(rng.uniform(0.02, 0.12) * rate_hz)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequency = np.fft.rfftfreq(n, 1 / rate_hz)
    centre, width = rng.uniform(1500, 3400), rng.uniform(400, 1500)
    shaped = np.fft.irfft(spectrum / (1 + ((frequency - centre) / width) ** 2), n)
    power = float(np.sqrt(np.mean(shaped**2))) or 1.0
    return 0.18 * np.hanning(n) * shaped / power

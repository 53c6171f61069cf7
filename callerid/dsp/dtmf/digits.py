"""Dialled DTMF digits, by the book: what ITU-T Q.24 says a receiver must take and must refuse.

This is the receiver for clean, loud, short digits beside speech: outgoing dialling and answers to a menu.
Caller ID by DTMF has its own decoder (:mod:`callerid.dsp.dtmf.clip`), which knows that a whole string stands
together and hears 15 dB deeper into noise.

A digit is a stretch of sound that is nothing but two steady tones: they hold nearly all power of the speech
band, stand within the frequency and twist limits, do not glide, and last long enough. Speech fails at least
one.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np

from callerid.dsp.dtmf.front import DIAL_TONE_HZ, DIALLED_HZ, HOP, PIECE, SLICE, Complex, FrontEnd, Slices
from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ, TONES_HZ, key_of
from callerid.dsp.levels import dbm0_from_rms
from callerid.dsp.message import Samples
from callerid.dsp.middle import median
from callerid.dsp.resample import Resampler

HOP_S: Final = HOP / SAMPLE_RATE_HZ
GAIN: Final = SLICE / 4
"""Correlation of a tone of amplitude 1: half the sum of the Hann weights."""
OFFSET_LIMIT: Final = 0.0225
"""Between what must be taken (±1.8 %, NTT) and what must be refused (±3.0 %, NTT; ±3.5 %, AT&T; Q.24 table
A-1), near the former: the notes of the tempered scale lie 2.5–2.9 % from four of the tones."""
SHORTEST_S: Final = 0.0315
"""Half way between 23 ms (refused) and 40 ms (taken), Q.24 table A-1."""
BRIDGED_HOPS: Final = 4
"""Hops of silence that end a digit: a break of 10 ms is bridged, a pause of 30 ms separates (Q.24 table
A-1)."""
TWIST_DB: Final = (-9.5, 5.5)
"""High minus low, taken: Q.24 demands −8 … +4 dB."""
FLOOR_DBM0: Final = -42.0
"""Weaker tone; Q.24 demands −25 dBm taken, −55 dBm refused."""
SLICE_SHARE: Final = 0.6
"""Least share of the tone band's power in the two tones, slice by slice, to be worth following."""
BAND_SHARE: Final = 0.85
"""The same over the whole digit: Q.24 (AT&T) asks for 15 dB over noise, which leaves 0.98 here."""
WIDE_SHARE: Final = 0.80
"""Least share of all power from 550 to 3300 Hz: speech has formants and hiss above the tones."""
STEADY: Final = 0.93
"""Least coherence of each tone over the digit: 1 is a tone of constant pitch and strength."""
HALF_POWER: Final = 0.25
"""Edge of a digit: half the amplitude."""
BEFORE: Final = 4
APART: Final = 0.3
"""Most power in the tone band just before and after a digit, of the digit's (−5 dB): a chord in a melody or
a vowel in a word has neighbours, a key has none."""
LONGEST_HOPS: Final = 2000
"""10 s: a key held down longer is reported in pieces, so that memory stays bounded."""


class DigitHeard(msgspec.Struct, frozen=True):
    """One DTMF digit."""

    key: str
    """One of ``0123456789*#ABCD``."""
    t_start: float
    """Seconds of input before the tone."""
    t_end: float
    """Seconds of input before the end of the tone."""
    level_dbm0: float
    """Level of the stronger tone."""
    twist_db: float
    """High tone minus low tone."""


class _Run:
    """Slices of one sounding key, until it has been silent for long enough."""

    def __init__(self, first: int, before: list[float]) -> None:
        self.first = first
        self.before = before
        self.tones: list[Complex] = []
        self.band: list[float] = []
        self.wide: list[float] = []
        self.quiet = 0
        self.peak = 0.0


class DtmfDigits:
    """Stream samples in, get digits with their times, each as soon as its tone has ended."""

    def __init__(self, rate_hz: float = SAMPLE_RATE_HZ) -> None:
        self._resampler = Resampler(rate_hz)
        self._front = FrontEnd(DIALLED_HZ)
        self._run: _Run | None = None
        self._before: list[float] = []

    def feed(self, block: Samples) -> list[DigitHeard]:
        """Consume a block of any length and give the digits that ended in it, in order of time."""
        samples = self._resampler.feed(block)
        heard: list[DigitHeard] = []
        for at in range(0, len(samples), PIECE):
            slices = self._front.feed(samples[at : at + PIECE])
            if len(slices.band):
                heard += self._follow(slices)
        return heard

    def _follow(self, slices: Slices) -> list[DigitHeard]:
        tones = slices.tones
        energy = tones.real**2 + tones.imag**2
        best = (energy[:, :4].max(1) + energy[:, 4:8].max(1)) / (GAIN * GAIN) * (SLICE / 4)
        clear = best > SLICE_SHARE * slices.band
        if self._run is None and not clear.any():
            self._before = [*self._before, *slices.band[-BEFORE:].tolist()][-BEFORE:]
            return []
        heard: list[DigitHeard] = []
        for index, is_clear in enumerate(clear.tolist()):
            run = self._run
            power = float(best[index])
            if run is None:
                if not is_clear:
                    self._before = [*self._before[1 - BEFORE :], float(slices.band[index])]
                    continue
                run = self._run = _Run(slices.first + index, self._before)
            sounding = is_clear and power > HALF_POWER * run.peak * 0.25
            run.quiet = 0 if sounding else run.quiet + 1
            run.peak = max(run.peak, power) if sounding else run.peak
            run.tones.append(tones[index])
            run.band.append(float(slices.band[index]))
            run.wide.append(float(slices.wide[index]))
            if run.quiet >= BRIDGED_HOPS or len(run.tones) >= LONGEST_HOPS:
                self._run = None
                self._before = run.band[-BEFORE:]
                digit = self._judge(run)
                if digit is not None:
                    heard.append(digit)
        return heard

    def _judge(self, run: _Run) -> DigitHeard | None:
        """Decide on a finished stretch: a digit, or nothing."""
        tones = np.array(run.tones)
        energy = tones.real**2 + tones.imag**2
        row = int(energy[:, :4].sum(0).argmax())
        column = int(energy[:, 4:8].sum(0).argmax()) + 4
        pair = energy[:, row] + energy[:, column]
        inside = pair > HALF_POWER * median(pair[pair > HALF_POWER * pair.max()])
        first, last = int(inside.argmax()), len(inside) - int(inside[::-1].argmax())
        if last - first < 2:
            return None
        strength = float(median(np.sqrt(pair[inside])))
        gaps = int((~inside[first:last]).sum())
        duration_s = (float(np.sqrt(pair[max(0, first - 1) : last + 1]).sum()) / strength + gaps) * HOP_S
        if duration_s < SHORTEST_S:
            return None
        band, wide = np.array(run.band)[inside].sum(), np.array(run.wide)[inside].sum()
        wide -= _dial_tone(tones[inside, 8])
        in_tones = float(pair[inside].sum()) / (SLICE / 4)
        if not _stands_apart(run, first, last, float(band) / int(inside.sum())):
            return None
        levels: list[float] = []
        for tone in (row, column):
            c, nominal_hz = tones[:, tone], float(TONES_HZ[tone])
            turn = np.exp(-2j * np.pi * nominal_hz * HOP_S)
            both = inside[1:] & inside[:-1]
            slope = complex((c[1:] * c[:-1].conj() * both).sum()) * turn
            offset_hz = math.atan2(slope.imag, slope.real) / (2 * math.pi * HOP_S)
            if abs(offset_hz) > OFFSET_LIMIT * nominal_hz:
                return None
            together = float((np.abs(c[1:]) * np.abs(c[:-1]) * both).sum())
            power = float((0.5 * (np.abs(c[1:]) ** 2 + np.abs(c[:-1]) ** 2) * both).sum())
            if power == 0.0 or abs(slope) < STEADY * power or together < STEADY * power:
                return None
            # The tone stands off the correlator's centre by its offset: give back what that cost.
            bins = offset_hz * SLICE / SAMPLE_RATE_HZ
            loss = float(np.sinc(bins) / (1 - bins * bins))
            in_tones += float(energy[inside, tone].sum()) / (SLICE / 4) * (1 / loss**2 - 1)
            amplitude = float(median(np.abs(c[inside]))) / GAIN / loss
            levels.append(dbm0_from_rms(amplitude / math.sqrt(2)))
        twist_db = levels[1] - levels[0]
        if in_tones < BAND_SHARE * band or in_tones < WIDE_SHARE * wide:
            return None
        if min(levels) < FLOOR_DBM0 or not TWIST_DB[0] <= twist_db <= TWIST_DB[1]:
            return None
        start_s = (run.first + first + 0.5) * HOP_S
        return DigitHeard(
            key_of(row, column - 4),
            round(start_s, 4),
            round(start_s + duration_s, 4),
            round(max(levels), 1),
            round(twist_db, 1),
        )


def _dial_tone(correlations: Complex) -> float:
    """Give the energy of a steady dial tone under the digit: it is no speech. ``(n,) complex``, one per
    hop."""
    turns = np.exp(-2j * np.pi * DIAL_TONE_HZ * HOP_S * np.arange(len(correlations)))
    together = abs(complex((correlations * turns).sum()))
    return together * together / len(correlations) / (SLICE / 4)


def _stands_apart(run: _Run, first: int, last: int, power: float) -> bool:
    """Tell whether it is quiet around slices ``first`` … ``last`` of a stretch (slices overlap: one is left
    out)."""
    before = [*run.before, *run.band[:first]][-BEFORE:-1]
    after = run.band[last + 1 : last + BEFORE]
    return all(sum(side) <= APART * power * len(side) for side in (before, after))

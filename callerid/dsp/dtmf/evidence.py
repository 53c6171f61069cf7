"""The decision on a whole DTMF string: every digit is weighed against all others on the sound itself.

Given where the digits stand, it finds what they have in common — the sender's frequency error, the length
of the tones, the strength of the low and of the high tone, the noise — and then correlates each digit's
whole tone with all eight tones. A digit counts only if its best tone wins clearly, by the noise of its own
place, and is as strong as its brothers; the pauses must be pauses. One doubtful place and the string is not
given out: a wrong number is worse than none, and DTMF has no checksum.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from callerid.dsp.dtmf.correlate import LONGEST, OFFSETS, Index, Real, common_pitch, cut, energies
from callerid.dsp.dtmf.keypad import key_of
from callerid.dsp.dtmf.measure import BAND_SHARE, EDGE, SHORTEST, Weighed, tone_shape, weigh
from callerid.dsp.dtmf.pauses import are_pauses, hides_digit
from callerid.dsp.dtmf.rhythm import find_rhythm
from callerid.dsp.message import Samples
from callerid.dsp.middle import median

LOOK: Final = 320
"""First look: 40 ms around each middle."""
MARGIN: Final = 10.0
"""Least log-likelihood ratio of every tone against its best rival: one wrong in about e^10."""
RATIO: Final = 2.5
"""Least power ratio to the rival (4 dB): two overlapping messages are not decided by noise statistics."""
CLEAR_RATIO: Final = 8.0
"""A rival this much (9 dB) below the winner is no second digit, whatever it is …"""
RIVAL_NOISE: Final = 11.0
"""… and so is one that the string's noise and the leakage of the winner explain."""
TOLD_APART: Final = 4.2
"""Least amplitude of half a tone over the noise, both measured as correlations: below it noise passes for half
a digit too often, and the string is not given out."""
LEADS: Final = 0.6
"""By so many times the noise a digit must lead every other in each of its halves: otherwise another digit may have
taken over half way."""
FAMILY: Final = (0.6, 1.7)
"""Amplitude of a digit's tone against the median of the string, −4.4 … +4.6 dB: one sender has one level, and a
long line tilts each group of tones by 3–4 dB from end to end …"""
FAMILY_SIGMAS: Final = 1.5
"""… give or take what noise does."""
HALF: Final = 0.65
"""In each half of a digit its tones keep this share of their amplitude …"""
HALF_SIGMAS: Final = 1.5
"""… less what noise may take."""
STANDS: Final = 0.25
"""A place before the string holds a digit of its sender when both its tones have this share of the string's power,
half of the amplitude: noise at the limit has it once in 10⁶ strings …"""
STANDS_SHARE: Final = 0.35
"""… and either this share of the power around it is the digit's …"""
STANDS_NOISE: Final = 3.0
"""… or what is left is no more than so many times the string's own noise. Otherwise it is a louder sound."""
PLACES_BEFORE: Final = 2
"""Places looked at: the last digit before the string may have been lost."""


class Verdict(NamedTuple):
    """A string that stands."""

    keys: str
    margin: float
    """The weakest tone's log-likelihood ratio."""
    begin: float
    """Sample at which the first tone began."""
    end_of_first: float
    """Sample at which it ended."""
    end: float
    """Sample at which the last tone ends, from the others' length where it still sounds."""
    strength: tuple[float, float]
    """Mean square of the low and of the high tone."""
    pitch: int
    """The sender's frequency error, as a number in :data:`OFFSETS`."""
    noise: float
    """Mean square of the noise in the tone band."""

    @property
    def snr_db(self) -> float:
        """Power of both tones over that of white noise in 0–4 kHz."""
        return 10 * math.log10(sum(self.strength) * BAND_SHARE / self.noise)


def weigh_string(band: Samples, centres: Real, ends_at: float) -> Verdict | None:
    """Decide on digits that sound around ``centres`` (samples in ``band``, the filtered sound).

    ``ends_at`` is the last usable sample: the last digit may still be sounding. None means: not sure enough.
    """
    pitch, first = common_pitch(cut(band, centres, LOOK), slice(0, len(OFFSETS)))
    rows, columns = first[:, :4].argmax(1), first[:, 4:].argmax(1)
    spacing = float(np.diff(centres).min())
    shape = tone_shape(band, centres[:-1], rows[:-1], columns[:-1], pitch, spacing)
    if shape is None:
        return None
    shift, length = shape
    centres = centres + shift
    ends = np.minimum(centres + length / 2, ends_at)
    weighed, pitch = weigh(band, centres - length / 2, ends, pitch)
    rows, columns = weighed.energy[:, :4].argmax(1), weighed.energy[:, 4:].argmax(1)
    margin = _least_margin(weighed, rows, columns)
    if margin is None:
        return None
    rhythm = find_rhythm(band, centres, length, (rows, columns), pitch, weighed)
    if rhythm is None:
        return None
    if rhythm.is_regular and _turns(band, rhythm.places, length, (rows, columns), pitch, weighed):
        return None
    low, high = _strengths(weighed, rows, columns)
    noise = float(median(weighed.left))
    if not are_pauses(band, centres, length, low + high, noise * BAND_SHARE):
        return None
    if hides_digit(band, centres, length, (rows, columns), (low, high), pitch):
        return None
    keys = "".join(key_of(int(row), int(column)) for row, column in zip(rows, columns, strict=True))
    half = length / 2
    return Verdict(
        keys=keys,
        margin=margin,
        begin=float(centres[0] - half),
        end_of_first=float(centres[0] + half),
        end=float(centres[-1] + half),
        strength=(low, high),
        pitch=pitch,
        noise=noise * BAND_SHARE,
    )


def stands_digit(band: Samples, step: float, verdict: Verdict) -> bool:
    """Tell whether a digit of the same sender sounds a step before the string, or two: it did not begin there."""
    window = int(min(max(verdict.end_of_first - verdict.begin - 2 * EDGE, SHORTEST), LONGEST))
    first = (verdict.begin + verdict.end_of_first) / 2
    for place in range(1, PLACES_BEFORE + 1):
        at = first - place * step
        if at < window / 2:
            break
        sound = cut(band, np.array([at]), window)
        energy = energies(sound, verdict.pitch)[0] * (2 / window)
        power = float((sound * sound).mean())
        pair = (float(energy[:4].max()), float(energy[4:].max()))
        alike = all(found > STANDS * wanted for found, wanted in zip(pair, verdict.strength, strict=True))
        left = power - sum(pair)
        if alike and (sum(pair) > STANDS_SHARE * power or left < STANDS_NOISE * verdict.noise):
            return True
    return False


def _least_margin(weighed: Weighed, rows: Index, columns: Index) -> float | None:
    """Give the weakest tone's margin, or None where a digit does not stand out or does not belong."""
    pooled = float(median(weighed.left))
    noise = np.maximum(pooled, weighed.left)
    places = np.arange(len(rows))
    least = np.inf
    for first, best in ((0, rows), (4, columns)):
        group = weighed.energy[:, first : first + 4]
        winner = group[places, best]
        others = group.copy()
        others[places, best] = 0.0
        rival = others.max(1)
        usual = float(median(winner / weighed.gain))
        expected = np.sqrt(np.maximum(usual * weighed.gain - pooled, 0.1 * usual * weighed.gain))
        margin = 2 * expected * (np.sqrt(winner) - np.sqrt(rival)) / noise
        own, family = np.sqrt(winner), np.sqrt(usual * weighed.gain)
        slack = FAMILY_SIGMAS * pooled**0.5
        if (
            (margin < MARGIN).any()
            or (winner < RATIO * rival).any()
            or ((winner < CLEAR_RATIO * rival) & (rival > RIVAL_NOISE * pooled)).any()
            or (own < FAMILY[0] * family - slack).any()
            or (own > FAMILY[1] * family + slack).any()
        ):
            return None
        told_apart = float(np.sqrt(max(usual - pooled / float(median(weighed.gain)), 0.0) / pooled))
        if told_apart * float(np.sqrt(median(weighed.gain) / 2)) < TOLD_APART:
            return None
        wanted = HALF * np.sqrt(usual * weighed.gain / 2) - HALF_SIGMAS * pooled**0.5
        for half in weighed.halves:
            stays = np.sqrt(half[places, first + best])
            part = half[:, first : first + 4].copy()
            part[places, best] = 0.0
            if (stays < wanted).any() or (np.sqrt(part.max(1)) > stays - LEADS * pooled**0.5).any():
                return None
        least = min(least, float(margin.min()))
    return least


def _strengths(weighed: Weighed, rows: Index, columns: Index) -> tuple[float, float]:
    """Give the mean square of the low and of the high tone, medians over the string."""
    places = np.arange(len(rows))
    low = float(median(weighed.energy[places, rows] / weighed.gain))
    high = float(median(weighed.energy[places, 4 + columns] / weighed.gain))
    return low, high


def _turns(
    band: Samples, places: Real, length: float, keys: tuple[Index, Index], pitch: int, weighed: Weighed
) -> bool:
    """Tell whether a half of a digit, cut where the rhythm puts it, belongs to another one."""
    half = min(int(length / 2) - EDGE, LONGEST // 2)
    numbers = np.arange(len(places))
    leads = LEADS * float(median(weighed.left)) ** 0.5
    for side in (-half / 2, half / 2):
        energy = energies(cut(band, places + side, half), pitch)
        # The second half of the last digit may not have sounded yet.
        used = numbers if side < 0 else numbers[:-1]
        for first, best in ((0, keys[0]), (4, keys[1])):
            group = np.sqrt(energy[used, first : first + 4])
            own = group[used, best[used]].copy()
            group[used, best[used]] = 0.0
            if (group.max(1) + leads > own).any():
                return True
    return False

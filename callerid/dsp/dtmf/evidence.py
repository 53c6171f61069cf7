"""The decision on a whole DTMF string: every digit is weighed against all others on the sound itself.

Given where the digits stand, it finds what they have in common — the sender's frequency error, the length
of the tones, the strength of the low and of the high tone, the noise — and then correlates each digit's
whole tone with all eight tones. A digit counts only if its best tone wins clearly, by the noise of its own
place, and is as strong as its brothers; the pauses must be pauses. One doubtful place and the string is not
given out: a wrong number is worse than none, and DTMF has no checksum.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from callerid.dsp.dtmf.front import BAND_HZ
from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ, TONES_HZ, key_of
from callerid.dsp.dtmf.strings import EVEN_SPREADS, usual_unevenness
from callerid.dsp.message import Samples

Real = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

OFFSETS: Final = np.arange(-18, 19) * 0.0025
"""Common frequency error, ±4.5 % in steps of 0.25 %: a quarter of the width of a 70 ms tone's spectrum."""
PITCH_REFINED: Final = 4
"""How many of these steps the second look may move the pitch."""
LEAST_NOISE: Final = 1e-4
TINY: Final = 1e-12
"""Keep the noise of a perfect tone above nothing: −40 dB of it, −120 dB of full scale."""
LOOK: Final = 320
"""First look: 40 ms around each middle."""
LONGEST: Final = 960
"""At most 120 ms of a tone are weighed; more adds nothing."""
SHORTEST: Final = 160
"""20 ms: shorter sounds are no digits (Danish specification: under 20 ms must not be taken)."""
PROFILE: Final = 80
PROFILE_STEP: Final = 20
"""Rise and fall are found with 10 ms windows every 2.5 ms."""
REACH: Final = 0.75
"""Share of a step to each side of a digit within which its tone begins and ends."""
EDGE: Final = 24
"""3 ms at each end of a tone are left out: slow rise, and the error of finding it."""
BAND_SHARE: Final = (BAND_HZ[1] - BAND_HZ[0]) / (SAMPLE_RATE_HZ / 2)
"""Share of white noise that falls into the tone band."""

MARGIN: Final = 10.0
"""Least log-likelihood ratio of every tone against its best rival: one wrong in about e^10."""
RATIO: Final = 2.5
"""Least power ratio to the rival (4 dB): two overlapping messages are not decided by noise statistics."""
CLEAR_RATIO: Final = 8.0
"""A rival this much (9 dB) below the winner is no second digit, whatever it is …"""
RIVAL_NOISE: Final = 11.0
"""… and so is one that the string's noise and the leakage of the winner explain."""
EDGE_WINDOW: Final = 160
"""20 ms around the expected begin and end of a tone: which of them holds more of it tells how far it is off."""
EDGE_LOOKS: Final = 2
"""A tone more than 10 ms off its place is only found by looking again."""
EVEN: Final = 100
"""12 ms: a step may differ from the usual one by so much …"""
EVEN_SHARE: Final = 0.12
"""… but not by more than this share of a step …"""
EVEN_SIGMAS: Final = 3.0
"""… give or take what noise does to the measured step …"""
MOST_UNEVEN: Final = 0.15
"""… and never by more than this share of a step: from about a fifth on, a piece of sound that was lost or came
twice can take or add a whole digit."""
NO_POWER: Final = 0.175
"""Where noise and the sender's own unevenness together could hide this share of a step, the rhythm proves
nothing, and the string is not given out."""
OWN_NOISE: Final = 1.8
"""Third largest of a dozen step errors when each middle has an error of 1: what noise adds to the unevenness …"""
OWN_NOISE_MOST: Final = 2.6
"""… and what it seldom exceeds."""
STEADY: Final = 24
"""3 ms: a sender this even is followed over several digits, which tells a jump from noise far better …"""
STEADY_EVEN: Final = 64
"""… and may be off by 8 ms only. No tone differs from its brothers' length by more either, noise apart …"""
STEADY_SHARE: Final = 0.10
MOST_LONGER: Final = 140
"""… and by no more than this in any noise: 160 is a tone of which both ends are missing."""
STRIDE: Final = 3
"""The usual step is a third of the usual three: noise in single ones matters less."""
SIDE: Final = 5
"""Digits on each side of a step that tell its length together."""
TOLD_APART: Final = 4.2
"""Least amplitude of half a tone over the noise, both measured as correlations: below it noise passes for half
a digit too often, and the string is not given out."""
LEADS: Final = 0.6
"""By so many times the noise a digit must lead every other in each of its halves: otherwise another digit may have
taken over half way."""
FAMILY: Final = (0.6, 1.7)
"""Amplitude of a digit's tone against the median of the string, −4.4 … +4.6 dB: one sender has one level, and a
long line tilts each group of tones by 3–4 dB from end to end …"""
STANDS: Final = 0.35
"""Share of the power around a place that a digit before the string explains; noise alone explains 0.2."""
FAMILY_SIGMAS: Final = 1.5
"""… give or take what noise does."""
HALF: Final = 0.65
"""In each half of a digit its tones keep this share of their amplitude …"""
HALF_SIGMAS: Final = 1.5
"""… less what noise may take."""
PAUSE_POWER: Final = 0.12
"""Most power in a pause against that of a digit (−9 dB), above the noise."""
PAUSE_SIGMAS: Final = 3.5
HIDDEN: Final = 0.3
"""A pause holds a further digit when a pair of tones in it has this share of the string's power …"""
HIDDEN_TONE: Final = 0.12
"""… and each of the two this share of its group's."""
HIDDEN_LENGTH: Final = 0.6
"""Pauses shorter than this share of a tone have no room for one."""
SHORT_PAUSE: Final = 64
"""Pauses of which less than 8 ms remain are not measured."""
ALONE: Final = 1 << 17
"""Multiplications in one product: OpenBLAS calls on other threads from 1 << 18 on."""


class Verdict(NamedTuple):
    """A string that stands."""

    keys: str
    margin: float
    """The weakest tone's log-likelihood ratio."""
    begin: float
    """Sample at which the first tone began."""
    end: float
    """Sample at which the last tone ends, from the others' length where it still sounds."""
    strength: tuple[float, float]
    """Mean square of the low and of the high tone."""
    pitch: int
    """The sender's frequency error, as a number in :data:`OFFSETS`."""


class Rhythm(NamedTuple):
    """Where the digits of a string stand."""

    places: Real
    """``(n,)`` samples: the middles, from a regular sender as the neighbours tell them."""
    is_regular: bool


class _Weighed(NamedTuple):
    energy: Real
    """``(n, 8)``: normalised so that noise of variance v per sample gives v."""
    left: Real
    """``(n,)``: variance per sample of what the two best tones do not explain."""
    gain: Real
    """``(n,)``: energy of a tone of mean square 1."""
    halves: tuple[Real, ...]
    """``(n, 8)`` each: energy of the first and of the second half alone; ``gain`` is half as large there."""


def weigh_string(band: Samples, centres: Real, ends_at: float) -> Verdict | None:
    """Decide on digits that sound around ``centres`` (samples in ``band``, the filtered sound).

    ``ends_at`` is the last usable sample: the last digit may still be sounding. None means: not sure enough.
    """
    pitch, first = _common_pitch(_cut(band, centres, LOOK), slice(0, len(OFFSETS)))
    rows, columns = first[:, :4].argmax(1), first[:, 4:].argmax(1)
    spacing = float(np.diff(centres).min())
    shape = _lengths(band, centres[:-1], rows[:-1], columns[:-1], pitch, spacing)
    if shape is None:
        return None
    shift, length = shape
    centres = centres + shift
    ends = np.minimum(centres + length / 2, ends_at)
    weighed, pitch = _weigh(band, centres - length / 2, ends, pitch)
    rows, columns = weighed.energy[:, :4].argmax(1), weighed.energy[:, 4:].argmax(1)
    margin = _least_margin(weighed, rows, columns)
    if margin is None:
        return None
    rhythm = _rhythm(band, centres, length, (rows, columns), pitch, weighed)
    if rhythm is None:
        return None
    if rhythm.is_regular and _turns(band, rhythm.places, length, (rows, columns), pitch, weighed):
        return None
    low, high = _strengths(weighed, rows, columns)
    noise = float(np.median(weighed.left))
    if not _are_pauses(band, centres, length, low + high, noise * BAND_SHARE):
        return None
    if _hides_digit(band, centres, length, (low, high), pitch):
        return None
    keys = "".join(key_of(int(row), int(column)) for row, column in zip(rows, columns, strict=True))
    return Verdict(
        keys, margin, float(centres[0] - length / 2), float(centres[-1] + length / 2), (low, high), pitch
    )


def stands_digit(band: Samples, centre: float, verdict: Verdict) -> bool:
    """Tell whether a digit of the same sender sounds around ``centre``: the string did not begin there."""
    at = round(centre)
    if at < LOOK // 2 or at + LOOK // 2 > len(band):
        return False
    sound = _cut(band, np.array([float(at)]), LOOK)
    energy = _energies(sound, verdict.pitch)[0]
    gain = LOOK / 2
    power = float((sound * sound).mean())
    pair = (float(energy[:4].max()) / gain, float(energy[4:].max()) / gain)
    alike = all(found > FAMILY[0] ** 2 * wanted for found, wanted in zip(pair, verdict.strength, strict=True))
    return alike and sum(pair) > STANDS * power


def _cut(band: Samples, centres: Real, length: int) -> Samples:
    """``(n, length)``: the sound around each centre, silence where there is none."""
    at = np.rint(centres).astype(np.int64)[:, None] + np.arange(length)[None, :] - length // 2
    inside = (at >= 0) & (at < len(band))
    cut: Samples = np.where(inside, band[np.clip(at, 0, len(band) - 1)], np.float32(0))
    return cut


def _basis(length: int, offsets: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """``(length, len(offsets) * 16)``: for each offset eight cosines and eight sines."""
    frequencies = TONES_HZ[None, :] * (1 + offsets[:, None])
    angles = 2 * np.pi * np.arange(length)[:, None, None] * frequencies / SAMPLE_RATE_HZ
    basis: npt.NDArray[np.float32] = np.stack((np.cos(angles), np.sin(angles)), 2).astype(np.float32)
    return basis.reshape(length, -1)


_ALL: Final = _basis(LONGEST, OFFSETS)
_EIGHT: Final = len(TONES_HZ)
_BELL: Final = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(PROFILE) + 0.5) / PROFILE)).astype(np.float32)


def _product(left: Samples, right: Samples) -> Samples:
    """Multiply in pieces so small that the calling thread works them off alone.

    On a busy box, waking BLAS's other threads and waiting for them took ten times as long as the products.
    """
    made = np.empty((len(left), right.shape[1]), np.float32)
    wide = max(2 * _EIGHT, ALONE // left.size)
    tall = max(1, ALONE // (left.shape[1] * min(wide, right.shape[1])))
    for row in range(0, len(left), tall):
        for column in range(0, right.shape[1], wide):
            made[row : row + tall, column : column + wide] = (
                left[row : row + tall] @ right[:, column : column + wide]
            )
    return made


def _energies_at(sound: Samples, offsets: slice, counts: Real | None = None) -> Real:
    """``(n, offsets, 8)`` for a range of :data:`OFFSETS`, normalised to noise variance per sample.

    ``counts``: how many samples of each row are used, where the others were set to nothing.
    """
    width = 2 * _EIGHT
    found = _product(sound, _ALL[: sound.shape[1], offsets.start * width : offsets.stop * width])
    parts = found.astype(np.float64).reshape(len(sound), -1, 2, _EIGHT)
    used = np.full(len(sound), float(sound.shape[1])) if counts is None else np.maximum(counts, 1.0)
    normal: Real = (parts * parts).sum(2) / used[:, None, None]
    return normal


def _common_pitch(sound: Samples, near: slice) -> tuple[int, Real]:
    """Give the number of the frequency error that explains all digits together best, and the energies under it."""
    energy = _energies_at(sound, near)
    best = _best_offset(energy)
    return near.start + best, energy[:, best]


def _best_offset(energy: Real) -> int:
    return int((energy[:, :, :4].max(2) + energy[:, :, 4:].max(2)).sum(0).argmax())


def _energies(sound: Samples, pitch: int) -> Real:
    """``(n, 8)``, normalised to noise variance per sample."""
    return _energies_at(sound, slice(pitch, pitch + 1))[:, 0]


def _lengths(
    band: Samples, centres: Real, rows: Index, columns: Index, pitch: int, spacing: float
) -> tuple[float, float] | None:
    """Find the common length of the tones and how far their middles lie off, from the mean rise and fall."""
    reach = int(spacing * REACH) // PROFILE_STEP * PROFILE_STEP
    sound = _cut(band, centres, 2 * reach + PROFILE)
    steps = 2 * reach // PROFILE_STEP + 1
    windows = np.lib.stride_tricks.sliding_window_view(sound, PROFILE, axis=1)[:, ::PROFILE_STEP] * _BELL
    found = _product(
        windows.reshape(-1, PROFILE), _ALL[:PROFILE, 2 * _EIGHT * pitch : 2 * _EIGHT * (pitch + 1)]
    )
    energy = (found * found).reshape(len(sound), steps, 2, _EIGHT).sum(2)
    places = np.arange(len(sound))
    profile = (energy[places, :, rows] + energy[places, :, 4 + columns]).mean(0).astype(np.float64)
    middle = len(profile) // 2
    top = float(profile[middle - 2 : middle + 3].mean())
    floor = float(np.sort(profile)[: max(2, len(profile) // 6)].mean())
    if top <= floor:
        return None
    # Half the amplitude: a quarter of the power above the noise.
    level = floor + 0.25 * (top - floor)
    left, right = middle, middle
    while left > 0 and profile[left - 1] > level:
        left -= 1
    while right < len(profile) - 1 and profile[right + 1] > level:
        right += 1
    if left == 0 or right == len(profile) - 1:
        return None
    begin = left - (profile[left] - level) / (profile[left] - profile[left - 1])
    end = right + (profile[right] - level) / (profile[right] - profile[right + 1])
    length = float(end - begin) * PROFILE_STEP
    shift = (float(begin + end) / 2 - middle) * PROFILE_STEP
    return (shift, length) if length >= SHORTEST else None


def _weigh(band: Samples, begins: Real, ends: Real, pitch: int) -> tuple[_Weighed, int]:
    """Correlate each whole tone; refine the pitch on the longer windows."""
    starts = np.rint(begins + EDGE).astype(np.int64)
    stops = np.rint(ends - EDGE / 3).astype(np.int64)
    lengths = np.clip(stops - starts, SHORTEST // 2, LONGEST)
    longest = int(lengths.max())
    at = starts[:, None] + np.arange(longest)[None, :]
    used = (np.arange(longest)[None, :] < lengths[:, None]) & (at >= 0) & (at < len(band))
    sound: Samples = np.where(used, band[np.clip(at, 0, len(band) - 1)], np.float32(0))
    counts = np.maximum(used.sum(1), 1).astype(np.float64)
    near = slice(max(0, pitch - PITCH_REFINED), min(len(OFFSETS), pitch + PITCH_REFINED + 1))
    energies = _energies_at(sound, near, counts)
    best = _best_offset(energies)
    energy = energies[:, best]
    pitch = near.start + best
    power = (sound.astype(np.float64) ** 2).sum(1) / counts
    explained = 2 * (energy[:, :4].max(1) + energy[:, 4:].max(1)) / counts
    # What is left over is the noise of the tone band: as white noise it would be larger by the band's share.
    left = np.maximum(power - explained, LEAST_NOISE * power) / BAND_SHARE + TINY
    first = np.cumsum(used, 1) <= counts[:, None] / 2
    halves = tuple(
        _energies_at(np.where(half, sound, np.float32(0)), slice(pitch, pitch + 1), counts / 2)[:, 0]
        for half in (first, ~first)
    )
    return _Weighed(energy, left, counts / 2, halves), pitch


def _least_margin(weighed: _Weighed, rows: Index, columns: Index) -> float | None:
    """Give the weakest tone's margin, or None where a digit does not stand out or does not belong."""
    pooled = float(np.median(weighed.left))
    noise = np.maximum(pooled, weighed.left)
    places = np.arange(len(rows))
    least = np.inf
    for first, best in ((0, rows), (4, columns)):
        group = weighed.energy[:, first : first + 4]
        winner = group[places, best]
        others = group.copy()
        others[places, best] = 0.0
        rival = others.max(1)
        usual = float(np.median(winner / weighed.gain))
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
        told_apart = float(np.sqrt(max(usual - pooled / float(np.median(weighed.gain)), 0.0) / pooled))
        if told_apart * float(np.sqrt(np.median(weighed.gain) / 2)) < TOLD_APART:
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


def _strengths(weighed: _Weighed, rows: Index, columns: Index) -> tuple[float, float]:
    """Give the mean square of the low and of the high tone, medians over the string."""
    places = np.arange(len(rows))
    low = float(np.median(weighed.energy[places, rows] / weighed.gain))
    high = float(np.median(weighed.energy[places, 4 + columns] / weighed.gain))
    return low, high


def _rhythm(
    band: Samples, centres: Real, length: float, keys: tuple[Index, Index], pitch: int, weighed: _Weighed
) -> Rhythm | None:
    """Give the rhythm, or None where digits do not come at the sender's pace or are not equally long.

    The last one may still sound: its begin decides.
    """
    numbers = np.arange(len(centres))
    pairs = (keys[0], 4 + keys[1])
    fulls = [
        float(np.median(np.sqrt(weighed.energy[numbers, tone] / weighed.gain))) * (EDGE_WINDOW / 2) ** 0.5
        for tone in pairs
    ]
    full, pooled = sum(fulls), float(np.median(weighed.left)) ** 0.5
    noise = EDGE_WINDOW / 2 * 2**0.5 * pooled / full
    middles, held = centres, np.zeros((2, 2, len(centres)))
    for _ in range(EDGE_LOOKS):
        for side, where in enumerate((-0.5, 0.5)):
            energy = _energies(_cut(band, middles + where * length, EDGE_WINDOW), pitch)
            held[side] = [np.sqrt(energy[numbers, tone]) for tone in pairs]
        begins, ends = held.sum(1)
        late = EDGE_WINDOW / 2 * (ends - begins) / full
        late[-1] = EDGE_WINDOW * (0.5 * full - begins[-1]) / full
        middles = middles + np.clip(late, -EDGE_WINDOW / 2, EDGE_WINDOW / 2)
    for group, whole in enumerate(fulls):
        longer = EDGE_WINDOW * held[:, group, :-1].sum(0) / whole
        slack = EVEN_SIGMAS * EDGE_WINDOW * pooled / whole
        if np.abs(longer - np.median(longer)).max() > min(STEADY_EVEN + slack, MOST_LONGER):
            return None
    return rhythm_of(middles, noise)


def rhythm_of(middles: Real, noise: float) -> Rhythm | None:
    """Judge the middles of digits; ``noise`` is the error of each (samples, one sigma).

    None where they do not come at one sender's pace, and where that proves nothing, because noise or the sender
    itself are too uneven.
    """
    steps = np.diff(middles)
    stride = min(STRIDE, len(steps))
    step = float(np.median(middles[stride:] - middles[:-stride])) / stride
    off = np.abs(steps - step)
    uneven = usual_unevenness(off.tolist())
    own = max(0.0, uneven * uneven - (OWN_NOISE * noise) ** 2) ** 0.5
    allowed = max(min(EVEN, EVEN_SHARE * step), EVEN_SPREADS * own)
    slack = EVEN_SIGMAS * 2**0.5 * noise
    if off.max() > min(allowed + slack, MOST_UNEVEN * step):
        return None
    if uneven > math.hypot(STEADY, OWN_NOISE_MOST * noise):
        has_power = min(allowed, MOST_UNEVEN * step) + slack <= NO_POWER * step
        return Rhythm(middles, False) if has_power else None
    allowed = min(STEADY_EVEN, STEADY_SHARE * step)
    for place in range(1, len(middles)):
        left, right = middles[max(0, place - SIDE) : place], middles[place : place + SIDE]
        before = float(left.mean()) + step * (len(left) + 1) / 2
        after = float(right.mean()) - step * (len(right) - 1) / 2
        error = noise * (1 / len(left) + 1 / len(right)) ** 0.5
        if abs(after - before) > min(allowed + EVEN_SIGMAS * error, MOST_UNEVEN * step):
            return None
    numbers = np.arange(len(middles))
    told = [
        float(np.median((middles - (numbers - place) * step)[_others(int(place), len(numbers))]))
        for place in numbers
    ]
    return Rhythm(np.array(told), True)


def _others(place: int, count: int) -> list[int]:
    return [other for other in range(max(0, place - SIDE), min(count, place + SIDE + 1)) if other != place]


def _turns(
    band: Samples, places: Real, length: float, keys: tuple[Index, Index], pitch: int, weighed: _Weighed
) -> bool:
    """Tell whether a half of a digit, cut where the rhythm puts it, belongs to another one."""
    half = min(int(length / 2) - EDGE, LONGEST // 2)
    numbers = np.arange(len(places))
    leads = LEADS * float(np.median(weighed.left)) ** 0.5
    for side in (-half / 2, half / 2):
        energy = _energies(_cut(band, places + side, half), pitch)
        # The second half of the last digit may not have sounded yet.
        used = numbers if side < 0 else numbers[:-1]
        for first, best in ((0, keys[0]), (4, keys[1])):
            group = np.sqrt(energy[used, first : first + 4])
            own = group[used, best[used]].copy()
            group[used, best[used]] = 0.0
            if (group.max(1) + leads > own).any():
                return True
    return False


def _are_pauses(band: Samples, centres: Real, length: float, digit: float, noise: float) -> bool:
    """Tell whether there is quiet between the digits: no smear, no further digit, no second message."""
    for left, right in pairwise(centres.tolist()):
        begin, end = round(left + length / 2 + EDGE), round(right - length / 2 - EDGE)
        if end - begin < SHORT_PAUSE:
            continue
        sound = band[max(0, begin) : end]
        power = float(np.dot(sound, sound)) / max(1, len(sound))
        freedom = 2 * (BAND_HZ[1] - BAND_HZ[0]) * len(sound) / SAMPLE_RATE_HZ
        if power > noise * (1 + PAUSE_SIGMAS * (2 / freedom) ** 0.5) + PAUSE_POWER * digit:
            return False
    return True


def _hides_digit(
    band: Samples, centres: Real, length: float, strength: tuple[float, float], pitch: int
) -> bool:
    """Tell whether a digit like the others sounds in a pause: then the row skips digits, it is not the
    string."""
    for left, right in pairwise(centres.tolist()):
        begin, end = round(left + length / 2 + EDGE), round(right - length / 2 - EDGE)
        if end - begin < max(HIDDEN_LENGTH * length, SHORTEST):
            continue
        window = min(round(length) - 2 * EDGE, end - begin, LONGEST)
        middles = np.arange(begin + window / 2, end - window / 2 + 1, max(1, window // 4))
        energy = _energies(_cut(band, middles, window), pitch) * (2 / window)
        low, high = energy[:, :4].max(1), energy[:, 4:].max(1)
        found = (low + high > HIDDEN * sum(strength)) & (low > HIDDEN_TONE * strength[0])
        if (found & (high > HIDDEN_TONE * strength[1])).any():
            return True
    return False

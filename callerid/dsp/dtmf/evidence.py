"""The decision on a whole DTMF string: every digit is weighed against all others on the sound itself.

Given where the digits stand, it finds what they have in common — the sender's frequency error, the length
of the tones, the strength of the low and of the high tone, the noise — and then correlates each digit's
whole tone with all eight tones. A digit counts only if its best tone wins clearly, by the noise of its own
place, and is as strong as its brothers; the pauses must be pauses. One doubtful place and the string is not
given out: a wrong number is worse than none, and DTMF has no checksum.
"""

from __future__ import annotations

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
PITCH_REFINED: Final = 0.011
"""How far the second look may move the pitch."""
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
RIVAL_NOISE: Final = 14.0
"""… and so is one that the string's noise and the leakage of the winner explain."""
EDGE_WINDOW: Final = 160
"""20 ms around the expected begin and end of a tone: which of them holds more of it tells how far it is off."""
EVEN: Final = 100
"""12 ms: a step of a regular sender may differ from its usual one by so much …"""
EVEN_SIGMAS: Final = 3.0
TURNED_SIGMAS: Final = 0.3
"""A rival that leads one half by more than this is another digit that took over."""
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
WIDEST_TWIST: Final = 80.0
"""19 dB between the groups: the goal is ±14 dB at the sender, the line adds some."""


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
    pitch: float
    """The sender's frequency error, fraction."""


class _Weighed(NamedTuple):
    energy: Real
    """``(n, 8)``: normalised so that noise of variance v per sample gives v."""
    left: Real
    """``(n,)``: variance per sample of what the two best tones do not explain."""
    gain: Real
    """``(n,)``: energy of a tone of mean square 1."""
    halves: tuple[Real, ...]
    """Energy of the first and of the second half alone; ``gain`` is half as large there."""


def weigh_string(band: Samples, centres: Real, ends_at: float) -> Verdict | None:
    """Decide on digits that sound around ``centres`` (samples in ``band``, the filtered sound).

    ``ends_at`` is the last usable sample: the last digit may still be sounding. None means: not sure enough.
    """
    pitch = _common_pitch(_cut(band, centres, LOOK), np.ones(LOOK))
    first = _energies(_cut(band, centres, LOOK), np.ones(LOOK), pitch)
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
    if not _are_even(band, centres, length, (rows, columns), pitch, weighed):
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
    energy = _energies(sound, np.ones(LOOK), verdict.pitch)[0]
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


def _basis(length: int, offsets: npt.NDArray[np.floating]) -> npt.NDArray[np.complex64]:
    """``(length, len(offsets) * 8)``: conjugate tones."""
    frequencies = (TONES_HZ[None, :] * (1 + offsets[:, None])).ravel()
    turns = np.outer(np.arange(length), frequencies) / SAMPLE_RATE_HZ
    basis: npt.NDArray[np.complex64] = np.exp(-2j * np.pi * turns).astype(np.complex64)
    return basis


_ALL: Final = _basis(LONGEST, OFFSETS)


def _all_energies(sound: Samples, weights: Real) -> Real:
    """``(n, offsets, 8)``, normalised to noise variance per sample."""
    weighted = (sound * weights).astype(np.complex64)
    found = weighted @ _ALL[: sound.shape[1]]
    energy = found.real.astype(np.float64) ** 2 + found.imag.astype(np.float64) ** 2
    squares = np.maximum(np.broadcast_to(weights * weights, sound.shape).sum(1), 1.0)
    normal: Real = energy.reshape(len(sound), len(OFFSETS), len(TONES_HZ)) / squares[:, None, None]
    return normal


def _common_pitch(sound: Samples, weights: Real) -> float:
    """Give the frequency error that explains all digits together best."""
    energy = _all_energies(sound, weights)
    together = (energy[:, :, :4].max(2) + energy[:, :, 4:].max(2)).sum(0)
    return float(OFFSETS[int(together.argmax())])


def _energies(sound: Samples, weights: Real, pitch: float) -> Real:
    """``(n, 8)``, normalised to noise variance per sample."""
    found = (sound * weights).astype(np.complex64) @ _basis(sound.shape[1], np.array([pitch]))
    energy = found.real.astype(np.float64) ** 2 + found.imag.astype(np.float64) ** 2
    squares = np.maximum(np.broadcast_to(weights * weights, sound.shape).sum(1), 1.0)
    normal: Real = energy / squares[:, None]
    return normal


def _lengths(
    band: Samples, centres: Real, rows: Index, columns: Index, pitch: float, spacing: float
) -> tuple[float, float] | None:
    """Find the common length of the tones and how far their middles lie off, from the mean rise and fall."""
    reach = int(spacing * REACH) // PROFILE_STEP * PROFILE_STEP
    sound = _cut(band, centres, 2 * reach + PROFILE)
    turns = np.arange(sound.shape[1])[None, :] / SAMPLE_RATE_HZ * (1 + pitch)
    weights = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(PROFILE) + 0.5) / PROFILE)
    profile = np.zeros(2 * reach // PROFILE_STEP + 1)
    for frequencies in (TONES_HZ[rows], TONES_HZ[4 + columns]):
        mixed = sound * np.exp(-2j * np.pi * frequencies[:, None] * turns)
        windows = np.lib.stride_tricks.sliding_window_view(mixed, PROFILE, axis=1)[:, ::PROFILE_STEP]
        found = windows @ weights
        profile += (found.real**2 + found.imag**2).mean(0)
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


def _weigh(band: Samples, begins: Real, ends: Real, pitch: float) -> tuple[_Weighed, float]:
    """Correlate each whole tone; refine the pitch on the longer windows."""
    starts = np.rint(begins + EDGE).astype(np.int64)
    stops = np.rint(ends - EDGE / 3).astype(np.int64)
    lengths = np.clip(stops - starts, SHORTEST // 2, LONGEST)
    longest = int(lengths.max())
    at = starts[:, None] + np.arange(longest)[None, :]
    used = (np.arange(longest)[None, :] < lengths[:, None]) & (at >= 0) & (at < len(band))
    weights = used.astype(np.float64)
    sound: Samples = band[np.clip(at, 0, len(band) - 1)]
    energy = _all_energies(sound, weights)
    together = (energy[:, :, :4].max(2) + energy[:, :, 4:].max(2)).sum(0)
    near = np.abs(OFFSETS - pitch) < PITCH_REFINED
    best = int(np.where(near, together, 0.0).argmax())
    energy = energy[:, best]
    counts = np.maximum(weights.sum(1), 1.0)
    power = (sound.astype(np.float64) ** 2 * weights).sum(1) / counts
    explained = 2 * (energy[:, :4].max(1) + energy[:, 4:].max(1)) / counts
    # What is left over is the noise of the tone band: as white noise it would be larger by the band's share.
    left = np.maximum(power - explained, LEAST_NOISE * power) / BAND_SHARE + TINY
    first = weights * (np.cumsum(weights, 1) <= counts[:, None] / 2)
    halves = tuple(_all_energies(sound, half)[:, best] for half in (first, weights - first))
    return _Weighed(energy, left, counts / 2, halves), float(OFFSETS[best])


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
        wanted = HALF * np.sqrt(usual * weighed.gain / 2) - HALF_SIGMAS * pooled**0.5
        for half in weighed.halves:
            stays = np.sqrt(half[places, first + best])
            part = half[:, first : first + 4].copy()
            part[places, best] = 0.0
            if (stays < wanted).any() or (np.sqrt(part.max(1)) > stays + TURNED_SIGMAS * pooled**0.5).any():
                return None
        least = min(least, float(margin.min()))
    return least


def _strengths(weighed: _Weighed, rows: Index, columns: Index) -> tuple[float, float]:
    """Give the mean square of the low and of the high tone, medians over the string."""
    places = np.arange(len(rows))
    low = float(np.median(weighed.energy[places, rows] / weighed.gain))
    high = float(np.median(weighed.energy[places, 4 + columns] / weighed.gain))
    return low, high


def _are_even(
    band: Samples, centres: Real, length: float, keys: tuple[Index, Index], pitch: float, weighed: _Weighed
) -> bool:
    """Tell whether the digits come at the sender's steady pace. The last one may still sound: its begin decides."""
    places = np.arange(len(centres))
    pairs = (keys[0], 4 + keys[1])
    held: list[Real] = []
    for side in (-0.5, 0.5):
        energy = _energies(_cut(band, centres + side * length, EDGE_WINDOW), np.ones(EDGE_WINDOW), pitch)
        held.append(sum((np.sqrt(energy[places, tone]) for tone in pairs), np.zeros(len(centres))))
    whole = sum((np.sqrt(weighed.energy[places, tone]) for tone in pairs), np.zeros(len(centres)))
    full = float(np.median(whole)) * (EDGE_WINDOW / 2 / float(np.median(weighed.gain))) ** 0.5
    late = EDGE_WINDOW / 2 * (held[1] - held[0]) / full
    late[-1] = EDGE_WINDOW * (0.5 * full - held[0][-1]) / full
    steps = np.diff(centres + np.clip(late, -EDGE_WINDOW / 2, EDGE_WINDOW / 2))
    off = np.abs(steps - np.median(steps))
    spread = EDGE_WINDOW / 2 * (2 * float(np.median(weighed.left))) ** 0.5 / full
    allowed = max(EVEN, EVEN_SPREADS * usual_unevenness(off.tolist())) + EVEN_SIGMAS * spread
    return bool(off.max() <= allowed)


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
    band: Samples, centres: Real, length: float, strength: tuple[float, float], pitch: float
) -> bool:
    """Tell whether a digit like the others sounds in a pause: then the row skips digits, it is not the
    string."""
    for left, right in pairwise(centres.tolist()):
        begin, end = round(left + length / 2 + EDGE), round(right - length / 2 - EDGE)
        if end - begin < max(HIDDEN_LENGTH * length, SHORTEST):
            continue
        window = min(round(length) - 2 * EDGE, end - begin, LONGEST)
        middles = np.arange(begin + window / 2, end - window / 2 + 1, max(1, window // 4))
        energy = _energies(_cut(band, middles, window), np.ones(window), pitch) * (2 / window)
        low, high = energy[:, :4].max(1), energy[:, 4:].max(1)
        found = (low + high > HIDDEN * sum(strength)) & (low > HIDDEN_TONE * strength[0])
        if (found & (high > HIDDEN_TONE * strength[1])).any():
            return True
    return False

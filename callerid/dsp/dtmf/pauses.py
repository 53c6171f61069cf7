"""The pauses of a string: quiet, and no further digit in them."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from callerid.dsp.dtmf.correlate import LONGEST, Index, Real, cut, energies
from callerid.dsp.dtmf.front import BAND_HZ
from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ
from callerid.dsp.dtmf.measure import EDGE, SHORTEST
from callerid.dsp.message import Samples

PAUSE_POWER: Final = 0.12
"""Most power in a pause against that of a digit (−9 dB), above the noise."""
PAUSE_SIGMAS: Final = 3.5
HIDDEN: Final = 0.3
"""A pause holds a further digit when a pair of tones in it has this share of the string's power …"""
HIDDEN_TONE: Final = 0.12
"""… and each of the two this share of its group's."""
HIDDEN_LENGTH: Final = 0.6
"""Pauses shorter than this share of a tone have no room for one."""
ROOM: Final = 1.4
"""A pause of so many tones has room for a digit and the pauses around it …"""
FAINT: Final = 0.01
"""… and may hold one that fading left with this share of each tone's power …"""
FAINT_RATIO: Final = 8.0
"""… when each of its tones leads the rest of its group by this factor …"""
FAINT_PAUSES: Final = 2
"""… in so many pauses: noise does that in one now and then."""
SHORT_PAUSE: Final = 64
"""Pauses of which less than 8 ms remain are not measured."""


def are_pauses(band: Samples, centres: Real, length: float, digit: float, noise: float) -> bool:
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


def hides_digit(
    band: Samples,
    centres: Real,
    length: float,
    keys: tuple[Index, Index],
    strength: tuple[float, float],
    pitch: int,
) -> bool:
    """Tell whether a digit like the others sounds in a pause: then the row skips digits, it is not the string.

    Fading that swings with the rhythm can take every second digit down with it: fainter ones count, too, where
    several pauses hold one that is no echo of the digit before (``keys``: rows and columns).
    """
    faint = 0
    for place, (left, right) in enumerate(pairwise(centres.tolist())):
        begin, end = round(left + length / 2 + EDGE), round(right - length / 2 - EDGE)
        if end - begin < max(HIDDEN_LENGTH * length, SHORTEST):
            continue
        window = min(round(length) - 2 * EDGE, end - begin, LONGEST)
        middles = np.arange(begin + window / 2, end - window / 2 + 1, max(1, window // 4))
        energy = energies(cut(band, middles, window), pitch) * (2 / window)
        low, high = energy[:, :4].max(1), energy[:, 4:].max(1)
        found = (low + high > HIDDEN * sum(strength)) & (low > HIDDEN_TONE * strength[0])
        if (found & (high > HIDDEN_TONE * strength[1])).any():
            return True
        if end - begin > ROOM * length:
            best = energy[(low + high).argmax()]
            is_echo = keys[0][place] == best[:4].argmax() and keys[1][place] == best[4:].argmax()
            faint += not is_echo and _is_faint_digit(best, strength)
    return faint >= FAINT_PAUSES


def _is_faint_digit(energy: Real, strength: tuple[float, float]) -> bool:
    for group, usual in zip((energy[:4], energy[4:]), strength, strict=True):
        second, first = np.sort(group)[-2:]
        if first < FAINT * usual or first < FAINT_RATIO * second:
            return False
    return True

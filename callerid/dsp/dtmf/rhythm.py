"""The rhythm of a string: digits of one sender come at one pace and last equally long.

Sound that was lost or came twice on the way leaves every digit whole and the string wrong. Only the rhythm shows it.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from callerid.dsp.dtmf.correlate import Index, Real, cut, energies
from callerid.dsp.dtmf.measure import Weighed
from callerid.dsp.dtmf.strings import EVEN_SPREADS, usual_unevenness
from callerid.dsp.message import Samples
from callerid.dsp.middle import median

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


class Rhythm(NamedTuple):
    """Where the digits of a string stand."""

    places: Real
    """``(n,)`` samples: the middles, from a regular sender as the neighbours tell them."""
    is_regular: bool


def find_rhythm(
    band: Samples, centres: Real, length: float, keys: tuple[Index, Index], pitch: int, weighed: Weighed
) -> Rhythm | None:
    """Give the rhythm, or None where digits do not come at the sender's pace or are not equally long.

    The last one may still sound: its begin decides.
    """
    numbers = np.arange(len(centres))
    pairs = (keys[0], 4 + keys[1])
    fulls = [
        float(median(np.sqrt(weighed.energy[numbers, tone] / weighed.gain))) * (EDGE_WINDOW / 2) ** 0.5
        for tone in pairs
    ]
    full, pooled = sum(fulls), float(median(weighed.left)) ** 0.5
    noise = EDGE_WINDOW / 2 * 2**0.5 * pooled / full
    middles, held = centres, np.zeros((2, 2, len(centres)))
    for _ in range(EDGE_LOOKS):
        for side, where in enumerate((-0.5, 0.5)):
            energy = energies(cut(band, middles + where * length, EDGE_WINDOW), pitch)
            held[side] = [np.sqrt(energy[numbers, tone]) for tone in pairs]
        begins, ends = held.sum(1)
        late = EDGE_WINDOW / 2 * (ends - begins) / full
        late[-1] = EDGE_WINDOW * (0.5 * full - begins[-1]) / full
        middles = middles + np.clip(late, -EDGE_WINDOW / 2, EDGE_WINDOW / 2)
    for group, whole in enumerate(fulls):
        longer = EDGE_WINDOW * held[:, group, :-1].sum(0) / whole
        slack = EVEN_SIGMAS * EDGE_WINDOW * pooled / whole
        if np.abs(longer - median(longer)).max() > min(STEADY_EVEN + slack, MOST_LONGER):
            return None
    return rhythm_of(middles, noise)


def rhythm_of(middles: Real, noise: float) -> Rhythm | None:
    """Judge the middles of digits; ``noise`` is the error of each (samples, one sigma).

    None where they do not come at one sender's pace, and where that proves nothing, because noise or the sender
    itself are too uneven.
    """
    steps = np.diff(middles)
    stride = min(STRIDE, len(steps))
    step = float(median(middles[stride:] - middles[:-stride])) / stride
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
        float(median((middles - (numbers - place) * step)[_others(int(place), len(numbers))]))
        for place in numbers
    ]
    return Rhythm(np.array(told), True)


def _others(place: int, count: int) -> list[int]:
    return [other for other in range(max(0, place - SIDE), min(count, place + SIDE + 1)) if other != place]

"""Second step of DTMF caller ID: which events stand in a regular row?

An exchange's sender works like a clock: tone, pause, tone, pause. From an event that may be an end sign the
row is followed backwards, every step about as long as the others. Where exactly one or two steps are
missing a place is left open: it may be a digit too deep in noise to be an event, or one that was lost on
the way. The sound at that place decides (:mod:`callerid.dsp.dtmf.evidence`), never the row.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from callerid.dsp.dtmf.events import Event
from callerid.dsp.middle import median_of

LONGEST_STEP: Final = 9600
"""1.2 s from digit to digit: a tone and a pause of less than a second."""
SHORTEST_STEP: Final = 400
"""50 ms: faster than any sender (Q.24: 65 ms at most speed)."""
UNEVEN: Final = 0.22
"""A step may be longer or shorter than the usual one by this share: processors send in 10 or 20 ms grains."""
GRAIN: Final = 176
"""… or by 22 ms, whichever is more."""
MOST_MISSING: Final = 2
"""Open places in a row."""
MISSING_SHARE: Final = 0.34
DOUBTFUL: Final = 0.7
"""… and so is one with a score this much lower, or one seen in fewer windows than"""
FLEETING: Final = 2
BEFORE_STEPS: Final = 12.0
"""Steps before a row in which other digits count as of the same string: longer than what a wound hides."""
NEXT_STEP: Final = 1.4
"""The first digit of a next field follows within this many steps."""
NEIGHBOURS: Final = 3
REGULAR: Final = 16
"""2 ms: distance from the neighbours' opinion that most events of a regular sender keep in quiet …"""
MOST: Final = 0.75
REGULAR_NOISY: Final = 80
"""… and in noise."""
CLEAR: Final = 0.85
"""Score from which on a row counts as heard in quiet: about 4 dB over the noise."""
EVEN: Final = 140
"""17 ms: a step may be off by so much, the error of two events' middles (5 ms) included …"""
EVEN_SPREADS: Final = 2.2
"""… or by this many times the row's usual unevenness. More is a lost or repeated piece of sound."""
ODD_STEPS: Final = 2
"""Steps that a lost or repeated piece makes odd: they do not count as usual."""
UNHEARD: Final = "1"
MOST_SIGNS: Final = 64
TRIES: Final = 3
WEAK: Final = 0.25
"""An event this much weaker than the row's is noise between the digits."""


class Row:
    """Places of a possible string, in order of time; ``events`` has None where a place is open."""

    def __init__(self, events: list[Event | None], centres: list[float]) -> None:
        self.events = events
        self.centres = centres

    @property
    def heard(self) -> list[Event]:
        """The places that are events."""
        return [event for event in self.events if event is not None]

    @property
    def keys(self) -> str:
        """The keys as heard; a digit stands for an open place."""
        return "".join(UNHEARD if event is None else event.key for event in self.events)

    @property
    def step(self) -> float:
        """Usual step in samples."""
        return median_of(b - a for a, b in pairwise(self.centres))

    @property
    def is_even(self) -> bool:
        """Tell whether no step stands out, as far as events can tell (not in noise: it shifts them)."""
        if median_of(event.score for event in self.heard) < CLEAR:
            return True
        usual = self.step
        off = [abs(b - a - usual) for a, b in pairwise(self.centres)]
        return max(off) <= max(EVEN, EVEN_SPREADS * usual_unevenness(off))

    @property
    def regular_centres(self) -> list[float]:
        """Middles of the tones: where the neighbours say, when the sender is regular, else as heard.

        In noise an event's own middle is off by some milliseconds, and a damaged digit's by more: its place is
        weighed, not what is left of it.
        """
        step = self.step
        places = range(len(self.centres))
        told = [
            median_of(
                self.centres[other] + (place - other) * step
                for other in places
                if abs(other - place) <= NEIGHBOURS
            )
            for place in places
        ]
        away = sorted(abs(own - other) for own, other in zip(self.centres, told, strict=True))
        off = away[int(MOST * (len(away) - 1))]
        noisy = median_of(event.score for event in self.heard) < CLEAR
        return told if off <= (REGULAR_NOISY if noisy else REGULAR) else self.centres

    def from_place(self, place: int) -> Row:
        """The same row, begun later."""
        return Row(self.events[place:], self.centres[place:])


def usual_unevenness(off: list[float]) -> float:
    """Give how far most steps of a row lie off its median step, the oddest two left out."""
    ordered = sorted(off)
    return ordered[-1 - ODD_STEPS] if len(off) > 2 * ODD_STEPS else median_of(ordered)


def rows_ending_with(events: list[Event], last: int, centre: float) -> list[Row]:
    """Give the rows that end with ``events[last]``, whose middle is expected at ``centre``; longest first."""
    found: list[Row] = []
    for previous in range(last - 1, max(-1, last - 1 - TRIES), -1):
        step = centre - events[previous].centre
        if not SHORTEST_STEP <= step <= LONGEST_STEP:
            continue
        row = _without_noise_before(_follow(events, previous, last, centre, step))
        if len(row.centres) >= 3:
            found.append(row)
    return sorted(found, key=lambda row: -len(row.heard))


def skips_events(row: Row, events: list[Event]) -> bool:
    """Tell whether something as strong as the row's own events sounds between its places."""
    heard = row.heard
    strength = median_of(event.strength for event in heard)
    score = median_of(event.score for event in heard)
    own = {id(event) for event in heard}
    return any(
        id(event) not in own
        and heard[0].centre < event.centre < heard[-1].centre
        and event.strength > WEAK * strength
        and event.score > DOUBTFUL * score
        and event.last - event.first >= FLEETING
        for event in events
    )


def follows_digits(row: Row, events: list[Event]) -> bool:
    """Tell whether digits sounded shortly before the row, at whatever level: then it is the rest of a string."""
    score = DOUBTFUL * median_of(event.score for event in row.heard)
    begin = row.centres[0] - BEFORE_STEPS * row.step
    return any(
        begin < event.centre < row.centres[0] - row.step / 2
        and event.score > score
        and event.last - event.first >= FLEETING
        for event in events
    )


def goes_on(row: Row, later: list[Event]) -> bool:
    """Tell whether a sign follows the row at its pace: then its last sign is not its end."""
    score = DOUBTFUL * median_of(event.score for event in row.heard)
    reach = row.centres[-1] + NEXT_STEP * row.step
    return any(event.centre < reach and event.score > score for event in later)


def _without_noise_before(row: Row) -> Row:
    """Begin the row with its first event that is no passing noise."""
    score = DOUBTFUL * median_of(event.score for event in row.heard)
    for place, event in enumerate(row.events):
        if event is not None and (event.score > score or event.last - event.first >= FLEETING):
            return row.from_place(place)
    return row


def _follow(events: list[Event], previous: int, last: int, centre: float, step: float) -> Row:
    places: list[Event | None] = [events[previous], events[last]]
    centres = [events[previous].centre, centre]
    at = previous
    missing = 0
    while at > 0 and len(centres) < MOST_SIGNS:
        nearest = _before(events, at, centres[0], step)
        if nearest is None:
            break
        at, steps = nearest
        missing += steps - 1
        if missing > MISSING_SHARE * (len(centres) + steps):
            break
        gap = (centres[0] - events[at].centre) / steps
        for open_place in range(1, steps):
            places.insert(0, None)
            centres.insert(0, centres[open_place - 1] - gap)
        places.insert(0, events[at])
        centres.insert(0, events[at].centre)
        recent = [b - a for a, b in pairwise(centres[:9])]
        step = median_of(recent)
    return Row(places, centres)


def _before(events: list[Event], at: int, centre: float, step: float) -> tuple[int, int] | None:
    """Give the event one, two or three steps before ``centre`` and how many steps it is away."""
    slack = max(UNEVEN * step, GRAIN)
    slack = min(slack, 0.45 * step)
    for steps in range(1, MOST_MISSING + 2):
        best: tuple[float, int] | None = None
        for index in range(at - 1, -1, -1):
            distance = centre - events[index].centre
            if distance > steps * step + slack:
                break
            off = abs(distance - steps * step)
            if off <= slack and (best is None or off < best[0]):
                best = (off, index)
        if best is not None:
            return best[1], steps
    return None

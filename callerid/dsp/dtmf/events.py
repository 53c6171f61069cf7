"""First step of DTMF caller ID: where does something that may be a digit sound?

Cheap and always on. A window of 40 ms slides over the stream in steps of 5 ms; its score is the share of
the tone band's power that the best pair of tones explains, for the best of nine hypotheses of the sender's
frequency error. In white noise the score seldom passes 0.26; a digit passes it from about −9 dB (0–4 kHz)
up. What passes is an event. Nothing is decided here: events propose, :mod:`callerid.dsp.dtmf.strings` finds
what stands in a regular row, :mod:`callerid.dsp.dtmf.evidence` decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from callerid.dsp.dtmf.front import HOP, SLICE
from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ, key_of
from callerid.dsp.dtmf.windows import CLIP_HZ, OFFSETS, WINDOW, Windows

CENTRE: Final = WINDOW * HOP // 2 + HOP // 2
"""Samples from a window's begin to its middle."""
SCORE: Final = 0.26
EDGE_SCORE: Final = 0.5
SILENT: Final = 1e-9
"""Mean square of the tone band below which nothing is looked at: −90 dBm0."""
BREAK: Final = 3
"""Windows of doubt that do not end an event."""
SETTLED: Final = 60
"""Windows (300 ms) after which an event can change no more."""
APART: Final = 8
"""Events closer than 40 ms to a stronger one are its shadow."""
LIVELY: Final = 3
"""Windows in which an event must have been seen to be more than a whim of noise."""
ACTIVE: Final = 260
"""Windows (1.3 s) after which the next digit of a string would come too late."""
KEPT_S: Final = 24.0
"""Longest string: 64 signs at the slowest usual pace."""


@dataclass
class Event:
    """Something that may be a digit."""

    key: str
    born: int
    """Window at which the score first passed: the event's name."""
    scores: list[tuple[int, float]]
    """Windows that passed, and their scores."""
    strength: float
    """Energy of both tones in the best window."""
    first: int = 0
    """Window at which the score rose to half of its best."""
    last: int = 0
    """Window at which it was last that high."""
    score: float = 0.0
    """The best score."""

    def take(self, window: int, score: float, strength: float) -> None:
        """Add a window; what noise added at the edges is left out once the best score is known."""
        self.scores.append((window, score))
        if score > self.score:
            self.score, self.strength = score, strength
            self.first = next(at for at, value in self.scores if value >= EDGE_SCORE * score)
        if score >= EDGE_SCORE * self.score:
            self.last = window

    @property
    def centre(self) -> float:
        """Sample in the middle of the sound, delay taken out."""
        return (self.first + self.last) / 2 * HOP + CENTRE

    @property
    def begin(self) -> float:
        """Sample in the middle of the first window."""
        return self.first * HOP + CENTRE


class EventFinder:
    """Turn windows into events, a bounded number of them."""

    def __init__(self) -> None:
        self._band = np.zeros(0, np.float32)
        self._next = 0
        self._lively = -ACTIVE - 1
        self._scale = 1.0 / (WINDOW * SLICE / 4)
        self._settled: list[Event] = []
        self._open: list[Event] = []

    @property
    def windows(self) -> int:
        """Windows seen so far: the next one's number."""
        return self._next

    def feed(self, windows: Windows) -> bool:
        """Consume windows; tell whether an event began or went on."""
        band = np.concatenate((self._band, windows.band))
        new = len(windows.tones)
        self._band = band[new:]
        if not new:
            return False
        first, self._next = self._next, self._next + new
        step = band.itemsize
        power = np.ndarray((new, WINDOW), np.float32, band, 0, (step, step)).sum(1)
        if float(power.max()) < SILENT * SLICE * WINDOW / 2:
            return False
        squares = windows.tones * windows.tones
        energy = squares[:, : len(CLIP_HZ)] + squares[:, len(CLIP_HZ) :]
        groups = energy.reshape(new, 2, 4, len(OFFSETS))
        strongest = groups.max(2)
        best = strongest[:, 0] + strongest[:, 1]
        score = best.max(1) * self._scale / np.maximum(power, SILENT)
        high = np.nonzero(score > SCORE)[0]
        if not len(high):
            return False
        self._settle()
        for index in high.tolist():
            offset = int(best[index].argmax())
            low_group, high_group = groups[index, :, :, offset].tolist()
            key = key_of(low_group.index(max(low_group)), high_group.index(max(high_group)))
            self._add(first + index, float(score[index]), key, float(best[index, offset]))
        return True

    def _add(self, window: int, score: float, key: str, strength: float) -> None:
        for event in self._open[:-4:-1]:
            if event.key == key and window - event.scores[-1][0] <= BREAK:
                event.take(window, score, strength)
                if len(event.scores) >= LIVELY:
                    self._lively = window
                return
        event = Event(key, window, [], strength)
        event.take(window, score, strength)
        self._open.append(event)

    def _settle(self) -> None:
        """Set aside what can change no more, without its shadows; drop what is too old."""
        newest = self._next - SETTLED
        while self._open and self._open[0].scores[-1][0] < newest:
            _push(self._settled, self._open.pop(0))
        oldest = self._next - int(KEPT_S * SAMPLE_RATE_HZ / HOP)
        gone = 0
        while gone < len(self._settled) and self._settled[gone].last < oldest:
            gone += 1
        if gone:
            del self._settled[:gone]

    @property
    def is_active(self) -> bool:
        """Say whether something that may be a digit sounded within the longest pause of a string."""
        return self._lively >= self._next - ACTIVE

    @property
    def events(self) -> list[Event]:
        """All events kept, in order of time."""
        return self._settled + self._open

    def sounded(self, keys: Collection[str], due: Collection[int], recent: int) -> bool:
        """Say whether one of the keys has sounded since window ``recent``, or its event is among those still due."""
        return any(
            event.key in keys and (event.last >= recent or event.born in due)
            for event in chain(self._open, self._settled)
        )

    def clear_events(self) -> list[Event]:
        """Give the events that are not in the shadow of a stronger one."""
        kept = self._settled.copy()
        for event in self._open:
            _push(kept, event)
        return kept

    def forget(self, window: int) -> None:
        """Drop every event that began before ``window``."""
        self._settled = []
        self._open = [event for event in self._open if event.first >= window]


def _push(kept: list[Event], event: Event) -> None:
    """Append an event, unless it is the shadow of a stronger one; what it overshadows goes."""
    while kept and event.centre - kept[-1].centre < APART * HOP and event.score > kept[-1].score:
        kept.pop()
    if not kept or event.centre - kept[-1].centre >= APART * HOP:
        kept.append(event)

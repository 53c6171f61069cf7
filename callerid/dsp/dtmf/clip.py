"""DTMF caller ID: from samples to checked messages.

Three steps, each in its module: events (where may a digit sound?), rows (which of them are regular?),
evidence (is every digit of the row certain?). A message is given out while its end sign still sounds. No
number is ever repaired or guessed: what does not stand is not given.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from callerid.dsp.dtmf.events import Event, EventFinder
from callerid.dsp.dtmf.evidence import PLACES_BEFORE, Verdict, stands_digit, weigh_string
from callerid.dsp.dtmf.forms import ClipString, parse
from callerid.dsp.dtmf.front import HOP, LOOKAHEAD, PIECE
from callerid.dsp.dtmf.history import History
from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ
from callerid.dsp.dtmf.strings import Row, follows_digits, goes_on, rows_ending_with, skips_events
from callerid.dsp.dtmf.windows import WindowFront
from callerid.dsp.message import CallerMessage, Samples
from callerid.dsp.middle import median_of
from callerid.dsp.resample import Resampler

END_SIGNS: Final = frozenset("ABCD#")
SURE_ENDS: Final = frozenset("C#")
"""Nothing follows these; after A, B or D the next field may, or it was the start sign of another message."""
START_SIGNS: Final = frozenset("ABCD")
REDIRECTING: Final = "D"
"""Begins a number of its own on some exchanges, and the diverting number after the caller's on others: what is left of
a string whose begin was lost must not be told as the caller."""
EARLY: Final = LOOKAHEAD + HOP
"""Samples before the expected end of the last tone at which it is decided: the filter's delay and one hop,
so that the message is there when the tone ends."""
RECENT: Final = 40
"""Windows (200 ms) within which an event is first looked at as an end sign."""
CLEAR: Final = 0.65
"""Score from which on the keys of events are trusted: what makes no sense is not weighed at all."""
SHORTEST_TONE: Final = 240
NOTICE: Final = 320
"""Samples after a tone's begin until it is an event, and some more: 40 ms."""
RETRIES: Final = (0, 160, 480)
"""Samples after the first decision at which a doubtful string is weighed again, with more of its last tone
heard."""
CERTAIN: Final = 12.0
"""Margin at which the confidence is one half."""


class DtmfClipDecoder:
    """Stream samples in, get DTMF caller-ID messages."""

    def __init__(self, rate_hz: float = SAMPLE_RATE_HZ, *, without_start: bool = False) -> None:
        """``without_start`` also takes ``number #``: only for lines known to send it."""
        self._resampler = Resampler(rate_hz)
        self._front = WindowFront()
        self._finder = EventFinder()
        self._history = History()
        self._without_start = without_start
        self._rate_hz = rate_hz
        self._seen = 0
        self._told_until = 0.0
        self._due: dict[int, list[int]] = {}
        """First window of a possible end sign → samples at which it is still to be weighed."""

    @property
    def is_busy(self) -> bool:
        """Say whether digits have sounded in the last seconds, or something waits to be weighed."""
        return self._finder.is_active or any(self._due.values())

    def feed(self, block: Samples) -> list[CallerMessage]:
        """Consume a block of any length and give the messages that became certain in it."""
        self._seen += len(block)
        samples = self._resampler.feed(block)
        return self.feed_8k(samples, self._seen / self._rate_hz)

    def feed_8k(self, samples: Samples, now_s: float) -> list[CallerMessage]:
        """Like :meth:`feed`, for clean samples at 8 kHz; ``now_s`` is the input consumed with them."""
        found: list[CallerMessage] = []
        for at in range(0, len(samples), PIECE):
            windows = self._front.feed(samples[at : at + PIECE])
            if not len(windows.band):
                continue
            self._history.add(windows.filtered)
            heard = self._finder.feed(windows)
            if heard or any(self._due.values()):
                found += self._look(now_s)
        return found

    def _look(self, now_s: float) -> list[CallerMessage]:
        found: list[CallerMessage] = []
        recent = self._finder.windows - RECENT
        # Most of the time nothing that may be an end sign has sounded lately: then nothing needs to be sorted out.
        events = self._finder.clear_events() if self._finder.sounded(END_SIGNS, self._due, recent) else []
        for index, event in enumerate(events):
            times = self._due.get(event.born)
            fresh = event.last >= recent if times is None else bool(times)
            if not fresh or event.key not in END_SIGNS or event.begin <= self._told_until:
                continue
            message = self._may_end(events, index, now_s)
            if message is not None:
                found.append(message)
                break
        oldest = self._finder.windows - SAMPLE_RATE_HZ * 4 // HOP
        self._due = {first: times for first, times in self._due.items() if first > oldest}
        return found

    def _may_end(self, events: list[Event], index: int, now_s: float) -> CallerMessage | None:
        """Weigh the strings that would end with this event, when it is time to."""
        event = events[index]
        times = self._due.get(event.born)
        if times is not None and not times:
            return None
        ends_at = self._history.end
        if times is not None and ends_at < times[0]:
            return None
        rows = rows_ending_with(events, index, self._expected_centre(events, index))
        if not rows:
            return None
        tone = self._tone_length(rows[0])
        expected_end = rows[0].centres[-1] + tone / 2
        if times is None:
            wait = -EARLY if event.key in SURE_ENDS else rows[0].step - tone + NOTICE
            times = [round(expected_end + wait + more) for more in RETRIES]
            self._due[event.born] = times
        if ends_at < times[0]:
            return None
        while times and times[0] <= ends_at:
            times.pop(0)
        self._due[event.born] = times
        if event.key not in SURE_ENDS and goes_on(rows[0], events[index + 1 :]):
            return None
        for row in rows:
            message = self._weigh(row, events, now_s)
            if message is not None:
                return message
        return None

    def _expected_centre(self, events: list[Event], index: int) -> float:
        """The last event may still sound: expect its middle where its brothers have theirs, after their
        begin."""
        event = events[index]
        halves = [(other.last - other.first) / 2 for other in events[max(0, index - 6) : index]]
        half = median_of(halves) if halves else 0.0
        return max(event.centre, event.begin + half * HOP) if half else event.centre

    def _tone_length(self, row: Row) -> float:
        spans = [event.last - event.first for event in row.heard[:-1]]
        # The score is at half where a window is half full: from edge to edge of the tone, less one hop.
        return max((median_of(spans) + 1) * HOP, SHORTEST_TONE)

    def _weigh(self, row: Row, events: list[Event], now_s: float) -> CallerMessage | None:
        """Try the row from its first sign, then from each later one that may be a start sign."""
        for place, event in enumerate(row.events[:-2]):
            is_start = event is not None and event.key in START_SIGNS
            if not is_start and not (self._without_start and place == 0):
                continue
            part = row.from_place(place) if place else row
            if skips_events(part, events) or not part.is_even:
                continue
            if part.keys.startswith(REDIRECTING) and follows_digits(part, events):
                continue
            clear = median_of(one.score for one in part.heard) > CLEAR
            if clear and parse(part.keys, without_start=self._without_start) is None:
                continue
            message = self._weigh_from(part, now_s)
            if message is not None:
                return message
        return None

    def _weigh_from(self, row: Row, now_s: float) -> CallerMessage | None:
        base = self._history.begin
        centres = np.array(row.regular_centres) - base
        margin = row.step * (PLACES_BEFORE + 0.5) + SAMPLE_RATE_HZ / 20
        offset = max(0, round(centres[0] - margin))
        band = self._history.cut(base + offset)
        verdict = weigh_string(band, centres - offset, len(band))
        if verdict is None:
            return None
        meaning = parse(verdict.keys, without_start=self._without_start)
        if meaning is None:
            return None
        if stands_digit(band, row.step, verdict):
            return None
        return self._message(verdict, meaning, base + offset, now_s)

    def _message(self, verdict: Verdict, meaning: ClipString, base: int, now_s: float) -> CallerMessage:
        begin, end = base + verdict.begin, base + verdict.end
        self._told_until = end
        self._finder.forget(self._finder.windows)
        self._due = {}
        return CallerMessage(
            standard="dtmf",
            number=meaning.number,
            reason=meaning.reason,
            fields={**meaning.fields, "dtmf": verdict.keys},
            t_start=round(max(0.0, begin / SAMPLE_RATE_HZ), 4),
            t_last=round(end / SAMPLE_RATE_HZ, 4),
            t_end=now_s,
            margin=round(verdict.margin, 1),
            snr_db=round(verdict.snr_db, 1),
            confidence=round(verdict.margin / (verdict.margin + CERTAIN), 3),
        )

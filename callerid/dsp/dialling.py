"""What is dialled from this line: DTMF digits and the clicks of pulse dialling.

Both are tried all the time and reported with their times; whether the handset is up is the caller's
knowledge.

Sources: ITU-T Q.24 (DTMF, see :mod:`callerid.dsp.dtmf.digits`); EN 300 001 clause 5.3 (pulses: 10 a second
±10 %, break to make 1.5–2 to 1, at least 200 ms — usually 600–800 — between digits).
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from callerid.dsp.dtmf.digits import DtmfDigits
from callerid.dsp.message import Samples
from callerid.dsp.resample import Resampler
from callerid.dsp.signals.clicks import Click, ClickFinder

PERIOD_S: Final = (0.080, 0.125)
"""From one opening to the next: 8–12.5 pulses a second."""
BREAK_S: Final = (0.040, 0.080)
"""From the opening of the loop to its closing."""
DIGIT_END_S: Final = 0.20
"""No further opening for this long ends a digit."""
ALIKE: Final = 2.5
"""Openings of one digit differ in height by less than this factor."""
MOST_PULSES: Final = 10


class DialledDigit(msgspec.Struct, frozen=True):
    """One digit sent from this line."""

    digit: str
    """``0123456789``, with DTMF also ``*#ABCD``."""
    t_start: float
    """Seconds of input before its first tone or click."""
    t_end: float
    """Seconds of input before its last."""
    method: Literal["dtmf", "pulse"]


class PulseDigits:
    """Count the clicks of a dial: openings to one side, closings to the other, in regular turn."""

    def __init__(self) -> None:
        self._openings: list[Click] = []
        self._closing: Click | None = None

    def feed(self, clicks: list[Click], now_s: float) -> list[DialledDigit]:
        """Take the new clicks, in order of time, and give the digits that ended before ``now_s``."""
        found: list[DialledDigit] = []
        for click in clicks:
            found += self._finish(click.time_s)
            self._take(click)
        return found + self._finish(now_s)

    def _take(self, click: Click) -> None:
        if not self._openings:
            self._start(click)
            return
        last = self._openings[-1]
        since = click.time_s - last.time_s
        alike = 1 / ALIKE < abs(click.height / last.height) < ALIKE
        opposite = (click.height > 0) != (last.height > 0)
        if opposite:
            if self._closing is None and BREAK_S[0] <= since <= BREAK_S[1] and alike:
                self._closing = click
            else:
                self._start(click)
        elif self._closing is not None and PERIOD_S[0] <= since <= PERIOD_S[1] and alike:
            self._openings.append(click)
            self._closing = None
        else:
            self._start(click)

    def _start(self, click: Click) -> None:
        self._openings, self._closing = [click], None

    def _finish(self, now_s: float) -> list[DialledDigit]:
        if not self._openings or now_s - self._openings[-1].time_s < DIGIT_END_S:
            return []
        first, closing, count = self._openings[0], self._closing, len(self._openings)
        self._openings, self._closing = [], None
        if closing is None or count > MOST_PULSES:
            return []
        return [
            DialledDigit(str(count % MOST_PULSES), round(first.time_s, 4), round(closing.time_s, 4), "pulse")
        ]


class DialDecoder:
    """Stream samples in, get dialled digits in order of time."""

    def __init__(self, rate_hz: float = 8000) -> None:
        self._resampler = Resampler(rate_hz)
        self._tones = DtmfDigits()
        self._clicks = ClickFinder()
        self._pulses = PulseDigits()
        self._seen = 0

    def feed(self, block: Samples) -> list[DialledDigit]:
        """Consume a block of any length and give the digits that ended in it."""
        samples = self._resampler.feed(block)
        self._seen += len(samples)
        found = [
            DialledDigit(digit.key, digit.t_start, digit.t_end, "dtmf") for digit in self._tones.feed(samples)
        ]
        # A click is certain 30 ms after it happened: do not close a digit before that.
        now_s = self._seen / 8000 - CLICK_DELAY_S
        found += self._pulses.feed(self._clicks.feed(samples), now_s)
        return sorted(found, key=lambda digit: digit.t_start)


CLICK_DELAY_S: Final = 0.04

"""All caller-ID decoders on one stream, one decision per message.

Both FSK standards and DTMF are tried all the time, before and after the first ring: nobody has to tell the
box what its exchange sends. Whatever arrives is brought to 8 kHz once and made harmless (NaN, infinities)
first.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from callerid.dsp.dtmf import DtmfClipDecoder
from callerid.dsp.fsk import FskDecoder
from callerid.dsp.message import CallerMessage, Samples
from callerid.dsp.patience import Patience
from callerid.dsp.resample import Resampler, usable
from callerid.dsp.signals import LineSignals, Signal

AFTERGLOW_S: Final = 1.3
"""Silence played to the decoders at the end: the longest pause that may stand within a DTMF string, and a
margin."""
REMEMBERED: Final = 16
"""Messages kept to see that none is told twice: they reach back further than any overlap."""


class DecoderBank:
    """Stream samples of any rate in, get caller-ID messages of every standard."""

    def __init__(
        self, rate_hz: float, *, dtmf_without_start: bool = False, signals: LineSignals | None = None
    ) -> None:
        """``rate_hz``: 8000–192 000. ``dtmf_without_start`` also takes ``number #`` (lines known to send it).

        ``signals`` is a detector made for 8 kHz; it is fed the same samples and :meth:`take_signals` gives
        what it heard.
        """
        self._rate_hz = rate_hz
        self._resampler = Resampler(rate_hz)
        self._fsk = FskDecoder()
        self._dtmf = DtmfClipDecoder(without_start=dtmf_without_start)
        self._fsk_patience, self._dtmf_patience = Patience(), Patience()
        self._seen = 0
        self._told: list[CallerMessage] = []
        self._last = np.zeros(0, np.float32)
        self.signals = signals
        self._heard: list[Signal] = []

    def feed(self, block: Samples) -> list[CallerMessage]:
        """Consume a block of any length and give the messages that became complete in it.

        Times are seconds of the input. ``t_end`` is the end of this block.
        """
        self._seen += len(block)
        if len(block):
            self._last = block
        return self._decode(self._resampler.feed(block))

    def flush(self) -> list[CallerMessage]:
        """Give what the end of the stream completes: a message may end with the last sample.

        The decoders are played silence (at the level the sound ended on); ``t_end`` is the end of the input.
        """
        tail = usable(self._last[-round(self._rate_hz / 50) :])
        rest = float(tail.mean()) if len(tail) else 0.0
        silence = np.full(round(AFTERGLOW_S * self._rate_hz), rest, np.float32)
        return self._decode(self._resampler.feed(silence), is_last=True)

    def take_signals(self) -> list[Signal]:
        """Give the line signals recognised since the last call."""
        heard, self._heard = self._heard, []
        return heard

    def _decode(self, samples: Samples, *, is_last: bool = False) -> list[CallerMessage]:
        now_s = self._seen / self._rate_hz
        if self.signals is not None:
            self._heard += self.signals.feed_8k(samples)
        messages: list[CallerMessage] = []
        gathered = self._fsk_patience.take(samples, is_urgent=is_last or self._fsk.is_busy)
        if gathered is not None:
            messages += self._fsk.feed(gathered)
        gathered = self._dtmf_patience.take(samples, is_urgent=is_last or self._dtmf.is_busy)
        if gathered is not None:
            messages += self._dtmf.feed_8k(gathered, now_s)
        if not messages:
            return messages
        found: list[CallerMessage] = []
        for message in sorted(messages, key=lambda one: one.t_start):
            if any(_overlap(message, other) for other in self._told):
                continue
            self._told = [*self._told[-REMEMBERED:], message]
            last_s = min(message.t_last, now_s)
            found.append(msgspec.structs.replace(message, t_end=now_s, t_last=last_s))
        return found


def _overlap(one: CallerMessage, other: CallerMessage) -> bool:
    """Tell whether two messages claim the same stretch of sound: the first told stands."""
    return one.t_start < other.t_last and other.t_start < one.t_last

"""All line signals from one stream: what the line daemon feeds beside the caller-ID decoders."""

from __future__ import annotations

from typing import Final

from callerid.dsp.message import Samples
from callerid.dsp.patience import Patience
from callerid.dsp.resample import Resampler
from callerid.dsp.signals.call_tones import Cadences, CallTones
from callerid.dsp.signals.clicks import ClickFinder
from callerid.dsp.signals.hook import Hook
from callerid.dsp.signals.kinds import Signal
from callerid.dsp.signals.ringing import Ringing
from callerid.dsp.signals.short_tones import ShortTones
from callerid.dsp.signals.spectra import HOP_S, RATE_HZ, SpectrumStream

PIECE: Final = RATE_HZ // 2
"""Longest piece worked on at once: bounds the memory for blocks of any size."""


class LineSignals:
    """Stream samples in, get signals in the order in which they were recognised."""

    def __init__(self, rate_hz: float = RATE_HZ, *, cadences: Cadences | None = None) -> None:
        """``cadences``: where the exchange's tones differ from common practice."""
        self._resampler = Resampler(rate_hz)
        self._spectra = SpectrumStream()
        self._ringing = Ringing()
        self._call_tones = CallTones(cadences)
        self._short_tones = ShortTones()
        self._clicks = ClickFinder()
        self._hook = Hook()
        self._patience = Patience()

    def feed(self, block: Samples) -> list[Signal]:
        """Consume a block of any length and give the signals recognised in it."""
        return self.feed_8k(self._resampler.feed(block))

    def feed_8k(self, samples: Samples) -> list[Signal]:
        """Like :meth:`feed`, for samples that are at 8 kHz already and free of NaN."""
        found: list[Signal] = []
        gathered = self._patience.take_quiet(samples)
        if gathered is None:
            return found
        for at in range(0, len(gathered), PIECE):
            found += self._piece(gathered[at : at + PIECE])
        return found

    def _piece(self, samples: Samples) -> list[Signal]:
        spectra = self._spectra.feed(samples)
        clicks = self._clicks.feed(samples)
        found: list[Signal] = []
        if spectra is not None:
            found += self._ringing.feed(spectra)
            found += self._call_tones.feed(spectra)
            found += self._short_tones.feed(spectra)
            for signal in found:
                self._hook.observe(signal)
            now_s = (spectra.first + len(spectra.hops)) * HOP_S
            found += self._hook.feed(clicks, now_s)
        elif clicks:
            found += self._hook.feed(clicks, clicks[-1].time_s)
        return found

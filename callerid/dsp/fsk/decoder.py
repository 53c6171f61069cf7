"""The streaming FSK caller-ID decoder: both standards, one decision per message."""

from __future__ import annotations

from collections.abc import Generator

from callerid.dsp.fsk.carrier import HOP, WINDOW, MarkScanner
from callerid.dsp.fsk.highpass import DELAY, HighPass
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.reader import Reading, read_message
from callerid.dsp.fsk.standards import RATE_HZ
from callerid.dsp.message import CallerMessage, Samples

HISTORY_SAMPLES = 8 * RATE_HZ
"""Longest message with everything around it: 258 bytes with 10 extra marks each are 4.3 s, and the
preamble."""
LARGEST_STEP = RATE_HZ // 2
"""Samples taken in at a time, however large the block is."""


class FskDecoder:
    """Finds and reads Bell 202 and V.23 caller-ID messages in 8 kHz audio."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        if rate_hz != RATE_HZ:
            raise ValueError(f"the FSK decoder works at {RATE_HZ} Hz, got {rate_hz}: resample before it")
        self._highpass = HighPass()
        self._history = History(HISTORY_SAMPLES)
        self._scanner = MarkScanner()
        self._next_look = 0
        self._reader: Generator[int, None, Reading | None] | None = None
        self._needed = 0

    @property
    def is_busy(self) -> bool:
        """Say whether something is being read that may be a message."""
        return self._reader is not None or self._scanner.is_in_run

    def feed(self, block: Samples) -> list[CallerMessage]:
        """Consume a block of any length and give the messages that became complete in it."""
        found: list[Reading] = []
        for start in range(0, len(block), LARGEST_STEP):
            self._history.append(self._highpass.feed(block[start : start + LARGEST_STEP]))
            self._work(found)
        return [self._message(reading) for reading in found]

    def _work(self, found: list[Reading]) -> None:
        """Do everything the samples at hand allow."""
        while True:
            if self._reader is not None:
                if self._needed > self._history.end:
                    return
                self._history.limit = self._needed
                try:
                    self._needed = next(self._reader)
                except StopIteration as stop:
                    self._reader = None
                    if stop.value is not None:
                        found.append(stop.value)
                        self._next_look = max(self._next_look, stop.value.end)
            else:
                if self._next_look + WINDOW > self._history.end:
                    return
                self._history.limit = self._next_look + WINDOW
                heard = self._history.view(self._next_look, self._next_look + WINDOW)
                run = self._scanner.look(heard, self._next_look)
                self._next_look += HOP
                if run is not None:
                    self._reader = read_message(self._history, run)
                    self._needed = next(self._reader)

    def _message(self, reading: Reading) -> CallerMessage:
        fields = reading.fields
        return CallerMessage(
            standard=reading.standard,
            type=fields.type,
            number=fields.number,
            name=fields.name,
            date=fields.date,
            reason=fields.reason,
            t_start=(reading.start - DELAY) / RATE_HZ,
            t_last=(reading.end - DELAY) / RATE_HZ,
            t_end=self._history.end / RATE_HZ,
            confidence=reading.confidence,
            margin=round(reading.margin, 1),
            snr_db=round(reading.snr_db, 1),
            fields=fields.fields,
        )

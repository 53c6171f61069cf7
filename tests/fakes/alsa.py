"""A stand-in for the module alsaaudio, with sound cards whose faults the test chooses.

It keeps the module's rules: a card opens once, at rates it has, without waiting; a read gives a period, nothing
when none is there, -EPIPE after an overrun, and an error when the card is gone. Reading is what makes the clock go.
"""

from __future__ import annotations

import errno
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.fakes.clock import FakeClock

S16, S24 = 2, 6


class ALSAAudioError(Exception):
    """As the module raises it."""


class FakeCard:
    """A card: `script` holds what the next reads meet: sound, ``("xrun", seconds)``, or ``"gone"``."""

    def __init__(
        self,
        *,
        rates: Any = (44100, 48000),
        channels: tuple[int, ...] = (1, 2),
        formats: tuple[int, ...] = (S16,),
        stamp_error_s: float = 0.0,
    ) -> None:
        self.rates = rates
        self.channels = channels
        self.formats = formats
        self.stamp_error_s = stamp_error_s
        self.script: list[Any] = []
        self.opened = 0
        self.is_read_empty = threading.Event()
        self.is_busy = False
        self.settings: dict[str, Any] = {}

    def allows(self, rate: int) -> bool:
        """Tell whether the hardware runs at a rate."""
        if isinstance(self.rates, int):
            return rate == self.rates
        return rate in self.rates if isinstance(self.rates, list) else self.rates[0] <= rate <= self.rates[1]

    def play(self, samples: npt.NDArray[np.int16], period: int) -> None:
        """Let the next reads give these samples, ``(n, channels)``, period by period."""
        self.script += [samples[at : at + period] for at in range(0, len(samples), period)]


class FakeAlsa:
    """The module, knowing some cards by ALSA's names for them."""

    ALSAAudioError = ALSAAudioError
    PCM_CAPTURE, PCM_NONBLOCK = 1, 1
    PCM_FORMAT_S16_LE = S16
    PCM_TSTAMP_ENABLE, PCM_TSTAMP_TYPE_MONOTONIC = 1, 1

    def __init__(self, clock: FakeClock, cards: dict[str, FakeCard]) -> None:
        self.clock = clock
        self.cards = cards

    def PCM(self, **settings: Any) -> _FakePcm:
        """Open a card."""
        name = settings["device"]
        card = self.cards.get(name.removeprefix("plug"))
        if card is None:
            raise ALSAAudioError(f"No such file or directory [{name}]")
        if card.is_busy:
            raise ALSAAudioError(f"Device or resource busy [{name}]")
        if settings["mode"] != self.PCM_NONBLOCK:
            raise AssertionError("an open that waits may wait for ever")
        card.is_busy = True
        card.opened += 1
        card.settings = settings
        return _FakePcm(self, card, settings)


class _FakePcm:
    def __init__(self, alsa: FakeAlsa, card: FakeCard, settings: dict[str, Any]) -> None:
        self._alsa, self._card, self._settings = alsa, card, settings
        self._rate = settings["rate"]
        if not card.allows(self._rate):
            self._rate = (
                card.rates if isinstance(card.rates, int) else min(card.rates)
            )  # the nearest, as ALSA does
        self._is_open = True

    def info(self) -> dict[str, int]:
        card, channels, sample_format = self._card, self._settings["channels"], self._settings["format"]
        is_plug = self._settings["device"].startswith("plug")
        return {
            "rate": self._rate,
            "channels": channels if channels in card.channels else min(card.channels),
            "format": sample_format if is_plug or sample_format in card.formats else card.formats[0],
        }

    def getrates(self) -> Any:
        return self._card.rates

    def set_tstamp_mode(self, _mode: int) -> None: ...

    def set_tstamp_type(self, _type: int) -> None: ...

    def polldescriptors(self) -> list[tuple[int, int]]:
        return []

    def htimestamp(self) -> tuple[int, int, int]:
        at = self._alsa.clock.monotonic() + self._card.stamp_error_s
        return int(at), int((at - int(at)) * 1e9), 0

    def read(self) -> tuple[int, bytes]:
        if not self._is_open:
            raise ALSAAudioError("PCM device is closed")
        if not self._card.script:
            self._card.is_read_empty.set()
            return 0, b""
        item = self._card.script.pop(0)
        if isinstance(item, str):
            raise ALSAAudioError("No such device [hw]")
        if isinstance(item, tuple):
            self._alsa.clock.advance(item[1])
            return -errno.EPIPE, b""
        self._alsa.clock.advance(len(item) / self._rate)
        return len(item), item.astype(np.int16).tobytes()

    def close(self) -> None:
        self._is_open = self._card.is_busy = False

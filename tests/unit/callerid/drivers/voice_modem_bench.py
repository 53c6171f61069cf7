"""A modem and what follows it, joined without a port and at the speed of the test: 10 ms a step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from callerid.drivers import DriverError, Fact
from callerid.drivers.voicemodem.following import ModemLine
from callerid.drivers.voicemodem.options import Options
from callerid.drivers.voicemodem.sound import from_samples
from tests.fakes.clock import FakeClock
from tests.fakes.voice_modem import FakeModem, Kind

STEP_S = 0.01
AS_DLE = -0.875
"""The sample whose byte is 10h."""
STABLE = "/dev/serial/by-id/a-modem"


class Bench:
    """One modem and its follower."""

    def __init__(self, kind: Kind = "conexant", *, announcement: bytes = b"", **options: object) -> None:
        self.modem = FakeModem(kind)
        self.now = 100.0
        self.options = Options(port=STABLE, **options)  # type: ignore[arg-type]
        self.line = ModemLine(self.options, announcement, self.now)
        self.facts: list[tuple[float, Fact]] = []
        self.sound = bytearray()
        self.lost = 0
        self.split = 4096
        """How many bytes reach the follower at a time."""

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> Bench:
        """Let time pass."""
        end = self.now + seconds
        while self.now < end and not until():
            self.now += STEP_S
            self.modem.tick(self.now)
            data = bytes(self.modem.out)
            self.modem.out.clear()
            for place in range(0, len(data), self.split):
                self.line.feed(data[place : place + self.split], self.now)
            self.line.tick(self.now)
            out = bytes(self.line.engine.out)
            self.line.engine.out.clear()
            self.modem.feed(out, self.now)
            self.facts += [(self.now, fact) for fact in self.line.facts]
            self.line.facts.clear()
            self.sound += self.line.sound
            self.line.sound.clear()
            self.lost += self.line.lost
            self.line.lost = 0
        return self

    def ready(self) -> Bench:
        """Let the modem be opened."""
        self.run(5.0, lambda: self.line.is_ready)
        assert self.line.is_ready
        self.modem.commands.clear()
        return self

    @property
    def told(self) -> list[str]:
        """What was told so far: kind, and number or reason."""
        words = []
        for _, fact in self.facts:
            if fact.message is not None:
                words.append(f"message {fact.message.number or fact.message.reason}")
            else:
                words.append(f"over {fact.reason}" if fact.kind == "over" else fact.kind)
        return words


class VirtualWire:
    """A port to a modem in the clock's time: reading lets it pass. With a plug in the test's hand."""

    def __init__(self, modem: FakeModem, clock: FakeClock) -> None:
        self.modem = modem
        self.is_plugged = True
        self._clock = clock

    def connect(self, device: str) -> VirtualWire:
        """Stand in for opening the port."""
        if not self.is_plugged:
            raise DriverError(f"no modem at {device}")
        return self

    def pull(self) -> None:
        """Pull the modem out: it goes on hook and forgets everything."""
        self.is_plugged = False
        self.modem.power_up()

    def read(self, timeout_s: float) -> bytes:
        """Wait in the clock's time."""
        end = self._clock.monotonic() + max(timeout_s, 0.0)
        while True:
            now = self._clock.monotonic()
            self.modem.tick(now)
            if not self.is_plugged:
                raise DriverError("the modem went away")
            data = bytes(self.modem.out)
            self.modem.out.clear()
            if data or now >= end:
                return data
            self._clock.advance(max(min(end, self.modem.due(now)) - now, 1e-6))

    def write(self, data: bytes) -> None:
        """Send at once."""
        if not self.is_plugged:
            raise DriverError("the modem takes nothing")
        self.modem.feed(data, self._clock.monotonic())

    def close(self) -> None:
        """Nothing to let go of."""


def speech(seconds: float, seed: int = 7) -> bytes:
    """Give sound as loud as a voice, without any tone in it: shaped noise in syllables, with bytes of 10h in it."""
    chance = np.random.default_rng(seed)
    count = int(seconds * 8000)
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 3.1 * np.arange(count) / 8000)
    sound = chance.normal(0, 0.2, count) * syllables
    sound[::997] = AS_DLE
    return from_samples(sound.astype(np.float32))

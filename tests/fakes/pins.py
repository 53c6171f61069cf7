"""Pins that obey physics: detectors on a line whose ringing and hook the test makes, on a clock.

Ringing switches the ring detector with every half-wave, and the hook detector with it, because the voltage it
watches swings. A contact that closes bounces. What real pins refuse is refused: reading them closed, opening
them twice, a pin that is not there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from callerid.drivers.pins import PinChange, PinError, PinSetting

PINS_ON_BOARD = 28
BOUNCES_S = (0.0, 0.0006, 0.0011, 0.0019, 0.0024)
"""A hook switch touches and parts several times within some milliseconds."""


class FakePins:
    """Pins of a board with the detectors of one line on them."""

    def __init__(
        self,
        settings: Sequence[PinSetting],
        ring_pin: int,
        hook_pin: int,
        monotonic: Callable[[], float] = time.monotonic,
        ringing_hz: float = 25.0,
    ) -> None:
        self._numbers = [pin.number for pin in settings]
        self._ring_pin, self._hook_pin = ring_pin, hook_pin
        self._monotonic = monotonic
        self._half_wave_s = 0.5 / ringing_hz
        self._levels = dict.fromkeys(self._numbers, False)
        self._future: list[PinChange] = []
        self._lock = threading.Lock()
        self._is_open = False
        self.is_broken = False
        self.history: list[PinChange] = []

    def ring(self, begin: float, seconds: float) -> None:
        """Put ringing voltage on the line."""
        half_waves = round(seconds / self._half_wave_s)
        for number in range(half_waves + 1):
            at, is_up = begin + number * self._half_wave_s, number % 2 == 0 and number < half_waves
            self._plan(at, self._ring_pin, is_up)
            self._plan(at + 0.001, self._hook_pin, is_up)

    def lift(self, at: float) -> None:
        """Lift the handset."""
        self._switch(at, True)

    def put_down(self, at: float) -> None:
        """Put the handset down."""
        self._switch(at, False)

    def pulse(self, at: float, count: int) -> None:
        """Dial a digit on a rotary dial: breaks of 67 ms, ten a second."""
        for number in range(count):
            self._plan(at + 0.1 * number, self._hook_pin, False)
            self._plan(at + 0.1 * number + 0.067, self._hook_pin, True)

    def open(self) -> dict[int, bool]:
        """Take hold."""
        if self._is_open:
            raise PinError("the pins are busy")
        if any(number >= PINS_ON_BOARD for number in self._numbers):
            raise PinError("there is no such pin")
        self._is_open = True
        self._pass()
        self.history.clear()
        return dict(self._levels)

    def changes(self) -> list[PinChange]:
        """Give what happened until now."""
        self._check()
        self._pass()
        found, self.history = self.history, []
        return found

    def levels(self) -> dict[int, bool]:
        """Read."""
        self._check()
        self._pass()
        return dict(self._levels)

    def close(self) -> None:
        """Let go."""
        self._is_open = False

    def _switch(self, at: float, is_lifted: bool) -> None:
        level = is_lifted
        for bounce_s in BOUNCES_S:
            self._plan(at + bounce_s, self._hook_pin, level)
            level = not level

    def _plan(self, at: float, number: int, is_active: bool) -> None:
        with self._lock:
            self._future.append(PinChange(at, number, is_active))
            self._future.sort(key=lambda change: change.at)

    def _pass(self) -> None:
        now = self._monotonic()
        with self._lock:
            while self._future and self._future[0].at <= now:
                change = self._future.pop(0)
                if change.number in self._levels and self._levels[change.number] != change.is_active:
                    self._levels[change.number] = change.is_active
                    self.history.append(change)

    def _check(self) -> None:
        if self.is_broken:
            raise PinError("the pins went away")
        if not self._is_open:
            raise PinError("the pins are not open")

"""Input pins through RPi.GPIO, which is polled: since kernel 6.6 its own edge detection does not work.

A thread looks at the pins every 2.5 ms, twice within the shortest half-wave of ringing that counts.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import ModuleType

from callerid.drivers.pins import PinChange, PinError, PinSetting

LOOK_EVERY_S = 0.0025
"""50 Hz ringing stays 10 ms on each side, 5 ms at the worst duty cycle of a coupler."""
KEPT_CHANGES = 4096


class RpiPins:
    """The pins of one line of a Raspberry Pi up to the 4."""

    def __init__(
        self,
        settings: Sequence[PinSetting],
        gpio: ModuleType,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[threading.Event], bool] = lambda stop: stop.wait(LOOK_EVERY_S),
    ) -> None:
        """`gpio`: the module RPi.GPIO; `pause` waits until the next look and tells whether to stop."""
        self._settings = tuple(settings)
        self._gpio = gpio
        self._monotonic = monotonic
        self._pause = pause
        self._found: deque[PinChange] = deque(maxlen=KEPT_CHANGES)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._problem: str | None = None

    def open(self) -> dict[int, bool]:
        """Set the pins up and begin to look at them."""
        self.close()
        gpio = self._gpio
        pulls = {"up": gpio.PUD_UP, "down": gpio.PUD_DOWN, "none": gpio.PUD_OFF}
        try:
            gpio.setwarnings(False)
            gpio.setmode(gpio.BCM)
            for pin in self._settings:
                gpio.setup(pin.number, gpio.IN, pull_up_down=pulls[pin.pull])
            levels = self._look()
        except (OSError, RuntimeError, ValueError) as error:
            numbers = ", ".join(str(pin.number) for pin in self._settings)
            raise PinError(
                f'RPi.GPIO refuses the pins {numbers} ({error}); the option gpio = "gpiod" may help, '
                "'aminbox doctor' shows the board"
            ) from error
        self._found.clear()
        self._problem = None
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, args=(levels, self._stop), name="pins", daemon=True
        )
        self._thread.start()
        return levels

    def changes(self) -> list[PinChange]:
        """Give what the thread saw."""
        self._check()
        found = []
        while self._found:
            found.append(self._found.popleft())
        return found

    def levels(self) -> dict[int, bool]:
        """Read the pins now."""
        self._check()
        return self._look()

    def close(self) -> None:
        """Stop looking and set the pins free."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stop.set()
        thread.join()
        self._gpio.cleanup([pin.number for pin in self._settings])

    def _check(self) -> None:
        if self._thread is None:
            raise PinError("the pins are not open")
        if self._problem is not None:
            raise PinError(f"RPi.GPIO cannot read the pins any more ({self._problem})")

    def _look(self) -> dict[int, bool]:
        return {
            pin.number: bool(self._gpio.input(pin.number)) == pin.is_active_high for pin in self._settings
        }

    def _watch(self, before: dict[int, bool], stop: threading.Event) -> None:
        try:
            while not self._pause(stop):
                now = self._look()
                at = self._monotonic()
                for number, is_active in now.items():
                    if is_active != before[number]:
                        self._found.append(PinChange(at, number, is_active))
                before = now
        except (OSError, RuntimeError, ValueError) as error:
            self._problem = str(error)

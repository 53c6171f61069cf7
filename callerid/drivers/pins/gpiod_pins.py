"""Input pins through libgpiod 2: the kernel stamps and keeps every change until it is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from types import ModuleType
from typing import Any

from callerid.drivers.pins import PinChange, PinError, PinSetting

CONSUMER = "aminbox"
KEPT_CHANGES = 1024
"""A second of 50 Hz ringing makes 100 changes; ten seconds without fetching lose nothing."""
NO_WAIT = timedelta(0)


class GpiodPins:
    """The pins of one line on one chip."""

    def __init__(self, settings: Sequence[PinSetting], gpiod: ModuleType, chip: str) -> None:
        """`gpiod`: the module of libgpiod 2; `chip`: a device file such as ``/dev/gpiochip0``."""
        self._settings = tuple(settings)
        self._gpiod = gpiod
        self._chip = chip
        self._request: Any = None

    def open(self) -> dict[int, bool]:
        """Ask the kernel for the pins and their changes."""
        self.close()
        line = self._gpiod.line
        biases = {"up": line.Bias.PULL_UP, "down": line.Bias.PULL_DOWN, "none": line.Bias.AS_IS}
        config = {
            pin.number: self._gpiod.LineSettings(
                direction=line.Direction.INPUT,
                edge_detection=line.Edge.BOTH,
                bias=biases[pin.pull],
                active_low=not pin.is_active_high,
                event_clock=line.Clock.MONOTONIC,
            )
            for pin in self._settings
        }
        try:
            self._request = self._gpiod.request_lines(
                self._chip, consumer=CONSUMER, config=config, event_buffer_size=KEPT_CHANGES
            )
            return self.levels()
        except (OSError, ValueError) as error:
            self.close()
            numbers = ", ".join(str(pin.number) for pin in self._settings)
            raise PinError(
                f"pins {numbers} of {self._chip} cannot be used ({error}); "
                "another program may hold them: 'gpioinfo' tells, 'aminbox doctor' shows the board"
            ) from error

    def changes(self) -> list[PinChange]:
        """Fetch what the kernel noted."""
        request = self._held()
        rising = self._gpiod.EdgeEvent.Type.RISING_EDGE
        found: list[PinChange] = []
        try:
            while request.wait_edge_events(NO_WAIT):
                found += [
                    PinChange(event.timestamp_ns / 1e9, event.line_offset, event.event_type == rising)
                    for event in request.read_edge_events()
                ]
        except OSError as error:
            raise PinError(f"the pins of {self._chip} went away ({error})") from error
        return found

    def levels(self) -> dict[int, bool]:
        """Read the pins; with an active-low pin the kernel has turned the level round already."""
        request, active = self._held(), self._gpiod.line.Value.ACTIVE
        try:
            return {pin.number: request.get_value(pin.number) == active for pin in self._settings}
        except OSError as error:
            raise PinError(f"the pins of {self._chip} went away ({error})") from error

    def close(self) -> None:
        """Give the pins back."""
        request, self._request = self._request, None
        if request is not None:
            request.release()

    def _held(self) -> Any:
        if self._request is None:
            raise PinError("the pins are not open")
        return self._request

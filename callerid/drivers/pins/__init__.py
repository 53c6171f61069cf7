"""Ring and hook through input pins of the board, where the wiring has detectors for them.

A back-end gives level changes with their times and decides nothing; `sensing` makes ring and hook of them. Two
back-ends exist: libgpiod (every board) and RPi.GPIO (Raspberry Pi up to the 4); `boards` picks one.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from callerid.drivers import DriverError

Pull = Literal["up", "down", "none"]


class PinError(DriverError):
    """The board's pins cannot be used; the message says what was expected and what helps."""


class PinSetting(msgspec.Struct, frozen=True):
    """One input pin."""

    number: int
    """Broadcom number on a Raspberry Pi; offset on the chip elsewhere."""
    is_active_high: bool = True
    """Which level means ringing voltage, or a lifted handset."""
    pull: Pull = "none"
    """Resistor inside the chip; detectors with an open collector need ``up``."""


class PinChange(msgspec.Struct, frozen=True):
    """A pin became active or inactive."""

    at: float
    """Monotonic seconds."""
    number: int
    is_active: bool


class Pins(Protocol):
    """Input pins of one line."""

    def open(self) -> dict[int, bool]:
        """Take hold of the pins and give which are active now. Raises `PinError`."""
        ...

    def changes(self) -> list[PinChange]:
        """Give the changes since the last call, oldest first, without waiting. Raises `PinError`."""
        ...

    def levels(self) -> dict[int, bool]:
        """Give which pins are active now; what a missed change is made good with. Raises `PinError`."""
        ...

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        ...

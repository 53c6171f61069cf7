"""Telephone front-ends: each kind of hardware is one module behind one interface.

A driver delivers sound and, where the wiring senses them, ring and hook. It decides nothing: calls are made of
its frames by the line daemon. Drivers are found through the entry-point group ``aminbox.drivers``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from appliance.core.config import LineSection
from appliance.core.contributions import contributed, load
from appliance.core.events import EndReason

if TYPE_CHECKING:  # a front-end's own process needs no NumPy
    from callerid.dsp.message import CallerMessage, Samples

GROUP = "aminbox.drivers"


class DriverError(OSError):
    """The hardware cannot be used or went away; the message says what was expected and what helps."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something a front-end knows without sound: a modem's result code, a gateway's message."""

    kind: Literal["ring", "message", "lifted", "over"]
    """One burst of ringing; who calls; the call was answered here; the call is over."""
    message: CallerMessage | None = None
    """Who calls, of a ``message``."""
    reason: EndReason = "on-hook"
    """What ended it, of an ``over``."""


class Frame(msgspec.Struct, frozen=True):
    """What a line delivered in a few milliseconds."""

    samples: Samples
    """``(n,) float32``, full scale ±1, at the driver's `rate_hz`; about 20 ms. A front-end that has the two sides
    apart (never one that hears the line) gives ``(n, 2)``: the other side, then the office."""
    end_monotonic: float
    """Monotonic seconds at which the last sample happened on the line."""
    ring: bool | None = None
    """Ringing voltage sensed in this frame; None: the wiring cannot tell."""
    off_hook: bool | None = None
    """Handset lifted in this frame; None: the wiring cannot tell."""
    lost: int = 0
    """Samples lost before this frame."""
    facts: tuple[Fact, ...] = ()
    """What the front-end says without sound, in order; they happened at `end_monotonic`."""
    channel: str = ""
    """Which of several calls at once a frame belongs to; lines that carry one call leave it empty."""


class LineDriver(Protocol):
    """One telephone line's hardware."""

    rate_hz: int
    """Sample rate of the frames' sound."""
    hears_line: bool
    """The sound is the line's own, on hook as well: caller ID, ringing and dialling are read from it."""

    def open(self) -> None:
        """Take hold of the hardware. Raises `DriverError`; may be called again after `close`."""
        ...

    def read(self, timeout_s: float) -> Frame | None:
        """Wait for the next frame, None when none came in time. Raises `DriverError` when the hardware went away."""
        ...

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        ...


DriverMaker = Callable[[LineSection, Path], LineDriver]
"""Makes a driver from the line's configuration and the runtime folder. Raises ValueError for wrong options."""


def driver_names() -> list[str]:
    """Give the names of the installed drivers."""
    return list(contributed(GROUP))


def find_driver(name: str) -> DriverMaker:
    """Give the maker of a driver. Raises `DriverError` naming the installed ones."""
    found = contributed(GROUP)
    if name not in found:
        raise DriverError(f"there is no line driver {name!r}; installed: {', '.join(found)}")
    maker: DriverMaker = load(found[name])
    return maker

"""Asking a port, on request only, what kind of modem is behind it: a wrong device may not like being asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from callerid.drivers.voicemodem.dialects import Dialect
from callerid.drivers.voicemodem.engine import Engine
from callerid.drivers.voicemodem.scripts import greet
from callerid.drivers.voicemodem.wire import Wire

BEAT_S: Final = 0.1


def probe(device: str, *, clock: Callable[[], float] = time.monotonic) -> Dialect:
    """Give the dialect of the modem at a port; it takes up to three seconds where nothing answers.

    Raises `DriverError` when the port cannot be opened (a line's own modem is held by its daemon) or nothing
    answers AT. Leaves the modem reset.
    """
    found: list[Dialect] = []
    wire = Wire(device)
    try:
        engine = Engine(on_line=_ignore, on_code=_ignore, on_sound=_ignore)
        engine.start(greet(engine, found.append), clock())
        while engine.is_busy:
            out = bytes(engine.out)
            engine.out.clear()
            wire.write(out)
            data = wire.read(min(BEAT_S, engine.due - clock()))
            engine.feed(data, clock())
            engine.tick(clock())
    finally:
        wire.close()
    return found[0]


def _ignore(what: object, at: float) -> None:
    """What comes unasked is of no interest here."""

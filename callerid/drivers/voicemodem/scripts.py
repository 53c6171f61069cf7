"""The command sequences every modem is led through, written as they are read."""

from __future__ import annotations

from collections.abc import Callable

from callerid.drivers import DriverError
from callerid.drivers.voicemodem.dialects import RELEASE, UNKNOWN, Dialect, recognise
from callerid.drivers.voicemodem.engine import Ask, Engine, Script

GREETING_S = 0.7
RESET_S = 3.0
TRIES = 3


def greet(engine: Engine, found: Callable[[Dialect], object]) -> Script:
    """Bring a modem, in whatever state it was left, to take commands without echo; `found` is told its dialect.

    Raises `DriverError` when nothing answers.
    """
    for _ in range(TRIES):
        if (yield Ask("AT", GREETING_S)) == "OK":
            break
        engine.out += RELEASE  # perhaps it was left recording or playing
    else:
        raise DriverError(
            "the device does not answer AT: it is no modem, or it hangs; pull it out and plug it in again, "
            "'aminbox doctor' lists the modems"
        )
    yield Ask("ATZ", RESET_S)
    yield Ask("ATE0V1")
    answer = yield Ask("ATI0")
    found(recognise(list(engine.said)) if answer == "OK" else UNKNOWN)


def show_callers(dialect: Dialect) -> Script:
    """Switch caller ID on: no modem keeps it through ATZ. Raises `DriverError` when it is refused."""
    for command in dialect.caller_id:
        if (yield Ask(command)) == "OK":
            return
    raise DriverError(
        f"the modem ({dialect.name}) refuses {dialect.caller_id[-1]}: it gives no caller ID; "
        "docs/lines/voice-modem.md names modems that do"
    )


def heartbeat() -> Script:
    """Ask an idle modem whether it is alive. Raises `DriverError` when it is not."""
    if not (yield Ask("AT")):
        raise DriverError("the modem does not answer any more; pull it out and plug it in again")

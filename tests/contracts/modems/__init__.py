"""The modems the routes of `sms_modem.drivers` are tried on: one module each, named as the kind of route.

Each has ``on_bench(tmp_path)``, a context manager that gives a `Bench` whose modem is not plugged in yet.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sms_modem.routes import Route

FATES = ("ok", "lost-answer", "no-network")
"""What may become of the next message: taken; taken and not answered; certainly refused."""


class Bench(msgspec.Struct, kw_only=True):
    """A route and its modem in the test's hand."""

    route: Route
    plug: Callable[[], None]
    unplug: Callable[[], None]
    set_fate: Callable[[str], None]
    air: Callable[[], list[str]]
    """Texts that really left."""
    receive: Callable[[str], None]
    """Lets a message come in."""
    rial: int = 0
    """What the operator says is left."""

"""A stand-in of python-gsmmodem-new's modem, for the `gsmmodem` route: its calls and its errors, and no thread."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from appliance.core.clock import SystemClock
from sms_modem.drivers.gsmmodem_new import GsmmodemRoute, GsmmodemSettings
from sms_modem.routes import RouteSetup
from tests.contracts.modems import Bench
from tests.fakes.gsmmodem_library import CommandError, FakeLibrary, TimeoutException


@contextlib.contextmanager
def on_bench(tmp_path: Path) -> Iterator[Bench]:
    """Give the route beside the stand-in."""
    library = FakeLibrary(is_plugged=False)
    settings = GsmmodemSettings(port="/dev/null")
    setup = RouteSetup(
        name="bench", settings=settings, secrets={}, folder=tmp_path, clock=SystemClock(), bell=lambda: None
    )
    errors = {"ok": None, "lost-answer": TimeoutException(), "no-network": CommandError("CMS", 38)}
    yield Bench(
        route=GsmmodemRoute(setup, settings, lambda _settings: library),
        plug=lambda: setattr(library, "is_plugged", True),
        unplug=lambda: setattr(library, "is_plugged", False),
        set_fate=lambda fate: setattr(library, "fails", errors[fate]),
        air=lambda: library.sent,
        receive=library.receive,
    )

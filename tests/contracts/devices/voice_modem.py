"""A modem behind a pseudo-terminal, for the `voice-modem` driver."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from appliance.core.config import LineSection
from callerid.drivers import find_driver
from tests.contracts.devices import Device
from tests.fakes.voice_modem import Kind, PtyModem

VARIANTS = ("conexant", "usr5637")


@contextlib.contextmanager
def on_bench(tmp_path: Path, kind: Kind) -> Iterator[Device]:
    """Give the driver of a modem that is not plugged in yet."""
    modem = PtyModem(tmp_path, kind)
    section = LineSection(number=1, driver="voice-modem", options={"port": str(modem.port)})
    yield Device(
        find_driver("voice-modem")(section, tmp_path),
        modem.plug,
        modem.unplug,
        lambda: modem.do(lambda one, at: one.call(at, rings=1)),
    )

"""A gateway on the loopback interface that answers while it is plugged in, for the `sip` driver."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from appliance.core.config import LineSection
from callerid.drivers import find_driver
from tests.contracts.devices import Device
from tests.fakes.sip_gateway import QuietGateway, free_port


@contextlib.contextmanager
def on_bench(tmp_path: Path) -> Iterator[Device]:
    """Give a line whose gateway has no power yet."""
    gateway = QuietGateway()
    options = {"gateway": f"127.0.0.1:{gateway.port}", "port": free_port(), "watch_s": 2.0}
    line = LineSection(number=1, driver="sip", options=options)
    yield Device(find_driver("sip")(line, tmp_path), gateway.plug, gateway.unplug, lambda: None)
    gateway.unplug()

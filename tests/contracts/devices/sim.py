"""The exchange in a thread of this process, for the `sim` driver."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from appliance.core.clock import SystemClock
from appliance.core.config import LineSection
from callerid.drivers import find_driver
from callerid.exchange.plans import IncomingPlan
from callerid.exchange.server import Exchange
from tests.contracts.devices import Device


@contextlib.contextmanager
def on_bench(tmp_path: Path) -> Iterator[Device]:
    """Give line 1 of an exchange that is not started yet."""
    exchange = SimulatedDevice(tmp_path)
    yield Device(
        find_driver("sim")(LineSection(number=1), tmp_path), exchange.plug, exchange.unplug, exchange.ring
    )


class SimulatedDevice:
    """The exchange and the thread it runs in."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.exchange: Exchange | None = None

    def plug(self) -> None:
        self._stop = threading.Event()
        self.exchange = Exchange(self._runtime, [1], SystemClock(), "Asia/Tehran")
        self._thread = threading.Thread(target=self.exchange.run, args=(self._stop.is_set, lambda: None))
        self._thread.start()

    def unplug(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def ring(self) -> None:
        assert self.exchange is not None
        plan = IncomingPlan(number="09120000001", standard="fsk-bell202", answer_after=1.2, talk=2)
        assert self.exchange.obey(plan) == {"ok": True}

"""The simulated modem on a pseudo terminal, for the `modem` route."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from appliance.core.clock import SystemClock
from db.queries.message_routes import RouteRow
from sms_modem.routes.registry import make_route
from sms_modem.simulator.faults import SendFault
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.modem import SimulatedModem
from sms_modem.simulator.network import Network, Sim
from sms_modem.simulator.terminal import ModemTerminal
from tests.contracts.modems import Bench

RIAL = 12_500
FAULTS: dict[str, SendFault | None] = {
    "ok": None,
    "lost-answer": "cms-500-accepted",
    "no-network": "refused-no-network",
}


@contextlib.contextmanager
def on_bench(tmp_path: Path) -> Iterator[Bench]:
    """Give the route of a modem that appears at a path."""
    clock = SystemClock()
    network = Network(clock.now)
    network.answers["*140*11#"] = f"موجودی {RIAL} ریال"
    maker = msgspec.structs.replace(MAKERS["e3531"], boot_s=0.1)
    device = SimulatedModem(maker, Sim(), network, time.monotonic)
    terminal = ModemTerminal(device, tmp_path / "modem")
    settings = msgspec.json.encode({"port": str(terminal.link)}).decode()
    row = RouteRow(id=1, name="bench", title="", provider="modem", settings=settings)

    def receive(text: str) -> None:
        network.send_to_sim("+989350000003", text)
        terminal.do(lambda modem: modem.poke())

    is_started = False

    def plug() -> None:
        nonlocal is_started
        if is_started:
            terminal.plug()
        else:
            terminal.start()
            is_started = True

    try:
        yield Bench(
            route=make_route(row, {}, folder=tmp_path, clock=clock, bell=lambda: None),
            plug=plug,
            unplug=terminal.unplug,
            set_fate=lambda fate: terminal.do(lambda modem: modem.faults.next_send(FAULTS[fate])),
            air=lambda: [one.text for one in network.on_air],
            receive=receive,
            rial=RIAL,
        )
    finally:
        plug()
        terminal.stop()

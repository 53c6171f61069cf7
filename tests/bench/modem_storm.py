"""1,000 faults over the modem's path in virtual time: lost, doubled, uncertain; and what one segment costs the engine.

Each maker has its own storm; a kill of the daemon may fall on any read or write of the port. Overhead is measured on a
pseudo terminal in real time, against a simulated modem that answers at once.
"""

from __future__ import annotations

import logging
import resource
import statistics
import tempfile
import time
from pathlib import Path

from appliance.core.clock import SystemClock
from db import migrate
from sms_modem.drivers.modem import KIND, ModemSettings
from sms_modem.routes import RouteSetup
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.modem import SimulatedModem
from sms_modem.simulator.network import Network, Sim
from sms_modem.simulator.terminal import ModemTerminal
from tests.fakes.gsm_modem import parcel
from tests.fakes.modem_storm import Storm

MESSAGES = 100
"""In one storm; every second one or so meets a fault."""
SEEDS = range(1, 5)
SEGMENTS = 100


def storms() -> None:
    """Print one line for each maker."""
    print(f"{'modem':10}{'faults':>8}{'kills':>7}{'segments':>10}{'messages':>10}{'lost':>6}{'twice':>7}"
          f"{'wrongly failed':>16}{'stuck':>7}{'uncertain':>11}{'incoming':>10}{'lost':>6}{'twice':>7}")  # fmt: skip
    for maker in sorted(MAKERS):
        verdicts = []
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                database = Path(folder) / "aminbox.sqlite3"
                migrate(database)
                verdicts.append(Storm(seed, database, maker).run(MESSAGES))
        sums = [
            sum(one.faults for one in verdicts), sum(one.kills for one in verdicts),
            sum(one.segments_on_air for one in verdicts), sum(one.messages for one in verdicts),
            sum(len(one.lost) for one in verdicts), sum(len(one.doubled) for one in verdicts),
            sum(len(one.wrongly_failed) for one in verdicts), sum(len(one.stuck) for one in verdicts),
            sum(one.uncertain for one in verdicts), sum(one.incoming for one in verdicts),
            sum(one.incoming_lost for one in verdicts), sum(one.incoming_doubled for one in verdicts),
        ]  # fmt: skip
        widths = (8, 7, 10, 10, 6, 7, 16, 7, 11, 10, 6, 7)
        print(f"{maker:10}" + "".join(f"{value:>{width}}" for value, width in zip(sums, widths, strict=True)))


def overhead() -> None:
    """Print what the engine adds to a segment, and the size of the process."""
    with tempfile.TemporaryDirectory() as folder:
        clock = SystemClock()
        device = SimulatedModem(
            MAKERS["e3531"], Sim(), Network(clock.now), time.monotonic, answer_s=0, submit_s=0, report_s=60
        )
        terminal = ModemTerminal(device, Path(folder) / "modem")
        terminal.start()
        setup = RouteSetup(
            name="bench",
            settings=ModemSettings(port=str(terminal.link)),
            secrets={},
            folder=Path(folder),
            clock=clock,
            bell=lambda: None,
        )
        route = KIND.make(setup)
        route.open()
        while not route.health().is_ready:
            time.sleep(0.01)
        spent = []
        for count in range(SEGMENTS):
            began = time.perf_counter()
            route.send([parcel(f"پیام {count}")], lambda _parcels: True)
            spent.append((time.perf_counter() - began) * 1000)
        route.close()
        terminal.stop()
    spent.sort()
    size_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"a segment through the engine: median {statistics.median(spent):.1f} ms, "
          f"p95 {spent[int(SEGMENTS * 0.95)]:.1f} ms (with the simulated modem's own thread); "
          f"this process at most {size_mb:.0f} MB")  # fmt: skip


def main() -> None:
    """Measure."""
    logging.disable(logging.CRITICAL)
    overhead()
    storms()
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    main()

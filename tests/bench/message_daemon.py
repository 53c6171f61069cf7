"""The message daemon as it runs: a campaign through it, its memory, and how soon a modem that is back sends.

``aminbox sms`` is a process of its own over a fresh database on disk with full durability. The campaign goes through
the test sink, expanded and sent by the daemon at the same time. The modem is the simulated one on a pseudo terminal;
it answers at once, and its own start is left out, so what is measured is the daemon's part.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.core.clock import SystemClock
from appliance.domain.acting import acting
from appliance.domain.messaging import campaign_drafts, campaigns
from appliance.domain.messaging.audience import Receiver
from appliance.domain.messaging.queueing import Letter, queue_letter
from db import Connection, connect, migrate
from db.queries import message_routes, message_settings
from db.queries.message_routes import RouteRow
from db.queries.outbox import count_messages_in
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.modem import SimulatedModem
from sms_modem.simulator.network import Network, Sim
from sms_modem.simulator.terminal import ModemTerminal

RECIPIENTS = 100_000
BODY = "{نام} گرامی، بیمهٔ بدنهٔ خودروی شما تا پایان ماه با تخفیف تمدید می‌شود."
PLUGGINGS = 5
SEGMENTS = 40
PATIENCE_S = 300.0
TICKS = os.sysconf("SC_CLK_TCK")


class Daemon:
    """One running ``aminbox sms``."""

    def __init__(self, folder: Path, route: str) -> None:
        config = folder / "bench.toml"
        config.write_text(
            f'[data]\nfolder = "{folder}"\nruntime = "{folder}/run"\n[sms]\nroute = "{route}"\n',
            encoding="utf-8",
        )
        program = Path(sys.executable).with_name("aminbox")
        self._log = (folder / "sms.log").open("w")
        self._process = subprocess.Popen(
            [program, "sms", "--config", config], stdout=self._log, stderr=subprocess.STDOUT
        )

    @property
    def rss_mb(self) -> float:
        """Give the most memory it had so far."""
        return self._status("VmHWM") / 1024

    @property
    def cpu_s(self) -> float:
        """Give the processor time it used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@contextlib.contextmanager
def office() -> Iterator[tuple[Path, Connection]]:
    """Give a folder with a fresh database whose nights are not quiet."""
    with tempfile.TemporaryDirectory(prefix="aminbox-bench-") as name:
        folder = Path(name)
        (folder / "run").mkdir()
        migrate(folder / "aminbox.sqlite3")
        conn = connect(folder / "aminbox.sqlite3")
        message_settings.update_settings(
            conn, quiet_from=0, quiet_to=0, resend_service_hours=None, footer="لغو۱۱"
        )
        try:
            yield folder, conn
        finally:
            conn.close()


def campaign(recipients: int = RECIPIENTS) -> None:
    """Print what a campaign costs from its confirming to its last message."""
    with office() as (folder, conn):
        people = (
            Receiver(number=f"+98935{place:07d}", name=f"نام {place}", fields={"نام": f"نام {place}"})
            for place in range(recipients)
        )
        now = SystemClock().now()
        with acting(conn, now, None, lambda event: None) as act:
            campaign_id = campaign_drafts.draft_campaign(act, title="نوروز", body=BODY, receivers=people)
        daemon = Daemon(folder, "sink")
        try:
            time.sleep(3)
            idle, used = daemon.rss_mb, daemon.cpu_s
            with acting(conn, SystemClock().now(), None, lambda event: None) as act:
                campaigns.confirm_campaign(act, campaign_id)
            began = time.perf_counter()
            _wait(lambda: campaigns.progress_of(conn, campaign_id).pending == 0)
            expanded = time.perf_counter() - began
            _wait(lambda: count_messages_in(conn, "queued") + count_messages_in(conn, "armed") == 0)
            took = time.perf_counter() - began
            print(f"campaign of {recipients:,} through the daemon: expanded after {expanded:.1f} s, "
                  f"sent after {took:.1f} s ({recipients / took:,.0f} a second with expanding), "
                  f"processor {daemon.cpu_s - used:.1f} s; memory at most {daemon.rss_mb:.0f} MB, "
                  f"idle {idle:.0f} MB")  # fmt: skip
        finally:
            daemon.stop()


def modem() -> None:
    """Print what a segment takes, and how soon a modem that was plugged in again sends."""
    with office() as (folder, conn):
        network = Network(SystemClock().now)
        device = SimulatedModem(
            MAKERS["e3531"], Sim(), network, time.monotonic, answer_s=0, submit_s=0, report_s=1
        )
        terminal = ModemTerminal(device, folder / "modem")
        terminal.start()
        row = RouteRow(
            id=0, name="modem", title="", provider="modem", settings=f'{{"port": "{terminal.link}"}}',
            carries_advertising=False,
        )  # fmt: skip
        message_routes.insert_route(conn, row, "2026-01-01T00:00:00.000Z")
        daemon = Daemon(folder, "none")
        try:
            _queue(conn, "warm", 1)
            _wait(lambda: len(network.on_air) == 1)
            began, used = time.perf_counter(), daemon.cpu_s
            _queue(conn, "row", SEGMENTS)
            _wait(lambda: len(network.on_air) == 1 + SEGMENTS, 0.001)
            whole = (time.perf_counter() - began) / SEGMENTS * 1000
            print(f"a segment through the daemon, two durable commits each: {whole:.1f} ms wall, "
                  f"{(daemon.cpu_s - used) / SEGMENTS * 1000:.1f} ms processor")  # fmt: skip
            waits = []
            boot_s = device.maker.boot_s
            for place in range(PLUGGINGS):
                terminal.unplug()
                time.sleep(2)
                _queue(conn, f"plug-{place}", 1)
                time.sleep(1)
                before = len(network.on_air)
                terminal.plug()
                began = time.perf_counter()
                _wait(lambda before=before: len(network.on_air) > before, 0.005)
                waits.append(time.perf_counter() - began - boot_s)
            print(f"port back to the first segment on the air, the modem's own start of {boot_s:.0f} s left out: "
                  f"median {statistics.median(waits):.2f} s, "
                  f"longest {max(waits):.2f} s of {PLUGGINGS}; memory at most {daemon.rss_mb:.0f} MB")  # fmt: skip
        finally:
            daemon.stop()
            terminal.stop()


def _queue(conn: Connection, key: str, count: int) -> None:
    with acting(conn, SystemClock().now(), None, lambda event: None) as act:
        for place in range(count):
            letter = Letter(number=f"+98935{place:07d}", body=f"پیام {place}", is_immediate=True)
            queue_letter(act, letter, idempotency_key=f"{key}:{place}")


def _wait(is_so: Callable[[], bool], look_s: float = 0.05) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > ends:
            raise SystemExit(f"not within {PATIENCE_S:.0f} s")
        time.sleep(look_s)


def main() -> None:
    """Measure and print."""
    modem()
    campaign()


if __name__ == "__main__":
    main()

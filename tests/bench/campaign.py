"""A campaign of 100,000 through the test sink: how long expanding takes and how many leave in a second.

The database lies on the disk of the machine with full durability; the worker is the product's own. Beside it a reader
asks the outbox what a page asks, to see how much pages wait.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from appliance.core.clock import SystemClock, to_text
from appliance.domain.acting import acting
from appliance.domain.messaging import campaign_drafts, campaigns
from appliance.domain.messaging.audience import Receiver
from db import connect, migrate
from db.queries import message_routes, message_settings
from db.queries.message_routes import Rate, RouteRow
from db.queries.outbox import count_messages_in
from sms_modem.campaigning import advance
from sms_modem.journal import Journal
from sms_modem.providers.sink.provider import SinkRoute
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker

RECIPIENTS = 100_000
BODY = "{نام} گرامی، بیمهٔ بدنهٔ خودروی شما تا پایان ماه با تخفیف تمدید می‌شود."


def measure(recipients: int = RECIPIENTS) -> dict[str, float]:
    """Run the campaign; give seconds and rates by name."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="aminbox-bench-") as name:
        folder = Path(name)
        database = folder / "aminbox.sqlite3"
        migrate(database)
        conn = connect(database)
        message_settings.update_settings(
            conn, quiet_from=0, quiet_to=0, resend_service_hours=None, footer="لغو۱۱"
        )
        message_routes.upsert_rate(
            conn, Rate(route="sink", valid_from="2020-01-01", persian_rial=1_160, latin_rial=2_890)
        )
        people = (
            Receiver(number=f"+98935{place:07d}", name=f"نام {place}", fields={"نام": f"نام {place}"})
            for place in range(recipients)
        )
        began = time.perf_counter()
        with acting(conn, clock.now(), None, lambda event: None) as act:
            campaign_id = campaign_drafts.draft_campaign(act, title="نوروز", body=BODY, receivers=people)
        drafted = time.perf_counter() - began
        with acting(conn, clock.now(), None, lambda event: None) as act:
            campaigns.confirm_campaign(act, campaign_id)

        began, cpu = time.perf_counter(), time.process_time()
        while advance(conn, clock.now(), lambda event: None, "Asia/Tehran"):
            pass
        expanded = time.perf_counter() - began
        expand_cpu = time.process_time() - cpu

        reader = _Reader(database)
        quiet = reader.sample(3.0)
        row = RouteRow(id=0, name="sink", title="", provider="sink")
        worker = RouteWorker(
            Post(
                conn,
                SinkRoute("sink", folder / "sent.jsonl"),
                row,
                clock,
                lambda event: None,
                "Asia/Tehran",
                Journal(folder, "sink", clock.now()),
            )
        )
        reader.start()
        began, cpu = time.perf_counter(), time.process_time()
        sent = 0
        while count := worker.turn():
            sent += count
        took = time.perf_counter() - began
        send_cpu = time.process_time() - cpu
        busy = reader.stop()
        waiting = count_messages_in(conn, "queued")
        conn.close()
    return {
        "recipients": recipients,
        "draft_s": drafted,
        "expand_s": expanded,
        "expand_cpu_s": expand_cpu,
        "sent": sent,
        "waiting": waiting,
        "per_second": sent / took,
        "per_cpu_second": sent / send_cpu,
        "page_quiet_p95_ms": quiet,
        "page_busy_p95_ms": busy,
    }


class _Reader:
    """Asks for the first page of the outbox again and again, in a process of its own as the panel is."""

    def __init__(self, database: Path) -> None:
        self._database = str(database)
        self._context = multiprocessing.get_context("spawn")

    def sample(self, seconds: float) -> float:
        """Ask for so long while nothing else happens; give the 95th percentile in milliseconds."""
        self.start()
        time.sleep(seconds)
        return self.stop()

    def start(self) -> None:
        """Begin to ask twenty times a second."""
        self._ours, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_ask_again_and_again, args=(self._database, theirs))
        self._process.start()
        self._ours.recv()

    def stop(self) -> float:
        """End; give the 95th percentile in milliseconds."""
        self._ours.send("over")
        took: list[float] = self._ours.recv()
        self._process.join()
        return _p95(took)


def _ask_again_and_again(database: str, pipe: Connection) -> None:
    conn = connect(database, read_only=True)
    took: list[float] = []
    pipe.send("ready")
    while not pipe.poll(0.05):
        began = time.perf_counter()
        conn.execute(
            "SELECT id, number, body, state FROM outbox WHERE created_at < ? "
            "ORDER BY created_at DESC, id DESC LIMIT 50",
            (to_text(SystemClock().now()),),
        ).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    conn.close()
    pipe.send(took)


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1] if len(took) > 1 else 0.0


def main() -> None:
    """Measure and print."""
    for name, value in measure().items():
        print(f"{name:>20}  {value:12,.1f}")


if __name__ == "__main__":
    main()

"""A campaign of 100,000 through the test sink: how long expanding takes and how many leave in a second.

The database lies on the disk of the machine with full durability; the worker is the product's own. Beside it the panel,
in a process of its own as on the box, gives out pages again and again, to see how much they wait.
"""

from __future__ import annotations

import itertools
import multiprocessing
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from appliance.core.clock import SystemClock
from appliance.domain.acting import acting
from appliance.domain.messaging import campaign_drafts, campaigns
from appliance.domain.messaging.audience import Receiver
from db import connect, migrate
from db.queries import message_routes, message_settings
from db.queries.message_routes import Rate, RouteRow
from db.queries.outbox import count_messages_in
from db.queries.users import insert_user
from panel.app import create_app
from sms_modem.campaigning import advance
from sms_modem.journal import Journal
from sms_modem.providers.sink.provider import SinkRoute
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker
from tests.panel.world import LocalBus, Person, office_config

RECIPIENTS = 100_000
PAGES = ("/messages", "/messages/campaigns", "/messages/campaigns/1", "/persons", "/calls")
"""What somebody at the panel may look at while a campaign runs; the third is its own page with the bar of progress."""
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

        insert_user(conn, username="bench-owner", display_name="bench", role="owner", password_hash="-")
        reader = _Reader(folder)
        quiet = reader.sample(8.0)
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
        "page_quiet_p95_ms": quiet[0],
        "page_busy_p95_ms": busy[0],
        "page_quiet_cpu_p95_ms": quiet[1],
        "page_busy_cpu_p95_ms": busy[1],
    }


class _Reader:
    """Opens pages of the panel again and again, in a process of its own as the panel is."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._context = multiprocessing.get_context("spawn")

    def sample(self, seconds: float) -> tuple[float, float]:
        """Ask for so long while nothing else happens; give what `stop` gives."""
        self.start()
        time.sleep(seconds)
        return self.stop()

    def start(self) -> None:
        """Begin to ask some ten times a second."""
        self._ours, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_ask_again_and_again, args=(self._folder, theirs))
        self._process.start()
        self._ours.recv()

    def stop(self) -> tuple[float, float]:
        """End; give the 95th percentiles of wall and processor time in milliseconds."""
        self._ours.send("over")
        walls, works = self._ours.recv()
        self._process.join()
        return _p95(walls), _p95(works)


def _ask_again_and_again(folder: str, pipe: Connection) -> None:
    conn = connect(Path(folder) / "aminbox.sqlite3")
    owner = Person(create_app(office_config(Path(folder)), bus=LocalBus()), conn, "bench-owner")
    walls: list[float] = []
    works: list[float] = []
    for path in PAGES:
        owner.get(path)
    pipe.send("ready")
    for path in itertools.cycle(PAGES):
        if pipe.poll(0.05):
            break
        began, work = time.perf_counter(), time.process_time()
        if owner.get(path).status_code != 200:
            raise SystemExit(f"{path} failed")
        works.append((time.process_time() - work) * 1000)
        walls.append((time.perf_counter() - began) * 1000)
    conn.close()
    pipe.send((walls, works))


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1] if len(took) > 1 else 0.0


def main() -> None:
    """Measure and print."""
    for name, value in measure().items():
        print(f"{name:>22}  {value:12,.1f}")


if __name__ == "__main__":
    main()

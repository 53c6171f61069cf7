"""The message daemon wakes at the bell, settles what was cut off, and outlives its database's absence."""

from __future__ import annotations

import queue as queues
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.core.clock import to_text
from appliance.core.config import Config, load_text
from appliance.core.events import AnyEvent, Event, SmsQueued
from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import queue_message
from db import Connection
from db.queries import message_routes
from db.queries.message_routes import RouteRow, find_state
from db.queries.outbox import list_messages_in
from sms_modem.daemon import MessageDaemon
from sms_modem.providers.sink.provider import FILE_NAME
from tests.fakes.clock import FakeClock

DEADLINE_S = 20.0


class QuietBus:
    """A bus whose bell is in the test's hand."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.bells: queues.Queue[AnyEvent | None] = queues.Queue()
        self.is_closed = False

    def publish(self, event: Event) -> int:
        self.told.append(event)
        return 1

    def subscribe(self, name: str) -> QuietBus:
        return self

    def ring(self) -> None:
        self.bells.put(SmsQueued(id="e", at="now", message_id="m"))

    def receive(self, timeout_s: float) -> AnyEvent | None:
        try:
            return self.bells.get(timeout=min(timeout_s, 0.05))
        except queues.Empty:
            return None

    def close(self) -> None:
        self.is_closed = True


def config(folder: Path, route: str) -> Config:
    return load_text(f"[data]\nfolder = '{folder}'\n[sms]\nroute = '{route}'", "test")


def queue(conn: Connection, clock: FakeClock, body: str) -> None:
    with acting(conn, clock.now(), None, lambda event: None) as act:
        queue_message(act, idempotency_key=body, number="09120000001", body=body)


def sent(folder: Path, name: str = FILE_NAME) -> int:
    path = folder / name
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


@contextmanager
def running(settings: Config, bus: QuietBus, clock: FakeClock) -> Iterator[None]:
    """Run the daemon in a thread of its own."""
    over = threading.Event()
    daemon = MessageDaemon(settings, bus, clock)  # type: ignore[arg-type]
    thread = threading.Thread(target=daemon.run, args=(over.is_set,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(DEADLINE_S)
        assert not thread.is_alive()
        assert bus.is_closed


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until something holds; fail when it does not in time."""
    end = time.monotonic() + DEADLINE_S
    while not what():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.01)


def test_a_message_queued_while_it_waits_is_sent_at_the_bell(
    conn: Connection, clock: FakeClock, database: Path
) -> None:
    queue(conn, clock, "before")
    bus = QuietBus()
    with running(config(database.parent, "sink"), bus, clock):
        wait_for(lambda: sent(database.parent) == 1)
        queue(conn, clock, "at the bell")
        bus.ring()
        wait_for(lambda: sent(database.parent) == 2)
    assert [event.name for event in bus.told] == ["sms.sent", "sms.sent"]


def test_what_is_armed_on_a_route_that_is_gone_is_uncertain_at_the_start(
    conn: Connection, clock: FakeClock, database: Path
) -> None:
    queue(conn, clock, "a")
    conn.execute("UPDATE outbox SET state = 'armed', route = 'sold', armed_at = ?", (to_text(clock.now()),))
    bus = QuietBus()
    with running(config(database.parent, "sink"), bus, clock):
        wait_for(lambda: len(list_messages_in(conn, "uncertain")) == 1)
    assert sent(database.parent) == 0
    assert [event.name for event in bus.told] == ["sms.uncertain"]


def test_without_a_route_everything_waits_and_is_said_once(
    conn: Connection, clock: FakeClock, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    queue(conn, clock, "a")
    with running(config(database.parent, "none"), QuietBus(), clock):
        wait_for(lambda: "happening=no-route" in caplog.text)
        time.sleep(0.15)
    assert len(list_messages_in(conn, "queued")) == 1
    assert caplog.text.count("happening=no-route") == 1


def test_a_route_set_up_while_it_runs_is_put_to_work(
    conn: Connection, clock: FakeClock, database: Path
) -> None:
    queue(conn, clock, "a")
    with running(config(database.parent, "none"), QuietBus(), clock):
        row = RouteRow(id=0, name="test", title="", provider="sink", settings='{"file_name": "other.jsonl"}')
        message_routes.insert_route(conn, row, to_text(clock.now()))
        wait_for(lambda: sent(database.parent, "other.jsonl") == 1)


def test_a_route_that_cannot_be_made_says_why(conn: Connection, clock: FakeClock, database: Path) -> None:
    row = RouteRow(id=0, name="test", title="", provider="sink", settings='{"file_name": "../x"}')
    message_routes.insert_route(conn, row, to_text(clock.now()))
    with running(config(database.parent, "none"), QuietBus(), clock):
        wait_for(lambda: find_state(conn, "test") is not None)
    state = find_state(conn, "test")
    assert state is not None
    assert (state.state, state.code) == ("down", "wrong-settings")


def test_a_database_that_is_away_is_waited_for_and_said_once(
    conn: Connection, clock: FakeClock, database: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    queue(conn, clock, "a")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    folder = tmp_path / "disk"
    with running(config(folder, "sink"), QuietBus(), clock):
        wait_for(lambda: "happening=database-away" in caplog.text)
        folder.mkdir()
        shutil.copy(database, folder / "part")
        (folder / "part").rename(folder / database.name)
        wait_for(lambda: sent(folder) == 1)
    assert caplog.text.count("happening=database-away problem") == 1
    assert caplog.text.count("happening=database-back\n") == 1

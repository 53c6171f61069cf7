"""The message daemon wakes at the bell, settles what was cut off, and outlives its database's absence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.core.config import Config, load_text
from appliance.core.events import AnyEvent, Event
from appliance.domain.acting import acting
from appliance.domain.messages import queue_message
from db import Connection
from db.queries.outbox import list_messages_in
from sms_modem.daemon import SINK_FILE, MessageDaemon
from tests.fakes.clock import FakeClock


class QuietBus:
    """A bus whose listener is woken by the test: each wait is one happening."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        self.told: list[Event] = []
        self.left = list(happenings)
        self.is_closed = False

    def publish(self, event: Event) -> int:
        self.told.append(event)
        return 1

    def subscribe(self, name: str) -> QuietBus:
        return self

    def receive(self, timeout_s: float) -> AnyEvent | None:
        self.left.pop(0)()
        return None

    def close(self) -> None:
        self.is_closed = True

    def is_over(self) -> bool:
        return not self.left


def config(folder: Path, route: str) -> Config:
    return load_text(f"[data]\nfolder = '{folder}'\n[sms]\nroute = '{route}'", "test")


def queue(conn: Connection, clock: FakeClock, body: str) -> None:
    with acting(conn, clock.now(), None, lambda event: None) as act:
        queue_message(act, idempotency_key=body, number="09120000001", body=body)


def nothing() -> None:
    """Let a wait pass."""


def sent(folder: Path) -> int:
    path = folder / SINK_FILE
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def test_a_message_queued_while_it_waits_is_sent_at_the_bell(
    conn: Connection, clock: FakeClock, database: Path
) -> None:
    queue(conn, clock, "before")
    bus = QuietBus(lambda: queue(conn, clock, "at the bell"), nothing)
    MessageDaemon(config(database.parent, "sink"), bus, clock).run(bus.is_over)
    assert sent(database.parent) == 2
    assert [event.name for event in bus.told] == ["sms.sent", "sms.sent"]
    assert bus.is_closed


def test_what_an_earlier_run_left_armed_is_uncertain_at_the_start(
    conn: Connection, clock: FakeClock, database: Path
) -> None:
    queue(conn, clock, "a")
    conn.execute("UPDATE outbox SET state = 'armed'")
    bus = QuietBus(nothing)
    MessageDaemon(config(database.parent, "sink"), bus, clock).run(bus.is_over)
    assert sent(database.parent) == 0
    assert len(list_messages_in(conn, "uncertain")) == 1


def test_without_a_route_everything_waits_and_is_said_once(
    conn: Connection, clock: FakeClock, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    queue(conn, clock, "a")
    bus = QuietBus(nothing, nothing)
    MessageDaemon(config(database.parent, "none"), bus, clock).run(bus.is_over)
    assert len(list_messages_in(conn, "queued")) == 1
    assert caplog.text.count("happening=no-route") == 1


def test_a_database_that_is_away_is_waited_for_and_said_once(
    conn: Connection, clock: FakeClock, database: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    queue(conn, clock, "a")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    folder = tmp_path / "disk"

    def mount() -> None:
        folder.mkdir()
        shutil.copy(database, folder / database.name)

    bus = QuietBus(nothing, nothing, mount, nothing)
    MessageDaemon(config(folder, "sink"), bus, clock).run(bus.is_over)
    assert sent(folder) == 1
    assert caplog.text.count("happening=database-away") == 1
    assert caplog.text.count("happening=database-back") == 1

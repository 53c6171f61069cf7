"""The line daemon on a line at full speed: what it tells, in which order, and what it does when the line goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from appliance.core.events import CallEnded, CallEvent, CallRinging, CallSnapshot
from callerid.daemon import GIVE_UP_CALL_S, LineDaemon
from callerid.exchange.line import SimulatedLine
from callerid.exchange.plans import IncomingPlan, WaitOrder
from callerid.exchange.scripts import wait_script
from callerid.writing import EventWriter, store
from db import connect, migrate
from db.queries.calls import find_call, list_open_calls
from tests.fakes.bus import RecordingBus
from tests.fakes.clock import FakeClock
from tests.fakes.line import FastDriver

NOW = datetime(2026, 11, 22, 15, 24)


class Bench:
    """A daemon with everything around it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.line = SimulatedLine()
        self.driver = FastDriver(self.line, self.clock)
        self.bus = RecordingBus()
        self.database = folder / "a.sqlite3"
        migrate(self.database)
        self.writer = EventWriter(self.database)
        self.writer.start()
        self.daemon = LineDaemon(
            line=1,
            driver=self.driver,
            driver_name="fast",
            area_code="021",
            bus=self.bus,
            writer=self.writer,
            clock=self.clock,
            sleep=self.clock.advance,
        )

    def run_for(self, seconds: float, also: Callable[[], object] = lambda: None) -> None:
        """Let the daemon work for so many seconds of the line's time."""
        end = self.clock.monotonic() + seconds

        def is_over() -> bool:
            also()
            return self.clock.monotonic() >= end

        self.daemon.run(is_over)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.writer.close()


def test_a_call_is_told_and_stored_from_ring_to_end(bench: Bench) -> None:
    bench.run_for(0.5)
    bench.line.start(IncomingPlan(number="12345678", answer_after=6, talk=2), NOW)
    bench.run_for(20)
    assert bench.bus.names == [
        "line.up", "call.ringing", "call.identified", "call.answered", "call.ended"
    ]  # fmt: skip
    bench.writer.close()
    ended = bench.bus.events[-1]
    assert isinstance(ended, CallEnded)
    conn = connect(bench.database)
    row = find_call(conn, ended.call.id)
    conn.close()
    assert row is not None
    assert (row.number, row.state, row.standard) == ("+982112345678", "ended", "fsk-bell202")


def test_an_unplugged_line_is_said_once_and_comes_back_by_itself(bench: Bench) -> None:
    bench.run_for(0.2)
    bench.driver.is_plugged = False
    bench.run_for(5)
    bench.driver.is_plugged = True
    bench.run_for(2)
    assert bench.bus.names == ["line.up", "line.down", "line.up"]
    assert bench.driver.opened == 2


def test_a_call_on_a_line_that_stays_away_is_closed(bench: Bench) -> None:
    bench.run_for(0.2)
    bench.line.start(IncomingPlan(number="12345678", answer_after=3, talk=60), NOW)
    bench.run_for(6)
    bench.driver.is_plugged = False
    bench.run_for(GIVE_UP_CALL_S / 2)
    assert bench.bus.names[-1] == "line.down"
    bench.run_for(GIVE_UP_CALL_S)
    ended = bench.bus.events[-1]
    assert isinstance(ended, CallEnded)
    assert ended.call.end_reason == "line-lost"


def test_a_call_survives_a_short_absence_of_the_line(bench: Bench) -> None:
    bench.run_for(0.2)
    bench.line.start(IncomingPlan(number="12345678", answer_after=3, talk=20), NOW)
    bench.run_for(6)
    bench.driver.is_plugged = False
    bench.run_for(3)
    bench.driver.is_plugged = True
    bench.run_for(40)
    calls = {event.call.id for event in bench.bus.events if isinstance(event, CallEvent)}
    assert len(calls) == 1
    assert bench.bus.names[-1] == "call.ended"


def test_a_call_left_open_long_ago_is_closed_at_start_and_a_new_ring_is_a_new_call(bench: Bench) -> None:
    old = CallSnapshot(
        id="OLD", line=1, direction="in", state="ringing", revision=1, started_at="2026-01-01T00:00:00.000Z"
    )
    conn = connect(bench.database)
    store(conn, CallRinging(id="E1", at=old.started_at, call=old))
    conn.close()
    bench.daemon.resume(bench.database)
    assert bench.bus.names == ["call.missed"]
    bench.line.start(IncomingPlan(number="12345678", rings=1), NOW)
    bench.run_for(2)
    newest = bench.bus.events[-1]
    assert isinstance(newest, CallEvent)
    assert newest.call.id != "OLD"


def test_a_database_that_is_missing_at_start_does_not_keep_the_line_from_working(bench: Bench) -> None:
    bench.daemon.resume(bench.database.parent / "no" / "such.sqlite3")
    bench.line.start(IncomingPlan(number="12345678", rings=1), NOW)
    bench.run_for(4)
    assert "call.identified" in bench.bus.names


def test_a_second_caller_in_a_conversation_is_a_second_open_call_of_the_line(bench: Bench) -> None:
    bench.run_for(0.5)
    bench.line.start(IncomingPlan(number="02112345678", answer_after=4, talk=60), NOW)
    bench.run_for(8)
    bench.line.announce(wait_script(WaitOrder(number="09121234567"), NOW))
    bench.run_for(3)
    bench.writer.close()
    conn = connect(bench.database)
    talked, waiting = list_open_calls(conn, 1)
    conn.close()
    assert (talked.state, talked.number) == ("answered", "+982112345678")
    assert (waiting.state, waiting.number) == ("ringing", "+989121234567")


def test_both_calls_are_taken_up_after_a_restart(bench: Bench) -> None:
    talked = CallSnapshot(
        id="A", line=1, direction="in", state="answered", revision=3,
        started_at="2026-11-22T08:29:00.000Z", answered_at="2026-11-22T08:29:05.000Z",
    )  # fmt: skip
    waiting = CallSnapshot(
        id="B", line=1, direction="in", state="ringing", revision=2, started_at="2026-11-22T08:29:55.000Z"
    )
    conn = connect(bench.database)
    for call in (talked, waiting):
        store(conn, CallRinging(id="E" + call.id, at=call.started_at, call=call))
    conn.close()
    bench.daemon.resume(bench.database)
    assert bench.bus.events == []
    bench.run_for(2)  # the handset lies: nobody talks any more, and nobody rings
    bench.run_for(10)
    ends = {event.call.id: event.call for event in bench.bus.events if isinstance(event, CallEvent)}
    assert (ends["A"].end_reason, ends["A"].is_estimated) == ("restart", True)
    assert ends["B"].state == "missed"

"""Each event is handled once: heard on the bus, or found in the table a moment later."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.core.clock import SystemClock
from appliance.core.events import AnyEvent, encode
from db import Connection
from db.queries.events import insert_event
from panel.live.listener import Listener
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import World

MakeCall = Callable[..., SimulatedCall]


class Heard:
    """A listener whose thread is the test's own."""

    def __init__(self, world: World) -> None:
        self.events: list[AnyEvent] = []
        self.problem: Exception | None = None
        office = world.app.extensions["aminbox"]
        self.listener = Listener(
            database=office.config.data.database,
            bus=world.bus,
            name="test",
            clock=world.clock,
            handle=self._handle,
            seed=lambda _conn: None,
        )
        self.conn = world.conn
        self.listener.begin(self.conn)

    def _handle(self, _conn: Connection, event: AnyEvent) -> None:
        self.events.append(event)
        if self.problem:
            raise self.problem

    @property
    def ids(self) -> list[str]:
        """What was handled."""
        return [event.id for event in self.events]


@pytest.fixture
def heard(world: World) -> Heard:
    return Heard(world)


def test_an_event_told_and_then_stored_is_handled_once(heard: Heard, call: MakeCall) -> None:
    ringing = call().ring(stored=False)
    assert heard.listener.hear(heard.conn, ringing.events[0])
    ringing.store()
    assert heard.listener.catch_up(heard.conn) == 0
    assert not heard.listener.hear(heard.conn, ringing.events[0])
    assert heard.ids == [ringing.events[0].id]


def test_a_lost_datagram_is_made_good_from_the_table(heard: Heard, call: MakeCall) -> None:
    ringing = call().ring(told=False).identify("09121234567", told=False)
    assert heard.listener.catch_up(heard.conn) == 2
    assert heard.ids == [event.id for event in ringing.events]
    assert heard.listener.catch_up(heard.conn) == 0


def test_events_stored_in_another_order_than_told_are_all_handled(heard: Heard, call: MakeCall) -> None:
    one, two = call().ring(stored=False), call().ring(stored=False)
    heard.listener.hear(heard.conn, two.events[0])
    two.store()
    heard.listener.catch_up(heard.conn)
    one.store()
    heard.listener.catch_up(heard.conn)
    assert sorted(heard.ids) == sorted([one.events[0].id, two.events[0].id])


def test_what_happened_before_the_start_is_not_told_again(world: World, call: MakeCall) -> None:
    call().ring().miss()
    late = Heard(world)
    assert late.listener.catch_up(late.conn) == 0


def test_more_than_a_batch_is_caught_up_at_once(heard: Heard, call: MakeCall) -> None:
    heard.conn.execute("BEGIN")
    ringing = call().ring(stored=False, told=False)
    body = encode(ringing.events[0]).decode()
    for number in range(1201):
        text = body.replace(ringing.events[0].id, f"{number:026d}")
        insert_event(heard.conn, f"{number:026d}", "call.ringing", ringing.events[0].at, text)
    heard.conn.execute("COMMIT")
    assert heard.listener.catch_up(heard.conn) == 1201


def test_an_event_this_version_does_not_know_is_passed_over(
    heard: Heard, call: MakeCall, caplog: pytest.LogCaptureFixture
) -> None:
    insert_event(heard.conn, "0" * 26, "call.sung", "2026-11-22T08:30:00.000Z", '{"name":"call.sung"}')
    ringing = call().ring(told=False)
    heard.listener.catch_up(heard.conn)
    assert heard.ids == [ringing.events[0].id]
    assert "not read" in caplog.text


def test_one_event_that_cannot_be_shown_does_not_end_the_hearing(
    heard: Heard, call: MakeCall, caplog: pytest.LogCaptureFixture
) -> None:
    heard.problem = RuntimeError("no template")
    call().ring(told=False).miss(told=False)
    assert heard.listener.catch_up(heard.conn) == 2
    assert caplog.text.count("event not shown") == 2


def test_the_thread_hears_the_bus_and_ends_when_told(world: World, call: MakeCall) -> None:
    told: list[AnyEvent] = []
    office = world.app.extensions["aminbox"]
    listener = Listener(
        database=office.config.data.database,
        bus=world.bus,
        name="test",
        clock=SystemClock(),
        handle=lambda _conn, event: told.append(event),
        seed=lambda _conn: None,
    )
    listener.start()
    assert listener.ready.wait(5)
    heard_on_bus, lost = call().ring(), call().ring(told=False)
    listener.stop()
    listener.catch_up(world.conn)
    assert {event.id for event in told} == {heard_on_bus.events[0].id, lost.events[0].id}
    assert len(told) == 2

"""Calls as told and stored: number keys, instants, and a clock that jumps in the middle of a call."""

from __future__ import annotations

from datetime import timedelta

from appliance.core.clock import from_text
from callerid.dsp.message import CallerMessage
from callerid.lifecycle import CallMachine
from callerid.listening import Heard
from callerid.snapshots import Teller
from db.queries.calls import CallRow
from tests.fakes.clock import FakeClock


def test_a_local_number_gets_the_lines_own_area_code() -> None:
    clock = FakeClock()
    teller = Teller(3, "031", clock)
    machine = CallMachine(teller.new_key)
    changes = machine.message(CallerMessage(standard="dtmf", number="32345678"), clock.monotonic())
    event = teller.event(Heard(changes[-1]))
    assert (event.call.number, event.call.number_raw, event.call.line) == ("+983132345678", "32345678", 3)


def test_a_wall_clock_that_jumps_does_not_bend_a_call() -> None:
    clock = FakeClock()
    teller = Teller(1, "021", clock)
    machine = CallMachine(teller.new_key)
    first = teller.event(Heard(machine.burst(clock.monotonic())[0]))
    clock.advance(5)
    clock.set_wall(clock.now() + timedelta(days=20_000))
    answered = teller.event(Heard(machine.hook(True, clock.monotonic())[0]))
    assert answered.call.started_at == first.call.started_at
    assert answered.call.answered_at is not None
    talked = from_text(answered.call.answered_at) - from_text(answered.call.started_at)
    assert talked == timedelta(seconds=5)


def test_a_stored_call_is_taken_up_where_it_was() -> None:
    clock = FakeClock()
    row = CallRow(
        id="01ABC",
        line=1,
        direction="in",
        state="answered",
        revision=3,
        started_at="2026-11-22T11:54:00.000Z",
        answered_at="2026-11-22T11:54:07.250Z",
        number="+989120000001",
        number_raw="09120000001",
        number_state="known",
    )
    teller = Teller(1, "021", clock)
    machine = CallMachine(teller.new_key)
    machine.restore(teller.revive(row), clock.monotonic())
    machine.hook(False, clock.monotonic())
    clock.advance(1)
    (change,) = machine.tick(clock.monotonic())
    ended = teller.event(Heard(change)).call
    assert (ended.id, ended.started_at, ended.answered_at) == (row.id, row.started_at, row.answered_at)
    assert (ended.revision, ended.end_reason, ended.number) == (4, "restart", row.number)

"""A modem's line as a source of calls: told at once, stored in order, missed when it stops."""

from __future__ import annotations

from pathlib import Path

from appliance.core.events import Event
from db import connect
from db.queries.calls import list_calls_by_id
from sms_modem.gsm_line import GsmLine
from sms_modem.routes import IncomingCall
from tests.fakes.clock import FakeClock

NUMBER = "+989350000003"


def test_a_call_to_the_sim_rings_is_identified_and_missed(database: Path, clock: FakeClock) -> None:
    told: list[Event] = []
    line = GsmLine(9, database=database, clock=clock, tell=told.append)
    line(IncomingCall(state="ringing"))
    clock.advance(2)
    line(IncomingCall(state="ringing", number=NUMBER))
    line(IncomingCall(state="ringing", number=NUMBER))
    clock.advance(20)
    line(IncomingCall(state="over"))
    line(IncomingCall(state="over"))
    line.close()
    assert [event.name for event in told] == ["call.ringing", "call.identified", "call.missed"]
    conn = connect(database)
    (call,) = list_calls_by_id(conn, [told[0].call.id])  # type: ignore[attr-defined]
    conn.close()
    assert (call.line, call.number, call.number_state, call.state) == (9, NUMBER, "known", "missed")
    assert call.standard == "gsm"


def test_a_withheld_number_and_one_that_never_came(database: Path, clock: FakeClock) -> None:
    told: list[Event] = []
    line = GsmLine(9, database=database, clock=clock, tell=told.append)
    line(IncomingCall(state="ringing", reason="withheld"))
    line(IncomingCall(state="over"))
    line(IncomingCall(state="ringing"))
    line.close()
    states = [event.call.number_state for event in told]  # type: ignore[attr-defined]
    assert states == ["pending", "withheld", "withheld", "pending", "absent"]
    assert told[-1].name == "call.missed"

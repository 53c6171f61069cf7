"""A ring on the simulated line becomes a told and stored call, also when processes are killed in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.core.events import AnyEvent, CallAnswered, CallEnded, CallEvent, CallIdentified, CallMissed
from db import connect
from db.queries.calls import CallRow, find_call
from tests.integration.office import Listening, RunningOffice


def of_line(kind: type[CallEvent], line: int, number: str | None = None) -> Callable[[AnyEvent], bool]:
    def fits(event: AnyEvent) -> bool:
        return (
            isinstance(event, kind)
            and event.call.line == line
            and (number is None or event.call.number_raw == number)
        )

    return fits


def stored(office: RunningOffice, call_id: str) -> CallRow | None:
    conn = connect(office.config.data.database, read_only=True)
    try:
        return find_call(conn, call_id)
    finally:
        conn.close()


def wait_until_stored(office: RunningOffice, call_id: str, state: str, revision: int = 0) -> CallRow:
    """Wait for a call to stand in the records: it is told first and stored some milliseconds later."""

    def is_stored() -> bool:
        row = stored(office, call_id)
        return row is not None and row.state == state and row.revision >= revision

    office.wait_for(is_stored, 10)
    row = stored(office, call_id)
    assert row is not None
    return row


def test_every_signalling_reaches_the_bus_and_the_records_at_once(
    office: RunningOffice, bus: Listening
) -> None:
    plans = [
        {"line": 1, "number": "09121234567", "standard": "fsk-bell202"},
        {"line": 2, "number": "02110000001", "standard": "fsk-v23"},
        {"line": 3, "number": "09120000004", "standard": "dtmf"},
        {"line": 4, "withheld": True, "standard": "fsk-bell202"},
    ]
    for plan in plans:
        office.order(do="ring", rings=1, **plan)
    for plan in plans:
        event = bus.until(of_line(CallIdentified, plan["line"]))  # type: ignore[arg-type]
        assert isinstance(event, CallIdentified)
        assert event.call.number_raw == plan.get("number")
        assert event.call.standard == plan["standard"]
        assert event.call.number_state == ("withheld" if plan.get("withheld") else "known")
    for plan in plans:
        missed = bus.until(of_line(CallMissed, plan["line"]))  # type: ignore[arg-type]
        assert isinstance(missed, CallMissed)
        row = wait_until_stored(office, missed.call.id, "missed")
        assert row.number == missed.call.number
    known = bus.until(of_line(CallMissed, 1))
    shared = bus.until(of_line(CallMissed, 2))
    assert isinstance(known, CallMissed)
    assert isinstance(shared, CallMissed)
    assert getattr(stored(office, known.call.id), "person_id", None) is not None
    assert getattr(stored(office, shared.call.id), "person_id", 0) is None


def test_a_line_daemon_killed_in_a_conversation_takes_the_call_up_again(
    office: RunningOffice, bus: Listening
) -> None:
    office.order(do="ring", line=1, number="09350000003", answer_after=2.6, talk=60)
    answered = bus.until(of_line(CallAnswered, 1))
    assert isinstance(answered, CallAnswered)
    wait_until_stored(office, answered.call.id, "answered", answered.call.revision)
    old = office.kill("line", "1")
    office.wait_until_back(old, "line", "1")
    office.wait_for(lambda: f"call-resumed line=1 call={answered.call.id}" in office.log, 10)
    office.order(do="hangup", line=1)
    ended = bus.until(of_line(CallEnded, 1))
    assert isinstance(ended, CallEnded)
    assert ended.call.id == answered.call.id
    row = wait_until_stored(office, answered.call.id, "ended")
    assert row.number_raw == "09350000003"


def test_a_line_daemon_killed_while_ringing_does_not_make_a_second_call(
    office: RunningOffice, bus: Listening
) -> None:
    office.order(do="ring", line=2, number="02610000002", rings=3)
    identified = bus.until(of_line(CallIdentified, 2))
    assert isinstance(identified, CallIdentified)
    wait_until_stored(office, identified.call.id, "ringing", identified.call.revision)
    old = office.kill("line", "2")
    office.wait_until_back(old, "line", "2")
    missed = bus.until(of_line(CallMissed, 2), 30)
    assert isinstance(missed, CallMissed)
    assert missed.call.id == identified.call.id
    assert missed.call.number_raw == "02610000002"


@pytest.mark.parametrize("role", ["scheduler", "sms", "panel"])
def test_a_killed_role_comes_back_and_calls_go_on(office: RunningOffice, bus: Listening, role: str) -> None:
    office.wait_for(lambda: f"role-ready role={role}" in office.log, 15)
    old = office.kill(role)
    office.order(do="ring", line=3, number="09140000008", rings=1, standard="dtmf")
    missed = bus.until(of_line(CallMissed, 3, "09140000008"))
    assert isinstance(missed, CallMissed)
    wait_until_stored(office, missed.call.id, "missed")
    office.wait_until_back(old, role)
    office.wait_for(office.is_healthy, 15)


def test_an_exchange_that_goes_away_is_said_once_and_comes_back(
    office: RunningOffice, bus: Listening
) -> None:
    bus_names = []
    office.kill("sim", "exchange")
    bus.until(lambda event: event.name == "line.down" and getattr(event, "line", 0) == 4)
    bus.until(lambda event: event.name == "line.up" and getattr(event, "line", 0) == 4)
    bus_names = [event.name for event in bus.heard if getattr(event, "line", 0) == 4]
    assert bus_names == ["line.down", "line.up"]

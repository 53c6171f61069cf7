"""Recording after telling: in order, once, and patient with a database that is away."""

from __future__ import annotations

from pathlib import Path

from appliance.core.events import CallAnswered, CallRinging, CallSnapshot, LineDown, LineUp
from callerid.writing import EventWriter, store
from db import connect, migrate
from db.queries.calls import find_call
from db.queries.events import list_events_after
from db.queries.lines import list_line_states

AT = "2026-11-22T12:00:00.000Z"
RINGING = CallSnapshot(id="C1", line=1, direction="in", state="ringing", revision=1, started_at=AT)
ANSWERED = CallSnapshot(
    id="C1", line=1, direction="in", state="answered", revision=2, started_at=AT, answered_at=AT
)


def test_events_are_stored_in_the_order_they_were_told(tmp_path: Path) -> None:
    migrate(tmp_path / "a.sqlite3")
    writer = EventWriter(tmp_path / "a.sqlite3")
    writer.start()
    for number in range(20):
        writer.put(CallRinging(id=f"E{number:02}", at=AT, call=RINGING))
    assert writer.close()
    conn = connect(tmp_path / "a.sqlite3")
    assert [event.id for event in list_events_after(conn, 0)] == [f"E{number:02}" for number in range(20)]
    conn.close()


def test_a_database_that_is_away_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "not-there-yet"
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 4:
            folder.mkdir()
            migrate(folder / "a.sqlite3")

    writer = EventWriter(folder / "a.sqlite3", sleep=sleep)
    writer.start()
    writer.put(CallRinging(id="E1", at=AT, call=RINGING))
    writer.put(CallAnswered(id="E2", at=AT, call=ANSWERED))
    assert writer.close()
    assert waits == sorted(waits)
    conn = connect(folder / "a.sqlite3")
    call = find_call(conn, "C1")
    assert call is not None
    assert (call.state, call.revision) == ("answered", 2)
    conn.close()


def test_storing_an_event_twice_changes_nothing(tmp_path: Path) -> None:
    migrate(tmp_path / "a.sqlite3")
    conn = connect(tmp_path / "a.sqlite3")
    for _ in range(2):
        store(conn, CallRinging(id="E1", at=AT, call=RINGING))
        store(conn, LineDown(id="E2", at=AT, line=1, driver="sim", problem="unplugged"))
    assert len(list_events_after(conn, 0)) == 2
    store(conn, LineUp(id="E3", at=AT, line=1, driver="sim"))
    (state,) = list_line_states(conn)
    assert (state.is_up, state.detail) == (True, "")
    conn.close()

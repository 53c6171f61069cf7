"""Who may open a live connection, what it is told first, and when it is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from panel.live.sync import instant_of, read_request
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import World, heard

MakeCall = Callable[..., SimulatedCall]


def sync(world: World, username: str = "monshi", **wanted: object) -> dict[str, object]:
    socket = world.person(username).listen()
    socket.emit("calls.sync", wanted)
    (answer,) = heard(socket, "calls.sync")
    return answer


def ids(answer: dict[str, object]) -> list[str]:
    calls = answer["calls"]
    assert isinstance(calls, list)
    return [call["call_id"] for call in calls]


def test_an_outsider_is_refused(world: World) -> None:
    assert not world.person(None).listen().is_connected()


def test_a_browser_too_many_is_refused_and_the_others_stay(make_world: Callable[..., World]) -> None:
    world = make_world(max_browsers=2)
    first, second = world.person("monshi").listen(), world.person("modir").listen()
    assert not world.person("bazaryab").listen().is_connected()
    assert first.is_connected()
    second.disconnect()
    assert world.person("bazaryab").listen().is_connected()


def test_signing_out_closes_the_connection(world: World) -> None:
    desk = world.person("monshi")
    socket, other = desk.listen(), world.person("monshi").listen()
    desk.post("/sign-out")
    assert not socket.is_connected()
    assert other.is_connected()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET is_active = 0 WHERE username = 'monshi'",
        "UPDATE users SET role = 'accountant' WHERE username = 'monshi'",
        "DELETE FROM sessions",
    ],
)
def test_a_session_that_ended_or_changed_is_disconnected_by_the_sweep(world: World, change: str) -> None:
    socket, other = world.person("monshi").listen(), world.person("modir").listen()
    world.conn.execute(change)
    assert world.live.sweep() == (2 if "sessions" in change else 1)
    assert not socket.is_connected()
    assert other.is_connected() == ("sessions" not in change)


def test_a_session_nobody_used_for_too_long_is_disconnected(world: World) -> None:
    socket = world.person("monshi").listen()
    world.clock.advance(timedelta(hours=12, minutes=1).total_seconds())
    world.live.sweep()
    assert not socket.is_connected()


def test_a_page_that_connects_is_told_the_open_calls(world: World, call: MakeCall) -> None:
    over = call().ring().identify("09120000004").miss()
    open_call = call().ring().identify("09121234567")
    answer = sync(world)
    assert ids(answer) == [open_call.id]
    assert over.id not in ids(answer)


def test_a_call_that_is_told_but_not_stored_is_open_too(world: World, call: MakeCall) -> None:
    ringing = call().ring(stored=False)
    world.live.teller.tell(world.conn, ringing.events[0])
    assert ids(sync(world)) == [ringing.id]


def test_cards_a_page_still_shows_get_their_newest_state(world: World, call: MakeCall) -> None:
    over = call().ring().identify("09121234567").answer().end()
    answer = sync(world, calls=[over.id, "0" * 26, "../etc", 7])
    assert ids(answer) == []
    answer = sync(world, calls=[over.id, "0" * 26])
    assert ids(answer) == [over.id]
    assert answer["calls"][0]["state"] == "ended"  # type: ignore[index]
    assert "data-waiting" not in answer["calls"][0]["html"]  # type: ignore[index]


def test_a_call_that_came_and_went_while_disconnected_is_shown(world: World, call: MakeCall) -> None:
    before = call().ring().miss()
    world.clock.advance(60)
    unseen = call().ring().identify("09121234567").miss()
    answer = sync(world, calls=[before.id], last_event=before.events[-1].id)
    assert ids(answer) == [before.id, unseen.id]


def test_a_computer_that_slept_for_hours_does_not_open_old_calls(world: World, call: MakeCall) -> None:
    before = call().ring().miss()
    call(started=world.clock.now() + timedelta(minutes=5)).ring().miss()
    world.clock.advance(3600)
    assert ids(sync(world, last_event=before.events[0].id)) == []


def test_who_sees_no_calls_is_told_of_lines_only(world: World, call: MakeCall) -> None:
    call().ring()
    world.conn.execute("INSERT INTO line_states VALUES (1, 1, 'sim', '', '2026-11-22T08:30:00.000Z')")
    socket = world.person("nassab").listen()
    socket.emit("calls.sync", {})
    received = socket.get_received()
    assert [message["name"] for message in received] == ["lines.sync"]
    assert received[0]["args"][0] == {"lines": [{"line": 1, "is_up": True}]}


@pytest.mark.parametrize("data", [None, [], "x", {"calls": "x"}, {"calls": [1]}, {"last_event": 5}])
def test_a_malformed_request_is_read_as_an_empty_one(data: object) -> None:
    wanted = read_request(data)
    assert wanted.calls == []
    assert wanted.last_event is None


def test_the_time_in_an_id_is_read_back(world: World, call: MakeCall) -> None:
    ringing = call().ring()
    assert abs(instant_of(ringing.events[0].id) - world.clock.now()) < timedelta(milliseconds=2)


def test_a_restarted_panel_knows_the_open_call(
    world: World, make_world: Callable[..., World], call: MakeCall
) -> None:
    ringing = call().ring().identify("09121234567")
    again = make_world()
    again.live.teller.seed(again.conn)
    assert again.live.projection.open_ids() == [ringing.id]
    socket = again.person("monshi").listen()
    answered = ringing.answer(told=False)
    again.live.teller.tell(again.conn, answered.events[-1])
    assert heard(socket, "call.answered")[0]["state"] == "answered"


def test_a_call_closed_without_an_event_is_not_open(world: World, call: MakeCall) -> None:
    ringing = call().ring()
    world.live.teller.tell(world.conn, ringing.events[0])
    world.conn.execute(
        "UPDATE calls SET state = 'missed', revision = revision + 1, ended_at = '2026-11-22T08:40:00.000Z'"
    )
    assert ids(sync(world)) == []


def test_a_call_that_was_told_and_never_stored_does_not_stay_for_ever(world: World, call: MakeCall) -> None:
    ringing = call().ring(stored=False)
    world.live.teller.tell(world.conn, ringing.events[0])
    world.clock.advance(150)
    assert ids(sync(world)) == []

"""The call machine: each life a call can have, and whatever order of inputs, every call is closed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callerid.dsp.message import CallerMessage
from callerid.lifecycle import DIGITS_DONE_S, HOOK_SETTLED_S, RING_GAP_S, Call, CallMachine, Change

NUMBER = CallerMessage(standard="fsk-bell202", number="09121234567")


def kinds(changes: list[Change]) -> list[str]:
    return [change.kind for change in changes]


def ring_once(machine: CallMachine, at: float) -> list[Change]:
    return machine.ring(True, at) + machine.ring(False, at + 1.0)


def test_a_ring_a_number_an_answer_and_a_hang_up_are_one_call() -> None:
    machine = CallMachine()
    changes = ring_once(machine, 10.0)
    changes += machine.message(NUMBER, 12.2)
    changes += ring_once(machine, 15.0)
    changes += machine.hook(True, 17.0)
    changes += machine.hook(False, 30.0)
    changes += machine.tick(30.0 + HOOK_SETTLED_S)
    assert kinds(changes) == ["ringing", "identified", "answered", "ended"]
    call = changes[-1].call
    assert (call.started, call.identified, call.answered, call.ended) == (10.0, 12.2, 17.0, 30.0)
    assert (call.number_raw, call.ring_count, call.end_reason) == ("09121234567", 2, "on-hook")
    assert [change.call.revision for change in changes] == [1, 2, 3, 4]


def test_ringing_that_stops_is_a_missed_call_ended_with_its_last_ring() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    ring_once(machine, 5.0)
    assert machine.tick(6.0 + RING_GAP_S - 0.1) == []
    (change,) = machine.tick(6.0 + RING_GAP_S)
    assert (change.kind, change.call.ended, change.call.end_reason) == ("missed", 6.0, "caller-gave-up")
    assert change.call.number_state == "absent"


def test_the_pause_between_two_rings_does_not_end_a_call() -> None:
    machine = CallMachine()
    for ring in range(10):
        ring_once(machine, ring * 5.0)
        assert machine.tick(ring * 5.0 + 4.9) == []
    assert machine.call is not None
    assert machine.call.ring_count == 10


def test_a_number_before_the_first_ring_opens_the_call() -> None:
    machine = CallMachine()
    changes = machine.message(NUMBER, 1.0) + ring_once(machine, 1.4)
    assert kinds(changes) == ["ringing", "identified"]
    assert machine.call is not None
    assert (machine.call.started, machine.call.ring_count) == (1.0, 1)


def test_a_number_with_no_ring_after_it_is_a_missed_call() -> None:
    machine = CallMachine()
    machine.message(NUMBER, 1.0)
    (change,) = machine.tick(7.0)
    assert (change.kind, change.call.end_reason, change.call.number_state) == ("missed", "no-ring", "known")


def test_a_second_message_in_one_call_changes_nothing() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    machine.message(NUMBER, 2.0)
    assert machine.message(CallerMessage(standard="dtmf", number="999"), 3.0) == []
    assert machine.call is not None
    assert machine.call.number_raw == "09121234567"


def test_a_second_caller_who_rings_at_once_is_a_call_of_its_own() -> None:
    machine = CallMachine(new_key=iter("AB").__next__)
    changes = ring_once(machine, 0.0) + machine.message(NUMBER, 2.0)
    changes += ring_once(machine, 5.0)  # the first caller gives up after this one
    changes += ring_once(machine, 8.5)  # and this is the next caller's first
    changes += machine.message(CallerMessage(standard="fsk-bell202", number="02187654321"), 10.5)
    assert kinds(changes) == ["ringing", "identified", "missed", "ringing", "identified"]
    first, second = changes[2].call, changes[4].call
    assert (first.key, first.ended, first.ring_count, first.number_raw) == ("A", 6.0, 2, "09121234567")
    assert (second.key, second.started, second.ring_count) == ("B", 8.5, 1)
    assert second.number_raw == "02187654321"


def test_a_second_caller_identified_before_ringing_is_a_call_of_its_own() -> None:
    machine = CallMachine(new_key=iter("AB").__next__)
    changes = machine.message(NUMBER, 0.0) + ring_once(machine, 0.4)
    changes += machine.message(CallerMessage(standard="dtmf", number="02187654321"), 5.0)
    changes += ring_once(machine, 5.4)
    assert kinds(changes) == ["ringing", "identified", "missed", "ringing", "identified"]
    assert (changes[2].call.ended, changes[4].call.started) == (1.4, 5.0)


def test_a_withheld_number_is_a_state_and_no_number() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    (change,) = machine.message(CallerMessage(standard="fsk-v23", reason="P"), 2.0)
    assert (change.call.number_raw, change.call.number_state) == (None, "withheld")


def test_message_waiting_is_no_call() -> None:
    machine = CallMachine()
    assert machine.message(CallerMessage(standard="fsk-v23", type="mwi"), 2.0) == []
    assert machine.call is None


def test_a_hook_flash_does_not_end_a_call() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    machine.hook(True, 2.0)
    machine.hook(False, 10.0)
    assert machine.tick(10.3) == []
    assert machine.hook(True, 10.4) == []
    assert machine.tick(20.0) == []
    assert machine.call is not None


def test_busy_tone_ends_the_call_and_the_lifted_handset_is_not_a_new_one() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    machine.hook(True, 2.0)
    (change,) = machine.busy(9.0)
    assert (change.kind, change.call.end_reason) == ("ended", "busy-tone")
    assert machine.hook(True, 9.1) == []
    machine.hook(False, 12.0)
    assert machine.tick(13.0) == []
    assert kinds(machine.hook(True, 20.0)) == ["dialling"]


def test_an_outgoing_call_gathers_its_digits() -> None:
    machine = CallMachine()
    changes = machine.hook(True, 0.0)
    for place, digit in enumerate("0211"):
        changes += machine.digit(digit, 1.0 + place * 0.2)
    changes += machine.tick(1.6 + DIGITS_DONE_S)
    changes += machine.hook(False, 20.0) + machine.tick(21.0)
    assert kinds(changes) == ["dialling"] * 5 + ["dialled", "ended"]
    assert changes[-1].call.number_raw == "0211"
    assert changes[-1].call.direction == "out"


def test_hanging_up_right_after_the_last_digit_still_completes_the_number() -> None:
    machine = CallMachine()
    machine.hook(True, 0.0)
    machine.digit("7", 1.0)
    machine.hook(False, 1.5)
    assert kinds(machine.tick(2.5)) == ["dialled", "ended"]


def test_a_call_that_was_answered_before_a_restart_goes_on() -> None:
    machine = CallMachine()
    machine.restore(Call(direction="in", state="answered", started=0.0, answered=3.0, revision=3), 10.0)
    assert machine.hook(True, 10.1) + machine.tick(12.0) == []
    machine.hook(False, 30.0)
    (change,) = machine.tick(31.0)
    assert (change.kind, change.call.end_reason, change.call.revision) == ("ended", "restart", 4)


def test_a_call_that_ended_while_the_daemon_was_away_is_closed_at_once() -> None:
    machine = CallMachine()
    machine.restore(Call(direction="in", state="answered", started=0.0, answered=3.0, revision=3), 10.0)
    machine.hook(False, 10.1)
    assert kinds(machine.tick(11.0)) == ["ended"]


def test_a_ringing_call_survives_a_restart_and_is_answered() -> None:
    machine = CallMachine()
    machine.restore(Call(direction="in", state="ringing", started=0.0, ring_count=1, revision=1), 3.0)
    assert kinds(ring_once(machine, 5.0) + machine.hook(True, 7.0)) == ["answered"]


def test_a_line_that_went_away_closes_the_call() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    assert kinds(machine.line_lost(20.0)) == ["missed"]
    assert machine.line_lost(21.0) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ring-on", "ring-off", "off", "on", "message", "digit", "busy", "tick", "lost"]),
        st.floats(0.0, 8.0),
    ),
    max_size=60,
)


@given(STEPS)
def test_any_order_of_events_ends_in_closed_consistent_calls(steps: list[tuple[str, float]]) -> None:
    machine = CallMachine(new_key=iter(map(str, range(1000))).__next__)
    at, changes = 0.0, list[Change]()
    for step, wait in steps:
        at += wait
        match step:
            case "ring-on" | "ring-off":
                changes += machine.ring(step == "ring-on", at)
            case "off" | "on":
                changes += machine.hook(step == "off", at)
            case "message":
                changes += machine.message(NUMBER, at)
            case "digit":
                changes += machine.digit("5", at)
            case "busy":
                changes += machine.busy(at)
            case "lost":
                changes += machine.line_lost(at)
        changes += machine.tick(at)
    changes += machine.ring(False, at + 1) + machine.hook(False, at + 1)
    changes += machine.tick(at + 2) + machine.tick(at + 20)
    assert machine.call is None

    calls: dict[str, list[Change]] = {}
    for change in changes:
        calls.setdefault(change.call.key, []).append(change)
    for life in calls.values():
        last = life[-1].call
        assert [change.call.revision for change in life] == list(range(1, len(life) + 1))
        assert [change.kind for change in life].count("ended") + [c.kind for c in life].count("missed") == 1
        assert life[-1].kind in ("ended", "missed")
        assert last.ended is not None
        assert last.started <= (last.answered or last.started) <= last.ended
        assert last.number_state != "pending"
        assert last.state == ("missed" if life[-1].kind == "missed" else "ended")

"""Two calls on one line: a second caller during a conversation, and the flash that switches."""

from __future__ import annotations

from callerid.call import Call, Change
from callerid.dsp.message import CallerMessage
from callerid.lifecycle import CallMachine
from callerid.waiting import WAITS_S

FIRST = CallerMessage(standard="fsk-v23", number="02188776655")
SECOND = CallerMessage(standard="fsk-v23", number="09121234567")
THIRD = CallerMessage(standard="fsk-v23", number="09351112233")


def kinds(changes: list[Change]) -> list[tuple[str, str]]:
    return [(change.call.key, change.kind) for change in changes]


def talking() -> CallMachine:
    """A conversation since 3, and a second caller announced at 20."""
    machine = CallMachine(new_key=iter("ABCDE").__next__)
    machine.ring(True, 0.0)
    machine.ring(False, 1.0)
    machine.message(FIRST, 2.0)
    machine.hook(True, 3.0)
    machine.tone("dt-as", 20.1, began=20.0)
    changes = machine.message(SECOND, 20.9)
    assert kinds(changes) == [("B", "ringing"), ("B", "identified")]
    assert changes[0].call.started == 20.0
    return machine


def flash(machine: CallMachine, at: float, for_s: float = 0.3) -> list[Change]:
    return machine.hook(False, at) + machine.tick(at + for_s / 2) + machine.hook(True, at + for_s)


def put_down(machine: CallMachine, at: float) -> list[Change]:
    return machine.hook(False, at) + machine.tick(at + 1.0)


def test_a_second_caller_is_a_call_of_its_own_and_the_first_goes_on() -> None:
    machine = talking()
    assert machine.call is not None
    assert machine.second is not None
    assert (machine.call.number_raw, machine.second.number_raw) == (FIRST.number, SECOND.number)


def test_a_flash_answers_the_second_caller_and_another_one_goes_back() -> None:
    machine = talking()
    assert kinds(flash(machine, 25.0)) == [("B", "answered")]
    assert machine.call is not None
    assert machine.call.key == "B"
    assert flash(machine, 35.0) == []
    assert machine.call.key == "A"
    changes = put_down(machine, 40.0)
    assert kinds(changes) == [("A", "ended"), ("B", "ended")]
    assert [change.call.ended for change in changes] == [40.0, 40.0]


def test_a_second_caller_nobody_switches_to_is_missed_and_their_end_is_a_guess() -> None:
    machine = talking()
    assert machine.tick(20.9 + WAITS_S - 0.1) == []
    (change,) = machine.tick(20.9 + WAITS_S)
    assert (change.call.key, change.kind, change.call.is_estimated) == ("B", "missed", True)
    assert machine.call is not None


def test_a_second_caller_who_still_waits_rings_when_the_handset_is_put_down() -> None:
    machine = talking()
    assert kinds(put_down(machine, 25.0)) == [("A", "ended")]
    machine.ring(True, 27.0)
    machine.ring(False, 28.0)
    assert kinds(machine.hook(True, 29.0)) == [("B", "answered")]


def test_the_first_caller_hangs_up_and_the_flash_takes_the_second() -> None:
    machine = talking()
    assert kinds(machine.tone("busy", 24.0, began=22.0)) == [("A", "ended")]
    assert kinds(flash(machine, 25.0)) == [("B", "answered")]
    assert kinds(put_down(machine, 40.0)) == [("B", "ended")]


def test_a_message_said_again_is_no_further_caller_and_another_one_takes_its_place() -> None:
    machine = talking()
    assert machine.message(SECOND, 30.0) == []
    changes = machine.message(THIRD, 40.0)
    assert kinds(changes) == [("B", "missed"), ("C", "ringing"), ("C", "identified")]


def test_while_one_talks_and_one_holds_there_is_no_third() -> None:
    machine = talking()
    flash(machine, 25.0)
    assert machine.message(THIRD, 30.0) == []


def test_digits_pressed_during_a_conversation_are_no_caller() -> None:
    machine = talking()
    flash(machine, 25.0)
    assert machine.message(CallerMessage(standard="dtmf", number="123456"), 30.0) == []


def test_a_pulse_is_too_short_for_a_flash_and_a_long_one_hangs_up() -> None:
    machine = talking()
    assert flash(machine, 25.0, for_s=0.05) == []
    assert kinds(flash(machine, 26.0, for_s=0.7)) == [("A", "ended"), ("B", "answered")]


def test_both_calls_survive_a_restart() -> None:
    first = Call(direction="in", state="answered", started=0.0, answered=3.0, revision=3, key="A")
    second = Call(direction="in", state="ringing", started=20.0, identified=20.9, revision=2, key="B")
    machine = CallMachine()
    assert machine.restore(first, 30.0) + machine.restore(second, 30.0) == []
    machine.hook(True, 30.1)
    assert kinds(flash(machine, 33.0)) == [("B", "answered")]
    assert kinds(put_down(machine, 40.0)) == [("B", "ended"), ("A", "ended")]


def test_what_cannot_stand_beside_a_newer_call_is_closed_at_a_restart() -> None:
    machine = CallMachine()
    lives = [
        Call(direction="in", state="ringing", started=float(place), revision=1, key=key)
        for place, key in enumerate("ABC")
    ]
    changes = [change for call in lives for change in machine.restore(call, 10.0)]
    assert kinds(changes) == [("A", "missed"), ("B", "missed")]
    assert machine.call is lives[2]

"""The call machine on outgoing calls: digits, and what can be known of the other side."""

from __future__ import annotations

from callerid.call import Call, Change
from callerid.lifecycle import CallMachine
from callerid.outgoing import DIGITS_DONE_S, RINGBACK_GONE_S


def kinds(changes: list[Change]) -> list[str]:
    return [change.kind for change in changes]


def dialled(machine: CallMachine, digits: str = "0211") -> list[Change]:
    """Lift at 0, the last digit at 2."""
    changes = machine.hook(True, 0.0)
    for place, digit in enumerate(digits):
        changes += machine.digit(digit, 2.0 - 0.2 * (len(digits) - 1 - place))
    return changes


def put_down(machine: CallMachine, at: float) -> Call:
    machine.hook(False, at)
    return machine.tick(at + 1)[-1].call


def test_an_outgoing_call_gathers_its_digits() -> None:
    machine = CallMachine()
    changes = dialled(machine) + machine.tick(2.0 + DIGITS_DONE_S)
    assert kinds(changes) == ["dialling"] * 5 + ["dialled"]
    assert (changes[-1].call.number_raw, changes[-1].call.direction) == ("0211", "out")


def test_digits_after_the_number_is_complete_are_a_menus() -> None:
    machine = CallMachine()
    dialled(machine)
    machine.tick(10.0)
    assert machine.digit("5", 11.0) == []
    assert put_down(machine, 30.0).number_raw == "0211"


def test_hanging_up_right_after_the_last_digit_still_completes_the_number() -> None:
    machine = CallMachine()
    dialled(machine, "7")
    machine.hook(False, 2.5)
    assert kinds(machine.tick(3.5)) == ["dialled", "ended"]


def test_ringing_tone_that_does_not_come_back_is_an_answer_and_an_estimate() -> None:
    machine = CallMachine()
    dialled(machine)
    machine.tick(6.0)
    for burst in (7.0, 12.0):
        assert machine.tone("ringback", burst + 1.0, began=burst) == []
    machine.tone("voice", 15.0, began=14.2)
    assert machine.tick(12.0 + RINGBACK_GONE_S - 0.1) == []
    (change,) = machine.tick(12.0 + RINGBACK_GONE_S)
    assert (change.kind, change.call.answered, change.call.is_estimated) == ("answered", 14.2, True)
    assert put_down(machine, 60.0).end_reason == "on-hook"


def test_ringing_tone_to_the_end_is_no_answer() -> None:
    machine = CallMachine()
    dialled(machine)
    for burst in (7.0, 12.0, 17.0):
        machine.tone("ringback", burst + 1.0, began=burst)
    call = put_down(machine, 19.0)
    assert (call.end_reason, call.answered) == ("no-answer", None)


def test_busy_tone_after_the_digits_is_engaged() -> None:
    machine = CallMachine()
    dialled(machine)
    changes = machine.tone("busy", 6.0, began=4.0)
    assert kinds(changes) == ["dialled", "ended"]
    assert changes[-1].call.end_reason == "engaged"


def test_busy_tone_after_a_conversation_is_the_other_side_hanging_up() -> None:
    machine = CallMachine()
    dialled(machine)
    machine.tone("ringback", 8.0, began=7.0)
    machine.tone("voice", 9.0, began=8.5)
    machine.tick(20.0)
    (change,) = machine.tone("busy", 32.0, began=30.0)
    assert (change.call.end_reason, change.call.ended) == ("busy-tone", 30.0)


def test_a_handset_that_was_lifted_and_put_down_again_dialled_nobody() -> None:
    machine = CallMachine()
    machine.hook(True, 0.0)
    call = put_down(machine, 3.0)
    assert (call.end_reason, call.number_state) == ("not-dialled", "absent")


def test_a_dials_pulses_on_the_hook_wire_neither_end_nor_flash_a_call() -> None:
    machine = CallMachine()
    changes = machine.hook(True, 0.0)
    for pulse in range(10):
        changes += machine.hook(False, 1.0 + pulse * 0.1) + machine.hook(True, 1.06 + pulse * 0.1)
    changes += machine.digit("0", 2.2) + machine.tick(3.0)
    assert kinds(changes) == ["dialling", "dialling"]


def test_a_new_number_after_busy_tone_and_a_short_press_of_the_hook_is_a_new_call() -> None:
    machine = CallMachine(new_key=iter("AB").__next__)
    dialled(machine)
    machine.tone("busy", 6.0)
    machine.hook(False, 8.0)
    changes = machine.hook(True, 8.3) + machine.digit("1", 10.0)
    assert [(change.kind, change.call.key) for change in changes] == [("dialling", "B")] * 2


def test_dialling_goes_on_after_a_restart() -> None:
    machine = CallMachine()
    open_call = Call(direction="out", state="dialling", started=0.0, number_raw="021", revision=4)
    machine.restore(open_call, 3.0)
    changes = machine.hook(True, 3.1) + machine.digit("1", 3.5) + machine.tick(20.0)
    assert kinds(changes) == ["dialling", "dialled"]
    assert changes[-1].call.number_raw == "0211"

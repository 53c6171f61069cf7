"""The call machine on incoming calls: ringing, numbers, answers, gaps, and lines that say nothing of their hook."""

from __future__ import annotations

from callerid.call import Call, Change
from callerid.dsp.message import CallerMessage
from callerid.lifecycle import HOOK_SETTLED_S, RING_GAP_S, CallMachine
from callerid.ringing import LONGEST_RING_S, SHORTEST_RING_S

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
    (change,) = machine.tone("busy", 9.0)
    assert (change.kind, change.call.end_reason) == ("ended", "busy-tone")
    assert machine.hook(True, 9.1) == []
    machine.hook(False, 12.0)
    assert machine.tick(13.0) == []
    assert kinds(machine.hook(True, 20.0)) == ["dialling"]


def test_a_call_that_was_answered_before_a_restart_goes_on() -> None:
    machine = CallMachine()
    machine.restore(Call(direction="in", state="answered", started=0.0, answered=3.0, revision=3), 10.0)
    assert machine.hook(True, 10.1) + machine.tick(12.0) == []
    machine.hook(False, 30.0)
    (change,) = machine.tick(31.0)
    assert (change.kind, change.call.end_reason, change.call.revision) == ("ended", "on-hook", 4)
    assert not change.call.is_estimated


def test_a_call_that_ended_while_the_daemon_was_away_is_closed_at_once() -> None:
    machine = CallMachine()
    machine.restore(Call(direction="in", state="answered", started=0.0, answered=3.0, revision=3), 10.0)
    machine.hook(False, 10.1)
    (change,) = machine.tick(11.0)
    assert (change.kind, change.call.end_reason, change.call.is_estimated) == ("ended", "restart", True)


def test_a_ringing_call_survives_a_restart_and_is_answered() -> None:
    machine = CallMachine()
    machine.restore(Call(direction="in", state="ringing", started=0.0, ring_count=1, revision=1), 3.0)
    assert kinds(ring_once(machine, 5.0) + machine.hook(True, 7.0)) == ["answered"]


def test_a_line_that_went_away_closes_the_call() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    assert kinds(machine.line_lost(20.0)) == ["missed"]
    assert machine.line_lost(21.0) == []


def test_a_number_comes_with_no_ring_after_it_and_a_single_ring_is_told_apart_from_a_missed_call() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    (change,) = machine.tick(20.0)
    assert (change.kind, change.call.end_reason, change.call.ended) == ("missed", "abandoned", 1.0)


def test_a_tinkle_is_no_call() -> None:
    machine = CallMachine()
    for pulse in range(9):
        assert machine.ring(True, pulse * 0.1) == []
        assert machine.ring(False, pulse * 0.1 + SHORTEST_RING_S / 2) == []
    assert machine.tick(30.0) == []


def test_a_ring_is_told_when_it_is_long_enough_and_with_the_time_it_began() -> None:
    machine = CallMachine()
    assert machine.ring(True, 10.0) == []
    (change,) = machine.tick(10.0 + SHORTEST_RING_S)
    assert (change.kind, change.at, change.call.started) == ("ringing", 10.0, 10.0)


def test_a_ring_sensor_that_is_stuck_does_not_ring_for_ever() -> None:
    machine = CallMachine()
    changes = machine.ring(True, 0.0)
    for second in range(60):
        changes += machine.ring(True, float(second))
    assert kinds(changes) == ["ringing", "missed"]
    assert changes[-1].call.ended == LONGEST_RING_S
    machine.ring(False, 60.0)
    assert kinds(ring_once(machine, 70.0)) == ["ringing"]


def test_a_modem_that_only_announces_rings_makes_the_same_call() -> None:
    machine = CallMachine()
    changes = machine.burst(0.0) + machine.message(NUMBER, 2.0) + machine.burst(6.0) + machine.tick(20.0)
    assert kinds(changes) == ["ringing", "identified", "missed"]
    assert (changes[-1].call.ring_count, changes[-1].call.ended) == (2, 6.0)


def test_a_number_whose_last_bit_came_just_before_the_handset_was_lifted_is_kept() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    machine.hook(True, 2.50)
    assert kinds(machine.message(NUMBER, 2.52)) == ["identified"]
    assert machine.second is None


def test_a_handset_lifted_after_the_caller_gave_up_is_a_missed_call_and_a_new_one() -> None:
    machine = CallMachine(new_key=iter("AB").__next__)
    ring_once(machine, 0.0)
    ring_once(machine, 5.0)
    changes = machine.hook(True, 10.0) + machine.tone("dial-tone", 10.9, began=10.2)
    assert kinds(changes) == ["answered", "missed", "dialling"]
    assert (changes[1].call.ended, changes[1].call.answered) == (6.0, None)
    assert (changes[2].call.key, changes[2].call.started) == ("B", 10.0)


def test_a_call_that_is_talked_on_when_the_box_first_looks_has_no_direction() -> None:
    machine = CallMachine()
    machine.resume(0.0)
    (begun,) = machine.hook(True, 0.02)
    assert (begun.kind, begun.call.direction, begun.call.answered) == ("answered", "unknown", None)
    machine.hook(False, 60.0)
    (ended,) = machine.tick(61.0)
    assert (ended.call.ended, ended.call.end_reason, ended.call.is_estimated) == (60.0, "on-hook", True)


def test_dial_tone_at_the_first_look_means_that_somebody_is_about_to_dial() -> None:
    machine = CallMachine()
    machine.resume(0.0)
    machine.hook(True, 0.02)
    (change,) = machine.tone("dial-tone", 0.8, began=0.1)
    assert (change.kind, change.call.direction) == ("dialling", "out")
    assert kinds(machine.digit("1", 2.0)) == ["dialling"]


def test_a_call_answered_while_the_line_was_away_is_marked_as_estimated() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    machine.resume(8.0)
    assert machine.tick(8.1) == []  # nobody knows what rang meanwhile
    (change,) = machine.hook(True, 8.2)
    assert (change.kind, change.call.is_estimated) == ("answered", True)


def test_the_end_of_a_call_that_fell_into_a_gap_is_said_to_be_unseen() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    machine.hook(True, 2.0)
    machine.resume(9.0)
    machine.hook(False, 9.02)
    (change,) = machine.tick(10.0)
    assert (change.call.end_reason, change.call.is_estimated) == ("line-lost", True)


def test_a_judged_hook_marks_the_call_with_its_confidence_and_counts_from_when_it_happened() -> None:
    machine = CallMachine()
    ring_once(machine, 0.0)
    machine.hook(True, 2.0, since=1.6, is_estimated=True, confidence=0.7)
    machine.hook(False, 40.0, since=25.0, is_estimated=True, confidence=0.4)
    (change,) = machine.tick(40.02)
    call = change.call
    assert (call.answered, call.ended, call.is_estimated, call.estimate_confidence) == (1.6, 25.0, True, 0.4)


def test_ringing_proves_a_judged_hook_wrong_and_leaves_a_sensed_one_alone() -> None:
    judged = CallMachine(new_key=iter("AB").__next__)
    judged.hook(True, 0.0, is_estimated=True, confidence=0.5)
    assert kinds(ring_once(judged, 30.0) + judged.tick(31.0)) == ["ended", "ringing"]
    sensed = CallMachine()
    sensed.hook(True, 0.0)
    assert ring_once(sensed, 30.0) == []


def test_a_second_call_right_after_the_first_is_a_call_of_its_own() -> None:
    machine = CallMachine(new_key=iter("AB").__next__)
    ring_once(machine, 0.0)
    machine.hook(True, 2.0)
    machine.hook(False, 20.0)
    changes = machine.ring(True, 20.1) + machine.ring(False, 21.1)
    assert kinds(changes) == ["ended", "ringing"]
    assert (changes[0].call.ended, changes[1].call.key, changes[1].call.started) == (20.0, "B", 20.1)

"""When a recording begins and ends; whatever the order of inputs, starts and stops alternate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.trigger import LONGEST_S, SILENCE_LIMIT_S, Change, ChangeKind, Start, Stop, Trigger


def changed(kind: ChangeKind, at: float, call: str = "a", reason: str | None = None) -> Change:
    return Change(kind, call, at, reason)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("on-hook", "on-hook"), ("busy-tone", "busy-tone"), ("line-lost", "line-lost"), ("restart", "on-hook")],
)
def test_an_incoming_call_is_recorded_from_answer_to_end(reason: str, expected: str) -> None:
    trigger = Trigger()
    assert trigger.change(changed("ringing", 0)) == []
    assert trigger.change(changed("identified", 1)) == []
    assert trigger.change(changed("answered", 5)) == [Start("a", 5)]
    assert trigger.is_recording
    assert trigger.change(changed("ended", 60, reason=reason)) == [Stop("a", expected, 60)]  # type: ignore[arg-type]
    assert not trigger.is_recording


def test_an_outgoing_call_is_recorded_from_off_hook_on() -> None:
    trigger = Trigger()
    assert trigger.change(changed("dialling", 0)) == [Start("a", 0)]
    assert trigger.change(changed("dialling", 1)) == []
    assert trigger.change(changed("dialled", 6)) == []
    assert trigger.change(changed("ended", 9, reason="on-hook")) == [Stop("a", "on-hook", 9)]


def test_a_missed_call_is_not_recorded() -> None:
    trigger = Trigger()
    trigger.change(changed("ringing", 0))
    assert trigger.change(changed("missed", 30)) == []


def test_the_end_of_another_call_ends_nothing() -> None:
    trigger = Trigger()
    trigger.change(changed("answered", 0))
    assert trigger.change(changed("missed", 10, call="b")) == []
    assert trigger.is_recording


def test_the_next_call_ends_a_recording_whose_end_was_not_told() -> None:
    trigger = Trigger()
    trigger.change(changed("answered", 0))
    assert trigger.change(changed("answered", 50, call="b")) == [Stop("a", "on-hook", 50), Start("b", 50)]


def test_silence_ends_it_and_a_voice_begins_a_second_part() -> None:
    trigger = Trigger()
    trigger.change(changed("answered", 0))
    assert trigger.sound(True, 10) == []
    assert trigger.tick(10 + SILENCE_LIMIT_S - 1) == []
    assert trigger.sound(False, 10 + SILENCE_LIMIT_S) == [Stop("a", "silence", 10 + SILENCE_LIMIT_S)]
    assert trigger.tick(500) == []
    assert trigger.sound(True, 600) == [Start("a", 600)]
    assert trigger.change(changed("ended", 610)) == [Stop("a", "on-hook", 610)]
    assert trigger.sound(True, 620) == []


def test_no_recording_is_longer_than_the_limit_and_voice_does_not_begin_it_anew() -> None:
    trigger = Trigger()
    trigger.change(changed("answered", 0))
    trigger.sound(True, LONGEST_S - 1)
    assert trigger.tick(LONGEST_S) == [Stop("a", "longest", LONGEST_S)]
    assert trigger.sound(True, LONGEST_S + 1) == []
    trigger.change(changed("ended", LONGEST_S + 2))
    assert trigger.change(changed("answered", LONGEST_S + 3, call="b")) == [Start("b", LONGEST_S + 3)]


def test_a_lost_line_and_the_daemons_end_close_the_recording() -> None:
    for end, reason in ((Trigger.line_lost, "line-lost"), (Trigger.shut_down, "stopped")):
        trigger = Trigger()
        trigger.change(changed("answered", 0))
        assert end(trigger, 3) == [Stop("a", reason, 3)]  # type: ignore[arg-type]
        assert end(trigger, 4) == []


KINDS = st.sampled_from(["ringing", "identified", "answered", "missed", "dialling", "dialled", "ended"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["change", "change", "voice", "quiet", "tick", "lost", "down"]),
        KINDS,
        st.sampled_from("abc"),
        st.floats(0, 3 * SILENCE_LIMIT_S),
    ),
    max_size=60,
)


@given(STEPS)
def test_starts_and_stops_alternate_whatever_happens(
    steps: list[tuple[str, ChangeKind, str, float]],
) -> None:
    trigger, at, orders = Trigger(), 0.0, []
    for what, kind, call, passed in steps:
        at += passed
        match what:
            case "change":
                orders += trigger.change(changed(kind, at, call))
            case "voice" | "quiet":
                orders += trigger.sound(what == "voice", at)
            case "tick":
                orders += trigger.tick(at)
            case "lost":
                orders += trigger.line_lost(at)
            case _:
                orders += trigger.shut_down(at)
        assert trigger.is_recording == (bool(orders) and isinstance(orders[-1], Start))
    open_call: str | None = None
    last = 0.0
    for order in orders:
        assert order.at >= last
        last = order.at
        if isinstance(order, Start):
            assert open_call is None
            open_call = order.call_id
        else:
            assert open_call == order.call_id
            open_call = None

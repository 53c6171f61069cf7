"""A line without pins: calls made of its sound alone are whole, and say that their times are estimated."""

from __future__ import annotations

from datetime import datetime

import pytest

from callerid.call import Call
from callerid.drivers import Frame
from callerid.exchange.line import BLOCK_S, SimulatedLine
from callerid.exchange.plans import IncomingPlan, OutgoingPlan
from callerid.listening import Heard, Listener

NUMBER = "09121234567"
BEGIN = 100.0
IDLE_S, REST_S = 3.0, 18.0


def live_through(
    plan: IncomingPlan | OutgoingPlan, *, has_hook: bool = False
) -> tuple[list[Heard], list[float]]:
    """Give what was heard of a call, and when its hook really moved."""
    line, listener = SimulatedLine(), Listener(8000)
    heard, moved = list[Heard](), list[float]()
    was_off, rest = False, round((IDLE_S + REST_S) / BLOCK_S)
    blocks = 0
    while rest or line.is_busy:
        if blocks == round(IDLE_S / BLOCK_S):
            line.start(plan, datetime(2026, 11, 22, 12, 0))
        rest -= not line.is_busy
        block = line.step()
        blocks += 1
        at = BEGIN + blocks * BLOCK_S
        if block.off_hook != was_off:
            moved.append(at)
            was_off = block.off_hook
        heard += listener.feed(Frame(block.sound, at, None, block.off_hook if has_hook else None))
    return heard, moved


def kinds(heard: list[Heard]) -> list[str]:
    return [one.change.kind for one in heard]


@pytest.mark.parametrize(
    ("answer_after", "hang_up_first"), [(6.4, "office"), (7.0, "caller"), (0.6, "office")]
)
def test_an_answered_call_has_estimated_times_near_the_true_ones(
    answer_after: float, hang_up_first: str
) -> None:
    plan = IncomingPlan(
        number=NUMBER, answer_after=answer_after, talk=6, hang_up_first=hang_up_first  # type: ignore[arg-type]
    )  # fmt: skip
    heard, moved = live_through(plan)
    expected = ["ringing", "identified", "answered", "ended"]
    assert kinds(heard) == (
        expected if answer_after > 3 else [kind for kind in expected if kind != "identified"]
    )
    call = heard[-1].change.call
    assert call.answered == pytest.approx(moved[0], abs=0.2)
    assert call.end_reason == ("busy-tone" if hang_up_first == "caller" else "on-hook")
    assert call.ended == pytest.approx(moved[1] - (4.0 if hang_up_first == "caller" else 0.0), abs=0.3)
    assert call.is_estimated
    assert call.estimate_confidence is not None
    assert 0.3 <= call.estimate_confidence < 1


def test_a_missed_call_is_not_estimated() -> None:
    heard, _moved = live_through(IncomingPlan(number=NUMBER, rings=2))
    assert kinds(heard) == ["ringing", "identified", "missed"]
    assert not heard[-1].change.call.is_estimated


def test_an_outgoing_call_is_read_from_its_tones() -> None:
    heard, moved = live_through(OutgoingPlan(number="02112345678", talk=5))
    call = heard[-1].change.call
    assert (call.direction, call.number_raw, call.is_estimated) == ("out", "02112345678", True)
    assert call.started == pytest.approx(moved[0], abs=1.0)
    assert call.ended == pytest.approx(moved[1], abs=0.3)


def test_a_wire_is_believed_and_nothing_is_judged() -> None:
    heard, _moved = live_through(IncomingPlan(number=NUMBER, answer_after=6.4, talk=3), has_hook=True)
    assert kinds(heard) == ["ringing", "identified", "answered", "ended"]
    assert not heard[-1].change.call.is_estimated


def test_a_call_taken_up_after_a_restart_ends_with_the_silence() -> None:
    listener = Listener(8000)
    listener.machine().restore(
        Call(direction="in", state="answered", started=BEGIN - 60, answered=BEGIN - 50, key="one"), BEGIN
    )
    line, heard = SimulatedLine(), list[Heard]()
    for block in range(round(20 / BLOCK_S)):
        heard += listener.feed(Frame(line.step().sound, BEGIN + (block + 1) * BLOCK_S, None, None))
    assert kinds(heard) == ["ended"]
    assert heard[-1].change.call.is_estimated

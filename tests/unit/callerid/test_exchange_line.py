"""The simulated line obeys physics: cadence, hook, cut messages, busy tone, noise."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

import numpy as np
import pytest

from callerid.exchange.line import BLOCK, BLOCK_S, RING_OFF_S, RING_ON_S, Sensed, SimulatedLine
from callerid.exchange.plans import STANDARDS, IncomingPlan, OutgoingPlan, WaitOrder
from callerid.exchange.scripts import wait_script

NOW = datetime(2026, 11, 22, 15, 24)
NUMBER = "09121234567"


def whole_call(plan: IncomingPlan | OutgoingPlan, line: SimulatedLine | None = None) -> list[Sensed]:
    line = line or SimulatedLine()
    line.start(plan, NOW)
    blocks = []
    while line.is_busy:
        blocks.append(line.step())
    return blocks


def spans(blocks: list[Sensed], sensor: str) -> list[tuple[bool, float]]:
    runs = groupby(blocks, key=lambda block: bool(getattr(block, sensor)))
    return [(state, round(len(list(run)) * BLOCK_S, 2)) for state, run in runs]


def test_the_telephone_rings_one_second_in_five() -> None:
    rings = spans(whole_call(IncomingPlan(number=NUMBER, rings=3)), "ring")
    assert rings[0] == (True, RING_ON_S)
    assert rings[1] == (False, RING_OFF_S)
    assert [state for state, _length in rings[:6]] == [True, False] * 3


@pytest.mark.parametrize("standard", ["fsk-bell202", "fsk-v23"])
def test_fsk_stands_between_the_first_two_rings(standard: str) -> None:
    blocks = whole_call(IncomingPlan(number=NUMBER, standard=standard, rings=2))  # type: ignore[arg-type]
    (at,) = [place * BLOCK_S for place, block in enumerate(blocks) if block.ends_number >= 0]
    assert RING_ON_S + 0.5 < at < RING_ON_S + RING_OFF_S - 0.2


def test_dtmf_stands_before_the_first_ring() -> None:
    blocks = whole_call(IncomingPlan(number=NUMBER, standard="dtmf", rings=1))
    (at,) = [place for place, block in enumerate(blocks) if block.ends_number >= 0]
    first_ring = next(place for place, block in enumerate(blocks) if block.ring)
    assert 0.2 <= (first_ring - at) * BLOCK_S <= 0.5


@pytest.mark.parametrize("standard", STANDARDS)
def test_nothing_rings_once_the_handset_is_lifted(standard: str) -> None:
    plan = IncomingPlan(number=NUMBER, standard=standard, answer_after=6.3, talk=2)  # type: ignore[arg-type]
    blocks = whole_call(plan)
    lifted = next(place for place, block in enumerate(blocks) if block.off_hook)
    assert not any(block.ring for block in blocks[lifted:])
    assert all(not (block.ring and block.off_hook) for block in blocks)


def test_lifting_the_handset_cuts_the_message() -> None:
    blocks = whole_call(IncomingPlan(number=NUMBER, answer_after=1.8, talk=1))
    assert all(block.ends_number < 0 for block in blocks)


def test_a_caller_who_hangs_up_leaves_busy_tone_until_the_handset_is_put_down() -> None:
    blocks = whole_call(IncomingPlan(number=NUMBER, answer_after=0.5, talk=1, hang_up_first="caller"))
    assert spans(blocks, "off_hook")[-1][0] is False
    lifted = [block for block in blocks if block.off_hook]
    tail = np.concatenate([block.sound for block in lifted[-100:]])
    spectrum = np.abs(np.fft.rfft(tail))
    assert abs(spectrum.argmax() * 8000 / len(tail) - 425) < 5


def test_orders_are_obeyed_at_the_next_block() -> None:
    line = SimulatedLine()
    line.start(IncomingPlan(number=NUMBER, talk=100), NOW)
    for _ in range(20):
        line.step()
    line.answer()
    assert line.step().off_hook
    line.hang_up()
    for _ in range(20):
        line.step()
    assert not line.is_busy


def test_a_busy_line_takes_no_second_call() -> None:
    line = SimulatedLine()
    line.start(IncomingPlan(number=NUMBER), NOW)
    with pytest.raises(ValueError, match="busy"):
        line.start(IncomingPlan(number=NUMBER), NOW)


def test_every_block_is_whole_noisy_and_within_full_scale() -> None:
    line = SimulatedLine()
    blocks = whole_call(IncomingPlan(number=NUMBER, rings=1), line) + [line.step() for _ in range(500)]
    assert {len(block.sound) for block in blocks} == {BLOCK}
    assert all(0 < np.abs(block.sound).max() <= 1.0 for block in blocks)


def test_an_outgoing_call_is_off_hook_from_dial_tone_to_hang_up() -> None:
    blocks = whole_call(OutgoingPlan(number="02112345678", ringback=1, talk=1))
    assert [state for state, _length in spans(blocks, "off_hook")] == [True, False]


def test_a_second_caller_is_announced_in_the_conversation_and_the_hook_is_pressed_for_a_moment() -> None:
    line = SimulatedLine()
    line.start(IncomingPlan(number=NUMBER, answer_after=0.5, talk=5, hang_up_first="office"), NOW)
    with pytest.raises(ValueError, match="nobody talks"):
        line.flash()
    blocks = [line.step() for _ in range(60)]
    line.announce(wait_script(WaitOrder(number="02187654321"), NOW))
    blocks += [line.step() for _ in range(60)]
    line.flash()
    while line.is_busy:
        blocks.append(line.step())
    (told,) = [block for block in blocks if block.ends_number >= 0]
    assert told.number == "02187654321"
    pauses = [length for state, length in spans(blocks, "off_hook") if not state]
    assert pauses[1] == pytest.approx(0.3)


def test_a_line_without_the_service_sends_nothing_of_the_caller() -> None:
    for standard in STANDARDS:
        plan = IncomingPlan(number=NUMBER, standard=standard, caller_id=False, rings=2)  # type: ignore[arg-type]
        assert all(block.ends_number < 0 for block in whole_call(plan))


def test_a_dial_opens_the_loop_once_a_pulse() -> None:
    blocks = whole_call(OutgoingPlan(number="23", method="pulse", ringback=1, talk=1))
    openings = [length for state, length in spans(blocks, "off_hook") if not state][:-1]
    assert len(openings) == 5
    assert all(0.04 <= length <= 0.08 for length in openings)


@pytest.mark.parametrize("outcome", ["no-answer", "busy"])
def test_an_outgoing_call_that_is_not_answered_has_no_conversation(outcome: str) -> None:
    line = SimulatedLine()
    line.start(OutgoingPlan(number="118", outcome=outcome, ringback=3), NOW)  # type: ignore[arg-type]
    while line.is_busy:
        line.step()
        assert not line.is_talking

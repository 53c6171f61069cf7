"""Lifting and putting down judged from the sound: claims on the simulated line, and on lines without clicks.

The ringing, tones and voices come from callerid.synth; noise has a seed. What no sound can tell is claimed too:
a caller who gives up is never taken for an answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import numpy as np
import pytest

from callerid.dsp.bank import DecoderBank
from callerid.dsp.message import Samples
from callerid.dsp.signals import LineSignals
from callerid.dsp.signals.judged_hook import HookJudge, Judged
from callerid.exchange.line import BLOCK, BLOCK_S, SimulatedLine
from callerid.exchange.plans import STANDARDS, IncomingPlan, OutgoingPlan
from callerid.synth import tones
from callerid.synth.speech import speech

RATE = 8000
BEFORE_S, AFTER_S = 3.0, 16.0
NUMBER = "02188776655"
LONG_NAME = "A VERY LONG NAME OF A COMPANY WITH MANY WORDS"


def judge(sound: Samples, block: int = BLOCK, *, bank: DecoderBank | None = None) -> list[Judged]:
    judge, signals = HookJudge(RATE), LineSignals(RATE)
    found = []
    for at in range(0, len(sound), block):
        piece = sound[at : at + block]
        messages = bank.feed(piece) if bank is not None else []
        found += judge.feed(piece, signals.feed(piece), has_message=bool(messages))
    return found


def on_line(
    plan: IncomingPlan | OutgoingPlan, seed: int = 1
) -> tuple[list[Judged], list[tuple[float, bool]]]:
    """Give what was judged of a simulated call, and what the hook really did."""
    line = SimulatedLine(seed)
    sound, truth, before, at = [], list[tuple[float, bool]](), False, 0.0
    idle = round(BEFORE_S / BLOCK_S)
    while len(sound) <= idle or line.is_busy:
        if len(sound) == idle:
            line.start(plan, datetime(2026, 11, 22, 12, 0))
        block = line.step()
        if block.off_hook != before:
            truth.append((at, block.off_hook))
            before = block.off_hook
        sound.append(block.sound)
        at += BLOCK_S
    rest = tones.noise(AFTER_S, -62.0, seed)
    return judge(np.concatenate([*sound, rest]), bank=DecoderBank(RATE)), truth


@pytest.mark.parametrize(
    ("answer_after", "standard"), list(zip([0.5, 1.7, 3.0, 5.5, 7.0, 10.4], 2 * STANDARDS, strict=True))
)
@pytest.mark.parametrize("hang_up_first", ["caller", "office"])
def test_an_answered_call_is_judged_to_a_fifth_of_a_second(
    answer_after: float, standard: Literal["fsk-bell202"], hang_up_first: Literal["caller", "office"]
) -> None:
    plan = IncomingPlan(
        number=NUMBER, standard=standard, answer_after=answer_after, talk=8, hang_up_first=hang_up_first
    )
    found, truth = on_line(plan, seed=round(10 * answer_after))
    assert [one.is_lifted for one in found] == [True, False]
    assert [one.t for one in found] == pytest.approx([at for at, _state in truth], abs=0.2)
    assert found[1].reason in ("on-hook-click", "silence")  # in the middle of a word the click is not heard
    assert all(0 < one.confidence < 1 for one in found)


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize(("rings", "name"), [(0, None), (1, LONG_NAME), (2, None), (3, LONG_NAME)])
def test_a_caller_who_gives_up_is_never_an_answer(
    standard: Literal["fsk-bell202"], rings: int, name: str | None
) -> None:
    found, _truth = on_line(
        IncomingPlan(number=NUMBER, name=name, standard=standard, rings=rings), seed=rings + 5
    )
    assert found == []


def test_an_outgoing_call_begins_with_the_click_before_its_dial_tone() -> None:
    found, truth = on_line(OutgoingPlan(number=NUMBER, talk=6))
    assert [one.is_lifted for one in found] == [True, False]
    assert found[0].reason == "dial-tone"
    assert [one.t for one in found] == pytest.approx([at for at, _state in truth], abs=0.2)


def quiet_call(*, cut_s: float, talk: Samples, noise_dbm0: float, seed: int) -> tuple[Samples, float]:
    """A tap that passes no click: a ring, its pause, a ring cut after `cut_s`, then `talk`; and when it was cut."""
    parts = [
        tones.silence(BEFORE_S), tones.ring_burst(1.0), tones.silence(4.0), tones.ring_burst(1.0)[: int(cut_s * RATE)],
    ]  # fmt: skip
    lifted = sum(len(part) for part in parts) / RATE
    whole = np.concatenate([*parts, talk])
    noise = tones.noise(len(whole) / RATE + 0.1, noise_dbm0, seed)[: len(whole)]
    return np.clip(whole + noise, -1, 1).astype(np.float32), lifted


@pytest.mark.parametrize(("noise_dbm0", "seed"), [(-62.0, 1), (-55.0, 2), (-50.0, 3)])
def test_without_clicks_a_cut_ring_and_voices_are_an_answer_and_long_silence_its_end(
    noise_dbm0: float, seed: int
) -> None:
    talk = np.concatenate((speech(10.0, seed), tones.silence(17.0)))
    sound, lifted = quiet_call(cut_s=0.5, talk=talk, noise_dbm0=noise_dbm0, seed=seed)
    found = judge(sound)
    assert [(one.is_lifted, one.reason) for one in found] == [(True, "cut-ring"), (False, "silence")]
    assert found[0].t == pytest.approx(lifted, abs=0.2)
    assert lifted + 8.5 < found[1].t <= lifted + 10.2
    assert found[1].confidence < found[0].confidence


def test_the_end_of_busy_tone_is_the_end() -> None:
    talk = np.concatenate((speech(6.0, 4), tones.busy_tone(5.0), tones.silence(6.0)))
    sound, lifted = quiet_call(cut_s=0.5, talk=talk, noise_dbm0=-60.0, seed=4)
    found = judge(sound)
    assert [one.reason for one in found] == ["cut-ring", "tone-over"]
    assert found[1].t == pytest.approx(lifted + 11.0, abs=0.6)


def test_a_pause_in_the_talk_is_not_its_end() -> None:
    talk = np.concatenate((speech(4.0, 5), tones.silence(12.0), speech(4.0, 6), tones.silence(2.0)))
    sound, _lifted = quiet_call(cut_s=0.5, talk=talk, noise_dbm0=-60.0, seed=5)
    assert [one.reason for one in judge(sound)] == ["cut-ring"]


def test_a_cut_ring_alone_is_a_caller_who_gave_up() -> None:
    sound, _lifted = quiet_call(cut_s=0.4, talk=tones.silence(10.0), noise_dbm0=-60.0, seed=6)
    assert judge(sound) == []


def test_ringing_again_ends_what_was_judged_and_a_new_answer_is_found() -> None:
    once, first = quiet_call(cut_s=0.5, talk=speech(6.0, 7), noise_dbm0=-60.0, seed=7)
    twice, second = quiet_call(cut_s=0.5, talk=speech(6.0, 8), noise_dbm0=-60.0, seed=8)
    found = judge(np.concatenate((once, twice)))
    lifted = [one.t for one in found if one.is_lifted]
    assert lifted == pytest.approx([first, len(once) / RATE + second], abs=0.2)


def test_voices_on_an_idle_line_are_no_call() -> None:
    sound = np.concatenate((tones.silence(3.0), speech(20.0, 9)))
    assert judge((sound + tones.noise(23.1, -60.0, 9)[: len(sound)]).astype(np.float32)) == []


@pytest.mark.parametrize("block", [80, 441, 4000])
def test_the_judgement_does_not_hang_on_the_size_of_the_blocks(block: int) -> None:
    talk = np.concatenate((speech(5.0, 10), tones.silence(17.0)))
    sound, lifted = quiet_call(cut_s=0.5, talk=talk, noise_dbm0=-60.0, seed=10)
    found = judge(sound, block)
    assert [one.reason for one in found] == ["cut-ring", "silence"]
    assert found[0].t == pytest.approx(lifted, abs=0.2)

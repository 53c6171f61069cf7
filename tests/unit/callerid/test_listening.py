"""From the simulated line's sound to calls: what a browser will show was decoded from samples."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from callerid.drivers import Fact, Frame
from callerid.dsp.message import CallerMessage
from callerid.exchange.line import BLOCK_S, SimulatedLine
from callerid.exchange.plans import STANDARDS, IncomingPlan, OutgoingPlan, WaitOrder
from callerid.exchange.scripts import wait_script
from callerid.listening import Heard, Listener

NOW = datetime(2026, 11, 22, 15, 24)
NUMBER = "09121234567"


def live_through(plan: IncomingPlan | OutgoingPlan, *, senses: bool = True) -> list[Heard]:
    line, listener = SimulatedLine(), Listener(8000)
    machine = listener.machine()
    heard, at = list[Heard](), 0.0
    for _ in range(10):  # a line that lies idle
        at += BLOCK_S
        listener.feed(Frame(line.step().sound, at, False if senses else None, False))
    line.start(plan, NOW)
    while line.is_busy or machine.call is not None:
        block = line.step()
        at += BLOCK_S
        as_card = np.round(block.sound * 32767).astype(np.int16).astype(np.float32) / 32768
        heard += listener.feed(Frame(as_card, at, block.ring if senses else None, block.off_hook))
        assert at < 120, "the call never ended"
    return heard


def kinds(heard: list[Heard]) -> list[str]:
    return [one.change.kind for one in heard]


@pytest.mark.parametrize("standard", STANDARDS)
def test_each_signalling_gives_its_number_and_name(standard: str) -> None:
    plan = IncomingPlan(number=NUMBER, standard=standard, answer_after=7, talk=2)  # type: ignore[arg-type]
    heard = live_through(plan)
    assert kinds(heard) == ["ringing", "identified", "answered", "ended"]
    assert heard[-1].change.call.number_raw == NUMBER
    assert heard[-1].change.call.standard == standard


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_withheld_number_is_known_to_be_withheld(standard: str) -> None:
    heard = live_through(IncomingPlan(withheld=True, standard=standard, rings=2))  # type: ignore[arg-type]
    assert kinds(heard) == ["ringing", "identified", "missed"]
    assert heard[-1].change.call.number_state == "withheld"


@pytest.mark.parametrize("standard", STANDARDS)
def test_an_unavailable_number_is_known_to_be_unavailable(standard: str) -> None:
    heard = live_through(IncomingPlan(standard=standard, rings=2))  # type: ignore[arg-type]
    assert heard[-1].change.call.number_state == "unavailable"


def test_a_handset_lifted_too_early_leaves_the_number_absent() -> None:
    heard = live_through(IncomingPlan(number=NUMBER, answer_after=1.7, talk=2))
    assert kinds(heard) == ["ringing", "answered", "ended"]
    assert heard[-1].change.call.number_state == "absent"


def test_ringing_is_heard_where_no_wire_senses_it() -> None:
    heard = live_through(IncomingPlan(number=NUMBER, rings=3), senses=False)
    assert kinds(heard) == ["ringing", "identified", "missed"]
    assert heard[-1].change.call.ring_count == 3


def test_the_number_is_given_out_within_twenty_milliseconds_of_its_last_bit() -> None:
    for standard in STANDARDS:
        heard = live_through(IncomingPlan(number=NUMBER, standard=standard, rings=2))  # type: ignore[arg-type]
        (identified,) = [one for one in heard if one.change.kind == "identified"]
        assert identified.last_bit_monotonic is not None
        # 20 ms of decoding and up to 20 ms until the block that holds the last bit is complete.
        assert 0 <= identified.change.at - identified.last_bit_monotonic <= 0.040


def test_what_the_office_dials_is_read_from_its_tones() -> None:
    heard = live_through(OutgoingPlan(number="02112345678", talk=2))
    assert kinds(heard) == ["dialling"] * 12 + ["dialled", "answered", "ended"]
    assert heard[-1].change.call.number_raw == "02112345678"


def test_busy_tone_ends_a_call_before_the_handset_is_put_down() -> None:
    heard = live_through(IncomingPlan(number=NUMBER, answer_after=6, talk=2, hang_up_first="caller"))
    assert heard[-1].change.call.end_reason == "busy-tone"


@pytest.mark.parametrize(
    ("plan", "reason", "is_answered"),
    [
        (OutgoingPlan(number="0123456789", method="pulse", ringback=9, talk=9), "on-hook", True),
        (OutgoingPlan(number="02112345678", ringback=9, talk=9, hang_up_first="caller"), "busy-tone", True),
        (OutgoingPlan(number="02112345678", ringback=12, outcome="no-answer"), "no-answer", False),
        (OutgoingPlan(number="02112345678", outcome="busy"), "engaged", False),
    ],
    ids=["pulse", "other side hangs up", "no answer", "busy"],
)
def test_what_becomes_of_an_outgoing_call_is_heard(
    plan: OutgoingPlan, reason: str, is_answered: bool
) -> None:
    call = live_through(plan)[-1].change.call
    assert (call.number_raw, call.end_reason, call.answered is not None) == (plan.number, reason, is_answered)


@pytest.mark.parametrize("standard", ["fsk-bell202", "fsk-v23"])
def test_a_second_caller_is_read_in_the_conversation_and_switched_to(standard: str) -> None:
    line, listener = SimulatedLine(), Listener(8000)
    line.start(IncomingPlan(number=NUMBER, answer_after=6, talk=12, hang_up_first="office"), NOW)
    heard, at, order = list[Heard](), 0.0, WaitOrder(number="02187654321", standard=standard)  # type: ignore[arg-type]
    while line.is_busy or listener.machine().call is not None:
        block = line.step()
        at += BLOCK_S
        heard += listener.feed(Frame(block.sound, at, block.ring, block.off_hook))
        if round(at, 2) == 9.0:
            line.announce(wait_script(order, NOW))
        elif round(at, 2) == 14.0:
            line.flash()
    second = [one.change for one in heard if one.change.call.number_raw == "02187654321"]
    assert [change.kind for change in second] == ["identified", "answered", "ended"]
    assert second[0].call.started == pytest.approx(9.02, abs=0.1)
    assert second[1].at == pytest.approx(14.3, abs=0.1)
    ends = {one.change.call.number_raw: one.change.call.ended for one in heard if one.change.kind == "ended"}
    assert set(ends) == {NUMBER, "02187654321"}


def say(listener: Listener, at: float, *facts: Fact, channel: str = "") -> list[Heard]:
    nothing = np.zeros(0, np.float32)
    return listener.feed(Frame(nothing, at, facts=facts, channel=channel))


def test_a_front_end_that_decodes_for_itself_makes_the_same_calls() -> None:
    listener = Listener(8000, hears_line=False)
    who = Fact(kind="message", message=CallerMessage(standard="modem", number=NUMBER))
    heard = (
        say(listener, 1.0, Fact(kind="ring"))
        + say(listener, 2.5, who)
        + say(listener, 6.0, Fact(kind="ring"))
    )
    heard += say(listener, 15.0)
    assert kinds(heard) == ["ringing", "identified", "missed"]
    assert heard[-1].change.call.ring_count == 2


def test_a_front_end_with_several_calls_at_once_keeps_them_apart() -> None:
    keys = iter(map(str, range(100)))
    listener = Listener(8000, lambda: next(keys), hears_line=False)
    heard = list[Heard]()
    for call in range(30):
        who = Fact(kind="message", message=CallerMessage(standard="sip", number=f"09120000{call:03}"))
        heard += say(listener, 1.0 + call / 100, Fact(kind="ring"), who, channel=f"c{call}")
    for call in range(30):
        fact = Fact(kind="lifted") if call % 2 else Fact(kind="over", reason="answered-elsewhere")
        heard += say(listener, 3.0, fact, channel=f"c{call}")
    for call in range(30):
        heard += say(listener, 4.0, Fact(kind="over"), channel=f"c{call}")
    ended = {one.change.call.number_raw: one.change.call for one in heard if one.change.kind == "ended"}
    assert len(ended) == 30
    assert ended["09120000001"].answered == 3.0
    assert ended["09120000000"].end_reason == "answered-elsewhere"
    assert listener.machines == {}

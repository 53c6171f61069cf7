"""Whatever order things happen in: every call is told whole, closed once, and its story never runs back."""

from __future__ import annotations

import itertools

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from callerid.call import Call, Change
from callerid.dsp.message import CallerMessage
from callerid.lifecycle import CallMachine, Tone

AT_ONCE = 2
LONGEST_WAIT_S = 40.0
NUMBERS = st.sampled_from(["09121234567", "02188776655", None])
TONES: list[Tone] = ["busy", "congestion", "howler", "dial-tone", "ringback", "voice", "dt-as"]


class LineOfHypothesis(RuleBasedStateMachine):
    """A line on which anything may follow anything."""

    def __init__(self) -> None:
        super().__init__()
        keys = itertools.count()
        self.at = 100.0
        self.machine = CallMachine(lambda: str(next(keys)))
        self.lives: dict[str, list[Change]] = {}

    @rule(wait_s=st.floats(0.0, 2.0) | st.floats(0.0, LONGEST_WAIT_S))
    def time_passes(self, wait_s: float) -> None:
        self.at += wait_s
        self.take(self.machine.tick(self.at))

    @rule(is_on=st.booleans(), wait_s=st.floats(0.0, 2.0))
    def ringing(self, is_on: bool, wait_s: float) -> None:
        self.at += wait_s
        self.take(self.machine.ring(is_on, self.at))

    @rule()
    def announced_ring(self) -> None:
        self.take(self.machine.burst(self.at))

    @rule(is_off=st.booleans(), wait_s=st.floats(0.0, 1.0))
    def hook(self, is_off: bool, wait_s: float) -> None:
        self.at += wait_s
        self.take(self.machine.hook(is_off, self.at))

    @rule(is_off=st.booleans(), ago_s=st.floats(0.0, 30.0), confidence=st.floats(0.0, 1.0))
    def judged_hook(self, is_off: bool, ago_s: float, confidence: float) -> None:
        self.take(
            self.machine.hook(
                is_off, self.at, since=self.at - ago_s, is_estimated=True, confidence=confidence
            )
        )

    @rule(number=NUMBERS, standard=st.sampled_from(["fsk-v23", "dtmf", "modem"]))
    def message(self, number: str | None, standard: str) -> None:
        said = CallerMessage(standard=standard, number=number, reason=None if number else "P")  # type: ignore[arg-type]
        self.take(self.machine.message(said, self.at))

    @rule(digits=st.text("0123456789*#", min_size=1, max_size=4))
    def dialling(self, digits: str) -> None:
        for digit in digits:
            self.at += 0.2
            self.take(self.machine.digit(digit, self.at))

    @rule(tone=st.sampled_from(TONES), ago_s=st.floats(0.0, 4.0))
    def tone(self, tone: Tone, ago_s: float) -> None:
        self.take(self.machine.tone(tone, self.at, began=self.at - ago_s))

    @rule(reason=st.sampled_from(["answered-elsewhere", "on-hook", "caller-gave-up"]))
    def over(self, reason: str) -> None:
        self.take(self.machine.over(reason, self.at))  # type: ignore[arg-type]

    @rule()
    def lost(self) -> None:
        self.take(self.machine.line_lost(self.at))

    @rule(away_s=st.floats(0.0, 10.0))
    def away(self, away_s: float) -> None:
        self.at += away_s
        self.take(self.machine.resume(self.at))

    @rule(away_s=st.floats(0.0, 10.0))
    def restart(self, away_s: float) -> None:
        """What was told and is not over is all that a new machine is given."""
        self.at += away_s
        keys = itertools.count(1000 * len(self.lives) + 1000)
        self.machine = CallMachine(lambda: str(next(keys)))
        for call in self.open_calls():
            self.take(self.machine.restore(call, self.at))

    @invariant()
    def no_more_calls_than_a_line_carries(self) -> None:
        told = {call.key for call in self.open_calls()}
        held = {call.key for call in (self.machine.call, self.machine.second) if call is not None}
        assert told == held
        assert len(told) <= AT_ONCE

    def teardown(self) -> None:
        self.take(self.machine.ring(False, self.at) + self.machine.hook(False, self.at))
        self.take(self.machine.tick(self.at + 1))
        self.take(self.machine.tick(self.at + 2 * LONGEST_WAIT_S))
        assert self.open_calls() == []

    def open_calls(self) -> list[Call]:
        newest = [life[-1].call for life in self.lives.values() if life[-1].call.ended is None]
        return [msgspec.structs.replace(call) for call in sorted(newest, key=lambda call: call.started)]

    def take(self, changes: list[Change]) -> None:
        for change in changes:
            life = self.lives.setdefault(change.call.key, [])
            before = life[-1] if life else None
            life.append(change)
            self.check(before, change)

    def check(self, before: Change | None, change: Change) -> None:
        call = change.call
        assert call.revision == (before.call.revision + 1 if before else 1)
        assert call.started <= (call.identified or call.started)
        assert call.started <= (call.answered or call.started)
        assert change.at <= self.at + 1e-9 or call.ended is not None
        if before is None:
            assert change.kind in ("ringing", "dialling", "answered")
        else:
            assert before.call.ended is None, "nothing follows the end"
            assert change.at >= before.at
            assert call.started == before.call.started
            is_fixed = before.call.identified is not None or any(
                one.kind == "dialled" for one in self.lives[call.key][:-1]
            )
            assert not is_fixed or call.number_raw == before.call.number_raw
        is_over = change.kind in ("missed", "ended")
        assert is_over == (call.ended is not None) == (call.end_reason is not None)
        if call.ended is not None:
            assert call.ended >= max(call.started, call.identified or 0.0, call.answered or 0.0)
            assert call.number_state != "pending"
            assert call.state == change.kind
            assert change.kind != "missed" or (call.answered is None and call.direction == "in")
        assert call.is_estimated == (call.estimate_confidence is not None)


TestAnyOrder = LineOfHypothesis.TestCase
TestAnyOrder.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["ring", "rest", "off", "on", "message", "digit", "busy", "voice", "ringback"]),
        st.floats(0.01, 12.0),
    ),
    max_size=25,
)


def story(happenings: list[tuple[str, float]], ticks: int) -> list[tuple[str, float, Call]]:
    """Give what a machine tells that is asked for the time so often between two happenings."""
    keys = itertools.count()
    machine, at = CallMachine(lambda: str(next(keys))), 0.0
    changes: list[Change] = []
    for what, wait_s in happenings:
        for tick in range(1, ticks + 1):
            changes += machine.tick(at + wait_s * tick / (ticks + 1))
        at += wait_s
        match what:
            case "ring" | "rest":
                changes += machine.ring(what == "ring", at)
            case "off" | "on":
                changes += machine.hook(what == "off", at)
            case "message":
                changes += machine.message(CallerMessage(standard="fsk-v23", number="0912"), at)
            case "digit":
                changes += machine.digit("5", at)
            case "busy" | "voice" | "ringback":
                changes += machine.tone(what, at)  # type: ignore[arg-type]
    changes += machine.tick(at + 100.0)
    return [(change.kind, change.at, change.call) for change in changes]


@given(HAPPENINGS)
@settings(deadline=None)
def test_how_often_a_machine_is_asked_for_the_time_changes_nothing(
    happenings: list[tuple[str, float]],
) -> None:
    assert story(happenings, 0) == story(happenings, 1) == story(happenings, 7)

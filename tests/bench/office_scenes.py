"""What happens on an office's line in a day: scenes of every kind, each with the calls that must come of it.

A scene acts on a simulated line at its times. What must be stored is worked out from what the line physically did
(voltage, hook, conversation), noted by the driver, and from the plan; never from what the machine under test said.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from callerid.drivers import DriverError, Frame
from callerid.exchange.line import BLOCK_S, RATE_HZ, SimulatedLine
from callerid.exchange.plans import IncomingPlan, OutgoingPlan, WaitOrder
from callerid.exchange.scripts import wait_script
from tests.fakes.clock import FakeClock

QUIET_S: Final = 9.0
"""So long after a call nothing more comes of it; the clock then jumps to the next scene."""
SENSED_S, DECODED_S, TONE_S, JUDGED_S = 0.06, 0.25, 0.8, 2.0
"""How exact a time must be: sensed by a wire, at a number's end, by busy tone, or judged from ringing tone."""


class Killed(BaseException):
    """The daemon's process was killed."""


class Expected(NamedTuple):
    """A call that must be stored; times are the line's seconds with how exact they must be."""

    scene: str
    direction: str
    state: str
    number: str | None
    started: tuple[float, float]
    answered: tuple[float, float] | None
    ended: tuple[float, float]
    reason: str


class OfficeDriver:
    """A line read at full speed: nothing happens on it between scenes, so the clock jumps over that."""

    rate_hz = RATE_HZ
    hears_line = True

    def __init__(self, clock: FakeClock, seed: int) -> None:
        self.clock = clock
        self.line = SimulatedLine(seed)
        self.is_plugged = True
        self.log: list[tuple[float, str]] = []
        """What the line did: ``ring+``, ``off-``, ``number``, ``talk+`` …, at the end of the block."""
        self.next_at = float("inf")
        """When something is to be done on the line."""
        self.wakes_at = 0.0
        """Until when whoever acts on the line waits."""
        self.act: Callable[[], object] = lambda: None
        self.tinkle_blocks = 0
        self.heard_s = 0.0
        """Sound that was really listened to."""
        self._line_at = clock.monotonic()
        self._states = {"ring": False, "off": False, "talk": False}
        self._quiet_since = clock.monotonic()

    def open(self) -> None:
        """Refuse while unplugged; the line itself goes on meanwhile."""
        self._catch_up()
        if not self.is_plugged:
            raise DriverError("unplugged")

    def read(self, timeout_s: float) -> Frame | None:
        """Give the next block."""
        self._catch_up()
        if not self.is_plugged:
            raise DriverError("the line went away")
        now = self.clock.monotonic()
        wakes_at = min(self.next_at, self.wakes_at)
        if not self.line.is_busy and now - self._quiet_since > QUIET_S and wakes_at - now > 1.0:
            jump_s = round((wakes_at - now - 0.5) / BLOCK_S) * BLOCK_S
            self.clock.advance(jump_s)
            self._line_at += jump_s
        self.clock.advance(BLOCK_S)
        return self._step()

    def close(self) -> None:
        """Nothing to let go of."""

    def _catch_up(self) -> None:
        while self._line_at + BLOCK_S <= self.clock.monotonic():
            self._step()

    def _step(self) -> Frame:
        self._line_at += BLOCK_S
        self.heard_s += BLOCK_S
        if self._line_at >= self.next_at:
            self.next_at = float("inf")
            self.act()
        block = self.line.step()
        at, ring = self._line_at, block.ring
        if self.tinkle_blocks:
            self.tinkle_blocks -= 1
            ring = True
        for name, state in (("ring", block.ring), ("off", block.off_hook), ("talk", self.line.is_talking)):
            if state != self._states[name]:
                self._states[name] = state
                self.log.append((at, name + ("+" if state else "-")))
        if block.ends_number >= 0:
            self.log.append((at, "number"))
        if self.line.is_busy or self.tinkle_blocks:
            self._quiet_since = at
        return Frame(block.sound, at, ring, block.off_hook)


class Scene:
    """One scene on one line: does its steps in turn, and then tells what must have been stored."""

    def __init__(self, name: str, driver: OfficeDriver, rng: random.Random, now: datetime) -> None:
        self.name = name
        self._driver = driver
        self._rng = rng
        self._now = now
        self._log: list[tuple[float, str]] = []
        self._began = len(driver.log)
        self._steps: list[tuple[float, Callable[[], object]]] = []
        self._expect: Callable[[], list[Expected]] = list
        getattr(self, f"_{name}")()

    def steps(self) -> list[tuple[float, Callable[[], object]]]:
        """Give what is to be done, with the seconds after the scene's begin."""
        return self._steps

    def finish(self) -> None:
        """Everything that comes of the scene has come."""
        self._log = self._driver.log[self._began :]
        self._driver.line.faults.mend()

    def expected(self) -> list[Expected]:
        """Give the calls that must be stored, when everything is over."""
        return self._expect()

    def _at(self, what: str, place: int = 0) -> float:
        return [at for at, said in self._log if said == what][place]

    def _number(self) -> str:
        return f"0{self._rng.choice((21, 912, 935, 31, 261))}{self._rng.randrange(10**6, 10**7)}"

    def _ring(self, after_s: float = 0.0, **plan: object) -> IncomingPlan:
        plan = {"standard": self._rng.choice(("fsk-bell202", "fsk-v23", "dtmf")), **plan}
        chosen = IncomingPlan(number=str(plan.pop("number", self._number())), **plan)  # type: ignore[arg-type]
        self._steps.append((after_s, lambda: self._driver.line.start(chosen, self._now)))
        return chosen

    def _incoming(self, plan: IncomingPlan, *, first: int = 0, has_tone: bool = True) -> Expected:
        """Work out a whole incoming call; `first` is the place of its first ring in the scene."""
        comes_first = plan.standard == "dtmf" and plan.caller_id
        started = (
            (self._at("number", first), DECODED_S) if comes_first else (self._at("ring+", first), SENSED_S)
        )
        has_number = bool(plan.number) and plan.caller_id and not plan.withheld
        if plan.answer_after is None:
            last = max(self._at("ring-", -1), *(at for at, said in self._log if said == "number"), 0.0)
            said = "abandoned" if plan.rings == 1 else "caller-gave-up"
            number = plan.number if has_number else None
            return Expected(self.name, "in", "missed", number, started, None, (last, SENSED_S), said)
        is_cut = plan.standard != "dtmf" and plan.answer_after < 3.5
        number = plan.number if has_number and not is_cut else None
        is_told = plan.hang_up_first == "caller" and has_tone
        ended = (self._at("talk-"), TONE_S) if is_told else (self._at("off-", -1), SENSED_S)
        said = "busy-tone" if is_told else "on-hook"
        answered = (self._at("off+"), SENSED_S)
        return Expected(self.name, "in", "ended", number, started, answered, ended, said)

    def _talk(self) -> float:
        return self._rng.uniform(4.0, 25.0)

    def _answered(self, **more: object) -> None:
        plan = self._ring(
            answer_after=self._rng.uniform(4.2, 14.0), talk=self._talk(),
            hang_up_first=self._rng.choice(("caller", "office")), **more,
        )  # fmt: skip
        self._expect = lambda: [self._incoming(plan)]

    def _missed(self, **more: object) -> None:
        plan = self._ring(rings=self._rng.randint(2, 7), **more)
        self._expect = lambda: [self._incoming(plan)]

    def _abandoned(self) -> None:
        plan = self._ring(rings=1)
        self._expect = lambda: [self._incoming(plan)]

    def _no_ring(self) -> None:
        plan = self._ring(rings=0, standard="dtmf")

        def expect() -> list[Expected]:
            at = (self._at("number"), DECODED_S)
            return [Expected(self.name, "in", "missed", plan.number, at, None, at, "no-ring")]

        self._expect = expect

    def _answered_without_caller_id(self) -> None:
        self._answered(caller_id=False)

    def _missed_without_caller_id(self) -> None:
        self._missed(caller_id=False)

    def _withheld(self) -> None:
        self._answered(withheld=True)

    def _unavailable(self) -> None:
        self._missed(number="")

    def _lifted_early(self) -> None:
        plan = self._ring(
            answer_after=self._rng.uniform(0.4, 1.5), talk=self._talk(),
            standard=self._rng.choice(("fsk-bell202", "fsk-v23")), hang_up_first="office",
        )  # fmt: skip
        self._expect = lambda: [self._incoming(plan)]

    def _no_hang_up_tone(self) -> None:
        self._steps.append((0.0, lambda: setattr(self._driver.line.faults, "has_hang_up_tone", False)))
        plan = self._ring(0.1, answer_after=6.0, talk=self._talk(), hang_up_first="caller")

        self._expect = lambda: [self._incoming(plan, has_tone=False)]

    def _flash(self) -> None:
        plan = self._ring(answer_after=6.0, talk=15.0, hang_up_first="office")
        self._steps.append((12.0, self._driver.line.flash))
        self._expect = lambda: [self._whole_talk(self._incoming(plan))]

    def _whole_talk(self, expected: Expected) -> Expected:
        """A flash shows as the hook going on and off: the answer is the first lift, the end the last."""
        return expected._replace(
            answered=(self._at("off+"), SENSED_S), ended=(self._at("off-", -1), SENSED_S)
        )

    def _waiting(self, *, is_switched: bool) -> None:
        plan = self._ring(
            answer_after=6.0, talk=26.0 if is_switched else 45.0, hang_up_first="office",
            standard=self._rng.choice(("fsk-bell202", "fsk-v23")),
        )  # fmt: skip
        second = WaitOrder(number=self._number(), standard=self._rng.choice(("fsk-bell202", "fsk-v23")))
        self._steps.append((10.0, lambda: self._driver.line.announce(wait_script(second, self._now))))
        if is_switched:
            self._steps.append((16.0, self._driver.line.flash))

        def expect() -> list[Expected]:
            first = self._whole_talk(self._incoming(plan))
            announced = self._at("number", 1)
            began, put_down = (announced - 0.7, 0.5), (self._at("off-", -1), SENSED_S)
            if is_switched:
                answered = (self._at("off+", 1), SENSED_S)
                other = Expected(
                    self.name, "in", "ended", second.number, began, answered, put_down, "on-hook"
                )
            else:
                seen = (announced, DECODED_S)
                other = Expected(
                    self.name, "in", "missed", second.number, began, None, seen, "caller-gave-up"
                )
            return [first, other]

        self._expect = expect

    def _waiting_switched(self) -> None:
        self._waiting(is_switched=True)

    def _waiting_missed(self) -> None:
        self._waiting(is_switched=False)

    def _dialled(self, *, far: bool, reason: str, **more: object) -> None:
        plan = OutgoingPlan(number=self._number(), **more)  # type: ignore[arg-type]
        self._steps.append((0.0, lambda: self._driver.line.start(plan, self._now)))

        def expect() -> list[Expected]:
            end = (self._at("off-", -1), SENSED_S)
            if reason == "busy-tone":
                end = (self._at("talk-"), TONE_S)
            elif reason == "engaged":
                end = (self._at("off-", -1) - 4.0, TONE_S)
            answered = (self._at("talk+"), JUDGED_S) if far else None
            start = (self._at("off+"), SENSED_S)
            return [Expected(self.name, "out", "ended", plan.number, start, answered, end, reason)]

        self._expect = expect

    def _out(self) -> None:
        self._dialled(
            far=True, reason="on-hook", ringback=self._rng.uniform(6.5, 17.0), talk=self._rng.uniform(9, 25)
        )

    def _out_and_hung_up_on(self) -> None:
        self._dialled(
            far=True, reason="busy-tone", ringback=self._rng.uniform(6.5, 17.0), talk=self._rng.uniform(9, 25),
            hang_up_first="caller",
        )  # fmt: skip

    def _out_by_pulses(self) -> None:
        self._dialled(
            far=True, reason="on-hook", ringback=self._rng.uniform(6.5, 17.0), talk=self._rng.uniform(9, 25),
            method="pulse",
        )  # fmt: skip

    def _out_no_answer(self) -> None:
        self._dialled(
            far=False, reason="no-answer", ringback=self._rng.uniform(6.5, 30.0), outcome="no-answer"
        )

    def _out_engaged(self) -> None:
        self._dialled(far=False, reason="engaged", outcome="busy")

    def _not_dialled(self) -> None:
        plan = OutgoingPlan(number="118", ringback=20)
        self._steps.append((0.0, lambda: self._driver.line.start(plan, self._now)))
        self._steps.append((self._rng.uniform(0.3, 1.2), self._driver.line.hang_up))
        self._expect = lambda: [
            Expected(
                self.name, "out", "ended", None, (self._at("off+"), SENSED_S), None, (self._at("off-"), SENSED_S),
                "not-dialled",
            )
        ]  # fmt: skip

    def _ghost_ring(self) -> None:
        self._steps.append((0.0, lambda: setattr(self._driver, "tinkle_blocks", self._rng.randint(1, 4))))

    def _second_right_after(self) -> None:
        fsk = self._rng.choice(("fsk-bell202", "fsk-v23"))
        one = self._ring(rings=2, standard=fsk)
        two = self._ring(10.0 + self._rng.uniform(0.1, 1.5), rings=2, standard=fsk)

        def expect() -> list[Expected]:
            first = self._incoming(one)._replace(ended=(self._at("ring-", 1), SENSED_S))
            return [first, self._incoming(two, first=2)]

        self._expect = expect

    def _lifted_too_late(self) -> None:
        plan = self._ring(rings=2, standard="fsk-v23")
        out = OutgoingPlan(number=self._number(), outcome="busy")
        self._steps.append((10.2, lambda: self._driver.line.start(out, self._now)))

        def expect() -> list[Expected]:
            lifted, gone = (self._at("off+"), SENSED_S), (self._at("off-", -1) - 4.0, TONE_S)
            dialled = Expected(self.name, "out", "ended", out.number, lifted, None, gone, "engaged")
            return [self._incoming(plan), dialled]

        self._expect = expect

    def _unplugged(self) -> None:
        self._answered()
        at_s = self._rng.uniform(5.5, 9.0)
        self._steps += [(at_s, self._pull), (at_s + self._rng.uniform(0.5, 2.0), self._push)]
        whole = self._expect

        def expect() -> list[Expected]:
            """What fell into the gap was seen when the line was back, up to a second later."""
            (one,) = whole()
            gap_s = 3.5
            assert one.answered is not None
            return [one._replace(answered=(one.answered[0], gap_s), ended=(one.ended[0], gap_s), reason="*")]

        self._expect = expect

    def _unplugged_for_long(self) -> None:
        plan = self._ring(answer_after=5.0, talk=45.0, hang_up_first="office", standard="fsk-v23")
        self._steps += [(10.0, self._pull), (27.0, self._push)]

        def expect() -> list[Expected]:
            one, end = self._incoming(plan), (self._at("off-", -1), SENSED_S)
            lost = one._replace(ended=(self._at("ring+") + 21.0, 2.5), reason="line-lost")
            back = (self._at("ring+") + 27.5, 2.0)
            return [lost, Expected(self.name, "unknown", "ended", None, back, None, end, "on-hook")]

        self._expect = expect

    def _restarted(self) -> None:
        self._answered()
        self._steps.append((self._rng.uniform(0.5, 12.0), self._kill))
        whole = self._expect

        def expect() -> list[Expected]:
            (one,) = whole()
            assert one.answered is not None
            gap_s = 3.5
            loose = one._replace(answered=(one.answered[0], gap_s), ended=(one.ended[0], gap_s), reason="*")
            return [loose._replace(number="*", started=(one.started[0], 8.0))]

        self._expect = expect

    def _pull(self) -> None:
        self._driver.is_plugged = False

    def _push(self) -> None:
        self._driver.is_plugged = True

    def _kill(self) -> None:
        raise Killed


WEIGHTS: Final[dict[str, int]] = {
    "answered": 14, "missed": 6, "abandoned": 2, "no_ring": 1, "answered_without_caller_id": 2,
    "missed_without_caller_id": 1, "withheld": 2, "unavailable": 1, "lifted_early": 2, "no_hang_up_tone": 2,
    "flash": 1, "waiting_switched": 2, "waiting_missed": 1, "out": 5, "out_and_hung_up_on": 3, "out_by_pulses": 2,
    "out_no_answer": 3, "out_engaged": 2, "not_dialled": 1, "ghost_ring": 1, "second_right_after": 2,
    "lifted_too_late": 1, "unplugged": 2, "unplugged_for_long": 1, "restarted": 2,
}  # fmt: skip
"""How often each scene comes in a day, about."""
LONGEST_SCENE = timedelta(minutes=3)

"""The life of a call as one pure state machine: what the line shows goes in, changes of a call come out.

Incoming: ringing → identified → answered | missed → ended. Outgoing: off-hook → digits → answered, as far as can
be heard → ended. A line carries one call and, beside it, a second one that waits or is on hold. All times are the
line's own seconds (monotonic), as floats; nothing here reads a clock. Time that passed is worked on before
anything else, in the order in which it was due, so it does not matter how often `tick` is called. Whatever the
order of its inputs, every call that was opened is closed, and its times never run backwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from appliance.core.events import EndReason
from callerid.call import Call, Change
from callerid.carried import CarriedCalls
from callerid.dsp.message import CallerMessage
from callerid.ringing import ANNOUNCED_S, Bursts

RING_GAP_S = 6.0
"""No ring for so long means the caller gave up: the Iranian cadence pauses 4 s, here with half as much again."""
NO_RING_S = 5.0
"""A number with no ring after it: EN 300 659-1, annex B, lets the ring come at most 500 ms later."""
HOOK_SETTLED_S = 0.6
"""The handset must lie for so long to count as put down; a hook flash is shorter."""
SHORTEST_FLASH_S = 0.08
"""A shorter opening of the loop is a dial's pulse or a bouncing contact."""
UNSEEN_SURE = 0.5
"""How sure a time is that fell into a gap in which the line was not watched."""

Tone = Literal["busy", "congestion", "howler", "dial-tone", "ringback", "voice", "dt-as"]
_GONE: tuple[Tone, ...] = ("busy", "congestion", "howler")
"""What an exchange plays when the other side is not or no longer there."""


class CallMachine:
    """Follows one line; each input gives the changes it caused. An input that comes late counts as of now."""

    def __init__(self, new_key: Callable[[], str] = str) -> None:
        """`new_key` gives the key of each call that begins."""
        self._bursts = Bursts()
        self._calls = CarriedCalls(self._bursts, new_key)
        self._now = 0.0
        self._is_off_hook: bool | None = None
        """None: not known yet."""
        self._is_hook_judged = False
        self._lies_since: float | None = None
        """When the handset was put down, until it is certain that it stays there."""
        self._looked_at: float | None = None
        """When the line was looked at again after it had not been watched."""
        self._unseen: EndReason | None = None
        """Why the line was not watched for a while, until its hook is seen again."""

    @property
    def call(self) -> Call | None:
        """The call that rings or is talked on."""
        return self._calls.call

    @property
    def second(self) -> Call | None:
        """The call beside it: it waits (ringing) or is on hold (answered)."""
        return self._calls.waiting.call

    def restore(self, call: Call, at: float) -> list[Change]:
        """Take over a call that was open when the daemon stopped; the line decides what became of it.

        Several are given oldest first; one that cannot stand beside a newer one is closed.
        """
        self._now = max(self._now, at)
        self._calls.restore(call, self._now)
        self._look_away("restart")
        return self._calls.take()

    def resume(self, at: float) -> list[Change]:
        """The line delivers again after it was away; what happened meanwhile was not seen."""
        self._now = max(self._now, at)
        self._look_away(self._unseen or "line-lost")
        return self._calls.take()

    def ring(self, is_on: bool, at: float) -> list[Change]:
        """The ringing voltage came or went."""
        self._pass_time(at)
        self._bursts.sense(is_on, self._now)
        return self._calls.take()

    def burst(self, at: float) -> list[Change]:
        """A whole burst of ringing is announced, as a modem does it."""
        self._pass_time(at)
        self._bursts.whole(self._now)
        self._rung()
        return self._calls.take()

    def message(self, message: CallerMessage, at: float) -> list[Change]:
        """A caller-ID message was decoded."""
        self._pass_time(at)
        if message.type == "call":
            self._calls.named(message, self._now, is_off_hook=bool(self._is_off_hook))
        return self._calls.take()

    def hook(
        self,
        is_off: bool,
        at: float,
        *,
        since: float | None = None,
        is_estimated: bool = False,
        confidence: float = 1.0,
    ) -> list[Change]:
        """The handset was lifted or put down.

        Where no wire tells, `is_estimated` says that this was judged from the sound, with `confidence` 0-1, and
        `since` when it happened if that became clear only later; the call is marked accordingly.
        """
        self._pass_time(at)
        at = self._now if since is None else min(since, self._now)
        is_first_look = self._is_off_hook is None and self._unseen is not None
        judged = confidence if is_estimated else UNSEEN_SURE if self._unseen else None
        if is_off and not self._is_off_hook:
            self._lift(at, judged, is_first_look=is_first_look)
        elif not is_off and (self._is_off_hook or (is_first_look and self._calls.is_talking)):
            self._lies_since = at
            if judged is not None:
                self._calls.estimate(judged)
        if is_off or self._lies_since is None:
            self._unseen = None
        self._is_off_hook, self._is_hook_judged = is_off, is_estimated
        return self._calls.take()

    def digit(self, digit: str, at: float) -> list[Change]:
        """A digit was dialled on the lifted handset."""
        self._pass_time(at)
        if self._calls.dialling is not None:
            self._calls.dialling.digit(digit, self._now)
        return self._calls.take()

    def tone(self, tone: Tone, at: float, *, began: float | None = None) -> list[Change]:
        """A tone or voice was heard; `began` when it became clear only later that it was one."""
        self._pass_time(at)
        began = self._now if began is None else min(began, self._now)
        if tone == "dt-as":
            self._calls.waiting.alert(began)
        elif tone in _GONE:
            self._calls.gone(began)
        elif tone == "dial-tone":
            self._calls.nobody_there(began)
        elif self._calls.dialling is not None and self._lies_since is None:
            dialling = self._calls.dialling
            (dialling.ringback if tone == "ringback" else dialling.voice)(began)
        return self._calls.take()

    def over(self, reason: EndReason, at: float) -> list[Change]:
        """The front-end knows that the call ended, and why."""
        self._pass_time(at)
        self._forget(reason, is_off_hook=False)
        return self._calls.take()

    def line_lost(self, at: float) -> list[Change]:
        """The line's hardware has been away too long to know what became of the call."""
        self._now = max(self._now, at)
        self._forget("line-lost", is_off_hook=None)
        return self._calls.take()

    def tick(self, at: float) -> list[Change]:
        """Time passed."""
        self._pass_time(at)
        return self._calls.take()

    def _pass_time(self, at: float) -> None:
        """Do everything that was due until now, in its order."""
        while (first := min(self._due(), key=lambda one: one[0], default=None)) is not None and first[
            0
        ] <= at:
            self._now = max(self._now, first[0])
            first[1]()
        self._now = max(self._now, at)

    def _due(self) -> list[tuple[float, Callable[[], object]]]:
        """Give what time alone will do, and when."""
        found: list[tuple[float | None, Callable[[], object]]] = [(self._bursts.due(), self._burst_due)]
        if self._lies_since is not None:
            found.append((self._lies_since + HOOK_SETTLED_S, self._put_down))
        elif self._calls.dialling is not None:
            found.append((self._calls.dialling.due(), self._dialling_due))
        call = self.call
        if call is not None and call.state == "ringing" and not self._bursts.is_ringing:
            waits_s = RING_GAP_S if call.ring_count or self._unseen else NO_RING_S
            waits_s += ANNOUNCED_S if self._bursts.is_announced else 0.0
            found.append((self._bursts.last + waits_s, self._missed))
        found.append((self._calls.waiting.due(), self._calls.waiting.pass_time))
        return [(due, act) for due, act in found if due is not None]

    def _burst_due(self) -> None:
        if self._bursts.pass_time(self._now):
            self._rung()

    def _dialling_due(self) -> None:
        assert self._calls.dialling is not None
        self._calls.dialling.pass_time(self._now)

    def _rung(self) -> None:
        """A real burst began: where it rings no handset is lifted, whatever was judged."""
        if self._lies_since is not None:
            self._put_down()
        elif self._is_off_hook and not self._is_hook_judged:
            return  # the other wire says that the handset is up; this one hears its neighbour
        elif self._is_off_hook or self._calls.is_talking:
            self._is_off_hook = False
            self._calls.rang_while_lifted()
        self._calls.rung()

    def _missed(self) -> None:
        if self._bursts.last == self._looked_at:
            self._calls.estimate(UNSEEN_SURE)
        self._calls.missed(self._bursts.last)

    def _lift(self, at: float, judged: float | None, *, is_first_look: bool) -> None:
        lay_s = None if self._lies_since is None else at - self._lies_since
        self._lies_since = None
        if lay_s is None:
            self._calls.lifted(at, judged, is_first_look=is_first_look)
        elif lay_s >= SHORTEST_FLASH_S:
            self._calls.flashed(at)

    def _put_down(self) -> None:
        assert self._lies_since is not None
        at, self._lies_since = self._lies_since, None
        self._is_off_hook = False
        unseen, self._unseen = self._unseen, None
        self._calls.put_down(at, unseen)

    def _look_away(self, why: EndReason) -> None:
        """The line was not watched until now: what was sensed before holds no more."""
        self._unseen = why
        self._is_off_hook, self._lies_since = None, None
        self._bursts.forget()
        self._bursts.last = self._looked_at = self._now

    def _forget(self, reason: EndReason, *, is_off_hook: bool | None) -> None:
        if reason in ("line-lost", "restart"):
            self._calls.estimate(UNSEEN_SURE)
        self._calls.end_all(reason, self._now)
        self._bursts.forget()
        self._is_off_hook, self._lies_since, self._unseen = is_off_hook, None, None

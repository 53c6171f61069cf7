"""The life of a call as one pure state machine: what the line shows goes in, changes of a call come out.

Incoming: ringing → identified → answered | missed → ended. Outgoing: off-hook → digits → ended. All times are
the line's own seconds (monotonic), as floats; nothing here reads a clock. Whatever the order of its inputs,
every call that was opened is closed, and its times never run backwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from appliance.core.events import CallState, Direction, EndReason, NumberState
from callerid.dsp.message import CallerMessage

RING_GAP_S = 6.0
"""No ring for so long means the caller gave up: the Iranian cadence pauses 4 s, here with half as much again."""
NO_RING_S = 5.0
"""A number with no ring after it: EN 300 659-1, annex B, lets the ring come at most 500 ms later."""
HOOK_SETTLED_S = 0.6
"""The handset must lie for so long to count as put down; a hook flash is shorter."""
ONE_CALLER_S = 3.0
"""A further message later than this after the first is another caller's (a repeated one follows at once)."""
DIGITS_DONE_S = 4.0
"""No further digit for so long means the number is complete (the exchange itself waits no longer)."""

ChangeKind = Literal["ringing", "identified", "answered", "missed", "dialling", "dialled", "ended"]


class Call(msgspec.Struct, kw_only=True):
    """A call in the making; instants are seconds of the line's clock."""

    direction: Direction
    state: CallState
    started: float
    revision: int = 0
    identified: float | None = None
    answered: float | None = None
    ended: float | None = None
    end_reason: EndReason | None = None
    number_raw: str | None = None
    number_state: NumberState = "pending"
    name_sent: str | None = None
    standard: str | None = None
    ring_count: int = 0
    confidence: float | None = None
    key: str = ""
    """Whatever the owner of the machine knows the call by; it travels with the call."""


class Change(msgspec.Struct, frozen=True):
    """Something happened to a call; `call` is a copy of it as it then stood."""

    kind: ChangeKind
    at: float
    call: Call


class CallMachine:
    """Follows one line. Inputs must come in order of time; each gives the changes it caused."""

    def __init__(self, new_key: Callable[[], str] = str) -> None:
        """`new_key` gives the key of each call that begins."""
        self.call: Call | None = None
        self._new_key = new_key
        self._is_ringing = False
        self._is_off_hook = False
        self._last_ring = 0.0
        self._ring_began = 0.0
        self._ring_before = 0.0
        """End of the ring before the one that began last."""
        self._last_digit: float | None = None
        self._on_hook_since: float | None = None
        self._is_spent = False
        """The other side hung up; the handset is still lifted and must not look like a new call."""
        self._is_restored = False

    def restore(self, call: Call, at: float) -> None:
        """Take over a call that was open when the daemon stopped; the line decides what became of it."""
        self.call = call
        self._is_restored = True
        self._last_ring = at
        self._is_off_hook = call.state in ("answered", "dialling")
        if self._is_off_hook:
            self._on_hook_since = at
        if call.direction == "out" and call.number_raw:
            self._last_digit = at

    def ring(self, is_on: bool, at: float) -> list[Change]:
        """The ringing voltage came or went."""
        if is_on == self._is_ringing:
            return []
        self._is_ringing = is_on
        if is_on:
            self._ring_before, self._ring_began = self._last_ring, at
        self._last_ring = at
        if not is_on or self._is_off_hook:
            return []
        changes: list[Change] = []
        if self.call is not None and self.call.state in ("answered", "dialling"):
            changes += self._end(self._hung_up, self._on_hook_since or at)
        self._is_spent, self._on_hook_since = False, None
        if self.call is None:
            self.call = self._begin("in", "ringing", at)
            self.call.ring_count = 1
            return [*changes, self._change("ringing", at)]
        if self.call.state == "ringing":
            self.call.ring_count += 1
        return changes

    def message(self, message: CallerMessage, at: float) -> list[Change]:
        """A caller-ID message was decoded."""
        if message.type != "call":
            return []
        changes = self._next_caller(at)
        if self.call is None and not self._is_off_hook:
            self.call = self._begin("in", "ringing", at)
            self._last_ring = at
            changes.append(self._change("ringing", at))
        call = self.call
        if call is None or call.state != "ringing" or call.identified is not None:
            return changes
        call.identified = at
        call.number_raw = message.number
        call.number_state = _number_state(message)
        call.name_sent = message.name
        call.standard = message.standard
        call.confidence = message.confidence
        return [*changes, self._change("identified", at)]

    def hook(self, is_off: bool, at: float) -> list[Change]:
        """The handset was lifted or put down."""
        if is_off:
            self._on_hook_since = None
        elif self._is_off_hook:
            self._on_hook_since = at
        was_off, self._is_off_hook = self._is_off_hook, is_off
        if not is_off or was_off or self._is_spent:
            return []
        if self.call is None:
            self.call = self._begin("out", "dialling", at)
            return [self._change("dialling", at)]
        if self.call.state == "ringing":
            self.call.state = "answered"
            self.call.answered = at
            return [self._change("answered", at)]
        return []

    def digit(self, digit: str, at: float) -> list[Change]:
        """A digit was dialled on the lifted handset."""
        call = self.call
        if call is None or call.state != "dialling" or (self._last_digit is None and call.number_raw):
            return []
        call.number_raw = (call.number_raw or "") + digit
        self._last_digit = at
        return [self._change("dialling", at)]

    def busy(self, at: float) -> list[Change]:
        """Busy tone was heard: the other side is gone."""
        if self.call is None or self.call.state not in ("answered", "dialling"):
            return []
        self._is_spent = True
        return self._end("busy-tone", at)

    def over(self, reason: EndReason, at: float) -> list[Change]:
        """The front-end knows that the call ended, and why."""
        self._is_ringing = self._is_off_hook = False
        self._on_hook_since = None
        return self._end(reason, at) if self.call is not None else []

    def line_lost(self, at: float) -> list[Change]:
        """The line's hardware has been away too long to know what became of the call."""
        self._is_ringing = self._is_off_hook = self._is_spent = False
        self._on_hook_since = None
        return self._end("line-lost", at) if self.call is not None else []

    def tick(self, at: float) -> list[Change]:
        """Time passed."""
        changes: list[Change] = []
        lies = self._on_hook_since is not None and at - self._on_hook_since >= HOOK_SETTLED_S
        if lies and not self._is_off_hook:
            put_down, self._on_hook_since = self._on_hook_since, None
            self._is_spent = False
            if self.call is not None and self.call.state in ("answered", "dialling"):
                changes += self._end(self._hung_up, put_down or at)
        call = self.call
        if call is None:
            return changes
        if call.state == "ringing" and not self._is_ringing:
            waits_s = RING_GAP_S if call.ring_count or self._is_restored else NO_RING_S
            if at - self._last_ring >= waits_s:
                changes += self._miss()
        elif self._last_digit is not None and at - self._last_digit >= DIGITS_DONE_S:
            self._last_digit = None
            call.number_state = "known"
            changes.append(self._change("dialled", at))
        return changes

    def _next_caller(self, at: float) -> list[Change]:
        """Tell two callers apart who ring within one pause: an exchange identifies each call only once."""
        call = self.call
        if call is None or call.state != "ringing" or call.identified is None:
            return []
        if at - call.identified < ONE_CALLER_S:
            return []
        is_ring_new = self._ring_began > call.identified and call.ring_count > 1
        if is_ring_new:
            call.ring_count -= 1
        changes = self._end("caller-gave-up", self._ring_before if is_ring_new else self._last_ring)
        if is_ring_new:
            self.call = self._begin("in", "ringing", self._ring_began)
            self.call.ring_count = 1
            changes.append(self._change("ringing", at))
        return changes

    def _begin(self, direction: Direction, state: CallState, at: float) -> Call:
        return Call(direction=direction, state=state, started=at, key=self._new_key())

    @property
    def _hung_up(self) -> EndReason:
        return "restart" if self._is_restored else "on-hook"

    def _miss(self) -> list[Change]:
        assert self.call is not None
        reason: EndReason = "caller-gave-up" if self.call.ring_count else "no-ring"
        return self._end(reason, max(self._last_ring, self.call.started), kind="missed")

    def _end(self, reason: EndReason, at: float, kind: ChangeKind = "ended") -> list[Change]:
        call = self.call
        assert call is not None
        changes: list[Change] = []
        if call.state == "dialling" and self._last_digit is not None:
            call.number_state = "known"
            changes.append(self._change("dialled", at))
        if call.state == "ringing" and reason != "answered-elsewhere":
            kind = "missed"
        call.state = "missed" if kind == "missed" else "ended"
        call.ended = max(at, call.answered or call.started, call.identified or call.started)
        call.end_reason = reason
        if call.number_state == "pending":
            call.number_state = "absent"
        changes.append(self._change(kind, call.ended))
        self.call, self._last_digit, self._is_restored = None, None, False
        return changes

    def _change(self, kind: ChangeKind, at: float) -> Change:
        assert self.call is not None
        self.call.revision += 1
        return Change(kind, at, msgspec.structs.replace(self.call))


def _number_state(message: CallerMessage) -> NumberState:
    if message.number:
        return "known"
    return "withheld" if message.reason == "P" else "unavailable"

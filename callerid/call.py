"""A call in the making, the changes it goes through, and the book that keeps them consistent.

Whatever a machine does with a call goes through the `Book`: it counts the revisions, keeps times from running
back, and closes each call once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from appliance.core.events import CallState, Direction, EndReason, NumberState
from callerid.dsp.message import CallerMessage

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
    is_estimated: bool = False
    """Some of its times were judged and not sensed."""
    estimate_confidence: float | None = None
    """0-1: of the least certain of them."""
    key: str = ""
    """Whatever the owner of the machine knows the call by; it travels with the call."""

    @property
    def is_talking(self) -> bool:
        """Tell whether the office's handset is lifted for it."""
        return self.state in ("answered", "dialling")

    @property
    def latest(self) -> float:
        """The last instant the call itself tells of."""
        return max(self.started, self.identified or self.started, self.answered or self.started)


class Change(msgspec.Struct, frozen=True):
    """Something happened to a call; `call` is a copy of it as it then stood."""

    kind: ChangeKind
    at: float
    call: Call


class Book:
    """Begins, changes and ends the calls of one line, and gathers what changed."""

    def __init__(self, new_key: Callable[[], str]) -> None:
        self._new_key = new_key
        self._changes: list[Change] = []
        self._told: dict[str, float] = {}
        """When the newest change of each open call happened."""

    def begin(self, direction: Direction, state: CallState, at: float, *, ring_count: int = 0) -> Call:
        """Open a call and tell of it."""
        call = Call(direction=direction, state=state, started=at, ring_count=ring_count, key=self._new_key())
        self.tell(
            call, "dialling" if state == "dialling" else "ringing" if state == "ringing" else "answered", at
        )
        return call

    def identify(self, call: Call, message: CallerMessage, at: float) -> None:
        """Enter what the line said of the caller."""
        call.identified = max(at, call.started)
        call.number_raw = message.number
        call.number_state = _number_state(message)
        call.name_sent = message.name
        call.standard = message.standard
        call.confidence = message.confidence
        self.tell(call, "identified", call.identified)

    def answer(self, call: Call, at: float) -> None:
        """Enter that somebody answered."""
        call.state, call.answered = "answered", max(at, call.started)
        self.tell(call, "answered", call.answered)

    def end(self, call: Call, reason: EndReason, at: float) -> None:
        """Close a call; one that still rang is missed."""
        is_missed = call.state == "ringing" and reason != "answered-elsewhere"
        call.ended = max(at, call.latest)
        call.state = "missed" if is_missed else "ended"
        call.end_reason = reason
        if call.number_state == "pending":
            call.number_state = "absent"
        self.tell(call, "missed" if is_missed else "ended", call.ended)
        self._told.pop(call.key, None)

    def tell(self, call: Call, kind: ChangeKind, at: float) -> None:
        """Enter a change of a call as it stands now."""
        call.revision += 1
        self._told[call.key] = at = max(at, self._told.get(call.key, at))
        self._changes.append(Change(kind, at, msgspec.structs.replace(call)))

    def take(self) -> list[Change]:
        """Give what changed since this was asked last."""
        changes, self._changes = self._changes, []
        return changes


def estimate(call: Call, confidence: float) -> None:
    """Mark a call: one of its times was judged with this confidence (0-1)."""
    call.is_estimated = True
    call.estimate_confidence = min(confidence, call.estimate_confidence or 1.0)


def _number_state(message: CallerMessage) -> NumberState:
    if message.number:
        return "known"
    return "withheld" if message.reason == "P" else "unavailable"

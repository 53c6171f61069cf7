"""Calls as the line daemon tells them: the event on the bus first, the row a moment later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from appliance.core.bus import Bus
from appliance.core.clock import to_text
from appliance.core.events import (
    CallAnswered,
    CallDialled,
    CallDialling,
    CallEnded,
    CallEvent,
    CallIdentified,
    CallMissed,
    CallRinging,
    CallSnapshot,
)
from appliance.core.ids import IdMaker
from appliance.core.phone import parse_phone
from appliance.domain.call_storing import record_call
from db import Connection


class SimulatedCall:
    """One call, told step by step; each step can be lost on the bus or not stored yet."""

    def __init__(
        self,
        bus: Bus | None,
        conn: Connection,
        started: datetime,
        *,
        ids: IdMaker | None = None,
        line: int = 1,
        is_outgoing: bool = False,
    ) -> None:
        self._ids = ids or IdMaker()
        self._bus = bus
        self._conn = conn
        self.at = started
        self.events: list[CallEvent] = []
        self.snapshot = CallSnapshot(
            id=self._ids.make(started),
            line=line,
            direction="out" if is_outgoing else "in",
            state="dialling" if is_outgoing else "ringing",
            revision=0,
            started_at=to_text(started),
        )

    @property
    def id(self) -> str:
        """The call's id."""
        return self.snapshot.id

    def ring(self, **how: Any) -> SimulatedCall:
        """The telephone begins to ring."""
        return self._tell(CallRinging, 0, {"ring_count": 1}, **how)

    def identify(self, number: str, **how: Any) -> SimulatedCall:
        """The caller's number is decoded."""
        parsed = parse_phone(number, "021")
        assert parsed is not None
        changes = {"number": parsed.key, "number_raw": number, "number_state": "known", "standard": "fsk-v23"}
        return self._tell(CallIdentified, 2, changes, **how)

    def withhold(self, **how: Any) -> SimulatedCall:
        """The caller withholds the number."""
        return self._tell(CallIdentified, 2, {"number_state": "withheld"}, **how)

    def answer(self, **how: Any) -> SimulatedCall:
        """Somebody lifts the handset."""
        at = to_text(self.at + timedelta(seconds=3))
        return self._tell(CallAnswered, 3, {"state": "answered", "answered_at": at}, **how)

    def end(self, after_s: float = 20, **how: Any) -> SimulatedCall:
        """The call is over."""
        at = to_text(self.at + timedelta(seconds=after_s))
        return self._tell(
            CallEnded, after_s, {"state": "ended", "ended_at": at, "end_reason": "on-hook"}, **how
        )

    def miss(self, **how: Any) -> SimulatedCall:
        """Nobody answers."""
        at = to_text(self.at + timedelta(seconds=20))
        changes = {"state": "missed", "ended_at": at, "end_reason": "caller-gave-up"}
        return self._tell(CallMissed, 20, changes, **how)

    def dial(self, number: str, **how: Any) -> SimulatedCall:
        """Somebody dials out."""
        self._tell(CallDialling, 0, {}, **how)
        parsed = parse_phone(number, "021")
        assert parsed is not None
        changes = {"number": parsed.key, "number_raw": number, "number_state": "known"}
        return self._tell(CallDialled, 2, changes, **how)

    def store(self) -> SimulatedCall:
        """Store every step that was told only."""
        for event in self.events:
            record_call(self._conn, event)
        return self

    def _tell(
        self,
        kind: type[CallEvent],
        after_s: float,
        changes: dict[str, Any],
        *,
        told: bool = True,
        stored: bool = True,
    ) -> SimulatedCall:
        self.at += timedelta(seconds=after_s)
        self.snapshot = msgspec.structs.replace(self.snapshot, revision=self.snapshot.revision + 1, **changes)
        event = kind(id=self._ids.make(self.at), at=to_text(self.at), call=self.snapshot)
        self.events.append(event)
        if told and self._bus is not None:
            self._bus.publish(event)
        if stored:
            record_call(self._conn, event)
        return self

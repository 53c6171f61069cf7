"""Between a call in the making (the line's seconds) and a call as told and stored (UTC instants, number keys)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from appliance.core.clock import Clock, from_text, to_text
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
from appliance.core.ids import new_id
from appliance.core.phone import parse_phone
from callerid.call import Call
from callerid.listening import Heard
from db.queries.calls import CallRow

KEPT_ANCHORS = 8

_EVENTS: dict[str, type[CallEvent]] = {
    "ringing": CallRinging,
    "answered": CallAnswered,
    "missed": CallMissed,
    "dialling": CallDialling,
    "dialled": CallDialled,
    "ended": CallEnded,
}


class Teller:
    """Makes events of one line's changes."""

    def __init__(self, line: int, area_code: str, clock: Clock) -> None:
        self._line = line
        self._area_code = area_code
        self._clock = clock
        self._anchors: dict[str, _Anchor] = {}

    def new_key(self) -> str:
        """Give the id of a call that begins now, and tie the line's seconds to the wall clock for its life."""
        key = new_id(self._clock.now())
        self._tie(key)
        return key

    def event(self, heard: Heard) -> CallEvent:
        """Give the event of a change."""
        change = heard.change
        at = self._anchors[change.call.key].instant(change.at)
        event_id = new_id(self._clock.now())
        snapshot = self._snapshot(change.call)
        if change.kind == "identified":
            return CallIdentified(
                id=event_id, at=at, call=snapshot, last_bit_monotonic=heard.last_bit_monotonic
            )
        return _EVENTS[change.kind](id=event_id, at=at, call=snapshot)

    def revive(self, row: CallRow) -> Call:
        """Give the call a stored row tells of, to go on with after a restart."""
        anchor = self._tie(row.id)
        return Call(
            direction=row.direction,  # type: ignore[arg-type]
            state=row.state,  # type: ignore[arg-type]
            started=anchor.seconds(row.started_at),
            revision=row.revision,
            identified=anchor.seconds(row.identified_at) if row.identified_at else None,
            answered=anchor.seconds(row.answered_at) if row.answered_at else None,
            number_raw=row.number_raw,
            number_state=row.number_state,  # type: ignore[arg-type]
            name_sent=row.name_sent,
            standard=row.standard,
            ring_count=row.ring_count,
            confidence=row.confidence,
            is_estimated=row.is_estimated,
            estimate_confidence=row.estimate_confidence,
            key=row.id,
        )

    def _snapshot(self, call: Call) -> CallSnapshot:
        anchor = self._anchors[call.key]
        number = parse_phone(call.number_raw, self._area_code) if call.number_raw else None
        return CallSnapshot(
            id=call.key,
            line=self._line,
            direction=call.direction,
            state=call.state,
            revision=call.revision,
            started_at=anchor.instant(call.started),
            identified_at=_optional(anchor, call.identified),
            answered_at=_optional(anchor, call.answered),
            ended_at=_optional(anchor, call.ended),
            end_reason=call.end_reason,
            number=number.key if number else None,
            number_raw=call.number_raw,
            number_state=call.number_state,
            name_sent=call.name_sent,
            standard=call.standard,
            ring_count=call.ring_count,
            confidence=call.confidence,
            is_estimated=call.is_estimated,
            estimate_confidence=call.estimate_confidence,
        )

    def _tie(self, key: str) -> _Anchor:
        if len(self._anchors) >= KEPT_ANCHORS:
            self._anchors.pop(next(iter(self._anchors)))
        anchor = self._anchors[key] = _Anchor(self._clock.monotonic(), self._clock.now())
        return anchor


class _Anchor(NamedTuple):
    """One moment on both clocks. A call keeps its own, so a wall clock that jumps cannot bend its durations."""

    monotonic: float
    wall: datetime

    def instant(self, seconds: float) -> str:
        return to_text(self.wall + timedelta(seconds=seconds - self.monotonic))

    def seconds(self, instant: str) -> float:
        return self.monotonic + (from_text(instant) - self.wall).total_seconds()


def _optional(anchor: _Anchor, seconds: float | None) -> str | None:
    return None if seconds is None else anchor.instant(seconds)

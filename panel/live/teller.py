"""Telling the browsers what happened: one event in, one message to each room that may know."""

from __future__ import annotations

import threading
from typing import Any, Protocol

from appliance.core.events import (
    AnyEvent,
    CallCardChanged,
    CallDialled,
    CallEvent,
    CallIdentified,
    CallLinked,
    CallSnapshot,
    CallTaken,
    LineDown,
    LineUp,
    PersonRegistered,
    RecordingDeleted,
    RecordingDiscarded,
    RecordingFailed,
    RecordingFinished,
    RecordingStarted,
    SmsReceived,
)
from db import Connection
from db.queries import calls, lines
from panel.live.browsers import Browsers
from panel.live.cards import CardMaker
from panel.live.followup import FollowUp
from panel.live.projection import CallProjection

LINES_ROOM = "lines"
"""Who may see lines: told when one comes or goes."""
MESSAGES_ROOM = "messages"
"""Who may read messages: told that one came in, and nothing of it; how many are his to read, each asks for himself."""
WATCHING_ROOM = "line-meters"
"""Who looks at the page of lines now: told its meters and what its calls do, which is far more often."""
LINE_CALL = "line.call"
SHOWN_DIGITS = 4
"""Enough for an installer to know his own telephone by."""
WHOLE_WITHIN_S = 0.08
"""A card comes whole while the records answer this quickly: one message, one painting. What takes longer than the
number itself should wait for follows it."""


class Emit(Protocol):
    """Sends one message to a room of browsers."""

    def __call__(self, name: str, payload: dict[str, Any], *, to: str) -> None:
        """Send it; never blocks."""
        ...


class Teller:
    """Turns events into messages. `lock` keeps a message with an older state from overtaking a newer one."""

    def __init__(
        self,
        projection: CallProjection,
        cards: CardMaker,
        browsers: Browsers,
        emit: Emit,
        follow_up: FollowUp,
    ) -> None:
        self._projection = projection
        self._cards = cards
        self._browsers = browsers
        self._emit = emit
        self._follow_up = follow_up
        self.whole_within_s = WHOLE_WITHIN_S
        self.lock = threading.RLock()
        self.last_event_id: str | None = None

    def seed(self, conn: Connection) -> None:
        """Learn the calls that are open now."""
        for row in calls.list_open_calls(conn):
            self._projection.seed(row)

    def tell(self, conn: Connection, event: AnyEvent) -> None:
        """Tell one event."""
        with self.lock:
            self.last_event_id = max(event.id, self.last_event_id or "")
            match event:
                case CallEvent():
                    if self._projection.apply(event.call):
                        self._tell_line(event.call)
                        is_new = isinstance(event, CallIdentified | CallDialled)
                        self._tell_call(conn, event.name, event.call.id, event.id, is_whole=is_new)
                case CallTaken():
                    self._tell_call(conn, event.name, event.call_id, event.id)
                case CallCardChanged():
                    self._tell_call(conn, event.name, event.call_id, event.id, is_whole=True)
                case CallLinked():
                    self._tell_linked(conn, event)
                case PersonRegistered():
                    for call_id in self._projection.open_ids():
                        self._tell_call(conn, event.name, call_id, event.id, is_whole=True)
                case (
                    RecordingStarted()
                    | RecordingFinished()
                    | RecordingFailed()
                    | RecordingDiscarded()
                    | RecordingDeleted()
                ):
                    self._tell_call(conn, event.name, event.call_id, event.id)
                case SmsReceived():
                    self._emit(event.name, {"event_id": event.id}, to=MESSAGES_ROOM)
                case LineUp() | LineDown():
                    payload = {"event_id": event.id, "line": event.line, "is_up": isinstance(event, LineUp)}
                    self._emit(event.name, payload, to=LINES_ROOM)
                case _:
                    pass

    def _tell_line(self, call: CallSnapshot) -> None:
        """Tell who looks at the lines, and may see no calls, what the line does; never the whole number."""
        payload = {
            "line": call.line,
            "direction": call.direction,
            "state": call.state,
            "is_open": call.ended_at is None,
            "ring_count": call.ring_count,
            "number_state": call.number_state,
            "number_end": (call.number_raw or "")[-SHOWN_DIGITS:],
            "standard": call.standard,
        }
        self._emit(LINE_CALL, payload, to=WATCHING_ROOM)

    def _tell_linked(self, conn: Connection, event: CallLinked) -> None:
        linked = self._cards.newest(conn, event.call_id)
        ids = [event.call_id]
        if linked is not None and linked.number:
            ids += [
                other for other in self._projection.ids_with_number(linked.number) if other != event.call_id
            ]
        for call_id in ids:
            self._tell_call(conn, event.name, call_id, event.id, is_whole=True)

    def _tell_call(
        self, conn: Connection, name: str, call_id: str, event_id: str, *, is_whole: bool = False
    ) -> None:
        """Tell one call to every room; `is_whole`: with the details, now or a moment later."""
        rights = self._browsers.rights()
        call = self._cards.newest(conn, call_id) if rights else None
        if call is None:
            return
        began, is_slow = self._cards.monotonic(), False
        for each in rights:
            card = self._cards.card(conn, call, each)
            is_slow = is_slow or self._cards.monotonic() - began >= self.whole_within_s
            payload = None
            if is_whole and not is_slow:
                payload = self._cards.whole_payload(conn, card, each, event_id)
                is_slow = payload is None
            self._emit(name, payload or self._cards.payload(conn, card, each, event_id), to=each.room)
        if is_whole and is_slow:
            self._follow_up.want(call_id)

    def line_states(self, conn: Connection) -> list[dict[str, Any]]:
        """Give each line's state as stored."""
        return [{"line": state.line, "is_up": state.is_up} for state in lines.list_line_states(conn)]

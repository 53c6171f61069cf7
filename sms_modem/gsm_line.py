"""A modem's line as a source of calls: who calls the SIM rings on the screens and stands in the call log.

Nobody answers here, so a call that stops is a missed one. Telling does not wait for the disk: the event goes out at
once, and a thread of its own stores it, again and again until it can.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import msgspec

from appliance.core.clock import Clock, to_text
from appliance.core.events import CallEvent, CallIdentified, CallMissed, CallRinging, CallSnapshot, Event
from appliance.core.ids import new_id
from appliance.core.phone import parse_phone
from appliance.domain.call_storing import record_call
from db import DatabaseError, connect
from db.connection import DatabaseUnusableError
from sms_modem.routes import IncomingCall

log = logging.getLogger("sms")

STANDARD = "gsm"
AGAIN_S = 2.0


class GsmLine:
    """Makes the events of calls of what a modem tells."""

    def __init__(
        self, line: int, *, database: Path, clock: Clock, tell: Callable[[Event], object], area_code: str = ""
    ) -> None:
        self._line = line
        self._database = database
        self._clock = clock
        self._tell = tell
        self._area_code = area_code
        self._open: CallSnapshot | None = None
        self._kept: SimpleQueue[CallEvent | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._store, name=f"gsm-line-{line}", daemon=True)
        self._thread.start()

    def __call__(self, call: IncomingCall) -> None:
        """Take in what the modem tells, in its order; returns at once."""
        at = to_text(self._clock.now())
        if call.state == "over":
            if self._open is not None:
                ended = msgspec.structs.replace(
                    self._open, state="missed", ended_at=at, end_reason="caller-gave-up",
                    number_state="absent" if self._open.number_state == "pending" else self._open.number_state,
                    revision=self._open.revision + 1,
                )  # fmt: skip
                self._open = None
                self._say(CallMissed(id=self._id(), at=at, call=ended))
            return
        if self._open is None:
            self._open = CallSnapshot(
                id=self._id(), line=self._line, direction="in", state="ringing", revision=1, started_at=at,
                ring_count=1,
            )  # fmt: skip
            self._say(CallRinging(id=self._id(), at=at, call=self._open))
        if (call.number or call.reason) and self._open.number_state == "pending":
            self._open = self._identified(self._open, call, at)
            self._say(CallIdentified(id=self._id(), at=at, call=self._open))

    def close(self) -> None:
        """End the call that is open, store what waits, and let the thread go."""
        self(IncomingCall(state="over"))
        self._kept.put(None)
        self._thread.join(AGAIN_S)

    def _identified(self, open_call: CallSnapshot, call: IncomingCall, at: str) -> CallSnapshot:
        known = parse_phone(call.number, self._area_code) if call.number else None
        return msgspec.structs.replace(
            open_call,
            identified_at=at,
            number=known.key if known else None,
            number_raw=call.number or None,
            number_state=call.reason or "known",
            standard=STANDARD,
            revision=open_call.revision + 1,
        )

    def _id(self) -> str:
        return new_id(self._clock.now())

    def _say(self, event: CallEvent) -> None:
        self._tell(event)
        self._kept.put(event)

    def _store(self) -> None:
        while (event := self._kept.get()) is not None:
            while not self._try_store(event):
                time.sleep(AGAIN_S)

    def _try_store(self, event: CallEvent) -> bool:
        try:
            conn = connect(self._database)
            try:
                record_call(conn, event)
            finally:
                conn.close()
        except (DatabaseError, DatabaseUnusableError) as error:
            log.error("happening=database-away line=%d problem=%s", self._line, error)
            return False
        return True

"""The outbox worker: takes queued messages one by one and settles what became of each.

1. *Arm*: a conditional UPDATE claims the message for a route; exactly one worker wins.
2. *Send*: the route accepts it, refuses it, or leaves the outcome unknown.
3. *Settle*: sent, failed, queued again (certainly not accepted, may be tried again) or uncertain.

A message found armed at start was cut off between 1 and 3: it may be on its way, so it becomes uncertain and
is never sent again by the box itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from appliance.core.clock import Clock
from appliance.core.events import Event, SmsFailed, SmsSent, SmsUncertain
from appliance.core.service import masked
from appliance.domain.acting import Acting, acting
from db import Connection
from db.queries import outbox
from db.queries.outbox import OutboxRow
from sms_modem.routes.single import Route, SendError

log = logging.getLogger("sms")

BATCH = 20
CUT_OFF = "cut off while sending"


class OutboxWorker:
    """Works one database's outbox through one route."""

    def __init__(
        self, conn: Connection, route: Route | None, clock: Clock, tell: Callable[[Event], object]
    ) -> None:
        self._conn = conn
        self._route = route
        self._clock = clock
        self._tell = tell

    def settle_cut_off(self) -> int:
        """Mark what an earlier run left armed as uncertain; give how many."""
        settled = 0
        for row in outbox.list_messages_in(self._conn, "armed", limit=10_000):
            with self._acting() as act:
                if outbox.update_message_settled(act.conn, row.id, "uncertain", act.at, CUT_OFF):
                    act.record(SmsUncertain(id=act.new_id(), at=act.at, message_id=row.id))
                    settled += 1
        return settled

    def work(self) -> int:
        """Send what is queued, one batch at most; give how many were sent."""
        if self._route is None:
            return 0
        sent = 0
        for row in outbox.list_messages_in(self._conn, "queued", BATCH):
            with self._acting() as act:
                is_ours = outbox.update_message_armed(act.conn, row.id, self._route.name, act.at)
            if is_ours:
                outcome = self._send(self._route, row)
                sent += outcome == "sent"
                if outcome == "queued":
                    break
        return sent

    def _send(self, route: Route, row: OutboxRow) -> str:
        try:
            route.send(row.id, row.number, row.body)
        except SendError as error:
            state, reason = ("failed" if error.permanent else "queued"), str(error)
        except OSError as error:
            state, reason = "uncertain", str(error)
        else:
            state, reason = "sent", ""
        with self._acting() as act:
            # Somebody else may have settled it as cut off; what is told must be what is stored.
            if outbox.update_message_settled(act.conn, row.id, state, act.at, reason or None):
                self._record(act, route, row.id, state, reason)
        log.info(
            "happening=message-%s message=%s number=%s route=%s",
            state,
            row.id,
            masked(row.number),
            route.name,
        )
        return state

    def _record(self, act: Acting, route: Route, message_id: str, state: str, reason: str) -> None:
        if state == "sent":
            act.record(SmsSent(id=act.new_id(), at=act.at, message_id=message_id, route=route.name))
        elif state == "failed":
            act.record(SmsFailed(id=act.new_id(), at=act.at, message_id=message_id, reason=reason))
        elif state == "uncertain":
            act.record(SmsUncertain(id=act.new_id(), at=act.at, message_id=message_id))

    def _acting(self) -> AbstractContextManager[Acting]:
        return acting(self._conn, self._clock.now(), None, self._tell)

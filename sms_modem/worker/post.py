"""What all steps of a worker share: the connection, the route, the time, and how a change is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from appliance.core.clock import Clock, to_text
from appliance.core.events import Event
from appliance.core.jalali import DEFAULT_ZONE, local
from appliance.domain.acting import Acting, acting
from db import Connection
from db.queries.message_routes import Rate, RouteRow, find_rate
from db.queries.outbox import OutboxRow
from sms_modem.journal import Journal
from sms_modem.routes import Capabilities, Route


class Post:
    """One route's place of work."""

    def __init__(
        self,
        conn: Connection,
        route: Route,
        row: RouteRow,
        clock: Clock,
        tell: Callable[[Event], object],
        zone: str = DEFAULT_ZONE,
        journal: Journal | None = None,
    ) -> None:
        self.conn = conn
        self.route = route
        self.row = row
        self.clock = clock
        self.zone = zone
        self.journal = journal
        self._tell = tell
        self._rate: tuple[str, Rate | None] | None = None

    @property
    def name(self) -> str:
        """The route's name."""
        return self.route.name

    @property
    def capabilities(self) -> Capabilities:
        """What the route can do."""
        return self.route.capabilities

    def now(self) -> datetime:
        """Give the UTC instant."""
        return self.clock.now()

    def at(self, later: timedelta = timedelta(0)) -> str:
        """Give an instant from now on as stored."""
        return to_text(self.clock.now() + later)

    def note_handing_over(self, rows: Sequence[OutboxRow]) -> None:
        """Keep beside the database what is about to be armed. Raises OSError."""
        if self.journal is not None:
            self.journal.note((row.client_key for row in rows), self.clock.now())

    def was_handed_over(self, row: OutboxRow) -> bool:
        """Tell whether a message went out although the database, restored from a backup, does not know it.

        A service that knows our keys keeps the double away by itself.
        """
        if self.journal is None or row.attempts or self.capabilities.has_idempotency_key:
            return False
        return self.journal.knows(row.client_key)

    def acting(self) -> AbstractContextManager[Acting]:
        """Change records as the box itself."""
        return acting(self.conn, self.clock.now(), None, self._tell)

    def rate(self) -> Rate | None:
        """Give what a part costs today; it is read again when the office's day changes or `forget_rate` is called."""
        day = local(self.now(), self.zone).date().isoformat()
        if self._rate is None or self._rate[0] != day:
            self._rate = (day, find_rate(self.conn, self.name, day))
        return self._rate[1]

    def forget_rate(self) -> None:
        """Read the price again the next time it is asked for."""
        self._rate = None

    @property
    def settle_window(self) -> timedelta | None:
        """How long an unknown outcome can be looked into on this route; None: not at all."""
        able = self.capabilities
        if able.has_idempotency_key:
            return timedelta(hours=able.key_hours)
        if able.can_search_sent:
            return timedelta(hours=able.search_hours)
        if able.unit == "segment" or able.counts_references:
            return timedelta(hours=able.report_hours)
        return None

    @property
    def settle_delay(self) -> timedelta:
        """How long after an attempt it is looked into first: what a provider took may take a while to be listed."""
        able = self.capabilities
        if able.can_search_sent and not able.has_idempotency_key:
            return timedelta(seconds=60)
        return timedelta(seconds=5)

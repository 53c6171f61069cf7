"""The message daemon: one thread for each route, woken by the bell of a queued message and every few seconds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from appliance.core.bus import Bus, Subscription
from appliance.core.clock import Clock
from appliance.core.config import Config
from appliance.core.events import AnyEvent, CampaignProgressed, SmsQueued
from appliance.core.service import notify
from appliance.domain.acting import acting
from db import Connection, DatabaseError, connect
from db.connection import DatabaseUnusableError
from db.queries.message_routes import RouteRow, find_changed_at, list_routes
from sms_modem.campaigning import advance
from sms_modem.route_thread import RouteThread
from sms_modem.worker.settling import abandon

log = logging.getLogger("sms")

WAKE_S = 2.0
STUCK_S = 300.0
"""A route that has not finished a turn for so long hangs: the watchdog is no longer fed."""
STOP_S = 10.0
DEMO_SINK = "sink"


class MessageDaemon:
    """Owns the outbox."""

    def __init__(self, config: Config, bus: Bus, clock: Clock) -> None:
        self._config = config
        self._database = config.data.database
        self._zone = config.office.time_zone
        self._bus = bus
        self._clock = clock
        self._threads: dict[str, RouteThread] = {}
        self._mark = ""
        self._is_away = False
        self._has_more = False
        self._is_routeless: bool | None = None

    def run(self, is_over: Callable[[], bool]) -> None:
        """Work until told to stop; a database that is away is waited for."""
        bell = self._bus.subscribe("sms")
        try:
            while not is_over():
                self._try_reconcile()
                if all(thread.beat_age_s < STUCK_S for thread in self._threads.values()):
                    notify("WATCHDOG=1")
                event = self._next(bell)
                if event is None or isinstance(event, SmsQueued | CampaignProgressed):
                    self._wake_all()
        finally:
            bell.close()
            self._stop(list(self._threads))

    def _next(self, bell: Subscription) -> AnyEvent | None:
        """Wait for something that may make work, or for the next look.

        What the routes tell of each batch of a campaign makes none; a look after each would cost more than sending.
        """
        until = time.monotonic() + (0.001 if self._has_more else WAKE_S)
        while True:
            event = bell.receive(max(until - time.monotonic(), 0.0))
            if not (isinstance(event, CampaignProgressed) and event.handed):
                return event
            if time.monotonic() >= until:
                return None

    def _try_reconcile(self) -> None:
        try:
            conn = connect(self._database)
            try:
                self._reconcile(conn)
                self._has_more = advance(conn, self._clock.now(), self._bus.publish, self._zone)
            finally:
                conn.close()
            if self._is_away:
                log.warning("happening=database-back")
            self._is_away = False
        except (DatabaseError, DatabaseUnusableError) as error:
            if not self._is_away:
                log.error("happening=database-away problem=%s", error)
            self._is_away = True
            self._has_more = False

    def _reconcile(self, conn: Connection) -> None:
        """Start a thread for each active route, and anew for one whose settings changed."""
        mark = find_changed_at(conn)
        if mark == self._mark:
            return
        wanted = {row.name: row for row in self._rows(conn)}
        changed = [name for name, thread in self._threads.items() if wanted.get(name) != thread.row]
        # Secrets are not in the row: any change of settings makes every route anew.
        self._stop(list(self._threads) if self._mark else changed)
        with acting(conn, self._clock.now(), None, self._bus.publish) as act:
            if cut_off := abandon(act, sorted(wanted)):
                log.warning("happening=messages-uncertain count=%d", cut_off)
        for name, row in wanted.items():
            if name not in self._threads:
                self._threads[name] = self._start(row)
        self._mark = mark
        if self._is_routeless != (not wanted) and not wanted:
            log.warning("happening=no-route messages wait until a route is set up")
        self._is_routeless = not wanted

    def _rows(self, conn: Connection) -> list[RouteRow]:
        rows = [row for row in list_routes(conn) if row.is_active]
        if self._config.sms.route == DEMO_SINK and not any(row.name == DEMO_SINK for row in rows):
            rows.append(RouteRow(id=0, name=DEMO_SINK, title="خروجی آزمایشی", provider=DEMO_SINK, place=1000))
        return rows

    def _start(self, row: RouteRow) -> RouteThread:
        thread = RouteThread(
            row,
            database=self._database,
            folder=Path(self._config.data.folder),
            zone=self._zone,
            clock=self._clock,
            tell=self._bus.publish,
        )
        thread.start()
        return thread

    def _stop(self, names: list[str]) -> None:
        for name in names:
            thread = self._threads.pop(name)
            if not thread.stop(STOP_S):
                log.warning("happening=route-still-busy route=%s", name)

    def _wake_all(self) -> None:
        for thread in self._threads.values():
            thread.wake()

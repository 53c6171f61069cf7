"""The message daemon: wakes at the bell of a queued message, and every few seconds without one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from appliance.core.bus import Bus
from appliance.core.clock import Clock
from appliance.core.config import Config
from appliance.core.service import notify
from db import DatabaseError, connect
from db.connection import DatabaseUnusableError
from sms_modem.outbox import OutboxWorker
from sms_modem.routes.single import Route
from sms_modem.routes.sink import SinkRoute

log = logging.getLogger("sms")

WAKE_S = 2.0
SINK_FILE = "messages-sent.jsonl"


class MessageDaemon:
    """Owns the outbox."""

    def __init__(self, config: Config, bus: Bus, clock: Clock) -> None:
        self._database = config.data.database
        self._bus = bus
        self._clock = clock
        self._is_away = False
        self._route: Route | None = (
            SinkRoute(Path(config.data.folder) / SINK_FILE) if config.sms.route == "sink" else None
        )

    def run(self, is_over: Callable[[], bool]) -> None:
        """Work until told to stop; a database that is away is waited for."""
        bell = self._bus.subscribe("sms")
        if self._route is None:
            log.warning("happening=no-route messages wait until sms.route is set")
        try:
            while not is_over():
                try:
                    self._work(is_over, bell.receive)
                except (DatabaseError, DatabaseUnusableError) as error:
                    if not self._is_away:
                        log.error("happening=database-away problem=%s", error)
                    self._is_away = True
                    notify("WATCHDOG=1")
                    bell.receive(WAKE_S)
        finally:
            bell.close()

    def _work(self, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
        conn = connect(self._database)
        try:
            worker = OutboxWorker(conn, self._route, self._clock, self._bus.publish)
            if cut_off := worker.settle_cut_off():
                log.warning("happening=messages-uncertain count=%d", cut_off)
            if self._is_away:
                log.warning("happening=database-back")
                self._is_away = False
            while not is_over():
                notify("WATCHDOG=1")
                if not worker.work():
                    wait(WAKE_S)
        finally:
            conn.close()

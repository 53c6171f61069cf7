"""The thread of one route: opens its own connection, turns the worker, and outlives every fault of both."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance.core.clock import Clock
from appliance.core.events import Event
from db import DatabaseError, connect
from db.connection import DatabaseUnusableError
from db.queries.message_routes import RouteRow, RouteState, read_secrets, upsert_state
from sms_modem.gsm_line import GsmLine
from sms_modem.journal import Journal
from sms_modem.routes import RouteError, ignore_call
from sms_modem.routes.registry import make_route
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker

log = logging.getLogger("sms")

WAKE_S = 2.0
"""A queued message is looked for this often when no bell rings."""
REST_S = 5.0
"""Rest after a fault nobody foresaw."""


class _Lined(msgspec.Struct):
    calls_line: int = 0


class RouteThread:
    """One route at work."""

    def __init__(
        self,
        row: RouteRow,
        *,
        database: Path,
        folder: Path,
        zone: str,
        clock: Clock,
        tell: Callable[[Event], object],
    ) -> None:
        self.row = row
        self._database = database
        self._folder = folder
        self._zone = zone
        self._clock = clock
        self._tell = tell
        self._bell = threading.Event()
        self._stop = threading.Event()
        self._is_rung = False
        self._is_away = False
        self._beat = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"route-{row.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to send."""
        self._bell.set()

    def ring(self) -> None:
        """Something arrived at the route, or its device came back."""
        self._is_rung = True
        self._bell.set()

    def stop(self, timeout_s: float) -> bool:
        """End after the present turn; False when it still works after `timeout_s`."""
        self._stop.set()
        self._bell.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def beat_age_s(self) -> float:
        """Seconds since the last turn began or ended."""
        return time.monotonic() - self._beat

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._work()
            except (DatabaseError, DatabaseUnusableError) as error:
                if not self._is_away:
                    log.error("happening=database-away route=%s problem=%s", self.row.name, error)
                self._is_away = True
            except RouteError as error:
                self._note_unusable(error)
            except Exception:  # the thread's outermost loop: a fault of one route must not end the others
                log.exception("happening=route-fault route=%s", self.row.name)
            self._wait(REST_S if not self._is_away else WAKE_S)

    def _work(self) -> None:
        conn = connect(self._database)
        worker: RouteWorker | None = None
        line: GsmLine | None = None
        try:
            secrets = read_secrets(conn, self.row.id)
            line = self._gsm_line()
            route = make_route(
                self.row,
                secrets,
                folder=self._folder,
                clock=self._clock,
                bell=self.ring,
                on_call=line or ignore_call,
            )
            journal = Journal(self._folder, self.row.name, self._clock.now())
            post = Post(conn, route, self.row, self._clock, self._tell, self._zone, journal)
            worker = RouteWorker(post)
            worker.recover()
            if self._is_away:
                log.warning("happening=database-back route=%s", self.row.name)
                self._is_away = False
            while not self._stop.is_set():
                self._beat = time.monotonic()
                if self._is_rung:
                    self._is_rung = False
                    worker.ring()
                if not worker.turn():
                    self._wait(worker.wait_s(WAKE_S))
        finally:
            if worker is not None:
                worker.close()
            if line is not None:
                line.close()
            conn.close()

    def _gsm_line(self) -> GsmLine | None:
        """Give what makes calls of the modem's rings; None for a route whose settings name no line."""
        number = msgspec.json.decode(self.row.settings, type=_Lined).calls_line
        if not number:
            return None
        return GsmLine(number, database=self._database, clock=self._clock, tell=self._tell)

    def _wait(self, seconds: float) -> None:
        self._beat = time.monotonic()
        if not self._stop.is_set():
            self._bell.wait(max(seconds, 0.01))
        self._bell.clear()

    def _note_unusable(self, error: RouteError) -> None:
        """Show on the routes page why a route cannot even be made; it is tried again when its settings change."""
        log.error("happening=route-unusable route=%s code=%s", self.row.name, error.code)
        conn = connect(self._database)
        try:
            at = self._clock.now().isoformat()
            upsert_state(
                conn,
                RouteState(
                    route=self.row.name, state="down", code=error.code, detail=str(error), checked_at=at
                ),
            )
        finally:
            conn.close()
        self._wait(60.0)

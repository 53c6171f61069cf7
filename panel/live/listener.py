"""Hearing every event once: at once from the bus, and a second later from the table what the bus lost.

Live events are told first and stored later under the same id; facts are stored first. Either way an event that
was handled is remembered by its id and ignored the next time.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance.core.bus import Bus, Subscription
from appliance.core.clock import Clock
from appliance.core.events import AnyEvent, decode
from db import Connection, DatabaseError, connect
from db.connection import DatabaseUnusableError
from db.queries import events

LOOK_EVERY_S = 1.0
REMEMBERED = 4096
BATCH = 500
log = logging.getLogger("panel.live")

Handler = Callable[[Connection, AnyEvent], None]


class Listener:
    """Hands each event to `handle` exactly once, in one thread."""

    def __init__(
        self,
        *,
        database: Path,
        bus: Bus,
        name: str,
        clock: Clock,
        handle: Handler,
        seed: Callable[[Connection], None],
    ) -> None:
        self._database = database
        self._bus = bus
        self._name = name
        self._clock = clock
        self._handle = handle
        self._seed = seed
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._last_seq = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._is_broken = False
        self.ready = threading.Event()

    def start(self) -> None:
        """Begin to listen; `ready` is set once nothing can be missed any more."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and wait for the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * LOOK_EVERY_S)

    def hear(self, conn: Connection, event: AnyEvent) -> bool:
        """Handle one event unless it was handled before; tell whether it was new."""
        if event.id in self._seen:
            return False
        self._seen[event.id] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        try:
            self._handle(conn, event)
        except Exception:  # the outermost place of this thread: one bad event must not end the hearing
            log.exception("event not shown name=%s id=%s", event.name, event.id)
        return True

    def begin(self, conn: Connection) -> None:
        """Take the stored state as the start: what was committed before is not told again."""
        self._last_seq = events.find_last_seq(conn)
        self._seed(conn)

    def catch_up(self, conn: Connection) -> int:
        """Handle what was stored since the last look and not heard; give how many that were."""
        missed = 0
        while True:
            batch = events.list_events_after(conn, self._last_seq, BATCH)
            for stored in batch:
                self._last_seq = stored.seq
                if stored.id in self._seen:
                    continue
                try:
                    event = decode(stored.body)
                except msgspec.MsgspecError as error:
                    log.warning("stored event not read seq=%s problem=%s", stored.seq, error)
                    continue
                missed += self.hear(conn, event)
            if len(batch) < BATCH:
                return missed

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (DatabaseError, DatabaseUnusableError, OSError) as error:
                self._note_broken(error)
                self._stop.wait(LOOK_EVERY_S)

    def _listen(self) -> None:
        subscription = self._bus.subscribe(self._name)
        try:
            conn = connect(self._database)
            try:
                if not self.ready.is_set():
                    self.begin(conn)
                    self.ready.set()
                self._loop(subscription, conn)
            finally:
                conn.close()
        finally:
            subscription.close()

    def _loop(self, subscription: Subscription, conn: Connection) -> None:
        next_look = self._clock.monotonic()
        while not self._stop.is_set():
            wait = next_look - self._clock.monotonic()
            event = subscription.receive(wait) if wait > 0 else None
            if event is not None:
                self.hear(conn, event)
            if self._clock.monotonic() < next_look:
                continue
            next_look = self._clock.monotonic() + LOOK_EVERY_S
            self._look(conn)
            is_listed = getattr(subscription, "is_listed", None)
            if is_listed is not None and not is_listed():
                return  # somebody cleared the folder: subscribe anew

    def _look(self, conn: Connection) -> None:
        """Catch up, and go on hearing the bus when the table cannot be read."""
        try:
            self.catch_up(conn)
        except DatabaseError as error:
            self._note_broken(error)
            return
        if self._is_broken:
            self._is_broken = False
            log.info("events are read again")

    def _note_broken(self, error: Exception) -> None:
        if not self._is_broken:
            self._is_broken = True
            log.error("events cannot be read problem=%s", error)

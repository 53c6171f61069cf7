"""Recording live events after they were told: one thread, in order, patient with a busy or full disk."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from appliance.core.events import CallEvent, Event, LineDown, LineUp
from appliance.domain.acting import store_event
from appliance.domain.call_storing import record_call
from db import Connection, DatabaseError, connect, transaction
from db.connection import DatabaseUnusableError
from db.queries.lines import LineState, upsert_line_state

log = logging.getLogger("line")

LONGEST_QUEUE = 20_000
Task = Callable[[], object]
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0


class EventWriter:
    """Stores events one by one; what cannot be stored now is tried again until it can."""

    def __init__(self, database: Path, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._database = database
        self._sleep = sleep
        self._queue: queue.Queue[Event | Task | None] = queue.Queue(LONGEST_QUEUE)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to store."""
        self._thread.start()

    def put(self, event: Event) -> None:
        """Take an event to be stored; never blocks. When the queue is full the event is told but not kept."""
        try:
            self._queue.put_nowait(event)
        except queue.Full:
            log.error("happening=event-not-stored event=%s cause=queue-full", event.name)

    def later(self, task: Task) -> None:
        """Run something slow between two events; it must mend its own errors. Dropped when the queue is full."""
        try:
            self._queue.put_nowait(task)
        except queue.Full:
            log.error("happening=task-dropped cause=queue-full")

    def close(self, timeout_s: float = 5.0) -> bool:
        """Store what is waiting, then end; False when it took longer than `timeout_s`."""
        self._queue.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        conn: Connection | None = None
        while (event := self._queue.get()) is not None:
            if not isinstance(event, Event):
                event()
                continue
            wait_s, is_reported = FIRST_WAIT_S, False
            while True:
                try:
                    conn = conn or connect(self._database)
                    store(conn, event)
                    break
                except (DatabaseError, DatabaseUnusableError) as error:
                    if not is_reported:
                        log.error("happening=store-failed event=%s problem=%s", event.name, error)
                        is_reported = True
                    if conn is not None:
                        conn.close()
                        conn = None
                    self._sleep(wait_s)
                    wait_s = min(wait_s * 2, LONGEST_WAIT_S)
            if is_reported:
                log.warning("happening=store-recovered event=%s", event.name)
        if conn is not None:
            conn.close()


def store(conn: Connection, event: Event) -> None:
    """Store one live event with the record it changes; storing it twice changes nothing."""
    if isinstance(event, CallEvent):
        record_call(conn, event)
        return
    with transaction(conn):
        if not store_event(conn, event):
            return
        if isinstance(event, LineUp | LineDown):
            upsert_line_state(
                conn,
                LineState(
                    line=event.line,
                    is_up=isinstance(event, LineUp),
                    driver=event.driver,
                    detail=event.problem if isinstance(event, LineDown) else "",
                    since=event.at,
                ),
            )

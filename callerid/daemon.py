"""The line daemon: one process for one telephone line, from sound to told and stored calls.

*Tell, then record*: an event goes to the bus at once and to the writer thread afterwards, because a ring must
not wait for a disk. When the hardware goes away the daemon says so, keeps the call it was following for a
while, and tries again until the hardware is back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from appliance.core.bus import Bus
from appliance.core.clock import Clock, from_text, to_text
from appliance.core.events import Event, LineDown, LineUp
from appliance.core.ids import new_id
from appliance.core.service import masked, notify
from callerid.drivers import DriverError, Frame, LineDriver
from callerid.listening import Heard, Listener
from callerid.recording import CallRecorder
from callerid.scope.observer import Observer
from callerid.snapshots import Teller
from callerid.writing import EventWriter
from db import DatabaseError, connect
from db.connection import DatabaseUnusableError
from db.queries.calls import CallRow, list_open_calls

log = logging.getLogger("line")

READ_TIMEOUT_S = 0.5
RETRY_S = 1.0
GIVE_UP_CALL_S = 10.0
"""A line that was away for longer cannot tell any more what became of its call."""
STALE_CALL_S = 4 * 3600.0
"""An open call older than this at start is closed and not gone on with."""
WATCHDOG_S = 2.0


class LineDaemon:
    """Follows one line until told to stop."""

    def __init__(
        self,
        *,
        line: int,
        driver: LineDriver,
        driver_name: str,
        area_code: str,
        bus: Bus,
        writer: EventWriter,
        clock: Clock,
        observer: Observer | None = None,
        recorder: CallRecorder | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._line = line
        self._driver = driver
        self._driver_name = driver_name
        self._bus = bus
        self._writer = writer
        self._clock = clock
        self._observer = observer
        self._recorder = recorder
        self._sleep = sleep
        self._teller = Teller(line, area_code, clock)
        self._listener = Listener(driver.rate_hz, self._teller.new_key, hears_line=driver.hears_line)
        self._is_up: bool | None = None
        self._away_since: float | None = None
        self._fed_watchdog = 0.0
        self._lost_samples = 0

    def resume(self, database: Path) -> None:
        """Take up the calls that were open when this line's daemon last stopped."""
        try:
            conn = connect(database)
            try:
                rows = list_open_calls(conn, self._line)
            finally:
                conn.close()
        except (DatabaseError, DatabaseUnusableError) as error:
            log.error("happening=resume-failed line=%d problem=%s", self._line, error)
            return
        for row in rows:
            self._take_up(row)

    def run(self, is_over: Callable[[], bool]) -> None:
        """Follow the line until `is_over`; survives every failure of the hardware."""
        while not is_over():
            try:
                self._driver.open()
                self._listener.start_over()
                while not is_over():
                    self._beat()
                    frame = self._driver.read(READ_TIMEOUT_S)
                    if frame is not None:
                        self._on_frame(frame)
            except DriverError as error:
                self._on_away(str(error))
            self._driver.close()
            if not is_over():
                self._beat()
                self._sleep(RETRY_S)

    def _on_frame(self, frame: Frame) -> None:
        if self._is_up is not True:
            self._is_up, self._away_since = True, None
            log.info("happening=line-up line=%d driver=%s", self._line, self._driver_name)
            now = self._clock.now()
            self._publish(LineUp(id=new_id(now), at=to_text(now), line=self._line, driver=self._driver_name))
        if frame.lost:
            self._lost_samples += frame.lost
            log.warning("happening=samples-lost line=%d lost=%d", self._line, frame.lost)
        for heard in self._listener.feed(frame):
            self._tell(heard)
        if self._recorder is not None:
            self._recorder.hear(frame, self._talked_on(frame.channel))
        if self._observer is not None:
            self._observer.look(frame, self._listener)

    def _on_away(self, problem: str) -> None:
        at = self._clock.monotonic()
        if self._is_up is not False:
            self._is_up, self._away_since = False, at
            log.error("happening=line-down line=%d problem=%s", self._line, problem)
            now = self._clock.now()
            self._publish(
                LineDown(
                    id=new_id(now),
                    at=to_text(now),
                    line=self._line,
                    driver=self._driver_name,
                    problem=problem,
                )
            )
        if self._away_since is not None and at - self._away_since >= GIVE_UP_CALL_S:
            for machine in self._listener.machines.values():
                for change in machine.line_lost(at):
                    self._tell(Heard(change))
            if self._recorder is not None:
                self._recorder.line_lost(at)

    def _talked_on(self, channel: str) -> str | None:
        """Give the call for which the handset is lifted in a channel."""
        machine = self._listener.machines.get(channel)
        call = machine.call if machine is not None else None
        return call.key if call is not None and call.state in ("answered", "dialling") else None

    def _tell(self, heard: Heard) -> None:
        event = self._teller.event(heard)
        self._publish(event)
        if self._recorder is not None:
            self._recorder.told(event, heard.change.at)
        call = heard.change.call
        if self._observer is not None and heard.change.kind in ("answered", "missed"):
            self._observer.keep_unread(call)
        log.info(
            "happening=call-%s line=%d call=%s number=%s standard=%s",
            heard.change.kind, self._line, call.key, masked(call.number_raw), call.standard or "-",
        )  # fmt: skip

    def _publish(self, event: Event) -> None:
        self._bus.publish(event)
        self._writer.put(event)

    def _take_up(self, row: CallRow) -> None:
        call = self._teller.revive(row)
        at = self._clock.monotonic()
        age_s = (self._clock.now() - from_text(row.started_at)).total_seconds()
        machine = self._listener.machine()
        changes = machine.restore(call, at)
        can_go_on = self._driver.hears_line and 0 <= age_s < STALE_CALL_S
        if not can_go_on:
            changes += machine.over("restart", max(at, call.started))
        for change in changes:
            self._tell(Heard(change))
        if can_go_on:
            log.info("happening=call-resumed line=%d call=%s state=%s", self._line, row.id, row.state)

    def _beat(self) -> None:
        at = self._clock.monotonic()
        if at - self._fed_watchdog >= WATCHDOG_S:
            self._fed_watchdog = at
            notify("WATCHDOG=1")

"""The thread that looks after one line's recordings, so that the line's own loop waits for no disk.

It repairs what a crash left, enters what ends, finds out who is never recorded, and keeps within the limits. What
the database refuses to take is offered again until it is taken; what is not taken before the process ends lies in
the folder as a whole file, and the next start enters it.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from appliance.core.clock import Clock
from appliance.core.config import Config
from appliance.domain.acting import acting
from appliance.domain.recordings import report_failed_recording, report_started_recording
from db import Connection, DatabaseError, connect
from db.connection import DatabaseUnusableError
from recorder.endings import Ending
from recorder.errors import RecorderError
from recorder.keeping import Tell, enter, is_party_refused, keep_within_limits, tidy
from recorder.keys import BoxKey, open_key
from recorder.repair import repair_folder

log = logging.getLogger("recorder")

RETRY_S = 5.0
"""What the database did not take is offered again after so long."""
LIMITS_EVERY_S = 24 * 3600.0
KEPT_ANSWERS = 64
Task = Callable[[Connection], object]


class Keeper:
    """Looks after one line's recordings, and, for one line of the box, after all recordings' limits."""

    def __init__(
        self, config: Config, *, line: int, clock: Clock, tell: Tell, keeps_limits: bool = False
    ) -> None:
        """Touch nothing yet; `tell` is called from the keeper's thread."""
        self.folder = config.recordings_folder
        self.key: BoxKey | None = None
        self.key_problem: RecorderError | None = None
        """Why there is no key although one is wanted."""
        self._config = config
        self._key_file = Path(config.recording.key_file) if config.recording.key_file else None
        self._line = line
        self._clock = clock
        self._tell = tell
        self._keeps_limits = keeps_limits
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._unfinished: list[Task] = []
        self._answers: dict[str, bool] = {}
        self._numbers: dict[str, str | None] = {}
        self._begun: set[str] = set()
        """The calls whose recording this process began and did not enter yet."""
        self._since = clock.now() - timedelta(milliseconds=1)  # names know no less
        self._next_limits = 0.0
        self._is_waiting = False
        self._has_left_a_part = False
        """A recording could not be finished, for want of room most likely: it is tried again after the next one."""
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin: the key, repair, and what was never entered come first."""
        if self._key_file is not None:
            self._tasks.put(lambda _conn: self._open_key())
        self._tasks.put(self._mend)
        self._thread.start()

    def is_refused(self, call_id: str) -> bool | None:
        """Tell whether a call's other side is never recorded, as far as was found out; returns at once."""
        return self._answers.get(call_id)

    def ask(self, call_id: str, number: str | None) -> None:
        """Find out whether a call's other side is never recorded; returns at once, see `is_refused`."""
        self._numbers[call_id] = number
        _forget_oldest(self._numbers)
        if self.key is None and self._key_file is not None:
            self._tasks.put(lambda _conn: self._open_key())
        self._tasks.put(lambda conn: self._answer(conn, call_id))

    def settle(self, ending: Ending) -> None:
        """Enter what a recording came to; returns at once."""
        self._tasks.put(lambda conn: self._settle(conn, ending))
        self._tasks.put(lambda _conn: self._begun.discard(ending.call_id))
        self._tasks.put(self._keep_limits)

    def report_start(self, call_id: str) -> None:
        """Tell that a call is being recorded; returns at once."""
        self._begun.add(call_id)
        self._tasks.put(lambda conn: self._report_start(conn, call_id))

    def report_failure(self, call_id: str, problem: str) -> None:
        """Tell that a call is not recorded although it should be; returns at once."""
        self._tasks.put(lambda conn: self._report(conn, call_id, problem))

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything asked for so far is done; False when that took longer than `timeout_s`."""
        done = threading.Event()
        self._tasks.put(lambda _conn: done.set())
        return done.wait(timeout_s)

    def close(self, timeout_s: float = 3.0) -> bool:
        """Do what is waiting, then end; False when that took longer than `timeout_s`."""
        self._tasks.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        is_over = False
        while not is_over:
            tasks = self._unfinished
            self._unfinished = []
            with contextlib.suppress(queue.Empty):
                task = self._tasks.get(timeout=self._patience_s())
                is_over = task is None
                tasks += [task] if task is not None else []
            if self._keeps_limits and self._clock.monotonic() >= self._next_limits:
                self._next_limits = self._clock.monotonic() + LIMITS_EVERY_S
                tasks.append(self._keep_limits)
            for place, task in enumerate(tasks):
                if not self._is_done(task):
                    self._unfinished = [*tasks[place:], *self._unfinished]
                    break
        if self._unfinished:
            log.error(
                "happening=recordings-left-unentered line=%d count=%d", self._line, len(self._unfinished)
            )

    def _patience_s(self) -> float | None:
        if self._unfinished:
            return RETRY_S
        if not self._keeps_limits:
            return None
        return max(self._next_limits - self._clock.monotonic(), 0.0)

    def _is_done(self, task: Task) -> bool:
        """Do a task; False when the database must be asked again later."""
        try:
            with self._connected() as conn:
                task(conn)
        except (DatabaseError, DatabaseUnusableError) as error:
            if not self._is_waiting:
                log.error("happening=recordings-wait line=%d problem=%s", self._line, error)
            self._is_waiting = True
            return False
        except (RecorderError, OSError) as error:
            log.error("happening=recordings-problem line=%d problem=%s", self._line, error)
        if self._is_waiting:
            log.warning("happening=recordings-go-on line=%d", self._line)
        self._is_waiting = False
        return True

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        conn = connect(self._config.data.database)
        try:
            yield conn
        finally:
            conn.close()

    def _open_key(self) -> None:
        if self.key is not None or self._key_file is None:
            return
        try:
            self.key = open_key(self._key_file, self.folder, data=Path(self._config.data.folder))
        except RecorderError as error:
            if self.key_problem is None:
                log.error("happening=recordings-key-missing line=%d problem=%s", self._line, error)
            self.key_problem = error
            return
        if self.key_problem is not None:
            log.warning("happening=recordings-key-back line=%d", self._line)
            self._tasks.put(self._repair)
        self.key_problem = None

    def _repair(self, conn: Connection) -> None:
        self._has_left_a_part = False
        for repaired in repair_folder(self.folder, self.key, line=self._line):
            self._has_left_a_part |= repaired.problem is not None
            if repaired.ending is not None:
                enter(conn, repaired.ending, now=self._clock.now(), tell=self._tell, folder=self.folder)

    def _mend(self, conn: Connection) -> None:
        self._repair(conn)
        tidy(
            conn,
            self.folder,
            self.key,
            now=self._clock.now(),
            tell=self._tell,
            keep_days=self._config.recording.keep_days,
            line=self._line,
            numbers=self._numbers,
            is_ours=lambda name: name.call_id in self._begun and name.started_at >= self._since,
        )

    def _answer(self, conn: Connection, call_id: str) -> None:
        self._answers[call_id] = is_party_refused(conn, call_id, self._numbers.get(call_id))
        _forget_oldest(self._answers)

    def _settle(self, conn: Connection, ending: Ending) -> None:
        enter(
            conn,
            ending,
            now=self._clock.now(),
            tell=self._tell,
            folder=self.folder,
            number=self._numbers.get(ending.call_id),
        )
        if ending.problem is not None:
            self._has_left_a_part = True
        elif self._has_left_a_part:
            self._tasks.put(self._repair)

    def _report_start(self, conn: Connection, call_id: str) -> None:
        with acting(conn, self._clock.now(), None, self._tell) as act:
            report_started_recording(act, call_id=call_id, line=self._line)

    def _report(self, conn: Connection, call_id: str, problem: str) -> None:
        with acting(conn, self._clock.now(), None, self._tell) as act:
            report_failed_recording(act, call_id=call_id, line=self._line, reason="stopped", problem=problem)

    def _keep_limits(self, conn: Connection) -> None:
        settings = self._config.recording
        kept = keep_within_limits(
            conn,
            self.folder,
            now=self._clock.now(),
            tell=self._tell,
            keep_days=settings.keep_days,
            least_free_share=settings.least_free_percent / 100,
        )
        if kept.removed:
            log.info(
                "happening=recordings-removed line=%d count=%d bytes=%d free=%.0f%%",
                self._line, kept.removed, kept.bytes, kept.room.free_share * 100,
            )  # fmt: skip


def _forget_oldest(known: dict[str, bool] | dict[str, str | None]) -> None:
    while len(known) > KEPT_ANSWERS:
        known.pop(next(iter(known)))

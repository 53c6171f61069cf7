"""Runs the registered jobs at their times, also the ones whose time passed while the box was off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import schedule

from appliance.core.bus import Bus
from appliance.core.clock import Clock, from_text, to_text
from appliance.core.events import JobFailed
from appliance.core.ids import new_id
from appliance.core.service import notify
from appliance.domain.acting import acting
from appliance.scheduler.jobs import JOBS, Job
from db import Connection, DatabaseError, connect
from db.connection import DatabaseUnusableError
from db.queries.jobs import JobRun, find_run, upsert_run

log = logging.getLogger("scheduler")

POLL_S = 1.0
CLOCK_JUMP_S = 30.0
"""When wall time and monotonic time drift apart by so much, the clock was set and the timetable is made anew."""


class SchedulerDaemon:
    """The jobs' clockwork; last runs are kept in the database, so a restart neither skips nor repeats one."""

    def __init__(self, database: Path, bus: Bus, clock: Clock, jobs: dict[str, Job] | None = None) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._jobs = JOBS if jobs is None else jobs
        self._timetable = schedule.Scheduler()
        self._planned_offset_s: float | None = None
        self._is_reported = False

    def run(self, is_over: Callable[[], bool], sleep: Callable[[float], object]) -> None:
        """Work until told to stop."""
        conn = self._open(is_over, sleep)
        if conn is None:
            return
        try:
            while not is_over():
                notify("WATCHDOG=1")
                if self._needs_plan():
                    self._try_plan(conn)
                self._timetable.run_pending()
                sleep(POLL_S)
        finally:
            conn.close()

    def plan(self, conn: Connection) -> dict[str, float]:
        """Run what was missed and set every job's next time; give the minutes until each.

        The next time is counted from the last run and not from now, so that a box that is switched off every
        night keeps its jobs' rhythm.
        """
        self.run_missed(conn)
        self._timetable.clear()
        now = self._clock.now()
        minutes: dict[str, float] = {}
        for job in self._jobs.values():
            last = find_run(conn, job.name)
            since = now - from_text(last.started_at) if last else timedelta(0)
            elapsed = min(max(since, timedelta(0)), timedelta(minutes=job.every_minutes))
            entry = self._timetable.every(job.every_minutes).minutes.do(self.run_job, conn, job)
            entry.next_run -= elapsed
            minutes[job.name] = job.every_minutes - elapsed.total_seconds() / 60
        self._planned_offset_s = self._offset_s()
        return minutes

    def run_missed(self, conn: Connection) -> list[str]:
        """Run every job whose time has passed since its last run; give their names."""
        now = self._clock.now()
        due = [job for job in self._jobs.values() if self._is_due(conn, job, now)]
        for job in due:
            self.run_job(conn, job)
        return [job.name for job in due]

    def run_job(self, conn: Connection, job: Job) -> None:
        """Run one job and keep when it ran and what it did; a job that fails does not stop the others."""
        now = self._clock.now()
        try:
            result = job.work(conn, now)
        except Exception as error:  # the daemon's outermost loop for a job's own code
            log.exception("happening=job-failed job=%s", job.name)
            conn.rollback()
            result = f"failed: {error}"
            self._report(conn, now, job, str(error))
        self._keep(conn, JobRun(job.name, to_text(now), to_text(self._clock.now()), result))

    def _offset_s(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _needs_plan(self) -> bool:
        if self._planned_offset_s is None:
            return True
        jump_s = self._offset_s() - self._planned_offset_s
        if abs(jump_s) > CLOCK_JUMP_S:
            log.warning("happening=clock-set jump_s=%.0f", jump_s)
            self._planned_offset_s = None
            return True
        return False

    def _try_plan(self, conn: Connection) -> None:
        try:
            self.plan(conn)
            self._is_reported = False
        except DatabaseError as error:
            if not self._is_reported:
                log.error("happening=jobs-not-planned problem=%s", error)
                self._is_reported = True

    def _is_due(self, conn: Connection, job: Job, now: datetime) -> bool:
        last = find_run(conn, job.name)
        if last is None:
            return True
        since = now - from_text(last.started_at)
        return since >= timedelta(minutes=job.every_minutes) or since < timedelta(0)

    def _report(self, conn: Connection, now: datetime, job: Job, problem: str) -> None:
        try:
            with acting(conn, now, None, self._bus.publish) as act:
                act.record(JobFailed(id=new_id(now), at=act.at, job=job.name, problem=problem))
        except DatabaseError as error:
            log.error("happening=job-failure-not-stored job=%s problem=%s", job.name, error)

    def _keep(self, conn: Connection, run: JobRun) -> None:
        try:
            upsert_run(conn, run)
        except DatabaseError as error:
            log.error("happening=job-run-not-stored job=%s problem=%s", run.job, error)

    def _open(self, is_over: Callable[[], bool], sleep: Callable[[float], object]) -> Connection | None:
        is_reported = False
        while not is_over():
            try:
                return connect(self._database)
            except DatabaseUnusableError as error:
                if not is_reported:
                    log.error("happening=database-away problem=%s", error)
                    is_reported = True
                notify("WATCHDOG=1")
                sleep(POLL_S)
        return None

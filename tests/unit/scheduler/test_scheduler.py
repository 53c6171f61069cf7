"""Timed jobs: what was missed is made up for, what failed is told, a clock that is set confuses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from appliance.core.bus import UnixBus
from appliance.core.clock import to_text
from appliance.core.events import JobFailed
from appliance.scheduler.daemon import SchedulerDaemon
from appliance.scheduler.jobs import JOBS, Job, job
from db import Connection, migrate
from db.queries.events import list_events_after
from db.queries.jobs import JobRun, find_run, upsert_run
from tests.fakes.clock import FakeClock

HOUR = 60
Maker = Callable[..., SchedulerDaemon]


class Diary:
    """Jobs that write down when they ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def job(self, name: str, every_minutes: int = HOUR) -> Job:
        def work(conn: Connection, now: datetime) -> str:
            self.ran.append(name)
            return f"ran at {now:%H:%M}"

        return Job(name, every_minutes, work, "test")

    def failing(self, name: str, error: Exception) -> Job:
        def work(conn: Connection, now: datetime) -> str:
            self.ran.append(name)
            conn.execute("BEGIN IMMEDIATE")
            conn.execute("DELETE FROM job_runs")
            raise error

        return Job(name, HOUR, work, "test")


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[UnixBus]:
    bus = UnixBus(tmp_path)
    yield bus
    bus.close()


@pytest.fixture
def daemon(database: Path, bus: UnixBus, clock: FakeClock) -> Maker:
    """Give a maker of daemons for the jobs given."""

    def make(*jobs: Job) -> SchedulerDaemon:
        return SchedulerDaemon(database, bus, clock, {one.name: one for one in jobs})

    return make


def last_run(conn: Connection, name: str) -> JobRun:
    run = find_run(conn, name)
    assert run is not None
    return run


def test_a_job_that_never_ran_runs_at_the_start(
    conn: Connection, daemon: Maker, diary: Diary, clock: FakeClock
) -> None:
    assert daemon(diary.job("a"), diary.job("b")).run_missed(conn) == ["a", "b"]
    assert diary.ran == ["a", "b"]
    assert last_run(conn, "a") == JobRun("a", to_text(clock.now()), to_text(clock.now()), "ran at 08:30")


@pytest.mark.parametrize(("minutes_off", "runs"), [(1, []), (59, []), (60, ["a"]), (60 * 24 * 30, ["a"])])
def test_a_job_whose_time_passed_while_the_box_was_off_runs_once(
    conn: Connection, daemon: Maker, diary: Diary, clock: FakeClock, minutes_off: int, runs: list[str]
) -> None:
    daemon(diary.job("a")).run_missed(conn)
    diary.ran.clear()
    clock.advance(minutes_off * 60)
    assert daemon(diary.job("a")).run_missed(conn) == runs
    assert diary.ran == runs


def test_a_restart_keeps_a_jobs_rhythm(
    conn: Connection, daemon: Maker, diary: Diary, clock: FakeClock
) -> None:
    assert daemon(diary.job("a")).plan(conn) == {"a": pytest.approx(60)}
    clock.advance(45 * 60)
    assert daemon(diary.job("a")).plan(conn) == {"a": pytest.approx(15)}
    assert diary.ran == ["a"]


def test_a_failing_job_is_told_and_does_not_stop_the_others(
    conn: Connection, daemon: Maker, diary: Diary, bus: UnixBus, caplog: pytest.LogCaptureFixture
) -> None:
    listener = bus.subscribe("panel")
    upsert_run(conn, JobRun("kept", "1", None, ""))
    broken = diary.failing("broken", KeyError("no such thing"))
    assert daemon(broken, diary.job("b")).run_missed(conn) == ["broken", "b"]
    assert diary.ran == ["broken", "b"]
    assert "failed: " in last_run(conn, "broken").result
    assert find_run(conn, "kept") is not None
    told = listener.receive(1.0)
    assert isinstance(told, JobFailed)
    assert (told.job, "no such thing" in told.problem) == ("broken", True)
    assert [event.id for event in list_events_after(conn, 0)] == [told.id]
    assert "happening=job-failed job=broken" in caplog.text
    listener.close()


def test_a_job_that_failed_waits_for_its_next_time(
    conn: Connection, daemon: Maker, diary: Diary, clock: FakeClock
) -> None:
    daemon(diary.failing("broken", OSError("disk"))).run_missed(conn)
    clock.advance(60)
    assert daemon(diary.failing("broken", OSError("disk"))).run_missed(conn) == []
    clock.advance(HOUR * 60)
    assert daemon(diary.failing("broken", OSError("disk"))).run_missed(conn) == ["broken"]


def test_a_last_run_in_the_future_does_not_hold_a_job_back(
    conn: Connection, daemon: Maker, diary: Diary, clock: FakeClock
) -> None:
    daemon(diary.job("a")).run_missed(conn)
    clock.set_wall(clock.now() - timedelta(days=300))
    assert daemon(diary.job("a")).run_missed(conn) == ["a"]


def beats(*happenings: Callable[[], object]) -> tuple[Callable[[], bool], Callable[[float], object]]:
    """Give `is_over` and `sleep` of a daemon that lives for as many beats as things happen in its sleep."""
    left = list(happenings)
    return (lambda: not left), (lambda seconds: left.pop(0)())


def nothing() -> None:
    """Let a beat pass."""


@pytest.mark.parametrize("days", [-300, -1, 1])
def test_a_clock_that_is_set_while_the_daemon_runs_makes_a_new_plan(
    daemon: Maker, diary: Diary, clock: FakeClock, days: int, caplog: pytest.LogCaptureFixture
) -> None:
    def set_clock() -> None:
        clock.set_wall(clock.now() + timedelta(days=days))

    daemon(diary.job("a")).run(*beats(nothing, set_clock, nothing, nothing))
    assert diary.ran == ["a", "a"]
    assert caplog.text.count("happening=clock-set") == 1


def test_time_that_passes_is_no_clock_that_is_set(daemon: Maker, diary: Diary, clock: FakeClock) -> None:
    def pass_time() -> None:
        clock.advance(1.0)
        clock.set_wall(clock.now() + timedelta(milliseconds=1))

    daemon(diary.job("a")).run(*beats(*[pass_time] * 100))
    assert diary.ran == ["a"]


def test_a_database_that_is_away_is_waited_for(
    diary: Diary,
    template_database: Path,
    bus: UnixBus,
    clock: FakeClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = tmp_path / "disk"

    def mount() -> None:
        folder.mkdir()
        shutil.copy(template_database, folder / "aminbox.sqlite3")

    late = SchedulerDaemon(folder / "aminbox.sqlite3", bus, clock, {"a": diary.job("a")})
    late.run(*beats(nothing, nothing, mount, nothing))
    assert diary.ran == ["a"]
    assert caplog.text.count("happening=database-away") == 1


def test_a_database_without_a_schema_is_waited_for_too(
    diary: Diary, bus: UnixBus, clock: FakeClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "empty.sqlite3"
    early = SchedulerDaemon(path, bus, clock, {"a": diary.job("a")})
    early.run(*beats(nothing, nothing, lambda: migrate(path), nothing))
    assert diary.ran == ["a"]
    assert caplog.text.count("happening=jobs-not-planned") == 1


def test_jobs_are_registered_by_their_name_once() -> None:
    @job(every_minutes=5)
    def tidy_the_desk(conn: Connection, now: datetime) -> str:
        """Put everything in its place.

        And more.
        """
        return ""

    try:
        assert JOBS["tidy_the_desk"].purpose == "Put everything in its place."
        with pytest.raises(ValueError, match="two jobs named tidy_the_desk"):
            job(every_minutes=1)(tidy_the_desk)
    finally:
        del JOBS["tidy_the_desk"]

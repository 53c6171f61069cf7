"""The jobs that keep the records tidy take away what is over, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import appliance.scheduler.housekeeping  # noqa: F401 - registers its jobs
from appliance.core.clock import to_text
from appliance.scheduler.jobs import JOBS
from db import Connection
from db.queries.events import insert_event, list_events_after
from db.queries.sessions import SessionRow, find_session, upsert_session
from tests.fakes.clock import START


def test_every_job_runs_on_an_empty_office_and_says_what_it_did(conn: Connection) -> None:
    for job in JOBS.values():
        assert job.work(conn, START)
        assert job.purpose
        assert job.every_minutes > 0


def test_sessions_end_at_their_time(conn: Connection) -> None:
    for name, minutes in (("over", 0), ("going on", 1)):
        at = to_text(START)
        upsert_session(
            conn,
            SessionRow(
                token_hash=name,
                user_id=None,
                body="{}",
                created_at=at,
                seen_at=at,
                expires_at=to_text(START + timedelta(minutes=minutes)),
            ),
        )
    assert JOBS["end_old_sessions"].work(conn, START) == "1 sessions"
    assert find_session(conn, "going on", to_text(START)) is not None


def test_events_are_kept_for_ninety_days(conn: Connection) -> None:
    for name, days in (("old", 91), ("young", 89)):
        insert_event(conn, name, "line.up", to_text(START - timedelta(days=days)), "{}")
    assert JOBS["forget_old_events"].work(conn, START) == "1 events"
    assert [event.id for event in list_events_after(conn, 0)] == ["young"]


def test_the_database_learns_what_its_tables_hold(conn: Connection) -> None:
    assert conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone() is None
    JOBS["look_at_tables"].work(conn, START)
    found = {row["tbl"] for row in conn.execute("SELECT tbl FROM sqlite_stat1")}
    assert {"provinces", "choices", "lines_of_business"} <= found

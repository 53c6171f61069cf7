"""When timed jobs last ran."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_one


class JobRun(msgspec.Struct, frozen=True):
    """The last run of a job."""

    job: str
    started_at: str
    finished_at: str | None
    result: str


def find_run(conn: Connection, job: str) -> JobRun | None:
    """Give a job's last run."""
    return fetch_one(
        conn, JobRun, "SELECT job, started_at, finished_at, result FROM job_runs WHERE job = ?", (job,)
    )


def upsert_run(conn: Connection, run: JobRun) -> None:
    """Record a job's newest run."""
    conn.execute(
        "INSERT INTO job_runs (job, started_at, finished_at, result) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (job) DO UPDATE SET started_at = excluded.started_at, "
        "finished_at = excluded.finished_at, result = excluded.result",
        (run.job, run.started_at, run.finished_at, run.result),
    )

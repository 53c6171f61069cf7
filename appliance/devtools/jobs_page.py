"""docs/jobs.md, from the registry of timed jobs."""

from __future__ import annotations

import appliance.scheduler.backups
import appliance.scheduler.housekeeping
import appliance.scheduler.imports
import appliance.scheduler.messages
import appliance.scheduler.ranks
import appliance.scheduler.service  # noqa: F401 - each registers its jobs
from appliance.scheduler.jobs import JOBS, Job

_INTRODUCTION = """\
What the box does by itself. A job whose time passed while the box was off runs at the next start; one that fails
is told as `job.failed` and runs again at its next time.
"""


def jobs_page() -> str:
    """Give the page."""
    rows = [f"| `{job.name}` | {_every(job)} | {job.purpose} |" for job in JOBS.values()]
    table = "\n".join(["| job | every | purpose |", "|---|---|---|", *rows, ""])
    return f"# Timed jobs\n\n{_INTRODUCTION}\n{table}"


def _every(job: Job) -> str:
    hours, minutes = divmod(job.every_minutes, 60)
    return f"{hours} h" if hours and not minutes else f"{job.every_minutes} min"

"""Jobs of customers' ranks: the queue every minute, everybody once a night."""

from __future__ import annotations

import time
from datetime import datetime

from appliance.core.service import notify
from appliance.domain.ranking.computing import compute_everybody, compute_queued, is_book_due
from appliance.scheduler.jobs import job
from db import Connection

REST_S = 0.02
"""Between two transactions of the night's run, so that whoever waits to write comes first."""


@job(every_minutes=1)
def compute_ranks(conn: Connection, now: datetime) -> str:
    """Compute the ranks of customers who changed; once a night, and after a rule changed, everybody's."""
    if is_book_due(conn, now):
        return f"{compute_everybody(conn, now, _rest)} customers"
    return f"{compute_queued(conn, now)} changed"


def _rest() -> None:
    notify("WATCHDOG=1")
    time.sleep(REST_S)

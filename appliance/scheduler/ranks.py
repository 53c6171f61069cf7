"""Jobs of customers' ranks: the queue every minute, everybody once a night."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from appliance.core.service import notify
from appliance.domain.ranking.computing import compute_everybody, compute_queued, is_book_due
from appliance.scheduler.jobs import job
from db import Connection

REST_S = 0.02
"""Between two transactions of the night's run at least, so that whoever waits to write comes first."""
REST_SHARE = 0.3
"""Part of the time a piece of the run took that it rests afterwards: on a busy box pages come first."""
LONGEST_REST_S = 0.3


@job(every_minutes=1)
def compute_ranks(conn: Connection, now: datetime) -> str:
    """Compute the ranks of customers who changed; once a night, and after a rule changed, everybody's."""
    if is_book_due(conn, now):
        return f"{compute_everybody(conn, now, Resting())} customers"
    return f"{compute_queued(conn, now)} changed"


class Resting:
    """Rests between two pieces of a long run, the longer the longer they take, and tells that the process lives."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._began = clock()

    def __call__(self) -> None:
        """Rest once."""
        notify("WATCHDOG=1")
        took = self._clock() - self._began
        self._sleep(min(LONGEST_REST_S, max(REST_S, REST_SHARE * took)))
        self._began = self._clock()

"""Jobs of the office's service: missed calls nobody took up, and what was not done in time."""

from __future__ import annotations

from datetime import datetime

from appliance.core.clock import to_text
from appliance.core.events import Event
from appliance.domain.acting import acting
from appliance.domain.callbacks.following import follow_missed
from appliance.domain.overdue import tell_overdue
from appliance.scheduler.jobs import job
from db import Connection, transaction
from db.queries import callbacks


def _untold(_event: Event) -> None:
    """Leave telling to the event store, which every listener reads on each second."""


@job(every_minutes=1)
def take_up_missed_calls(conn: Connection, now: datetime) -> str:
    """Open a task for each missed call of the last days that has none, and keep open tasks with their persons."""
    taken = follow_missed(conn, now)
    with transaction(conn):
        linked = callbacks.link_known(conn)
        dropped = callbacks.drop_spam(conn, to_text(now))
    return f"{taken} calls, {linked} linked, {dropped} dropped"


@job(every_minutes=5)
def tell_what_is_overdue(conn: Connection, now: datetime) -> str:
    """Tell, once, which call-backs and complaints were not dealt with in time."""
    with acting(conn, now, None, _untold) as act:
        told = tell_overdue(act)
    return f"{told.callbacks} call-backs, {told.complaints} complaints"

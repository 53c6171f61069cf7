"""Jobs that keep the records tidy."""

from __future__ import annotations

from datetime import datetime, timedelta

from appliance.core.clock import to_text
from appliance.core.events import Event
from appliance.domain.acting import acting
from appliance.domain.calls import close_forgotten_calls
from appliance.domain.policies.reminding import AT_ONCE, make_reminders
from appliance.scheduler.jobs import job
from db import Connection, transaction
from db.queries.bulk import update_statistics
from db.queries.events import delete_events_before
from db.queries.sessions import delete_expired_sessions

EVENT_DAYS = 90


@job(every_minutes=10)
def end_old_sessions(conn: Connection, now: datetime) -> str:
    """Forget sign-in sessions whose time is over."""
    with transaction(conn):
        return f"{delete_expired_sessions(conn, to_text(now))} sessions"


@job(every_minutes=24 * 60)
def forget_old_events(conn: Connection, now: datetime) -> str:
    """Forget events older than 90 days; calls and all other records stay."""
    with transaction(conn):
        return f"{delete_events_before(conn, to_text(now - timedelta(days=EVENT_DAYS)))} events"


@job(every_minutes=15)
def close_calls_left_open(conn: Connection, now: datetime) -> str:
    """Close calls that a power cut left open and no line daemon took up again."""
    return f"{close_forgotten_calls(conn, now)} calls"


@job(every_minutes=24 * 60)
def look_at_tables(conn: Connection, _now: datetime) -> str:
    """Let the database look at what its tables hold, so that lists stay quick while the office grows."""
    with transaction(conn):
        update_statistics(conn)
    return "all tables"


def _untold(_event: Event) -> None:
    """Leave telling to the event store: nothing here is told."""


@job(every_minutes=6 * 60)
def remind_of_renewals(conn: Connection, now: datetime) -> str:
    """Make the reminders of renewals that no entry brought, and settle those of policies that are over with."""
    count = 0
    while True:
        with acting(conn, now, None, _untold) as act:
            made = make_reminders(act)
        count += made
        if made < AT_ONCE:
            return f"{count} reminders"

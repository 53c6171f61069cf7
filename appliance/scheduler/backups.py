"""Jobs that keep copies of the records, and prove that they can be restored."""

from __future__ import annotations

from datetime import datetime

from appliance.backing_up.keeping import copy_when_changed, drill, seal_copy
from appliance.scheduler.jobs import job
from db import Connection


@job(every_minutes=15)
def copy_records(conn: Connection, now: datetime) -> str:
    """Make a checked copy of the records on the card, unless nothing changed."""
    return copy_when_changed(conn, now)


@job(every_minutes=24 * 60)
def seal_records(conn: Connection, now: datetime) -> str:
    """Make a sealed copy of the records on the backup medium, read back and compared."""
    return seal_copy(conn, now)


@job(every_minutes=7 * 24 * 60)
def drill_restore(conn: Connection, now: datetime) -> str:
    """Restore the newest sealed copy beside the office and compare it with its list of contents."""
    return drill(conn, now)

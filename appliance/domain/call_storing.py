"""Calls stored as they happen. Each line's process does this all day, so nothing else of the records is loaded."""

from __future__ import annotations

import msgspec

from appliance.core.events import CallEvent, CallSnapshot
from appliance.domain.acting import store_event
from appliance.domain.callbacks.following import follow_call
from db import Connection, transaction
from db.queries import calls, persons
from db.queries.calls import CallRow


def record_call(conn: Connection, event: CallEvent) -> bool:
    """Store a live call event and the call as it then stood; False when that was done before.

    A call whose number belongs to exactly one person is linked to them at once. A missed one opens the task to call
    back and a conversation closes it; that is done after the call is kept, which it is whatever becomes of its task.
    """
    with transaction(conn):
        if not store_event(conn, event):
            return False
        calls.upsert_call(conn, row_of(event.call))
        stored = calls.find_call(conn, event.call.id)
        if stored is not None and stored.person_id is None and stored.number:
            owners = persons.list_persons_by_number(conn, stored.number)
            if len(owners) == 1:
                calls.update_call_person(conn, stored.id, owners[0].id)
    if event.call.answered_at or event.call.ended_at:
        follow_call(conn, event.call.id)
    return True


def row_of(snapshot: CallSnapshot, person_id: int | None = None) -> CallRow:
    """Give the row that stores a snapshot."""
    return CallRow(**msgspec.structs.asdict(snapshot), person_id=person_id)


def snapshot_of(row: CallRow) -> CallSnapshot:
    """Give the call that a row stores."""
    return msgspec.convert(row, CallSnapshot, from_attributes=True)

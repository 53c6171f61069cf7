"""Telling that something was not done in time: once for each deadline."""

from __future__ import annotations

import msgspec

from appliance.core.events import CallbackOverdue, ComplaintOverdue
from appliance.domain.acting import Acting
from db.queries import callbacks, complaints
from db.records import update_row


class Told(msgspec.Struct, frozen=True):
    """How many were told of."""

    callbacks: int
    complaints: int


def tell_overdue(act: Acting) -> Told:
    """Record the call-backs and complaints whose deadline passed since the last time."""
    late_calls = callbacks.list_newly_overdue(act.conn, act.at)
    for task in late_calls:
        update_row(act.conn, "callbacks", task.id, {"overdue_told_at": act.at})
        act.record(
            CallbackOverdue(
                id=act.new_id(), at=act.at, callback_id=task.id, number=task.number, person_id=task.person_id
            )
        )
    late = complaints.list_newly_overdue(act.conn, act.at)
    for one in late:
        update_row(act.conn, "complaints", one.id, {"overdue_told_at": act.at})
        act.record(
            ComplaintOverdue(id=act.new_id(), at=act.at, complaint_id=one.id, assignee_id=one.assignee_id)
        )
    return Told(len(late_calls), len(late))

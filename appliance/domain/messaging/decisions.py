"""What people decide about single messages: withdraw, try again, and what to make of one nobody can settle."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, NotFoundError
from appliance.core.events import SmsCancelled, SmsFailed, SmsSent
from appliance.domain.acting import Acting
from appliance.domain.messaging.queueing import Letter, queue_letter
from db.queries import attachments, outbox, outbox_lists
from db.queries.message_settings import read_settings
from db.queries.outbox import OutboxRow

Decision = Literal["resend", "taken-as-sent", "given-up"]


def cancel_message(act: Acting, message_id: str) -> None:
    """Withdraw a message that waits. Raises `ConflictError` when a route has it, or part of it, already."""
    require_message(act, message_id)
    if not outbox.update_cancelled(act.conn, message_id, act.at, "by-hand"):
        raise ConflictError("the message is no longer waiting")
    user_id = act.user.id if act.user else None
    act.record(SmsCancelled(id=act.new_id(), at=act.at, message_id=message_id, user_id=user_id))


def resend_failed(act: Acting, message_id: str, *, zone: str = "Asia/Tehran") -> str:
    """Queue a failed message once more; give the new one's id.

    Raises `ConflictError` unless it failed for certain, or when it was queued once more already.
    """
    row = require_message(act, message_id)
    if row.state != "failed":
        raise ConflictError(f"only a failed message is tried again, this one is {row.state}")
    return _again(act, row, zone)


def decide_uncertain(
    act: Acting, message_id: str, decision: Decision, *, zone: str = "Asia/Tehran"
) -> str | None:
    """Settle by hand a message nobody can tell of; give the new message's id when it is sent again.

    Advertising is never sent again, a code is made anew and not sent again: `ConflictError`. What was booked for the
    first stays booked: it may have gone out.
    """
    row = require_message(act, message_id)
    if row.state != "uncertain":
        raise ConflictError(f"the message is {row.state}, there is nothing to decide")
    if decision == "resend" and row.kind != "service":
        raise ConflictError(f"{row.kind} is not sent again when it may have been sent")
    if decision == "taken-as-sent":
        outbox.update_sent(act.conn, message_id, act.at, row.reference, None)
        act.record(SmsSent(id=act.new_id(), at=act.at, message_id=message_id, route=row.route or ""))
        return None
    reason = "sent-again" if decision == "resend" else "given-up"
    outbox.update_ended(act.conn, message_id, "failed", act.at, reason=reason, detail=row.reason)
    act.record(SmsFailed(id=act.new_id(), at=act.at, message_id=message_id, reason=reason))
    return _again(act, row, zone) if decision == "resend" else None


def resend_overdue(act: Acting, *, zone: str = "Asia/Tehran") -> int:
    """Send again service messages that have been uncertain for the hours the office chose; give how many.

    Nothing happens unless the office chose so.
    """
    hours = read_settings(act.conn).resend_service_hours
    if hours is None:
        return 0
    before = to_text(act.now - timedelta(hours=hours))
    again = 0
    for listed in outbox_lists.list_undecided(act.conn, act.at):
        row = require_message(act, listed.id)
        if row.kind == "service" and (row.armed_at or row.created_at) <= before:
            decide_uncertain(act, row.id, "resend", zone=zone)
            again += 1
    return again


def require_message(act: Acting, message_id: str) -> OutboxRow:
    """Give a message. Raises `NotFoundError`."""
    row = outbox.find_message(act.conn, message_id)
    if row is None:
        raise NotFoundError(f"there is no message {message_id}")
    return row


def _again(act: Acting, row: OutboxRow, zone: str) -> str:
    letter = Letter(
        number=row.number, body=row.body, channel=row.channel, kind=row.kind, subject=row.subject,
        person_id=row.person_id,
        object_kind=row.object_kind, object_id=row.object_id, template_version_id=row.template_version_id,
        rule_id=row.rule_id, campaign_id=row.campaign_id, wanted_route=row.wanted_route, resend_of=row.id,
    )  # fmt: skip
    message_id = queue_letter(act, letter, idempotency_key=f"again:{row.id}", zone=zone)
    if message_id is None:
        raise ConflictError("the message was queued once more already")
    attachments.insert_message_copies(act.conn, row.id, message_id)
    return message_id

"""What an outcome does to a message: one place, whether it came at once, after a search, or by a report."""

from __future__ import annotations

import logging
from datetime import timedelta

from appliance.core.clock import from_text, to_text
from appliance.core.events import SmsBlocked, SmsFailed, SmsSent, SmsUncertain
from appliance.core.service import masked
from appliance.domain.acting import Acting
from db.queries import opt_outs, outbox
from db.queries.outbox import OutboxRow
from sms_modem.routes import Accepted, Refused
from sms_modem.worker.booking import book_back, book_real_cost
from sms_modem.worker.post import Post

log = logging.getLogger("sms")

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=30)
LAST_ATTEMPT = 100
"""Two days of tries: six that double the wait, the others half an hour apart."""
REPORT_DELAY = timedelta(seconds=20)
GIVEN_UP = "gave-up"


def retry_delay(attempts: int) -> timedelta:
    """Give how long a message waits after so many attempts: doubling from 30 s up to half an hour."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)


def note_sent(
    post: Post, act: Acting, row: OutboxRow, accepted: Accepted, *, part: int = 0, attempt: int
) -> None:
    """Record that a whole message was accepted."""
    polled = post.capabilities.reports == "polled" and accepted.reference
    report_next = post.at(REPORT_DELAY) if polled else None
    if not outbox.update_sent(act.conn, row.id, act.at, accepted.reference, report_next):
        return
    book_real_cost(
        act.conn, row, route=post.name, part=part, attempt=attempt, cost_rial=accepted.cost_rial, at=act.at
    )
    if row.campaign_id is None:
        act.record(SmsSent(id=act.new_id(), at=act.at, message_id=row.id, route=post.name))


def note_refused(
    post: Post,
    act: Acting,
    row: OutboxRow,
    refused: Refused,
    *,
    part: int = 0,
    attempt: int,
    is_pinned: bool = False,
) -> None:
    """Record that a message was certainly not sent: for now, for good, or because its receiver refuses it."""
    book_back(act.conn, row, route=post.name, part=part, attempt=attempt, at=act.at)
    if refused.is_blocked:
        if outbox.update_ended(
            act.conn, row.id, "blocked", act.at, reason=refused.code, detail=refused.detail
        ):
            if row.kind == "advertising":
                opt_outs.insert_opt_out(act.conn, row.number, "provider", act.at, detail=post.name)
            act.record(SmsBlocked(id=act.new_id(), at=act.at, message_id=row.id, reason=refused.code))
        return
    if refused.is_permanent and not refused.is_route:
        note_failed(act, row, refused.code, refused.detail)
    elif attempt >= LAST_ATTEMPT and not refused.is_route:
        note_failed(act, row, GIVEN_UP, f"{refused.code}: {refused.detail}")
    else:
        due = row.due_at if refused.is_route else post.at(retry_delay(attempt))
        outbox.update_requeued(
            act.conn, row.id, due_at=due, reason=refused.code, detail=refused.detail, is_pinned=is_pinned
        )


def note_failed(act: Acting, row: OutboxRow, reason: str, detail: str = "") -> None:
    """End a message that cannot be sent."""
    if outbox.update_ended(act.conn, row.id, "failed", act.at, reason=reason, detail=detail):
        act.record(
            SmsFailed(id=act.new_id(), at=act.at, message_id=row.id, reason=f"{reason} {detail}".strip())
        )


def note_unknown(post: Post, act: Acting, row: OutboxRow, code: str, detail: str, armed_at: str) -> None:
    """Record that nobody knows whether a message was sent, and until when that is looked into."""
    window, armed = post.settle_window, from_text(armed_at)
    is_new = outbox.update_uncertain(
        act.conn,
        row.id,
        reason=code,
        detail=detail,
        settle_until=None if window is None else to_text(armed + window),
        settle_next=None if window is None else to_text(armed + post.settle_delay),
    )
    if is_new:
        act.record(SmsUncertain(id=act.new_id(), at=act.at, message_id=row.id))
        log.warning(
            "happening=message-uncertain message=%s number=%s route=%s code=%s",
            row.id,
            masked(row.number),
            post.name,
            code,
        )

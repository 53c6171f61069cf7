"""What arrives: incoming messages and delivery reports, stored before the route may forget them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from appliance.core.clock import from_text, to_text
from appliance.core.events import SmsBlocked, SmsCancelled, SmsDelivered, SmsFailed
from appliance.domain.acting import Acting
from appliance.domain.messaging.inbox import Incoming, receive, sender_key
from db.queries import message_routes, opt_outs, outbox, outbox_segments
from db.queries.outbox import OutboxRow
from db.queries.outbox_segments import Segment
from sms_modem.routes import Asked, Inbound, Report, RouteError
from sms_modem.worker.booking import book_refund
from sms_modem.worker.post import Post
from sms_modem.worker.segments import DONE
from sms_modem.worker.sending import parcel_of
from sms_modem.worker.settling import clearly_nearest, note_part_left

log = logging.getLogger("sms")

MOST_ROUNDS = 50
"""Most pages read at one time, so that a full inbox does not keep messages from going out."""
FIRST_LOOK = timedelta(seconds=30)
LONGEST_LOOK = timedelta(hours=2)
REPORT_REACH = timedelta(days=7)
"""How far back a pushed report may belong."""
UNDELIVERED = "undelivered"


def take_in(post: Post) -> int:
    """Store everything that has arrived and let the route forget it; give how many arrivals there were.

    Raises `RouteError` when the route cannot be asked now.
    """
    count = 0
    state = message_routes.find_state(post.conn, post.name)
    cursor = state.inbox_cursor if state else ""
    for _round in range(MOST_ROUNDS):
        fetched = post.route.fetch(cursor)
        if not fetched.arrivals and fetched.cursor == cursor:
            break
        with post.acting() as act:
            for arrival in fetched.arrivals:
                if isinstance(arrival, Inbound):
                    _note_inbound(post, act, arrival)
                else:
                    note_report(post, act, arrival)
            message_routes.update_cursor(act.conn, post.name, fetched.cursor, act.at)
        if tokens := [arrival.token for arrival in fetched.arrivals if arrival.token]:
            post.route.acknowledge(tokens)
        count += len(fetched.arrivals)
        is_same = fetched.cursor == cursor and not tokens
        cursor = fetched.cursor
        if not fetched.has_more or is_same:
            break
    return count


def look_up(post: Post) -> int:
    """Ask for the reports that are due; give how many messages got a final one. Raises `RouteError`."""
    if post.capabilities.reports != "polled":
        return 0
    rows = outbox.list_unreported(post.conn, post.name, post.at(), post.capabilities.report_batch)
    if not rows:
        return 0
    asked = [
        Asked(parcel=parcel_of(post, row), reference=row.reference, armed_at=row.armed_at or row.created_at)
        for row in rows
    ]
    try:
        reports = {report.reference: report for report in post.route.look_up(asked)}
    except RouteError:
        with post.acting() as act:
            for row in rows:
                _look_later(post, act, row)
        raise
    final = 0
    with post.acting() as act:
        for row in rows:
            report = reports.get(row.reference)
            if report is None or report.state == "waiting":
                _look_later(post, act, row)
            else:
                final += _note_final(post, act, row, report)
    return final


def note_report(post: Post, act: Acting, report: Report) -> None:
    """Give a pushed report to the part it is of: by reference, receiver and time, never by reference alone."""
    if post.capabilities.unit == "message":
        row = outbox.find_message_by_reference(act.conn, post.name, report.reference)
        if row is not None and report.state != "waiting":
            _note_final(post, act, row, report)
        return
    number = sender_key(report.number)
    since = to_text(act.now - REPORT_REACH)
    owners = outbox_segments.list_segments_with_reference(
        act.conn, post.name, report.reference, number, since
    )
    owner = _owner(owners, report)
    claimant = None if owner is not None else _claimant(act, post.name, report, number, since)
    if owner is None and claimant is None:
        owner = next((one for one in owners if one.state == "sent"), None)
    if owner is not None:
        # A report that is read again, after a crash or a lost receipt, is of the part that has it already.
        if owner.state == "sent" and report.state != "waiting":
            state = "delivered" if report.state == "delivered" else UNDELIVERED
            outbox_segments.update_segment_reported(act.conn, owner.seq, state, act.at)
            _note_parts(act, owner.message_id, report.at)
        return
    if claimant is not None:
        _note_claimed(post, act, claimant, report)
        return
    submitted_at = report.submitted_at or report.at or act.at
    outbox_segments.insert_stray(
        act.conn, post.name, report.reference, number, report.state, submitted_at, act.at
    )


def _owner(owners: Sequence[Segment], report: Report) -> Segment | None:
    """Give the part with the report's reference that was armed when it was submitted: references wrap after 256."""
    if not report.submitted_at:
        return next((one for one in owners if one.state == "sent"), owners[-1] if owners else None)
    told = from_text(report.submitted_at)
    near = [one for one in owners if _distance(told, one.armed_at) <= outbox_segments.SUBMISSION_REACH]
    return min(near, key=lambda one: _distance(told, one.armed_at), default=None)


def _claimant(act: Acting, route: str, report: Report, number: str, since: str) -> Segment | None:
    """Give the part without a known reference that a report is of: the one armed when it was submitted.

    Two parts for one receiver may have unknown outcomes; the report of one says nothing of the other.
    """
    unnamed = outbox_segments.list_unnamed_segments(act.conn, route, number, since)
    if not report.submitted_at:
        return unnamed[0] if len(unnamed) == 1 else None
    return clearly_nearest(unnamed, from_text(report.submitted_at))


def _note_claimed(post: Post, act: Acting, segment: Segment, report: Report) -> None:
    row = outbox.find_message(act.conn, segment.message_id)
    assert row is not None
    if segment.state == "uncertain":
        note_part_left(post, act, row, segment, reference=report.reference)
    if report.state != "waiting":
        state = "delivered" if report.state == "delivered" else UNDELIVERED
        outbox_segments.update_segment_reported(act.conn, segment.seq, state, act.at)
        _note_parts(act, row.id, report.at)


def _note_inbound(post: Post, act: Acting, inbound: Inbound) -> None:
    receive(
        act,
        Incoming(
            route=post.name, source_id=inbound.source_id, number=inbound.number, text=inbound.text,
            sent_at=inbound.sent_at, line=inbound.line, part=inbound.part, parts=inbound.parts,
            reference=inbound.reference,
        ),
    )  # fmt: skip


def _distance(told: datetime, armed_at: str) -> timedelta:
    return abs(from_text(armed_at) - told)


def _note_parts(act: Acting, message_id: str, at: str) -> None:
    """Settle a message all of whose parts have their reports."""
    row = outbox.find_message(act.conn, message_id)
    assert row is not None
    last = {one.part: one for one in outbox_segments.list_segments(act.conn, message_id) if one.state in DONE}
    if row.state != "sent" or len(last) < row.parts or any(one.state == "sent" for one in last.values()):
        return
    is_delivered = all(one.state == "delivered" for one in last.values())
    _end(act, row, "delivered" if is_delivered else "failed", "" if is_delivered else UNDELIVERED, at)


def _note_final(post: Post, act: Acting, row: OutboxRow, report: Report) -> bool:
    states = {
        "delivered": "delivered",
        "undelivered": "failed",
        "blocked": "blocked",
        "cancelled": "cancelled",
    }
    reason = "" if report.state == "delivered" else report.state
    if report.cost_rial is not None:
        book_refund(act.conn, row, route=post.name, at=act.at, cost_rial=report.cost_rial)
    if report.state == "blocked" and row.kind == "advertising":
        opt_outs.insert_opt_out(act.conn, row.number, "provider", act.at, detail=post.name)
    return _end(act, row, states[report.state], reason, report.at)


def _end(act: Acting, row: OutboxRow, state: str, reason: str, at: str) -> bool:
    delivered_at = (at or act.at) if state == "delivered" else None
    if not outbox.update_reported(act.conn, row.id, state, act.at, reason=reason, delivered_at=delivered_at):
        return False
    if row.campaign_id is not None:
        return True
    if state == "delivered":
        act.record(SmsDelivered(id=act.new_id(), at=act.at, message_id=row.id))
    elif state == "blocked":
        act.record(SmsBlocked(id=act.new_id(), at=act.at, message_id=row.id, reason=reason))
    elif state == "cancelled":
        act.record(SmsCancelled(id=act.new_id(), at=act.at, message_id=row.id))
    else:
        act.record(SmsFailed(id=act.new_id(), at=act.at, message_id=row.id, reason=reason))
    return True


def _look_later(post: Post, act: Acting, row: OutboxRow) -> None:
    age = act.now - from_text(row.sent_at or row.created_at)
    is_over = age > timedelta(hours=post.capabilities.report_hours)
    wait = min(max(age / 2, FIRST_LOOK), LONGEST_LOOK)
    outbox.update_report_next(act.conn, row.id, None if is_over else post.at(wait))

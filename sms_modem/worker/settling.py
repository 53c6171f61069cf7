"""Finding out what became of messages nobody answered for.

A web service is asked by key or in its sent list. For a modem the evidence is a delivery report for that receiver
which no known part owns, and the gap in the references. What cannot be settled within the route's window stays
uncertain and shown; it is never sent again by the box unless the office chose so for service messages.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from appliance.core.clock import from_text, to_text
from appliance.core.events import SmsUncertain
from appliance.domain.acting import Acting
from db.queries import outbox, outbox_segments
from db.queries.outbox import OutboxRow
from db.queries.outbox_segments import Segment, StrayReport
from sms_modem.routes import Accepted, Asked, Refused, RouteError
from sms_modem.worker.gap import judge
from sms_modem.worker.outcomes import note_refused, note_sent, note_unknown
from sms_modem.worker.post import Post
from sms_modem.worker.segments import DONE
from sms_modem.worker.sending import parcel_of

log = logging.getLogger("sms")

LIMIT = 100
LONGEST_WAIT = timedelta(minutes=15)
SAME_TEXT_REACH = timedelta(hours=1)
"""Messages of the same text to the same receiver within this are kept apart by their references."""
CLOCK_MARGIN = timedelta(minutes=2)
"""Of two parts a report may be of, the nearer one must be nearer by so much."""
CUT_OFF = "cut-off"
STAYED = Refused(is_permanent=False, code="not-sent")
"""It is certain now that it never left."""


def recover(post: Post) -> int:
    """Settle what an earlier run left armed on this route; give how many messages became uncertain.

    It may have been on its way when the power went. A long message none of whose parts is armed goes on.
    """
    uncertain = 0
    for row in outbox.list_armed(post.conn, post.name):
        segments = outbox_segments.list_segments(post.conn, row.id)
        armed = [one for one in segments if one.state == "armed"]
        with post.acting() as act:
            if segments and not armed:
                go_on(post, act, row)
                continue
            for one in armed:
                outbox_segments.update_segment(
                    act.conn, row.id, one.part, "uncertain", act.at, reason=CUT_OFF
                )
            note_unknown(post, act, row, CUT_OFF, "", armed[-1].armed_at if armed else row.armed_at or act.at)
            uncertain += 1
    return uncertain


def abandon(act: Acting, routes: Sequence[str]) -> int:
    """Show as uncertain what is armed on a route that is no longer in use; nobody can look into it."""
    uncertain = 0
    for row in outbox.list_armed_elsewhere(act.conn, routes):
        for one in outbox_segments.list_segments(act.conn, row.id):
            if one.state == "armed":
                outbox_segments.update_segment(
                    act.conn, row.id, one.part, "uncertain", act.at, reason=CUT_OFF
                )
        if outbox.update_uncertain(
            act.conn, row.id, reason=CUT_OFF, detail="", settle_until=None, settle_next=None
        ):
            act.record(SmsUncertain(id=act.new_id(), at=act.at, message_id=row.id))
            uncertain += 1
    return uncertain


def settle(post: Post) -> int:
    """Look once into every uncertain message whose time has come; give how many were settled."""
    rows = outbox.list_to_settle(post.conn, post.name, post.at(), LIMIT)
    if not rows:
        return 0
    if post.capabilities.unit == "segment":
        return sum(_settle_parts(post, row) for row in rows)
    asked = [_asked(post, row) for row in rows]
    try:
        outcomes = post.route.settle(asked)
    except RouteError as error:
        log.info("happening=not-settled route=%s code=%s", post.name, error.code)
        outcomes = []
    settled = 0
    with post.acting() as act:
        for place, row in enumerate(rows):
            outcome = outcomes[place] if place < len(outcomes) else None
            if isinstance(outcome, Accepted):
                note_sent(post, act, row, outcome, attempt=row.attempts)
            elif isinstance(outcome, Refused):
                note_refused(post, act, row, outcome, attempt=row.attempts)
            else:
                _later(post, act, row)
                continue
            settled += 1
    return settled


def _asked(post: Post, row: OutboxRow) -> Asked:
    armed_at = row.armed_at or row.created_at
    since = to_text(from_text(armed_at) - SAME_TEXT_REACH)
    others = outbox.references_to(post.conn, post.name, row.number, since)
    return Asked(parcel=parcel_of(post, row), reference=row.reference, armed_at=armed_at, others=others)


def go_on(post: Post, act: Acting, row: OutboxRow) -> None:
    """Let a long message go on with the parts that are left, or end it as sent when there are none."""
    segments = outbox_segments.list_segments(act.conn, row.id)
    done = {one.part: one for one in segments if one.state in DONE}
    if any(one.state == "uncertain" for one in segments):
        return
    if len(done) == row.parts:
        note_sent(post, act, row, Accepted(reference=done[row.parts].reference), attempt=row.attempts)
    else:
        outbox.update_requeued(
            act.conn, row.id, due_at=row.due_at, reason="", detail="", is_pinned=bool(done)
        )


def note_part_left(
    post: Post, act: Acting, row: OutboxRow, segment: Segment, *, reference: str, counter: str = ""
) -> None:
    """Record that an uncertain part did leave, and let its message go on."""
    outbox_segments.update_segment(
        act.conn, row.id, segment.part, "sent", act.at, reference=reference, counter=counter
    )
    go_on(post, act, row)


def _settle_parts(post: Post, row: OutboxRow) -> bool:
    """Settle the uncertain part of one message by its reports and the gap around it."""
    segments = outbox_segments.list_segments(post.conn, row.id)
    segment = next((one for one in segments if one.state == "uncertain"), None)
    with post.acting() as act:
        if segment is None:
            go_on(post, act, row)
            return True
        stray = outbox_segments.find_stray(act.conn, post.name, row.number, segment.armed_at)
        if stray is not None and _claims(post, act, row, segment, stray):
            outbox_segments.update_stray_used(act.conn, stray.id, row.id)
            note_part_left(post, act, row, segment, reference=stray.reference)
            return True
        verdict, reference = judge(
            outbox_segments.list_neighbours(act.conn, post.name, segment.seq), segment.seq
        )
        if verdict == "left":
            note_part_left(post, act, row, segment, reference=str(reference))
            return True
        if verdict == "stayed":
            outbox_segments.update_segment(act.conn, row.id, segment.part, "refused", act.at, reason="stayed")
            is_pinned = any(one.state in DONE for one in segments)
            note_refused(
                post, act, row, STAYED, part=segment.part, attempt=segment.attempt, is_pinned=is_pinned
            )
            return True
        _later(post, act, row)
    return False


def clearly_nearest(parts: Sequence[Segment], submitted_at: datetime) -> Segment | None:
    """Give the part armed when something was submitted, None when that could be said of two.

    The network's clock and the box's differ a little, so of two parts that are about as near either may be meant.
    """
    distances = sorted((abs(from_text(one.armed_at) - submitted_at), one.seq, one) for one in parts)
    if not distances or distances[0][0] > outbox_segments.SUBMISSION_REACH:
        return None
    if len(distances) > 1 and distances[1][0] - distances[0][0] < CLOCK_MARGIN:
        return None
    return distances[0][2]


def _claims(post: Post, act: Acting, row: OutboxRow, segment: Segment, stray: StrayReport) -> bool:
    """Tell whether a stray report is clearly of this part and of no other one for the same receiver."""
    since = to_text(from_text(segment.armed_at) - outbox_segments.SUBMISSION_REACH * 2)
    unnamed = outbox_segments.list_unnamed_segments(act.conn, post.name, row.number, since)
    nearest = clearly_nearest(unnamed, from_text(stray.at))
    return nearest is not None and nearest.seq == segment.seq


def _later(post: Post, act: Acting, row: OutboxRow) -> None:
    """Look again after half as long as it has been uncertain, a quarter of an hour at most."""
    age = act.now - from_text(row.armed_at or row.created_at)
    wait = min(max(age / 2, post.settle_delay), LONGEST_WAIT)
    outbox.update_settle_next(act.conn, row.id, post.at(wait))

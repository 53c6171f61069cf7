"""Handing a message to a route that takes parts: one part after the other, each armed by itself.

The next part waits until the one before it is settled; what was accepted is not sent again, and the parts that are
left go over the same route under the same concatenation reference.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from appliance.core.service import masked
from appliance.core.smstext import split
from appliance.domain.messaging.prices import part_price
from db.queries import outbox, outbox_segments
from db.queries.outbox import OutboxRow
from sms_modem.routes import Accepted, Outcome, Parcel, Refused, Unknown
from sms_modem.worker.booking import book_cost
from sms_modem.worker.outcomes import note_failed, note_refused, note_sent, note_unknown
from sms_modem.worker.post import Post
from sms_modem.worker.sending import Handed, parcel_of

log = logging.getLogger("sms")

DONE = frozenset({"sent", "delivered", "undelivered"})
"""States of a part the network has taken."""
PART_LEFT = "part-left"


def parts_left(post: Post, row: OutboxRow) -> list[int]:
    """Give the parts of a message that no route has taken yet, from 1."""
    done = {one.part for one in outbox_segments.list_segments(post.conn, row.id) if one.state in DONE}
    return [part for part in range(1, row.parts + 1) if part not in done]


def hand_over_parts(post: Post, row: OutboxRow) -> Handed:
    """Hand over what is left of one message, and settle each part before the next."""
    texts = split(row.body) or [""]
    if len(texts) != row.parts:
        with post.acting() as act:
            note_failed(act, row, "bad-text", f"{len(texts)} parts, {row.parts} were counted")
        return Handed()
    reference = row.concat_reference
    if row.parts > 1 and not reference:
        with post.acting() as act:
            reference = outbox.next_concat_reference(act.conn, row.number) or outbox.next_concat_reference(
                act.conn, row.number
            )
            outbox.update_concat_reference(act.conn, row.id, reference)
    whole = parcel_of(post, row)
    left = parts_left(post, row)
    for part in left:
        parcel = msgspec.structs.replace(
            whole, text=texts[part - 1], part=part, parts=row.parts, reference=reference
        )
        handover = _PartHandover(post, row, part, is_first=part == left[0])
        outcome = _send(post, parcel, handover)
        if handover.is_withdrawn:
            return Handed(is_stuck=True)
        handed = _settle(post, row, handover, outcome, is_last=part == left[-1])
        if not isinstance(outcome, Accepted):
            return handed
    log.info("happening=message-sent message=%s number=%s route=%s", row.id, masked(row.number), post.name)
    return Handed(accepted=1)


class _PartHandover:
    """One part on its way."""

    def __init__(self, post: Post, row: OutboxRow, part: int, *, is_first: bool) -> None:
        self._post = post
        self._row = row
        self._is_first = is_first
        self.part = part
        self.attempt = 0
        self.armed_at = ""
        self.is_withdrawn = False
        self.is_begun = not is_first

    def arm(self, _parcels: Sequence[Parcel]) -> bool:
        """Claim the message with its first part left; store the part and book what it costs."""
        post, row = self._post, self._row
        price = part_price(post.rate(), row.encoding)
        if self._is_first:
            post.note_handing_over([row])
        with post.acting() as act:
            if self._is_first:
                is_ours = outbox.update_armed(act.conn, row.id, post.name, act.at, price)
            else:
                found = outbox.find_message(act.conn, row.id)
                is_ours = found is not None and found.state == "armed" and found.route == post.name
                outbox.update_cost(act.conn, row.id, price if is_ours else 0)
            if not is_ours:
                self.is_withdrawn = True
                return False
            self.attempt = outbox_segments.insert_segment(act.conn, row.id, self.part, post.name, act.at)
            book_cost(
                act.conn,
                row,
                route=post.name,
                part=self.part,
                attempt=self.attempt,
                price_rial=price,
                at=act.at,
            )
            armed_at = act.at
        self.armed_at = armed_at
        self.is_begun = True
        return True


def _send(post: Post, parcel: Parcel, handover: _PartHandover) -> Outcome:
    try:
        outcomes = post.route.send([parcel], handover.arm)
        if len(outcomes) != 1:
            raise OSError(f"{len(outcomes)} outcomes for one part")
        return outcomes[0]
    except OSError as error:
        if handover.armed_at:
            return Unknown(code="cut-off", detail=str(error))
        return Refused(is_permanent=False, code="unreachable", detail=str(error), is_route=True)


def _settle(
    post: Post, row: OutboxRow, handover: _PartHandover, outcome: Outcome, *, is_last: bool
) -> Handed:
    part, attempt = handover.part, handover.attempt
    is_pinned = any(one.state in DONE for one in outbox_segments.list_segments(post.conn, row.id))
    with post.acting() as act:
        if isinstance(outcome, Accepted):
            if not handover.armed_at:
                raise RuntimeError(f"route {post.name} sent without arming")
            outbox_segments.update_segment(
                act.conn, row.id, part, "sent", act.at, reference=outcome.reference, counter=outcome.counter
            )
            if is_last:
                note_sent(post, act, row, outcome, part=part, attempt=attempt)
            return Handed()
        if isinstance(outcome, Refused):
            outbox_segments.update_segment(act.conn, row.id, part, "refused", act.at, reason=outcome.code)
            note_refused(post, act, row, outcome, part=part, attempt=max(attempt, 1), is_pinned=is_pinned)
            return Handed(refusal=outcome if outcome.is_route else None)
        outbox_segments.update_segment(act.conn, row.id, part, "uncertain", act.at, reason=outcome.code)
        note_unknown(post, act, row, outcome.code, outcome.detail, handover.armed_at or act.at)
    return Handed()

"""Handing whole messages to a route, a batch at a time.

1. Pick what is due. 2. The route gets ready and calls `arm`: one transaction claims every message by a conditional
UPDATE and books its cost; when one was withdrawn meanwhile, none is armed and none is sent. 3. The route sends.
4. One transaction settles every message by its outcome.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

import msgspec

from appliance.core.events import CampaignProgressed
from appliance.domain.acting import Acting
from appliance.domain.messaging.prices import message_price
from db.queries import attachments, outbox
from db.queries.outbox import OutboxRow
from sms_modem.routes import Accepted, Attachment, Outcome, Parcel, Refused, Unknown
from sms_modem.worker.booking import book_cost
from sms_modem.worker.outcomes import note_refused, note_sent, note_unknown
from sms_modem.worker.post import Post

log = logging.getLogger("sms")

WITHDRAWN = "withdrawn"


class Handed(msgspec.Struct, frozen=True):
    """What one step of handing over did."""

    accepted: int = 0
    refusal: Refused | None = None
    """The route's own refusal: it needs a rest."""
    is_stuck: bool = False
    """Nothing could be armed; somebody else is at the same messages."""


class _WithdrawnError(Exception):
    """A message was taken by another worker or cancelled before it could be armed."""


def parcel_of(post: Post, row: OutboxRow) -> Parcel:
    """Give a message as a route takes it."""
    files: tuple[Attachment, ...] = ()
    if row.channel != "sms":
        files = tuple(
            Attachment(file_name=one.file_name, media_type=one.media_type, content=one.content)
            for one in attachments.list_attachments(post.conn, row.id, row.template_version_id)
        )
    return msgspec.convert(
        {
            "message_id": row.id, "client_key": row.client_key, "number": row.number, "text": row.body,
            "kind": row.kind, "encoding": row.encoding, "subject": row.subject, "attachments": files,
        },
        Parcel,
    )  # fmt: skip


class _Handover:
    """One batch on its way: what arming has stored."""

    def __init__(self, post: Post, rows: Sequence[OutboxRow]) -> None:
        self._post = post
        self._rows = rows
        self.armed_at = ""
        self.is_withdrawn = False

    def arm(self, _parcels: Sequence[Parcel]) -> bool:
        """Claim every message and book its cost, or nothing."""
        post = self._post
        post.note_handing_over(self._rows)
        try:
            with post.acting() as act:
                for row in self._rows:
                    price = message_price(post.rate(), row.encoding, row.parts)
                    if not outbox.update_armed(act.conn, row.id, post.name, act.at, price):
                        raise _WithdrawnError
                    book_cost(
                        act.conn,
                        row,
                        route=post.name,
                        part=0,
                        attempt=row.attempts + 1,
                        price_rial=price,
                        at=act.at,
                    )
        except _WithdrawnError:
            self.is_withdrawn = True
            return False
        self.armed_at = act.at
        return True


def hand_over(post: Post, rows: Sequence[OutboxRow]) -> Handed:
    """Hand one batch over and settle what came of it."""
    handover = _Handover(post, rows)
    parcels = [parcel_of(post, row) for row in rows]
    try:
        outcomes = post.route.send(parcels, handover.arm)
    except OSError as error:
        outcomes = _of_failure(handover, error, len(rows))
    if len(outcomes) != len(rows):
        outcomes = _of_failure(
            handover, OSError(f"{len(outcomes)} outcomes for {len(rows)} messages"), len(rows)
        )
    if handover.is_withdrawn:
        return Handed(is_stuck=True)
    return _settle(post, rows, outcomes, handover.armed_at)


def _of_failure(handover: _Handover, error: OSError, count: int) -> list[Outcome]:
    """Give the outcome of a route that raised: before arming nothing was sent, afterwards nobody knows."""
    if handover.armed_at:
        return [Unknown(code="cut-off", detail=str(error))] * count
    return [Refused(is_permanent=False, code="unreachable", detail=str(error), is_route=True)] * count


def _settle(post: Post, rows: Sequence[OutboxRow], outcomes: Sequence[Outcome], armed_at: str) -> Handed:
    accepted, refusal = 0, None
    campaigns: Counter[int] = Counter()
    with post.acting() as act:
        for row, outcome in zip(rows, outcomes, strict=True):
            attempt = row.attempts + bool(armed_at)
            if isinstance(outcome, Refused):
                note_refused(post, act, row, outcome, attempt=attempt)
                refusal = outcome if outcome.is_route else refusal
                continue
            if not armed_at:
                raise RuntimeError(f"route {post.name} sent without arming")
            if isinstance(outcome, Accepted):
                note_sent(post, act, row, outcome, attempt=attempt)
                accepted += 1
                if row.campaign_id is not None:
                    campaigns[row.campaign_id] += 1
            else:
                note_unknown(post, act, row, outcome.code, outcome.detail, armed_at)
        _tell_campaigns(act, campaigns)
    log.info("happening=messages-handed route=%s accepted=%d of=%d", post.name, accepted, len(rows))
    return Handed(accepted, refusal)


def _tell_campaigns(act: Acting, campaigns: Counter[int]) -> None:
    for campaign_id, count in campaigns.items():
        act.record(CampaignProgressed(id=act.new_id(), at=act.at, campaign_id=campaign_id, handed=count))

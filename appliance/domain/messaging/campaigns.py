"""Campaigns that run: expanded into the outbox piece by piece, held, ended, and answerable for each recipient.

After confirming, whoever waits for it expands recipients into the outbox in pieces, each in one transaction; an
expansion that was cut goes on where it stopped, because a recipient and his message are stored together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from appliance.core.clock import from_text, to_text
from appliance.core.errors import ConflictError
from appliance.core.events import CampaignProgressed
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.messaging.audience import LINE
from appliance.domain.messaging.campaign_drafts import EVERYBODY, require_campaign, text_of
from appliance.domain.messaging.hours import next_allowed
from appliance.domain.messaging.queueing import Letter, new_message
from appliance.domain.messaging.rendering import fields_in
from db import Connection
from db.queries import campaigns, outbox
from db.queries.campaigns import Campaign
from db.queries.message_settings import MessageSettings, read_settings

PIECE = 2_000
"""Recipients in one transaction: about a quarter of a second, so that nobody else waits long."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a campaign has come."""

    receivers: int
    pending: int
    """Recipients without a message yet."""
    skipped: dict[str, int]
    messages: dict[str, int]
    """Messages by state."""

    @property
    def handed(self) -> int:
        """Messages that are over with, one way or another."""
        return sum(count for state, count in self.messages.items() if state not in ("queued", "armed"))


def confirm_campaign(act: Acting, campaign_id: int) -> None:
    """Let a draft run. Raises `ConflictError` when it runs already.

    Values no text needs are forgotten: of a file only what is sent is kept.
    """
    _move(act, campaign_id, "running", ("draft",))
    counted = progress_of(act.conn, campaign_id)
    campaign = require_campaign(act.conn, campaign_id)
    campaigns.update_fields_kept(
        act.conn, campaign_id, [LINE, *(field.name for field in fields_in(campaign.body))]
    )
    audit.note_done(act, "create", "campaign", campaign_id, campaign.title, row_count=counted.receivers)


def pause_campaign(act: Acting, campaign_id: int) -> None:
    """Hold back what waits of a campaign."""
    _move(act, campaign_id, "paused", ("running",))


def resume_campaign(act: Acting, campaign_id: int, *, zone: str = "Asia/Tehran") -> None:
    """Let a paused campaign go on at its pace from now."""
    _move(act, campaign_id, "running", ("paused",))
    campaign = require_campaign(act.conn, campaign_id)
    if campaign.per_hour:
        waiting = campaigns.list_waiting_ids(act.conn, campaign_id)
        moments = _moments(act.now, campaign.per_hour, read_settings(act.conn), zone)
        campaigns.update_due(act.conn, ((to_text(next(moments)), one) for one in waiting))


def cancel_campaign(act: Acting, campaign_id: int) -> int:
    """End a campaign; what waits is withdrawn, what went out stays. Give how many messages were withdrawn."""
    _move(act, campaign_id, "cancelled", ("draft", "running", "paused"))
    withdrawn = campaigns.update_messages_withdrawn(act.conn, campaign_id, act.at)
    title = require_campaign(act.conn, campaign_id).title
    audit.note_done(act, "delete", "campaign", campaign_id, title, row_count=withdrawn)
    campaigns.update_recipients_skipped(
        act.conn,
        campaign_id,
        (
            ("campaign-cancelled", one.place)
            for one in campaigns.list_pending(act.conn, campaign_id, EVERYBODY)
        ),
    )
    return withdrawn


def expand(act: Acting, campaign_id: int, *, zone: str = "Asia/Tehran", piece: int = PIECE) -> int:
    """Give the next recipients of a running campaign their messages; tell how many, 0 when all have theirs."""
    campaign = require_campaign(act.conn, campaign_id)
    if campaign.state != "running":
        return 0
    recipients = campaigns.list_pending(act.conn, campaign_id, piece)
    if not recipients:
        return 0
    settings = read_settings(act.conn)
    start = max(start_of(campaign) or act.now, act.now)
    last = campaigns.find_last_due(act.conn, campaign_id) if campaign.per_hour else None
    if campaign.per_hour and last is not None:
        start = max(from_text(last) + timedelta(seconds=3600 / campaign.per_hour), act.now)
    moments = _moments(start, campaign.per_hour, settings, zone)
    new = []
    for recipient in recipients:
        letter = Letter(
            number=recipient.number, body=text_of(campaign, recipient), channel=campaign.channel, kind=campaign.kind,
            subject=campaign.subject, person_id=recipient.person_id,
            template_version_id=campaign.template_version_id, campaign_id=campaign.id, wanted_route=campaign.route,
            due_at=next(moments),
        )  # fmt: skip
        key = f"campaign:{campaign.id}:{recipient.number}"
        row = new_message(
            letter, message_id=act.new_id(), idempotency_key=key, now=act.now, settings=settings, zone=zone,
            user_id=campaign.created_by,
        )  # fmt: skip
        new.append(row)
    outbox.insert_messages(act.conn, new)
    pairs = ((one.id, recipient.place) for one, recipient in zip(new, recipients, strict=True))
    campaigns.update_recipients_queued(act.conn, campaign_id, pairs)
    act.record(CampaignProgressed(id=act.new_id(), at=act.at, campaign_id=campaign_id))
    return len(recipients)


def finish_if_over(act: Acting, campaign_id: int) -> bool:
    """End a running campaign nothing of which waits any more."""
    if campaigns.has_waiting(act.conn, campaign_id):
        return False
    if not campaigns.update_campaign_state(act.conn, campaign_id, "finished", was=("running",), at=act.at):
        return False
    act.record(CampaignProgressed(id=act.new_id(), at=act.at, campaign_id=campaign_id))
    return True


def progress_of(conn: Connection, campaign_id: int) -> Progress:
    """Give how far a campaign has come."""
    counts = campaigns.count_recipients(conn, campaign_id)
    return Progress(
        receivers=sum(count.n for count in counts if count.state != "skipped"),
        pending=sum(count.n for count in counts if count.state == "pending"),
        skipped={count.reason: count.n for count in counts if count.state == "skipped"},
        messages={count.state: count.n for count in campaigns.count_messages(conn, campaign_id)},
    )


def start_of(campaign: Campaign) -> datetime | None:
    """Give when a campaign begins; None: at once."""
    return from_text(campaign.starts_at) if campaign.starts_at else None


def begins_at(conn: Connection, campaign: Campaign, now: datetime, zone: str = "Asia/Tehran") -> datetime:
    """Give when the first message of a campaign goes out at the earliest: its start, or the end of quiet hours."""
    return next_allowed(read_settings(conn), max(start_of(campaign) or now, now), zone)


def _moments(
    start: datetime, per_hour: int | None, settings: MessageSettings, zone: str
) -> Iterator[datetime]:
    """Give when each message is due: all at once, or so many an hour with the quiet hours left out."""
    moment = next_allowed(settings, start, zone)
    gap = timedelta(seconds=3600 / per_hour) if per_hour else timedelta(0)
    while True:
        yield moment
        if gap:
            moment = next_allowed(settings, moment + gap, zone)


def _move(act: Acting, campaign_id: int, state: str, was: Sequence[str]) -> None:
    require_campaign(act.conn, campaign_id)
    user_id = act.user.id if act.user else None
    if not campaigns.update_campaign_state(act.conn, campaign_id, state, was=was, at=act.at, user_id=user_id):
        raise ConflictError(f"campaign {campaign_id} is not {' or '.join(was)}")
    act.record(CampaignProgressed(id=act.new_id(), at=act.at, campaign_id=campaign_id))

"""Campaigns: one text to many, counted and priced before anybody confirms it, and answerable for each recipient.

A draft holds its recipients already, so that what is shown is what will be sent. After confirming, a timed job (or
whoever waits for it) expands recipients into the outbox in pieces, each in one transaction; an expansion that was cut
goes on where it stopped, because a recipient and his message are stored together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from appliance.core.clock import from_text, to_text
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.events import CampaignProgressed
from appliance.core.smstext import measure
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.messaging.audience import DUPLICATE, LINE, NO_NUMBER, Receiver
from appliance.domain.messaging.hours import next_allowed
from appliance.domain.messaging.limits import Gate, SegmentsOf, no_segments
from appliance.domain.messaging.prices import message_price
from appliance.domain.messaging.queueing import (
    LONGEST_BODY,
    Channel,
    Kind,
    Letter,
    check_body,
    new_message,
    receiver_key,
    with_footer,
)
from appliance.domain.messaging.rendering import fields_in, render
from db import Connection
from db.queries import campaigns, message_routes, outbox
from db.queries.campaigns import Campaign, NewRecipient, Recipient
from db.queries.message_settings import MessageSettings, read_settings

PIECE = 2_000
"""Recipients in one transaction: about a quarter of a second, so that nobody else waits long."""
SAMPLES = 3
EVERYBODY = 10_000_000
EMPTY_FIELD = "empty-field"
TOO_LONG = "too-long"


class Sample(msgspec.Struct, frozen=True):
    """What one real recipient would get."""

    name: str
    number: str
    text: str
    parts: int
    cost_rial: int


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign will be, before anybody confirms it."""

    receivers: int
    """Who will get a message."""
    skipped: dict[str, int]
    """How many will not, by reason."""
    parts: int
    cost_rial: int
    """By today's price of the route, 0 when nobody has said what it costs."""
    is_priced: bool
    """Whether anybody has."""
    samples: tuple[Sample, ...]


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


def draft_campaign(
    act: Acting, *, title: str, body: str, receivers: Iterable[Receiver], channel: Channel = "sms",
    kind: Kind = "advertising", template_version_id: int | None = None, subject: str = "", route: str | None = None,
    audience: str = "{}", starts_at: datetime | None = None, per_hour: int | None = None,
    segments_of: SegmentsOf = no_segments,
) -> int:  # fmt: skip
    """Store a campaign with its recipients; give its id.

    Those who are listed twice, have no number this channel reaches, stopped advertising, got enough of it, or lack a
    value the text needs are stored with the reason. Raises `InvalidInputError` for a title or text that cannot be.
    """
    title = check_draft(title, body, channel, kind)
    campaign_id = campaigns.insert_campaign(
        act.conn, title=title, channel=channel, kind=kind, template_version_id=template_version_id, subject=subject,
        body=body, route=route, audience=audience, starts_at=to_text(starts_at) if starts_at else None,
        per_hour=per_hour, at=act.at, user_id=act.user.id if act.user else None,
    )  # fmt: skip
    _store_recipients(act, campaign_id, receivers, body, channel, kind, segments_of)
    return campaign_id


def redraft_campaign(
    act: Acting, campaign_id: int, *, title: str, body: str, receivers: Iterable[Receiver], kind: Kind = "advertising",
    template_version_id: int | None = None, audience: str = "{}", starts_at: datetime | None = None,
    per_hour: int | None = None, segments_of: SegmentsOf = no_segments,
) -> None:  # fmt: skip
    """Make a draft anew under its id. Raises as `draft_campaign` does, and `ConflictError` when it is no draft."""
    before = require_campaign(act.conn, campaign_id)
    channel: Channel = before.channel  # type: ignore[assignment]
    title = check_draft(title, body, channel, kind)
    kept = list(receivers)
    if not campaigns.update_draft(
        act.conn, campaign_id, title=title, kind=kind, template_version_id=template_version_id, body=body,
        audience=audience, starts_at=to_text(starts_at) if starts_at else None, per_hour=per_hour,
    ):  # fmt: skip
        raise ConflictError(f"campaign {campaign_id} is no draft")
    campaigns.delete_recipients(act.conn, campaign_id)
    _store_recipients(act, campaign_id, kept, body, channel, kind, segments_of)


def discard_draft(act: Acting, campaign_id: int) -> None:
    """Take a draft away with its recipients. Raises `ConflictError` when it is no draft any more."""
    require_campaign(act.conn, campaign_id)
    if not campaigns.delete_draft(act.conn, campaign_id):
        raise ConflictError(f"campaign {campaign_id} is no draft")


def check_draft(title: str, body: str, channel: Channel, kind: Kind) -> str:
    """Give the title as it is stored. Raises `InvalidInputError` for what no campaign can be."""
    title = " ".join(title.split())
    if not title:
        raise InvalidInputError("title", "expected a title")
    if kind == "code":
        raise InvalidInputError("kind", "codes are not sent to many")
    check_body(channel, body)
    return title


def estimate(conn: Connection, campaign_id: int, day: str) -> Estimate:
    """Count and price a campaign; `day` is today's date as stored."""
    campaign = require_campaign(conn, campaign_id)
    settings = read_settings(conn)
    route = campaign.route or _first_route(conn, campaign)
    rate = message_routes.find_rate(conn, route, day) if route else None
    counts = campaigns.count_recipients(conn, campaign_id)
    parts = cost = 0
    samples: list[Sample] = []
    is_same = not fields_in(campaign.body)
    receivers = sum(count.n for count in counts if count.state != "skipped")
    for recipient in _all_of(conn, campaign_id, SAMPLES if is_same else EVERYBODY):
        text = _text_for(campaign, recipient, settings)
        counted = measure(text)
        price = message_price(rate, counted.encoding, counted.parts)
        parts += counted.parts
        cost += price
        if len(samples) < SAMPLES:
            samples.append(Sample(recipient.name, recipient.number, text, counted.parts, price))
    if is_same and samples:
        parts, cost = samples[0].parts * receivers, samples[0].cost_rial * receivers
    return Estimate(
        receivers=receivers,
        skipped={count.reason: count.n for count in counts if count.state == "skipped"},
        parts=parts,
        cost_rial=cost,
        is_priced=rate is not None,
        samples=tuple(samples),
    )


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
    kind: Kind = campaign.kind  # type: ignore[assignment]
    channel: Channel = campaign.channel  # type: ignore[assignment]
    new = []
    for recipient in recipients:
        letter = Letter(
            number=recipient.number, body=_render(campaign, recipient), channel=channel, kind=kind,
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
    progress = progress_of(act.conn, campaign_id)
    if progress.pending or progress.messages.get("queued") or progress.messages.get("armed"):
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


def receivers_of_draft(conn: Connection, campaign_id: int) -> list[Receiver]:
    """Give the receivers of a draft with all their values, as they were read; for making it anew."""
    return [
        Receiver(
            number=one.number,
            name=one.name,
            person_id=one.person_id,
            fields=msgspec.json.decode(one.fields, type=dict[str, str]),
        )
        for one in campaigns.list_recipients(conn, campaign_id)
    ]


def require_campaign(conn: Connection, campaign_id: int) -> Campaign:
    """Give a campaign. Raises `NotFoundError`."""
    campaign = campaigns.find_campaign(conn, campaign_id)
    if campaign is None:
        raise NotFoundError(f"there is no campaign {campaign_id}")
    return campaign


def start_of(campaign: Campaign) -> datetime | None:
    """Give when a campaign begins; None: at once."""
    return from_text(campaign.starts_at) if campaign.starts_at else None


def begins_at(conn: Connection, campaign: Campaign, now: datetime, zone: str = "Asia/Tehran") -> datetime:
    """Give when the first message of a campaign goes out at the earliest: its start, or the end of quiet hours."""
    return next_allowed(read_settings(conn), max(start_of(campaign) or now, now), zone)


def _recipients(
    keyed: Sequence[tuple[Receiver, str | None]], gate: Gate, body: str, channel: Channel
) -> Iterator[NewRecipient]:
    seen: set[str] = set()
    for place, (receiver, key) in enumerate(keyed, start=1):
        if key is None:
            reason = NO_NUMBER
        elif key in seen:
            reason = DUPLICATE
        else:
            reason = gate.refusal(key, receiver.person_id) or _unfit(body, receiver, channel)
        if key is not None and not reason:
            seen.add(key)
        yield NewRecipient(
            place=place,
            number=key or receiver.number[:60],
            name=receiver.name,
            person_id=receiver.person_id,
            fields=msgspec.json.encode(receiver.fields).decode(),
            state="skipped" if reason else "pending",
            reason=reason,
        )


def _unfit(body: str, receiver: Receiver, channel: Channel) -> str:
    rendered = render(body, receiver.fields)
    if rendered.missing:
        return f"{EMPTY_FIELD}:{rendered.missing[0]}"
    return TOO_LONG if len(rendered.text) > LONGEST_BODY[channel] else ""


def _render(campaign: Campaign, recipient: Recipient) -> str:
    return render(campaign.body, msgspec.json.decode(recipient.fields, type=dict[str, str])).text


def _text_for(campaign: Campaign, recipient: Recipient, settings: MessageSettings) -> str:
    kind: Kind = campaign.kind  # type: ignore[assignment]
    channel: Channel = campaign.channel  # type: ignore[assignment]
    return with_footer(_render(campaign, recipient), kind, channel, settings.footer)


def _store_recipients(
    act: Acting, campaign_id: int, receivers: Iterable[Receiver], body: str, channel: Channel, kind: Kind,
    segments_of: SegmentsOf,
) -> None:  # fmt: skip
    keyed = [(receiver, receiver_key(channel, receiver.number)) for receiver in receivers]
    gate = Gate(act.conn, kind, (key for _receiver, key in keyed if key), act.now, segments_of)
    campaigns.insert_recipients(act.conn, campaign_id, _recipients(keyed, gate, body, channel))


def _all_of(conn: Connection, campaign_id: int, limit: int) -> list[Recipient]:
    return campaigns.list_sample(conn, campaign_id, limit=limit)


def _first_route(conn: Connection, campaign: Campaign) -> str | None:
    routes = message_routes.list_routes(conn)
    fitting = (
        row
        for row in routes
        if row.is_active and row.channel == campaign.channel and row.carries(campaign.kind)
    )
    found = next(fitting, None)
    return found.name if found else None


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

"""Drafts of campaigns: recipients are stored with them, counted and priced before anybody confirms.

So what is shown is what will be sent. A draft may be made anew, or thrown away; what is confirmed is the business of
`campaigns`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.smstext import Encoding, measure
from appliance.domain.acting import Acting
from appliance.domain.messaging.audience import DUPLICATE, NO_NUMBER, Receiver
from appliance.domain.messaging.limits import Gate, SegmentsOf, no_segments
from appliance.domain.messaging.prices import message_price
from appliance.domain.messaging.queueing import (
    LONGEST_BODY,
    Channel,
    Kind,
    check_body,
    receiver_key,
    with_footer,
)
from appliance.domain.messaging.rendering import Rendered, render
from db import Connection
from db.queries import campaigns, message_routes
from db.queries.campaigns import Campaign, NewRecipient, Recipient
from db.queries.message_settings import MessageSettings, read_settings

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
    has_route: bool
    """Whether a route that is switched on carries such messages; without one they wait."""
    samples: tuple[Sample, ...]


class Counted(msgspec.Struct, frozen=True):
    """What the texts of a draft come to, with the footer they had."""

    footer: str
    texts: tuple[tuple[Encoding, int, int], ...]
    """Alphabet, parts, and how many messages have so many."""


class Judged(msgspec.Struct, frozen=True):
    """Receivers with what stands against each: what takes long about a large draft, and writes nothing."""

    rows: tuple[NewRecipient, ...]
    counted: Counted


def judge(
    conn: Connection, now: datetime, receivers: Iterable[Receiver], *, body: str, channel: Channel = "sms",
    kind: Kind = "advertising", segments_of: SegmentsOf = no_segments,
) -> Judged:  # fmt: skip
    """Say of each receiver whether he gets the message, before the records are locked for storing the draft."""
    keyed = [(receiver, receiver_key(channel, receiver.number)) for receiver in receivers]
    gate = Gate(conn, kind, (key for _receiver, key in keyed if key), now, segments_of)
    footer = read_settings(conn).footer
    texts: Counter[tuple[Encoding, int]] = Counter()

    def count(text: str) -> None:
        measured = measure(with_footer(text, kind, channel, footer))
        texts[measured.encoding, measured.parts] += 1

    rows = tuple(_recipients(keyed, gate, body, channel, count))
    return Judged(rows, Counted(footer, tuple((*kind_of, n) for kind_of, n in texts.items())))


def draft_campaign(
    act: Acting, *, title: str, body: str, receivers: Iterable[Receiver] | Judged, channel: Channel = "sms",
    kind: Kind = "advertising", template_version_id: int | None = None, subject: str = "", route: str | None = None,
    audience: str = "{}", starts_at: datetime | None = None, per_hour: int | None = None,
    segments_of: SegmentsOf = no_segments,
) -> int:  # fmt: skip
    """Store a campaign with its recipients; give its id. Many receivers are `judge`d beforehand, for the same text.

    Those who are listed twice, have no number this channel reaches, stopped advertising, got enough of it, or lack a
    value the text needs are stored with the reason. Raises `InvalidInputError` for a title or text that cannot be.
    """
    title = check_draft(title, body, channel, kind)
    campaign_id = campaigns.insert_campaign(
        act.conn, title=title, channel=channel, kind=kind, template_version_id=template_version_id, subject=subject,
        body=body, route=route, audience=audience, starts_at=to_text(starts_at) if starts_at else None,
        per_hour=per_hour, at=act.at, user_id=act.user.id if act.user else None,
    )  # fmt: skip
    judged = _judged(act, receivers, body, channel, kind, segments_of)
    _store(act, campaign_id, judged)
    return campaign_id


def redraft_campaign(
    act: Acting, campaign_id: int, *, title: str, body: str, receivers: Iterable[Receiver] | Judged,
    kind: Kind = "advertising", template_version_id: int | None = None, audience: str = "{}",
    starts_at: datetime | None = None, per_hour: int | None = None, segments_of: SegmentsOf = no_segments,
) -> None:  # fmt: skip
    """Make a draft anew under its id. Raises as `draft_campaign` does, and `ConflictError` when it is no draft."""
    before = require_campaign(act.conn, campaign_id)
    title = check_draft(title, body, before.channel, kind)
    judged = _judged(act, receivers, body, before.channel, kind, segments_of)
    if not campaigns.update_draft(
        act.conn, campaign_id, title=title, kind=kind, template_version_id=template_version_id, body=body,
        audience=audience, starts_at=to_text(starts_at) if starts_at else None, per_hour=per_hour,
    ):  # fmt: skip
        raise ConflictError(f"campaign {campaign_id} is no draft")
    campaigns.delete_recipients(act.conn, campaign_id)
    _store(act, campaign_id, judged)


def keep_file(
    act: Acting, campaign_id: int, file: tuple[str, bytes] | None, *, is_kept: bool = False
) -> None:
    """Keep the file (name, bytes) a draft's numbers were read from, when its maker asked for it.

    Without a file the one that was kept before is forgotten, unless it `is_kept`.
    """
    if file is not None:
        campaigns.upsert_campaign_file(act.conn, campaign_id, *file)
    elif not is_kept:
        campaigns.delete_campaign_file(act.conn, campaign_id)


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
    samples: list[Sample] = []
    for recipient in _all_of(conn, campaign_id, SAMPLES):
        text = _text_for(campaign, recipient, settings)
        measured = measure(text)
        price = message_price(rate, measured.encoding, measured.parts)
        samples.append(Sample(recipient.name, recipient.number, text, measured.parts, price))
    texts = _counted(conn, campaign, settings)
    parts = sum(parts * n for _encoding, parts, n in texts)
    cost = sum(message_price(rate, encoding, parts) * n for encoding, parts, n in texts)
    return Estimate(
        receivers=sum(count.n for count in counts if count.state != "skipped"),
        skipped={count.reason: count.n for count in counts if count.state == "skipped"},
        parts=parts,
        cost_rial=cost,
        is_priced=rate is not None,
        has_route=route is not None,
        samples=tuple(samples),
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


def text_of(campaign: Campaign, recipient: Recipient) -> str:
    """Give a recipient's text, without the footer of advertising."""
    return render(campaign.body, msgspec.json.decode(recipient.fields, type=dict[str, str])).text


def _recipients(
    keyed: Sequence[tuple[Receiver, str | None]], gate: Gate, body: str, channel: Channel,
    count: Callable[[str], None],
) -> Iterator[NewRecipient]:  # fmt: skip
    """Give the rows of receivers; `count` is told the text of each who gets the message."""
    seen: set[str] = set()
    for place, (receiver, key) in enumerate(keyed, start=1):
        if key is None:
            reason = NO_NUMBER
        elif key in seen:
            reason = DUPLICATE
        else:
            rendered = render(body, receiver.fields)
            reason = gate.refusal(key, receiver.person_id) or _unfit(rendered, channel)
            if not reason:
                count(rendered.text)
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


def _unfit(rendered: Rendered, channel: Channel) -> str:
    if rendered.missing:
        return f"{EMPTY_FIELD}:{rendered.missing[0]}"
    return TOO_LONG if len(rendered.text) > LONGEST_BODY[channel] else ""


def _text_for(campaign: Campaign, recipient: Recipient, settings: MessageSettings) -> str:
    return with_footer(text_of(campaign, recipient), campaign.kind, campaign.channel, settings.footer)


def _judged(
    act: Acting, receivers: Iterable[Receiver] | Judged, body: str, channel: Channel, kind: Kind,
    segments_of: SegmentsOf,
) -> Judged:  # fmt: skip
    if isinstance(receivers, Judged):
        return receivers
    return judge(act.conn, act.now, receivers, body=body, channel=channel, kind=kind, segments_of=segments_of)


def _store(act: Acting, campaign_id: int, judged: Judged) -> None:
    campaigns.insert_recipients(act.conn, campaign_id, judged.rows)
    campaigns.update_counted(act.conn, campaign_id, msgspec.json.encode(judged.counted).decode())


def _counted(
    conn: Connection, campaign: Campaign, settings: MessageSettings
) -> tuple[tuple[Encoding, int, int], ...]:
    """Give what the texts come to; counted anew when the footer changed since."""
    if campaign.counted:
        counted = msgspec.json.decode(campaign.counted, type=Counted)
        if counted.footer == settings.footer:
            return counted.texts
    texts: Counter[tuple[Encoding, int]] = Counter()
    for recipient in _all_of(conn, campaign.id, EVERYBODY):
        measured = measure(_text_for(campaign, recipient, settings))
        texts[measured.encoding, measured.parts] += 1
    return tuple((encoding, parts, n) for (encoding, parts), n in texts.items())


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

"""Putting messages into the outbox: once per key, to receivers that can read them, at an hour that is allowed."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

import msgspec

from appliance.core.clock import to_text
from appliance.core.errors import InvalidInputError
from appliance.core.events import SmsQueued
from appliance.core.phone import parse_phone
from appliance.core.smstext import measure, sendable
from appliance.domain.acting import Acting
from appliance.domain.messaging.hours import next_allowed
from appliance.domain.messaging.limits import Gate, SegmentsOf, no_segments
from db.queries import outbox
from db.queries.message_kinds import Channel as Channel
from db.queries.message_kinds import Kind as Kind
from db.queries.message_settings import MessageSettings, read_settings
from db.queries.outbox import NewMessage

PRIORITIES: dict[Kind, int] = {"code": 0, "service": 1, "advertising": 2}
"""The lower goes first: a code is of use for minutes only."""
LONGEST_BODY: dict[Channel, int] = {"sms": 1_000, "email": 100_000, "fax": 20_000}
"""Most characters of a text; 1000 Persian ones are 15 parts."""
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\".]{2,63}")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent to one receiver, and what it belongs to."""

    number: str
    """Receiver as a key (`receiver_key`)."""
    body: str
    channel: Channel = "sms"
    kind: Kind = "service"
    subject: str = ""
    person_id: int | None = None
    object_kind: str = ""
    object_id: int | None = None
    template_version_id: int | None = None
    rule_id: int | None = None
    campaign_id: int | None = None
    wanted_route: str | None = None
    due_at: datetime | None = None
    """Not before; None: at once."""
    expires_at: datetime | None = None
    """Not after; a code nobody can use any more is not sent."""
    is_immediate: bool = False
    """Somebody wrote it by hand and wants it sent in quiet hours, too."""
    resend_of: str | None = None


def client_key(salt: str, idempotency_key: str) -> int:
    """Give the key by which a provider knows a message: 1 to 2**63-1, the same again after a restore."""
    digest = hashlib.sha256(f"{salt}:{idempotency_key}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 1) or 1


def receiver_key(channel: Channel, number: str, area_code: str = "") -> str | None:
    """Give the one spelling of a receiver, None when the channel cannot reach it."""
    if channel == "email":
        address = number.strip()
        return address.lower() if _EMAIL.fullmatch(address) else None
    phone = parse_phone(number, area_code)
    kinds = ("mobile", "international") if channel == "sms" else ("landline", "mobile", "international")
    return phone.key if phone is not None and phone.kind in kinds else None


def with_footer(body: str, kind: Kind, channel: Channel, footer: str) -> str:
    """Give the text as it is sent: advertising by SMS says how to stop it."""
    if kind != "advertising" or channel != "sms" or not footer or body.rstrip().endswith(footer):
        return body
    return f"{body.rstrip()}\n{footer}"


def new_message(
    letter: Letter, *, message_id: str, idempotency_key: str, now: datetime, settings: MessageSettings, zone: str,
    user_id: int | None = None, refusal: str = "",
) -> NewMessage:  # fmt: skip
    """Make the outbox row of a letter; with a `refusal` it is blocked from the start and never sent."""
    body = sendable(with_footer(letter.body, letter.kind, letter.channel, settings.footer))
    counted = measure(body)
    created_at = to_text(now)
    due = max(letter.due_at or now, now)
    if letter.kind != "code" and not letter.is_immediate:
        due = next_allowed(settings, due, zone)
    return NewMessage(
        id=message_id,
        idempotency_key=idempotency_key,
        client_key=client_key(settings.key_salt, idempotency_key),
        channel=letter.channel,
        kind=letter.kind,
        priority=PRIORITIES[letter.kind],
        number=letter.number,
        subject=letter.subject,
        body=body,
        encoding=counted.encoding,
        parts=max(counted.parts, 1) if letter.channel == "sms" else 1,
        state="blocked" if refusal else "queued",
        reason=refusal,
        wanted_route=letter.wanted_route,
        is_immediate=letter.is_immediate,
        due_at=created_at if due == now else to_text(due),
        expires_at=to_text(letter.expires_at) if letter.expires_at else None,
        created_at=created_at,
        person_id=letter.person_id,
        created_by=user_id,
        template_version_id=letter.template_version_id,
        rule_id=letter.rule_id,
        campaign_id=letter.campaign_id,
        resend_of=letter.resend_of,
        object_kind=letter.object_kind,
        object_id=letter.object_id,
    )


def check_body(channel: Channel, body: str) -> None:
    """Raise `InvalidInputError` unless a text can be sent over a channel."""
    if not 0 < len(body.strip()) <= LONGEST_BODY[channel]:
        raise InvalidInputError("body", f"expected 1-{LONGEST_BODY[channel]} characters")


def queue_letter(
    act: Acting, letter: Letter, *, idempotency_key: str, zone: str = "Asia/Tehran",
    segments_of: SegmentsOf = no_segments,
) -> str | None:  # fmt: skip
    """Queue one letter; give its message id, None when one with this key was queued before.

    A receiver who stopped advertising, or got enough of it, has a blocked row that says why.
    Raises `InvalidInputError` for a receiver or a text the channel cannot carry.
    """
    check_body(letter.channel, letter.body)
    if receiver_key(letter.channel, letter.number) != letter.number:
        raise InvalidInputError("number", "not a receiver's key")
    refusal = Gate(act.conn, letter.kind, [letter.number], act.now, segments_of).refusal(
        letter.number, letter.person_id
    )
    new = new_message(
        letter, message_id=act.new_id(), idempotency_key=idempotency_key, now=act.now,
        settings=read_settings(act.conn), zone=zone, user_id=act.user.id if act.user else None, refusal=refusal,
    )  # fmt: skip
    if not outbox.insert_message(act.conn, new):
        return None
    if not refusal:
        act.record(SmsQueued(id=act.new_id(), at=act.at, message_id=new.id))
    return new.id


def queue_message(
    act: Acting, *, idempotency_key: str, number: str, body: str, area_code: str = "", channel: Channel = "sms",
    kind: Kind = "service", person_id: int | None = None,
) -> bool:  # fmt: skip
    """Queue one text to a number in any spelling; False when one with this key was queued before.

    Raises `InvalidInputError` unless the channel reaches the number and carries the text.
    """
    key = receiver_key(channel, number, area_code)
    if key is None:
        raise InvalidInputError("number", "not a mobile number" if channel == "sms" else f"not for {channel}")
    letter = Letter(number=key, body=body, channel=channel, kind=kind, person_id=person_id)
    return queue_letter(act, letter, idempotency_key=idempotency_key) is not None

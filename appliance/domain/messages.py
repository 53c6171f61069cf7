"""Putting messages into the outbox."""

from __future__ import annotations

from appliance.core.errors import InvalidInputError
from appliance.core.events import SmsQueued
from appliance.core.phone import parse_phone
from appliance.domain.acting import Acting
from db.queries import outbox

LONGEST_BODY = 1_000


def queue_message(act: Acting, *, idempotency_key: str, number: str, body: str, area_code: str = "") -> bool:
    """Queue one message; False when one with this key was queued before.

    Raises `InvalidInputError` unless the number is a mobile one and the text has 1-1000 characters.
    """
    phone = parse_phone(number, area_code)
    if phone is None or phone.kind not in ("mobile", "international"):
        raise InvalidInputError("number", "not a mobile number")
    if not 0 < len(body.strip()) <= LONGEST_BODY:
        raise InvalidInputError("body", f"expected 1-{LONGEST_BODY} characters")
    message_id = act.new_id()
    is_new = outbox.insert_message(
        act.conn,
        message_id=message_id,
        idempotency_key=idempotency_key,
        number=phone.key,
        body=body,
        created_at=act.at,
    )
    if is_new:
        act.record(SmsQueued(id=act.new_id(), at=act.at, message_id=message_id))
    return is_new

"""Telling a complainant the result: one message with the tracking number, queued by hand."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.core.clock import from_text
from appliance.core.errors import InvalidInputError
from appliance.core.jalali import local
from appliance.domain import audit
from appliance.domain.access import require
from appliance.domain.acting import Acting
from appliance.domain.complaints.reaching import require_complaint
from appliance.domain.complaints.steps import add_step
from appliance.domain.fields.refused import Refused
from appliance.domain.messaging.happenings import NAME
from appliance.domain.messaging.queueing import Letter, queue_letter, receiver_key
from appliance.domain.messaging.rendering import Value, render
from db import Connection
from db.queries import complaints, occasions
from db.queries.complaints import ComplaintHead
from db.queries.message_templates import find_default

EVENT = "complaint.closed"
GREETING = "{نام بیمه‌گذار} گرامی، "
OWN_TEXT = "نتیجهٔ شکایت شما با شمارهٔ پیگیری {شماره پیگیری}: {نتیجه}\n{نام دفتر؟}"
"""Sent unless the office has a text of its own for the event; the greeting stands before it when there is a name."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The message as it would go out."""

    number: str | None
    """Where to; None: nobody has a mobile number."""
    text: str
    template_version_id: int | None = None


def prepare_answer(conn: Connection, head: ComplaintHead, office: Mapping[str, Value], zone: str) -> Answer:
    """Make the message that tells a complaint's result; `office` holds the values every text may have."""
    template = find_default(conn, EVENT, "sms")
    values: dict[str, Value] = {
        **office,
        NAME: head.person or "",
        "شماره پیگیری": head.tracking_no,
        "موضوع": head.subject,
        "نتیجه": head.result,
        "مهلت": local(from_text(head.due_at), zone).date() if head.due_at else None,
    }
    body = template.body if template else (GREETING if head.person else "") + OWN_TEXT
    return Answer(
        number=receiver_of(conn, head.person_id, head.number),
        text=render(body, values, zone).text.strip(),
        template_version_id=template.version_id if template else None,
    )


def receiver_of(conn: Connection, person_id: int | None, number: str | None) -> str | None:
    """Give the mobile number a complainant is written to."""
    mobiles = occasions.list_mobiles(conn, person_id) if person_id is not None else []
    return mobiles[0] if mobiles else receiver_key("sms", number) if number else None


def send_answer(act: Acting, complaint_id: int, body: str, *, told_before: int, zone: str) -> bool:
    """Queue the message that tells a result; False when the same form was sent before.

    `told_before` is how often the result had been told when the form was shown. Raises `Refused` for an open
    complaint, an empty text or a complainant without a mobile number, `NotFoundError`, `NotAllowedError`.
    """
    assert act.user is not None
    require(act.user, "messages.send")
    complaint = require_complaint(act, complaint_id)
    if complaint["state"] == "open":
        raise Refused({"body": "complaint.open"})
    if not body.strip():
        raise Refused({"body": "missing"})
    number = receiver_of(act.conn, complaint["person_id"], complaint["number"])
    if number is None:
        raise Refused({"body": "complaint.no-mobile"})
    letter = Letter(
        number=number, body=body.strip(), person_id=complaint["person_id"], object_kind="complaint",
        object_id=complaint_id, is_immediate=True,
    )  # fmt: skip
    try:
        key = f"complaint:{complaint_id}:told:{told_before}"
        if queue_letter(act, letter, idempotency_key=key, zone=zone) is None:
            return False
    except InvalidInputError:
        raise Refused({"body": "complaint.text"}) from None
    add_step(act, complaint_id, "told", note=body.strip())
    audit.note_done(
        act,
        "change",
        "complaint",
        complaint_id,
        f"شکایت {complaint['tracking_no']}",
        changes={"told": (None, body)},
    )
    return True


def times_told(conn: Connection, complaint_id: int) -> int:
    """Tell how often a complaint's result was told."""
    return complaints.count_steps(conn, complaint_id, "told")

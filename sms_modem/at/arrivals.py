"""What stands in a modem's store as what the outbox worker takes in: messages and reports."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from appliance.core.clock import to_text
from sms_modem.at.notices import Notice
from sms_modem.at.stores import Stored
from sms_modem.gsm.reading import PduError
from sms_modem.gsm.received import Deliver, ReportFate, StatusReport, read_received
from sms_modem.routes import Arrival, Inbound, Report, ReportState

UNREADABLE = "PDU "
"""In front of the hexadecimal of what is no text: lost it must not be, and in the SIM it would take up room."""
_STATES: dict[ReportFate, ReportState] = {
    "delivered": "delivered",
    "forwarded": "waiting",
    "trying": "waiting",
    "failed": "undelivered",
}
_PUSHED = "pushed"


class Token(msgspec.Struct, frozen=True):
    """Where something stood, and what."""

    store: str
    index: int
    digest: str
    epoch: str
    """Of the connection it was read over; over another one the place is looked at again before it is emptied."""


def arrival_of(stored: Stored, imsi: str, epoch: str) -> Arrival:
    """Give what one stored unit is. What cannot be read is handed over as a message with the unit as its text."""
    token = f"{stored.store}:{stored.index}:{stored.digest}:{epoch}"
    source = hashlib.sha256(imsi.encode() + b":" + stored.pdu).hexdigest()[:32]
    try:
        received = read_received(stored.pdu, stored.length)
    except PduError:
        return Inbound(source_id=source, number="", text=UNREADABLE + stored.pdu.hex().upper(), token=token)
    if isinstance(received, StatusReport):
        return _report(received, token)
    return _inbound(received, stored, source, token)


def pushed_report(notice: Notice) -> Report | None:
    """Give the report that a ``+CDS`` handed over; None for one that was damaged on the way."""
    length = notice.number(len(notice.parameters) - 1) if notice.parameters else None
    try:
        pdu = bytes.fromhex(notice.pdu)
        received = read_received(pdu, length) if notice.is_clean and pdu else None
    except (ValueError, PduError):
        return None
    if not isinstance(received, StatusReport):
        return None
    return _report(received, f"{_PUSHED}:{hashlib.sha256(pdu).hexdigest()[:20]}")


def token_of(text: str) -> Token | None:
    """Read a token back; None for one that names no place."""
    parts = text.split(":")
    if len(parts) != 4 or not parts[1].isdigit():
        return None
    return Token(parts[0], int(parts[1]), parts[2], parts[3])


def _inbound(deliver: Deliver, stored: Stored, source: str, token: str) -> Inbound:
    content = deliver.content
    is_for_people = content.coding != "data" and content.header.port is None
    part = content.header.concatenation
    sent_at = _instant(deliver.sent_at)
    if not is_for_people or part is None:
        text = content.text if is_for_people else UNREADABLE + stored.pdu.hex().upper()
        return Inbound(source_id=source, number=deliver.number, text=text, sent_at=sent_at, token=token)
    return Inbound(
        source_id=source,
        number=deliver.number,
        text=content.text,
        sent_at=sent_at,
        part=part.number,
        parts=part.total,
        reference=part.reference,
        token=token,
    )


def _report(report: StatusReport, token: str) -> Report:
    return Report(
        reference=str(report.reference),
        number=report.number,
        state=_STATES[report.fate],
        at=_instant(report.done_at),
        submitted_at=_instant(report.sent_at),
        code=f"st-{report.status}",
        token=token,
    )


def _instant(at: datetime | None) -> str:
    return "" if at is None else to_text(at)

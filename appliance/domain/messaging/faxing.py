"""Faxes: an A4 page for each, which somebody in the office prints and puts into the fax machine.

No route of the product drives a fax modem yet. So a fax waits in the outbox, as everything does, until a person says
that its page is on paper; then the page is kept with it, and its state says that it was printed, not that it arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from appliance.core.clock import from_text
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.events import SmsSent
from appliance.core.jalali import format_date, local, persian_digits
from appliance.core.phone import parse_phone
from appliance.domain.acting import Acting
from appliance.domain.messaging.happenings import NAME, fields_of
from appliance.domain.messaging.queueing import Letter, check_body, queue_letter
from appliance.domain.messaging.rendering import Value, render, stray_braces, unknown_fields
from appliance.domain.settings.office import OfficeSettings
from db.queries import attachments, faxes, outbox

PRINTED = "printed"
"""Reason of a fax somebody put on paper; also the name of its way out in events."""
PAGE_NAME = "page.pdf"
PDF = "application/pdf"
LONGEST_SUBJECT = 150


class Fax(Protocol):
    """What a page shows of a message."""

    @property
    def number(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def body(self) -> str: ...

    @property
    def created_at(self) -> str: ...


class FaxPage(msgspec.Struct, frozen=True, kw_only=True):
    """One fax as the typesetter takes it; every text as people read it."""

    office: str
    office_lines: tuple[str, ...]
    """Agent code, telephone and address, those that are set."""
    to_name: str
    to_number: str
    subject: str
    date: str
    paragraphs: tuple[tuple[str, ...], ...]
    """Lines of each paragraph; an empty line of the text begins another."""


class WrittenFax(msgspec.Struct, frozen=True, kw_only=True):
    """A fax as somebody wrote it, with its fields."""

    number: str
    """As a key."""
    subject: str
    body: str
    name: str = ""
    person_id: int | None = None
    template_version_id: int | None = None


def page_of(fax: Fax, *, to_name: str, office_name: str, settings: OfficeSettings, zone: str) -> FaxPage:
    """Give the page of a fax. What it says is the message's own; the head is the office's as it is now."""
    day = local(from_text(fax.created_at), zone).date()
    lines = (
        f"کد نمایندگی: {persian_digits(settings.agent_code)}" if settings.agent_code else "",
        f"تلفن: {_readable(settings.phone)}" if settings.phone else "",
        persian_digits(settings.address),
    )
    paragraphs = [part.strip("\n").split("\n") for part in fax.body.strip().split("\n\n") if part.strip()]
    return FaxPage(
        office=office_name, office_lines=tuple(one for one in lines if one), to_name=to_name,
        to_number=_readable(fax.number), subject=fax.subject, date=format_date(day),
        paragraphs=tuple(tuple(one) for one in paragraphs),
    )  # fmt: skip


def fill_fax(written: WrittenFax, office: Mapping[str, Value], zone: str) -> tuple[str, str]:
    """Give subject and text with their fields filled. Raises `InvalidInputError` (`body`, `subject`)."""
    check_body("fax", written.body)
    values = {**office, NAME: written.name}
    filled = []
    for place, text in (("subject", written.subject), ("body", written.body)):
        if stray_braces(text):
            raise InvalidInputError(place, "a brace belongs to no field")
        if unknown := unknown_fields(text, fields_of("")):
            raise InvalidInputError(place, f"no field {unknown[0]}")
        rendered = render(text, values, zone)
        if rendered.missing:
            raise InvalidInputError(place, f"no value for field {rendered.missing[0]}")
        filled.append(rendered.text)
    return filled[0], filled[1]


def queue_fax(
    act: Acting, written: WrittenFax, *, form_key: str, office: Mapping[str, Value], zone: str
) -> str | None:
    """Queue a fax written by hand; give its id, None when the same form queued it before.

    Raises `InvalidInputError` for a number no fax reaches or a text that cannot be.
    """
    subject, body = fill_fax(written, office, zone)
    letter = Letter(
        number=written.number, body=body, channel="fax", subject=subject[:LONGEST_SUBJECT],
        person_id=written.person_id, template_version_id=written.template_version_id, is_immediate=True,
    )  # fmt: skip
    return queue_letter(act, letter, idempotency_key=f"written:{form_key}:{written.number}", zone=zone)


def note_printed(act: Acting, message_id: str, page: bytes) -> None:
    """Record that a fax's page is on paper and keep the page. Raises `NotFoundError`, `ConflictError`.

    A fax that is not due yet may be printed, too: whoever does it has decided so.
    """
    row = outbox.find_message(act.conn, message_id)
    if row is None or row.channel != "fax":
        raise NotFoundError(f"there is no fax {message_id}")
    if not faxes.update_printed(act.conn, message_id, act.at, PRINTED):
        raise ConflictError(f"the fax is {row.state}")
    attachments.insert_attachment(
        act.conn, file_name=PAGE_NAME, media_type=PDF, content=page, message_id=message_id
    )
    act.record(SmsSent(id=act.new_id(), at=act.at, message_id=message_id, route=PRINTED))


def as_document(pages: list[FaxPage], made: datetime) -> dict[str, Any]:
    """Give what the typesetter's template reads, for one fax or for all that wait."""
    return {"pages": [msgspec.to_builtins(page) for page in pages], "made": format_date(made.date())}


def _readable(number: str) -> str:
    """Write a number with its groups tied together: a plain space lets right-to-left text turn them round."""
    known = parse_phone(number)
    return persian_digits(known.local if known else number).replace(" ", "\u00a0")

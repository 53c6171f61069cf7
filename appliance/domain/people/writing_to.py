"""Writing to one of a person's own addresses: which ways there are, and e-mails and messengers written by hand.

Short messages have a form of their own, with parts and price (`messaging.writing`). What is written in a messenger goes
out in the messenger itself; here it is kept, so that it stands on the time-line. Faxes have a form of their own, too
(`messaging.faxing`); they need no route, because their pages can be printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from appliance.core.errors import InvalidInputError
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Text
from appliance.domain.fields.refused import Refused
from appliance.domain.messaging.enclosing import Enclosure, enclose
from appliance.domain.messaging.queueing import Letter, queue_letter, receiver_key
from appliance.domain.people.parts import read_part
from appliance.domain.people.reaching import require_person
from db import Connection
from db.queries.faxes import list_fax_numbers
from db.queries.message_routes import list_routes
from db.queries.message_screens import list_mobiles
from db.queries.person_addresses import list_electronic
from db.queries.person_needs import find_choice
from db.queries.person_relations import list_channels
from db.records import insert_row

Channel = Literal["sms", "email", "fax", "messenger"]
NO_ROUTE = "no-route"
REFUSED = "refused"
FIELDS = (
    Field(key="subject", title="موضوع", kind=Text(150)),
    Field(key="body", title="متن", kind=Text(5_000, lines=True), is_required=True),
)


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One address a person may be written to."""

    channel: Channel
    key: str
    """Number key, or the id of the electronic address."""
    address: str
    service: str = ""
    is_preferred: bool = False
    hindrance: str = ""
    """Why it cannot be used (`NO_ROUTE`), or should not (`REFUSED`: the person does not want it)."""

    @property
    def can_be_used(self) -> bool:
        """Tell whether something can be sent."""
        return self.hindrance != NO_ROUTE


def ways_to(conn: Connection, person_id: int) -> list[Way]:
    """Give the numbers and addresses a person may be written to, by channel, the preferred first."""
    unwanted = {one.channel for one in list_channels(conn, person_id) if one.is_refused}
    routed = {one.channel for one in list_routes(conn) if one.is_active} | {"messenger", "sms", "fax"}

    def hindrance(channel: Channel) -> str:
        return NO_ROUTE if channel not in routed else REFUSED if channel in unwanted else ""

    ways = [
        Way(channel="sms", key=number, address=number, hindrance=hindrance("sms"))
        for number in list_mobiles(conn, person_id)
    ]
    for one in list_electronic(conn, person_id):
        if one.kind == "email" or one.kind == "messenger":
            channel: Channel = "email" if one.kind == "email" else "messenger"
            ways.append(
                Way(
                    channel=channel, key=str(one.id), address=one.address, service=one.service,
                    is_preferred=one.is_preferred, hindrance=hindrance(channel),
                )
            )  # fmt: skip
    ways += [
        Way(channel="fax", key=number, address=number, hindrance=hindrance("fax"))
        for number in list_fax_numbers(conn, person_id)
    ]
    return sorted(
        ways, key=lambda way: (("sms", "email", "fax", "messenger").index(way.channel), not way.is_preferred)
    )


def write_to(
    act: Acting, person_id: int, way_key: str, texts: Mapping[str, str], *, form_key: str,
    files: Sequence[Enclosure] = (),
) -> Way:  # fmt: skip
    """Queue an e-mail to one of a person's addresses, or keep what is written in a messenger; give the way.

    `files` go with an e-mail. `form_key` keeps a form sent twice from doubling it. Raises `Refused`, `NotFoundError`.
    """
    person = require_person(act, person_id)
    ways = [one for one in ways_to(act.conn, person_id) if one.channel in ("email", "messenger")]
    way = next((one for one in ways if one.key == way_key), None)
    if way is None:
        raise Refused({"way": "choice.unknown"})
    values = read_part(FIELDS, texts, is_new=True)
    body, subject = str(values["body"]), str(values.get("subject") or "")
    if way.channel == "messenger":
        user_id = act.user.id if act.user else None
        insert_row(act.conn, "activities", {
            "kind_id": find_choice(act.conn, "activity-kind", "message"), "title": way.service or "پیام‌رسان",
            "person_id": person.id, "start_at": act.at, "state": "done", "done_at": act.at, "note": body,
            "result": way.address, "assignee_id": user_id, "created_at": act.at, "created_by": user_id,
        })  # fmt: skip
        return way
    if not way.can_be_used:
        raise Refused({"way": "email.no-route"}, values)
    if not subject:
        raise Refused({"subject": "missing"}, values)
    number = receiver_key("email", way.address)
    if number is None:
        raise Refused({"way": "email.form"}, values)
    letter = Letter(
        number=number, body=body, channel="email", subject=subject, person_id=person.id, is_immediate=True
    )
    try:
        message_id = queue_letter(act, letter, idempotency_key=f"written:{form_key}:{number}")
        if message_id is not None and files:
            enclose(act, message_id, files)
    except InvalidInputError as error:
        field, code = ("files", "mail.files") if error.field == "files" else ("body", "text.control")
        raise Refused({field: code}, values) from None
    return way

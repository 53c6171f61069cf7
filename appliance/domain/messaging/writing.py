"""A message written by hand: to one person or to a typed list, looked at before it is queued.

What is looked at and what is queued are made by the same function, so the preview shows what goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from appliance.core.errors import InvalidInputError
from appliance.core.jalali import local
from appliance.core.smstext import Encoding, measure, sendable
from appliance.domain.access import Reach
from appliance.domain.acting import Acting
from appliance.domain.messaging.audience import BadLine, read_typed
from appliance.domain.messaging.happenings import NAME, fields_of
from appliance.domain.messaging.limits import Gate
from appliance.domain.messaging.prices import message_price
from appliance.domain.messaging.queueing import Kind, Letter, check_body, queue_letter, with_footer
from appliance.domain.messaging.rendering import Value, render, stray_braces, unknown_fields
from appliance.domain.messaging.segments import segments_of
from appliance.domain.people.reaching import is_reachable
from db import Connection
from db.queries.message_routes import Rate, find_rate, list_routes
from db.queries.message_settings import read_settings
from db.queries.persons import list_persons_by_number

MOST_TYPED = 200
"""Receivers of one message written by hand; more are a campaign, which is counted and confirmed."""
EMPTY_FIELD = "empty-field"


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody a message is for."""

    number: str
    """As a key."""
    name: str = ""
    person_id: int | None = None


class Addressees(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from a typed list."""

    found: tuple[Addressee, ...]
    bad: tuple[BadLine, ...] = ()
    duplicates: int = 0


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A message as somebody wrote it."""

    body: str
    kind: Kind = "service"
    template_version_id: int | None = None


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver's message as it would go out."""

    addressee: Addressee
    text: str
    encoding: Encoding
    parts: int
    cost_rial: int | None
    """None when nobody has said what a part costs."""
    refusal: str = ""
    """Why this receiver gets nothing: ``opted-out``, ``limit`` or ``empty-field:<name>``."""


class Queued(msgspec.Struct, frozen=True):
    """What became of a message to several receivers."""

    queued: int
    blocked: int
    repeated: int
    """Queued before by the same page: a form sent twice."""


def read_addressees(conn: Connection, text: str, reach: Reach, *, every: bool = False) -> Addressees:
    """Read a typed list, each number once (`every`: as often as it stands there), with the name of the one person it
    belongs to.

    A number of several persons, or of one out of the writer's reach, stays without a name.
    """
    typed = read_typed(text)
    found: dict[str, Addressee] = {}
    listed: list[Addressee] = []
    for receiver in typed.receivers:
        if receiver.number in found:
            listed.append(found[receiver.number])
            continue
        owners = list_persons_by_number(conn, receiver.number)
        owner = owners[0] if len(owners) == 1 and is_reachable(conn, reach, owners[0].id) else None
        found[receiver.number] = Addressee(
            number=receiver.number,
            name=owner.full_name if owner else "",
            person_id=owner.id if owner else None,
        )
        listed.append(found[receiver.number])
    return Addressees(
        found=tuple(listed if every else found.values()),
        bad=typed.bad,
        duplicates=len(typed.receivers) - len(found),
    )


def check_written(written: Written) -> None:
    """Raise `InvalidInputError` unless a text written by hand can be sent."""
    check_body("sms", written.body)
    if stray_braces(written.body):
        raise InvalidInputError("body", "a brace belongs to no field")
    if unknown := unknown_fields(written.body, fields_of("")):
        raise InvalidInputError("body", f"no field {unknown[0]}")


def prepare(
    conn: Connection, now: datetime, written: Written, addressees: Iterable[Addressee], *,
    office: Mapping[str, Value], zone: str = "Asia/Tehran",
) -> list[Prepared]:  # fmt: skip
    """Make each receiver's text with its parts, price and what stands against it. Raises `InvalidInputError`."""
    check_written(written)
    receivers = list(addressees)
    gate = Gate(
        conn, written.kind, [one.number for one in receivers], now, segments_of(conn, now, written.kind, zone)
    )
    footer = read_settings(conn).footer
    rate = rate_of(conn, written.kind, local(now, zone).date())
    made = []
    for one in receivers:
        rendered = render(written.body, {**office, NAME: one.name}, zone)
        text = sendable(with_footer(rendered.text, written.kind, "sms", footer))
        counted = measure(text)
        refusal = (
            f"{EMPTY_FIELD}:{rendered.missing[0]}"
            if rendered.missing
            else gate.refusal(one.number, one.person_id)
        )
        made.append(Prepared(
            addressee=one, text=text, encoding=counted.encoding, parts=counted.parts, refusal=refusal,
            cost_rial=message_price(rate, counted.encoding, counted.parts) if rate else None,
        ))  # fmt: skip
    return made


def queue_written(
    act: Acting, written: Written, addressees: Iterable[Addressee], *, form_key: str, office: Mapping[str, Value],
    zone: str = "Asia/Tehran",
) -> Queued:  # fmt: skip
    """Queue a message for each receiver it can go to; `form_key` keeps a form sent twice from doubling it.

    What somebody wrote by hand goes out in quiet hours, too; advertising does not. Raises `InvalidInputError`.
    """
    prepared = prepare(act.conn, act.now, written, addressees, office=office, zone=zone)
    if len(prepared) > MOST_TYPED:
        raise InvalidInputError("numbers", f"more than {MOST_TYPED}")
    segments = segments_of(act.conn, act.now, written.kind, zone)
    queued = blocked = repeated = 0
    for one in prepared:
        if one.refusal.startswith(EMPTY_FIELD):
            blocked += 1
            continue
        letter = Letter(
            number=one.addressee.number, body=one.text, kind=written.kind, person_id=one.addressee.person_id,
            template_version_id=written.template_version_id, is_immediate=written.kind != "advertising",
        )  # fmt: skip
        key = f"written:{form_key}:{one.addressee.number}"
        if queue_letter(act, letter, idempotency_key=key, zone=zone, segments_of=segments) is None:
            repeated += 1
        elif one.refusal:
            blocked += 1
        else:
            queued += 1
    return Queued(queued, blocked, repeated)


def rate_of(conn: Connection, kind: Kind, day: date) -> Rate | None:
    """Give the price of the first route that carries a kind of short message; None when there is none or no price."""
    for route in list_routes(conn):
        if route.is_active and route.channel == "sms" and route.carries(kind):
            return find_rate(conn, route.name, day.isoformat())
    return None

"""Real receivers a text is tried on before it is used: what happens nearest to today, or who was entered last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import msgspec

from appliance.core.smstext import measure
from appliance.domain.access import Reach
from appliance.domain.messaging.happenings import HAPPENINGS, NAME
from appliance.domain.messaging.queueing import Channel, Kind, with_footer
from appliance.domain.messaging.rendering import Value, render
from appliance.domain.people.reaching import is_reachable, reach_condition
from db import Connection
from db.queries.faxes import list_fax_numbers
from db.queries.message_screens import list_mobiles, list_recent_recipients
from db.queries.message_settings import read_settings
from db.queries.occasions import list_email_addresses

WINDOWS = (timedelta(days=3), timedelta(days=30), timedelta(days=180))
"""How far around today something is looked for; the wider only when the narrower has too little."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A text as one real receiver would get it."""

    name: str
    number: str
    text: str
    parts: int
    missing: tuple[str, ...]
    """Fields that would keep this receiver from getting it."""


def make_samples(
    conn: Connection, *, event: str, body: str, kind: Kind, today: date, reach: Reach,
    office: Mapping[str, Value], zone: str = "Asia/Tehran", limit: int = 3, channel: Channel = "sms",
) -> list[Sample]:  # fmt: skip
    """Fill a text for a few real receivers of an event; of no event: for those entered last."""
    footer = read_settings(conn).footer
    made = []
    for name, number, values in _receivers(conn, event, today, reach, limit, channel):
        rendered = render(body, {**office, **values}, zone)
        text = with_footer(rendered.text, kind, channel, footer)
        made.append(
            Sample(name=name, number=number, text=text, parts=measure(text).parts, missing=rendered.missing)
        )
    return made


def _receivers(
    conn: Connection, event: str, today: date, reach: Reach, limit: int, channel: Channel
) -> Iterator[tuple[str, str, Mapping[str, Value]]]:
    happening = HAPPENINGS.get(event)
    if happening is None:
        for one in list_recent_recipients(conn, reach_condition(reach), limit):
            yield one.name, _address(conn, one.id, channel), {NAME: one.name}
        return
    found: dict[tuple[str, int], tuple[str, str, Mapping[str, Value]]] = {}
    for reach_days in WINDOWS:
        near = sorted(
            happening.source(conn, today - reach_days, today + reach_days),
            key=lambda one: abs(one.day - today),
        )
        for happens in near:
            if len(found) == limit:
                break
            if happens.person_id is not None and not is_reachable(conn, reach, happens.person_id):
                continue
            number = happens.number or ""
            if happens.person_id is not None and (channel != "sms" or not number):
                number = _address(conn, happens.person_id, channel)
            found[happens.object_kind, happens.object_id] = (
                str(happens.values.get(NAME) or ""),
                number,
                happens.values,
            )
        if len(found) == limit:
            break
    yield from found.values()


def _address(conn: Connection, person_id: int, channel: Channel) -> str:
    """Give where a channel reaches a person first; empty when it does not."""
    lists = {"sms": list_mobiles, "email": list_email_addresses, "fax": list_fax_numbers}
    return next(iter(lists[channel](conn, person_id)), "")

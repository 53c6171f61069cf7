"""Whom a campaign is for, put into receivers: customers, policies, a typed list, or the rows of a file.

Records are asked for through the same described fields as the lists of the panel, in the name of who makes the
campaign: nobody writes to persons beyond his reach. The description is kept with the campaign and says later whom it
was for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from appliance.core.errors import NotFoundError
from appliance.core.jalali import DEFAULT_ZONE
from appliance.domain.access import User
from appliance.domain.fields import Asked, Condition, ask
from appliance.domain.messaging.audience import LINE, Receiver
from appliance.domain.messaging.happenings import EVERYWHERE, NAME, POLICY_FIELDS
from appliance.domain.messaging.ownfields import own_values, shown_fields
from appliance.domain.messaging.rendering import Value, show
from appliance.domain.messaging.writing import read_addressees
from appliance.domain.people.fields import PERSONS
from appliance.domain.people.groups import members_condition
from appliance.domain.policies.userfields import policy_subject
from appliance.domain.settings.office import read_office
from db import Connection
from db.listing import Question, iterate_rows
from db.queries.audiences import PERSON_COLUMNS, POLICY_COLUMNS
from db.queries.groups import find_group

LONGEST_NAME = 120
Source = Literal["persons", "policies", "typed", "file"]


class Audience(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom a campaign is for."""

    source: Source
    title: str = ""
    """In words, as its maker saw it."""
    group_id: int | None = None
    conditions: tuple[Condition, ...] = ()
    """Of a list of persons or policies."""
    text: str = ""
    """A typed list."""
    columns: tuple[str, ...] = ()
    """Of a file: the headings of its columns."""
    number_column: int = 0
    name_column: int | None = None


def fields_for(audience: Audience, own: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Give the fields a text for this audience may have; `own` are those of a policy the office named itself."""
    if audience.source == "policies":
        return tuple(dict.fromkeys((*POLICY_FIELDS, *own, *EVERYWHERE)))
    if audience.source == "file":
        return tuple(dict.fromkeys((NAME, *(name for name in audience.columns if name), *EVERYWHERE)))
    return (NAME, *EVERYWHERE)


def gather(
    conn: Connection, audience: Audience, user: User, now: datetime, *, wanted: Collection[str] = (),
    office: Mapping[str, str] | None = None, zone: str = DEFAULT_ZONE,
) -> Iterator[Receiver]:  # fmt: skip
    """Give the receivers of records or of a typed list, each with the values of the fields in `wanted`.

    `office` has the values every text may have.

    Persons without a mobile number come with an empty one, so that they are counted and named. A file has no
    receivers here: its rows are kept with the campaign. Raises `NotFoundError` for a group that is gone.
    """
    always = {name: value for name, value in (office or {}).items() if name in wanted}
    if audience.source == "typed":
        yield from _typed(conn, audience, user, wanted, always)
        return
    own = shown_fields(conn)
    for row in iterate_rows(conn, _question(conn, audience, user, now, zone)):
        values = (own_values(own, row) if "policy_no" in row else {}) | _values(row)
        yield Receiver(
            number=row["number"] or "",
            name=row["name"],
            person_id=row["person_id"],
            fields=always | {name: show(values[name], zone) for name in wanted if name in values},
        )


def receivers_of_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]], audience: Audience, office: Mapping[str, str] | None = None
) -> Iterator[Receiver]:
    """Give the receivers of a file's rows: each its line and its cells by heading, all of which are kept for now.

    Spreadsheets lose a leading 0 and add ``.0``; the latter is taken away here, the former is made good by whoever
    reads the number.
    """
    number_heading = audience.columns[audience.number_column]
    name_heading = audience.columns[audience.name_column] if audience.name_column is not None else ""
    for line, cells in rows:
        name = cells.get(name_heading, "").strip()[:LONGEST_NAME] if name_heading else ""
        fields = {**(office or {}), **cells, LINE: str(line)}
        yield Receiver(
            number=cells.get(number_heading, "").strip().removesuffix(".0"),
            name=name,
            fields=fields | {NAME: name},
        )


def _typed(
    conn: Connection, audience: Audience, user: User, wanted: Collection[str], always: Mapping[str, str]
) -> Iterator[Receiver]:
    read = read_addressees(conn, audience.text, user.reach, every=True)
    for one in read.found:
        fields = dict(always) | ({NAME: one.name} if NAME in wanted else {})
        yield Receiver(number=one.number, name=one.name, person_id=one.person_id, fields=fields)
    for bad in read.bad:
        yield Receiver(number=bad.text, fields={LINE: str(bad.line)})


def _question(conn: Connection, audience: Audience, user: User, now: datetime, zone: str) -> Question:
    subject = PERSONS if audience.source == "persons" else policy_subject(conn)
    extra: tuple[str, dict[str, Any]] | None = None
    if audience.group_id is not None:
        group = find_group(conn, audience.group_id)
        if group is None:
            raise NotFoundError(f"group {audience.group_id}")
        extra = members_condition(group, now, zone)
        if audience.source == "policies":
            extra = (f"policies.person_id IN (SELECT persons.id FROM persons WHERE {extra[0]})", extra[1])
    asked = Asked(conditions=list(audience.conditions))
    expiring = read_office(conn).expiring_days
    question = ask(subject, asked, user, now, zone, extra=extra, expiring_days=expiring).question
    columns = PERSON_COLUMNS if audience.source == "persons" else POLICY_COLUMNS
    return msgspec.structs.replace(question, columns=columns)


def _values(row: Mapping[str, Any]) -> dict[str, Value]:
    values: dict[str, Value] = {NAME: row["name"]}
    if "policy_no" in row:
        values |= {
            "رشته": row["line"],
            "شماره بیمه‌نامه": row["policy_no"],
            "تاریخ صدور": _day(row["issue_date"]),
            "تاریخ انقضا": _day(row["end_date"]),
        }
    return values


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None

"""Entering persons."""

from __future__ import annotations

from appliance.core.errors import InvalidInputError
from appliance.core.events import PersonRegistered
from appliance.domain.acting import Acting
from appliance.domain.people.completeness import refresh_completeness
from appliance.domain.wording import short_text
from db.queries import persons, search
from db.text import clean

LONGEST_NAME = 80


def enter_person(
    act: Acting,
    *,
    first_name: str,
    last_name: str,
    numbers: list[str],
    kind: str = "natural",
    standing: str = "prospect",
    city: str = "",
    note: str = "",
) -> int:
    """Store a person with number keys (see `core.phone`); give the id.

    Raises `InvalidInputError` naming the field when a name is missing, too long or has control characters.
    """
    first, last = _name("first_name", first_name), _name("last_name", last_name)
    if not last:
        raise InvalidInputError("last_name", "missing")
    person_id = persons.insert_person(
        act.conn,
        kind=kind,
        standing=standing,
        first_name=first,
        last_name=last,
        city=clean(city),
        note=clean(note),
        created_at=act.at,
        created_by=act.user.id if act.user else None,
    )
    for number in numbers:
        persons.insert_phone(act.conn, person_id, number)
    refresh_completeness(act.conn, person_id)
    search.refresh_person(act.conn, person_id)
    act.record(
        PersonRegistered(
            id=act.new_id(), at=act.at, person_id=person_id, user_id=act.user.id if act.user else None
        )
    )
    return person_id


def _name(field: str, text: str) -> str:
    return short_text(field, text, LONGEST_NAME)

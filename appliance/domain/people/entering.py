"""Entering and changing persons: read by their fields, checked as a whole, logged, and found again at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.core import identity
from appliance.core.errors import ConflictError
from appliance.core.events import PersonRegistered
from appliance.core.phone import parse_phone
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.kinds import Value
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.people.fields import PERSONS
from appliance.domain.people.parts import settle_person
from appliance.domain.people.reaching import require_person
from db.queries import persons
from db.records import find_row, insert_row, update_row
from db.text import fold, fold_joined, sort_key

ENTERED = tuple(field for field in PERSONS.fields if field.is_entered)


class Likeness(msgspec.Struct, frozen=True):
    """Somebody who may be the same person."""

    person: persons.Person
    reason: str
    """``national-id``, ``phone`` or ``name``."""


def enter_person(
    act: Acting, texts: Mapping[str, str], numbers: list[str], *, standing: str = "customer"
) -> int:
    """Store a new person with telephone numbers as typed; give the id. Raises `Refused`."""
    values = _read(act, texts, None)
    keys = _number_keys(numbers)
    row = values | _keys_of(values) | {"standing": standing, "created_at": act.at, "created_by": _user(act)}
    if standing == "customer":
        row["customer_since"] = act.at[:10]
    if act.user is not None and act.user.scope != "all":
        # What somebody of narrow scope enters must stay within it.
        row["unit_id"] = row.get("unit_id") or act.user.unit_id
        row["marketer_id"] = row.get("marketer_id") or act.user.marketer_id
    person_id = insert_row(act.conn, "persons", row)
    for number in keys:
        persons.insert_phone(act.conn, person_id, number)
    settle_person(act, person_id)
    person = persons.find_person(act.conn, person_id)
    assert person is not None
    audit.note_done(act, "create", "person", person_id, person.full_name)
    act.record(PersonRegistered(id=act.new_id(), at=act.at, person_id=person_id, user_id=_user(act)))
    return person_id


def change_person(
    act: Acting, person_id: int, texts: Mapping[str, str], *, revision: int | None = None
) -> None:
    """Change the fields `texts` has; with `revision`, only if nobody else changed the person since.

    Raises `NotFoundError` for a person out of the user's reach, `Refused`, and `ConflictError`.
    """
    require_person(act, person_id)
    before = find_row(act.conn, "persons", person_id)
    assert before is not None
    values = _read(act, texts, before)
    row = values | _keys_of({**before, **values}) | {"changed_at": act.at, "changed_by": _user(act)}
    if not update_row(act.conn, "persons", person_id, row, revision=revision or before["revision"]):
        raise ConflictError("the person was changed by somebody else")
    settle_person(act, person_id)
    changes = audit.differences(before, values)
    if changes:
        person = persons.find_person(act.conn, person_id)
        assert person is not None
        audit.note_done(act, "change", "person", person_id, person.full_name, changes=changes)


def make_customer(act: Acting, person_id: int) -> None:
    """Turn a prospect into a customer: the same record, with all its history."""
    require_person(act, person_id)
    before = find_row(act.conn, "persons", person_id)
    assert before is not None
    if before["standing"] == "customer":
        return
    update_row(act.conn, "persons", person_id, {"standing": "customer", "customer_since": act.at[:10]})
    audit.note_done(
        act, "change", "person", person_id, f"{before['first_name']} {before['last_name']}".strip(),
        changes={"standing": ("prospect", "customer")},
    )  # fmt: skip


def find_likenesses(
    act: Acting,
    *,
    national_id: str = "",
    numbers: list[str] | None = None,
    first_name: str = "",
    last_name: str = "",
) -> list[Likeness]:
    """Give persons that may be the one about to be entered: same identity number, telephone, or whole name."""
    found: dict[int, Likeness] = {}
    if national_id:
        person = persons.find_person_by_national_id(act.conn, national_id)
        if person:
            found[person.id] = Likeness(person, "national-id")
    for number in _number_keys(numbers or []):
        for person in persons.list_persons_by_number(act.conn, number):
            found.setdefault(person.id, Likeness(person, "phone"))
    if last_name and first_name:
        for person in persons.list_persons_by_name(act.conn, fold(f"{first_name} {last_name}")):
            found.setdefault(person.id, Likeness(person, "name"))
    return list(found.values())


def _read(act: Acting, texts: Mapping[str, str], before: dict[str, Any] | None) -> dict[str, Value]:
    read = read_fields(ENTERED, texts)
    problems = dict(read.problems)
    if before is None:
        problems |= {
            field.key: "missing"
            for field in ENTERED
            if field.is_required and not texts.get(field.key, "").strip()
        }
    whole = {**(before or {}), **read.values}
    if whole.get("national_id") and "national_id" not in problems:
        try:
            read.values["national_id"] = identity.person_id(str(whole["national_id"]), str(whole.get("kind")))
        except identity.IdentityError as error:
            problems["national_id"] = str(error)
        else:
            other = persons.find_person_by_national_id(act.conn, str(read.values["national_id"]))
            if other is not None and (before is None or other.id != before["id"]):
                problems["national_id"] = f"national-id.taken {other.id}"
    born = whole.get("birth_date")
    if born and str(born) > act.at[:10]:
        problems["birth_date"] = "day.future"
    if before is not None and whole.get("referrer_id") == before["id"]:
        problems["referrer_id"] = "referrer.self"
    if problems:
        raise Refused(problems, read.values)
    return read.values


def _keys_of(values: Mapping[str, Any]) -> dict[str, str]:
    first, last = str(values.get("first_name") or ""), str(values.get("last_name") or "")
    full = f"{first} {last}".strip()
    return {
        "search_key": " ".join(dict.fromkeys([fold(full), fold_joined(full)])),
        "sort_key": sort_key(f"{last} {first}"),
    }


def _number_keys(numbers: list[str]) -> list[str]:
    keys = []
    for text in numbers:
        if not text.strip():
            continue
        number = parse_phone(text)
        if number is None or number.kind == "unknown":
            raise Refused({"phone": "phone.form"}, {})
        keys.append(number.key)
    return list(dict.fromkeys(keys))


def _user(act: Acting) -> int | None:
    return act.user.id if act.user else None

"""Telephone numbers of a person: typed, one preferred, wrong ones marked; any spelling is one key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.core.errors import NotFoundError
from appliance.core.jalali import persian_digits
from appliance.core.phone import parse_phone
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Flag, Listed, Phone, Text
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import note_part, read_part, settle_person
from appliance.domain.people.reaching import require_person
from db.queries import person_phones as rows


def phone_fields(area_code: str = "") -> tuple[Field, ...]:
    """Give the fields of a number; `area_code` completes eight local digits."""
    return (
        Field(key="number", title="شماره", kind=Phone(area_code), is_required=True),
        Field(key="kind_id", title="نوع", kind=Listed("choices:phone-kind")),
        Field(key="label", title="توضیح", kind=Text(40)),
        Field(key="is_preferred", title="شمارهٔ اصلی", kind=Flag()),
        Field(key="is_wrong", title="شماره اشتباه است", kind=Flag()),
    )


def add_phone(act: Acting, person_id: int, texts: Mapping[str, str], *, area_code: str = "") -> str:
    """Give a person a number; give its key. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    values = read_part(phone_fields(area_code), texts, is_new=True)
    number = str(values["number"])
    if rows.find_phone_row(act.conn, person_id, number):
        raise Refused({"number": "phone.taken"}, values)
    _prefer(act, person_id, values)
    rows.insert_phone_row(act.conn, person_id, values)
    note_part(act, person, "phones", None, number)
    settle_person(act, person_id)
    return number


def change_phone(
    act: Acting, person_id: int, number: str, texts: Mapping[str, str], *, area_code: str = ""
) -> str:
    """Change one number of a person; give its key. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    before = _require_phone(act, person_id, number)
    values = read_part(phone_fields(area_code), texts, is_new=False)
    after = str(values.get("number") or number)
    if after != number and rows.find_phone_row(act.conn, person_id, after):
        raise Refused({"number": "phone.taken"}, values)
    stored: dict[str, Any] = {
        "number": number, "label": before.label, "kind_id": before.kind_id,
        "is_preferred": int(before.is_preferred), "is_wrong": int(before.is_wrong),
    } | values  # fmt: skip
    _prefer(act, person_id, stored)
    rows.update_phone_row(act.conn, person_id, number, stored)
    changed = rows.find_phone_row(act.conn, person_id, after)
    assert changed is not None
    note_part(act, person, "phones", _words(before), _words(changed))
    settle_person(act, person_id)
    return after


def remove_phone(act: Acting, person_id: int, number: str) -> None:
    """Take a number from a person. Raises `NotFoundError`."""
    person = require_person(act, person_id)
    _require_phone(act, person_id, number)
    rows.delete_phone_row(act.conn, person_id, number)
    note_part(act, person, "phones", number, None)
    settle_person(act, person_id)


def _require_phone(act: Acting, person_id: int, number: str) -> rows.PhoneRow:
    row = rows.find_phone_row(act.conn, person_id, number)
    if row is None:
        raise NotFoundError(f"number of person {person_id}")
    return row


def _prefer(act: Acting, person_id: int, values: dict[str, Any]) -> None:
    """Keep one preferred number, and none that is wrong."""
    if values.get("is_wrong"):
        values["is_preferred"] = 0
    if values.get("is_preferred"):
        rows.clear_preferred_phone(act.conn, person_id)


def _words(row: rows.PhoneRow) -> str:
    number = parse_phone(row.number)
    marks = [row.kind or "", row.label, "اصلی" if row.is_preferred else "", "اشتباه" if row.is_wrong else ""]
    shown = persian_digits(number.local) if number else row.number
    return "، ".join(part for part in (shown, *marks) if part)

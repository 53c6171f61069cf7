"""Electronic addresses of a person: e-mail, sites, names in messengers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from appliance.core.errors import NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, Code, Flag, Text, Value
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import note_part, read_part, settle_person
from appliance.domain.people.reaching import require_person
from db.queries import person_addresses as rows
from db.records import find_row, insert_row, update_row

KINDS = {"email": "رایانامه", "messenger": "پیام‌رسان", "site": "وب‌گاه"}
ELECTRONIC_FIELDS = (
    Field(key="kind", title="نوع", kind=Choice(KINDS), is_required=True),
    Field(key="service", title="نام پیام‌رسان", kind=Text(40), hint="ایتا، بله، سروش، واتس‌اپ …"),
    Field(key="address", title="نشانی یا شناسه", kind=Code(120), is_required=True),
    Field(key="is_preferred", title="نشانی اصلی", kind=Flag()),
)
TABLE = "person_electronic"
_FORMS = {
    "email": re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"'.]+(\.[^\s@<>\"'.]+)+"),
    "site": re.compile(r"(https?://)?[^\s/<>\"'@]+\.[^\s<>\"']+"),
    "messenger": re.compile(r"[@+]?[\w.\-]{3,64}"),
}
"""Enough to find slips of the keyboard; whether an address exists shows when it is written to."""


def add_electronic(act: Acting, person_id: int, texts: Mapping[str, str]) -> int:
    """Give a person an electronic address. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    values = _read(act, person_id, texts, {}, 0)
    row_id = insert_row(act.conn, TABLE, values | {"person_id": person_id})
    note_part(act, person, "electronic", None, values["address"])
    settle_person(act, person_id)
    return row_id


def change_electronic(act: Acting, person_id: int, row_id: int, texts: Mapping[str, str]) -> None:
    """Change an electronic address of a person. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    before = _require(act, person_id, row_id)
    values = _read(act, person_id, texts, before, row_id)
    update_row(act.conn, TABLE, row_id, values)
    note_part(act, person, "electronic", before["address"], values.get("address", before["address"]))
    settle_person(act, person_id)


def remove_electronic(act: Acting, person_id: int, row_id: int) -> None:
    """Take an electronic address from a person. Raises `NotFoundError`."""
    person = require_person(act, person_id)
    before = _require(act, person_id, row_id)
    rows.delete_row(act.conn, TABLE, row_id)
    note_part(act, person, "electronic", before["address"], None)
    settle_person(act, person_id)


def _require(act: Acting, person_id: int, row_id: int) -> dict[str, Value]:
    row = find_row(act.conn, TABLE, row_id)
    if row is None or row["person_id"] != person_id:
        raise NotFoundError(f"electronic address {row_id} of person {person_id}")
    return row


def _read(
    act: Acting, person_id: int, texts: Mapping[str, str], before: Mapping[str, Value], row_id: int
) -> dict[str, Value]:
    values = read_part(ELECTRONIC_FIELDS, texts, is_new=not before)
    whole = {"service": "", **before, **values}
    kind, address = str(whole["kind"]), str(whole["address"])
    if kind != "messenger":
        values["service"] = whole["service"] = ""
    if not _FORMS[kind].fullmatch(address):
        raise Refused({"address": f"{kind}.form"}, values)
    if rows.has_electronic(act.conn, person_id, kind, str(whole["service"]), address, row_id):
        raise Refused({"address": "electronic.taken"}, values)
    if values.get("is_preferred"):
        rows.clear_preferred_electronic(act.conn, person_id, kind)
    return values

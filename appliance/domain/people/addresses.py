"""Postal addresses of a person: typed, one of them the default."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.core.errors import NotFoundError
from appliance.core.identity import postal_code
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Code, Flag, Listed, Text, Value
from appliance.domain.people.parts import note_part, read_part, settle_person
from appliance.domain.people.reaching import require_person
from db.queries import person_addresses as rows
from db.records import find_row, insert_row, update_row

ADDRESS_FIELDS = (
    Field(key="kind_id", title="نوع", kind=Listed("choices:address-kind")),
    Field(key="city_id", title="شهر", kind=Listed("cities")),
    Field(key="address", title="نشانی", kind=Text(300), is_required=True),
    Field(key="postal_code", title="کد پستی", kind=Code(10, check=postal_code)),
    Field(key="note", title="توضیح", kind=Text(120)),
    Field(key="is_default", title="نشانی اصلی", kind=Flag()),
)
TABLE = "person_addresses"
_PLAIN = frozenset({"postal_code"})


def add_address(act: Acting, person_id: int, texts: Mapping[str, str]) -> int:
    """Give a person an address; the first one is the default. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    values = read_part(ADDRESS_FIELDS, texts, is_new=True, plain=_PLAIN)
    _settle_default(act, person_id, values)
    address_id = insert_row(act.conn, TABLE, values | {"person_id": person_id})
    rows.choose_default_address(act.conn, person_id)
    note_part(act, person, "addresses", None, values["address"])
    settle_person(act, person_id)
    return address_id


def change_address(act: Acting, person_id: int, address_id: int, texts: Mapping[str, str]) -> None:
    """Change an address of a person. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    before = _require(act, person_id, address_id)
    values = read_part(ADDRESS_FIELDS, texts, is_new=False, plain=_PLAIN)
    _settle_default(act, person_id, values)
    update_row(act.conn, TABLE, address_id, values)
    rows.choose_default_address(act.conn, person_id)
    note_part(act, person, "addresses", _words(before), _words({**before, **values}))
    settle_person(act, person_id)


def remove_address(act: Acting, person_id: int, address_id: int) -> None:
    """Take an address from a person. Raises `NotFoundError`."""
    person = require_person(act, person_id)
    before = _require(act, person_id, address_id)
    rows.delete_row(act.conn, TABLE, address_id)
    rows.choose_default_address(act.conn, person_id)
    note_part(act, person, "addresses", before["address"], None)
    settle_person(act, person_id)


def _require(act: Acting, person_id: int, address_id: int) -> dict[str, Value]:
    row = find_row(act.conn, TABLE, address_id)
    if row is None or row["person_id"] != person_id:
        raise NotFoundError(f"address {address_id} of person {person_id}")
    return row


def _settle_default(act: Acting, person_id: int, values: Mapping[str, Value]) -> None:
    if values.get("is_default"):
        rows.clear_default_address(act.conn, person_id)


def _words(row: Mapping[str, Value]) -> str:
    return " ".join(str(row[key]) for key in ("address", "postal_code", "note") if row.get(key))

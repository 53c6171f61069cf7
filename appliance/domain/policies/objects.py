"""What a policy insures: a vehicle by its plate, a place by its address, a person by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from appliance.core import jalali
from appliance.core.identity import plate, postal_code, vin
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Code, Rial, Text, Value, Whole
from appliance.domain.fields.reading import Read, read_fields
from db import Connection
from db.records import find_row, insert_row, update_row


class Plate(Code):
    """A vehicle's plate, shown in a form as people write it: «۱۲ ب ۳۴۵ ایران ۶۷»."""

    is_ltr = False

    def edit(self, value: Value) -> str:
        found = re.fullmatch(r"(\d{2})(\D+)(\d{3})-(\d{2})", str(value or ""))
        if found is None:
            return "" if value is None else str(value)
        first, letter, middle, town = found.groups()
        return jalali.persian_digits(f"{first} {letter} {middle} ایران {town}")


VEHICLE = (
    Field(
        key="object_plate",
        title="پلاک",
        kind=Plate(30, check=plate),
        section="مورد بیمه",
        hint="۱۲ ب ۳۴۵ ایران ۶۷",
    ),
    Field(key="object_model", title="نوع خودرو", kind=Text(60), section="مورد بیمه"),
    Field(key="object_production_year", title="سال ساخت", kind=Whole(1300, 2100), section="مورد بیمه"),
    Field(key="object_vin", title="شماره شاسی (VIN)", kind=Code(30, check=vin), section="مورد بیمه"),
    Field(key="object_engine_no", title="شماره موتور", kind=Code(30), section="مورد بیمه"),
    Field(key="object_usage", title="کاربری", kind=Text(40), section="مورد بیمه"),
    Field(key="object_value", title="ارزش", kind=Rial(), section="مورد بیمه"),
)
PLACE = (
    Field(
        key="object_title", title="عنوان محل", kind=Text(80), section="مورد بیمه", hint="منزل، انبار، مغازه …"
    ),
    Field(key="object_address", title="نشانی", kind=Text(300), section="مورد بیمه"),
    Field(key="object_postal_code", title="کد پستی", kind=Code(12, check=postal_code), section="مورد بیمه"),
    Field(key="object_area_m2", title="متراژ", kind=Whole(1, 10**6), section="مورد بیمه"),
    Field(key="object_value", title="ارزش", kind=Rial(), section="مورد بیمه"),
)
OTHER = (
    Field(key="object_title", title="مورد بیمه", kind=Text(120), section="مورد بیمه"),
    Field(key="object_value", title="ارزش", kind=Rial(), section="مورد بیمه"),
)
PREFIX = "object_"


def fields_of(kind: str) -> tuple[Field, ...]:
    """Give the fields of an insured object of a line's kind."""
    return {"vehicle": VEHICLE, "place": PLACE}.get(kind, OTHER)


def read_object(kind: str, texts: Mapping[str, str]) -> Read:
    """Read an insured object's fields."""
    return read_fields(fields_of(kind), texts)


def store_object(conn: Connection, policy_id: int, kind: str, values: Mapping[str, Any]) -> None:
    """Store the policy's first object, or change it."""
    row = {key.removeprefix(PREFIX): value for key, value in values.items() if key.startswith(PREFIX)}
    for column in ("title", "model", "usage", "engine_no", "address", "postal_code"):
        if column in row and row[column] is None:
            row[column] = ""
    known = conn.execute(
        "SELECT id FROM insured_objects WHERE policy_id = ? ORDER BY id LIMIT 1", (policy_id,)
    ).fetchone()
    if known is not None:
        if row:
            update_row(conn, "insured_objects", known["id"], row)
    elif any(value not in (None, "") for value in row.values()):
        insert_row(conn, "insured_objects", row | {"policy_id": policy_id, "kind": kind})


def object_values(conn: Connection, policy_id: int) -> dict[str, Any]:
    """Give the first object's values under their fields' keys; empty when there is none."""
    known = conn.execute(
        "SELECT id FROM insured_objects WHERE policy_id = ? ORDER BY id LIMIT 1", (policy_id,)
    ).fetchone()
    row = find_row(conn, "insured_objects", known["id"]) if known is not None else None
    return {f"{PREFIX}{key}": value for key, value in (row or {}).items()}

"""The tree of regions an office divides its town into, each with notes on what it is like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.core.errors import NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Flag, Listed, Text
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import read_part
from db.queries import regions as rows
from db.queries.regions import Region
from db.records import insert_row, update_row
from db.text import sort_key

REGION_FIELDS = (
    Field(key="title", title="نام منطقه", kind=Text(60), is_required=True),
    Field(key="city_id", title="شهر", kind=Listed("cities")),
    Field(key="parent_id", title="زیرمجموعهٔ", kind=Listed("regions")),
    Field(key="note", title="توضیح", kind=Text(1000, lines=True), hint="بافت، ریسک‌ها، سیل‌گیری، رقیب‌ها …"),
    Field(key="is_active", title="برای انتخاب نشان داده شود", kind=Flag()),
)


def enter_region(act: Acting, texts: Mapping[str, str]) -> int:
    """Store a region; give its id. Raises `Refused`."""
    values = _read(act, {"is_active": "1", **texts}, None)
    region_id = insert_row(act.conn, "regions", values | {"sort_key": sort_key(str(values["title"]))})
    audit.note_done(act, "create", "region", region_id, str(values["title"]))
    return region_id


def change_region(act: Acting, region_id: int, texts: Mapping[str, str]) -> None:
    """Change a region, or move it in the tree. Raises `Refused` and `NotFoundError`."""
    before = _require(act, region_id)
    values = _read(act, texts, before)
    title = str(values.get("title", before.title))
    update_row(act.conn, "regions", region_id, values | {"sort_key": sort_key(title)})
    known = {key: getattr(before, key) for key in ("title", "city_id", "parent_id", "note", "is_active")}
    audit.note_done(act, "change", "region", region_id, title, changes=audit.differences(known, values))


def delete_region(act: Acting, region_id: int) -> None:
    """Take away a region nothing refers to. Raises `Refused` and `NotFoundError`."""
    region = _require(act, region_id)
    if rows.is_region_used(act.conn, region_id):
        raise Refused({"title": "region.used"})
    rows.delete_region(act.conn, region_id)
    audit.note_done(act, "delete", "region", region_id, region.title)


def _read(act: Acting, texts: Mapping[str, str], before: Region | None) -> dict[str, Any]:
    values: dict[str, Any] = dict(read_part(REGION_FIELDS, texts, is_new=before is None))
    title = str(values.get("title", before.title if before else ""))
    parent_id = values.get("parent_id", before.parent_id if before else None)
    city_id = values.get("city_id", before.city_id if before else None)
    if parent_id is not None:
        parent = rows.find_region(act.conn, int(parent_id))
        if parent is None:
            raise Refused({"parent_id": "choice.unknown"}, values)
        if before is not None and rows.is_below(act.conn, before.id, parent.id):
            raise Refused({"parent_id": "region.loop"}, values)
        if city_id is None:
            values["city_id"] = city_id = parent.city_id
    if rows.has_title(act.conn, title, parent_id, city_id, before.id if before else 0):
        raise Refused({"title": "taken"}, values)
    return values


def _require(act: Acting, region_id: int) -> Region:
    region = rows.find_region(act.conn, region_id)
    if region is None:
        raise NotFoundError(f"region {region_id}")
    return region

"""Handing policies over: by post, courier, the agency's own courier, or at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from appliance.core import jalali
from appliance.core.clock import from_text, to_text
from appliance.core.errors import NotFoundError
from appliance.core.identity import postal_code
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields import Field, Subject
from appliance.domain.fields.kinds import Choice, Code, Day, Listed, Moment, Text, TimeOfDay, Value
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.people.addresses import add_address
from appliance.domain.policies.fields import POLICIES
from appliance.domain.policies.issuing import require_policy
from db.queries.person_addresses import list_addresses
from db.records import find_row, insert_row, update_row

METHODS = {"post": "پست", "courier": "پیک", "own-courier": "پیک نمایندگی", "in-person": "مراجعهٔ حضوری"}
STATES = {
    "waiting": "در انتظار", "ready": "آمادهٔ تحویل", "on-the-way": "در راه", "delivered": "تحویل‌شده",
    "returned": "برگشت‌خورده",
}  # fmt: skip
OPEN_STATES = ("waiting", "ready", "on-the-way", "returned")
NEXT_STATES: dict[str, tuple[str, ...]] = {
    "waiting": ("ready",),
    "ready": ("on-the-way", "delivered"),
    "on-the-way": ("delivered", "returned"),
    "returned": ("ready",),
    "delivered": (),
}
"""What a state is usually followed by; any other one may be set in the form."""
NEW_ADDRESS = "new"


ENTERED = (
    Field(key="method", title="نحوهٔ تحویل", kind=Choice(METHODS), is_required=True),
    Field(key="state", title="وضعیت", kind=Choice(STATES), is_required=True),
    Field(key="due_day", title="تاریخ تحویل", kind=Day()),
    Field(key="due_time", title="ساعت", kind=TimeOfDay()),
    Field(key="courier_id", title="پیک", kind=Listed("users")),
    Field(key="tracking_no", title="شمارهٔ رهگیری", kind=Code(40)),
    Field(key="receiver", title="تحویل‌گیرنده", kind=Text(80)),
    Field(key="note", title="توضیح", kind=Text(200)),
)
ADDRESS = (
    Field(key="address", title="نشانی تازه", kind=Text(300, lines=True)),
    Field(key="postal_code", title="کد پستی", kind=Code(12, check=postal_code)),
)

DELIVERIES = Subject(
    key="deliveries",
    title="تحویل‌ها",
    table="deliveries",
    sorting="due_at",
    view="deliveries.manage",
    export="policies.export",
    reach={scope: f"EXISTS (SELECT 1 FROM policies WHERE policies.id = deliveries.policy_id AND ({sql}))"
           for scope, sql in POLICIES.reach.items()},
    joins={
        "policies": "JOIN policies ON policies.id = deliveries.policy_id",
        "persons": "JOIN persons ON persons.id = policies.person_id",
        "lines": "JOIN lines_of_business AS lines ON lines.code = policies.line_code",
        "couriers": "LEFT JOIN users AS couriers ON couriers.id = deliveries.courier_id",
    },
    fields=(
        Field(key="person", title="بیمه‌گذار", kind=Text(160), is_listed=True, folded_sql="persons.search_key",
              sort_sql="persons.sort_key", sql="TRIM(persons.first_name || ' ' || persons.last_name)"),
        Field(key="policy", title="بیمه‌نامه", kind=Text(80), is_listed=True, is_filtered=False,
              sql="lines.short_title || ' ' || policies.policy_no"),
        Field(key="policy_id", title="شناسهٔ بیمه‌نامه", kind=Code(), is_filtered=False, is_listed=True,
              is_exported=False),
        Field(key="method", title="نحوهٔ تحویل", kind=Choice(METHODS), is_listed=True),
        Field(key="due_at", title="زمان تحویل", kind=Moment(), is_listed=True, is_sorted=True),
        Field(key="address", title="نشانی", kind=Text(300), is_listed=True),
        Field(key="courier_id", title="پیک", kind=Listed("users"), shown_sql="couriers.display_name", is_listed=True),
        Field(key="tracking_no", title="شمارهٔ رهگیری", kind=Code(40)),
        Field(key="state", title="وضعیت", kind=Choice(STATES), is_listed=True),
    ),
)  # fmt: skip


def plan_delivery(act: Acting, policy_id: int, texts: Mapping[str, str], zone: str) -> int:
    """Plan how a policy is handed over; give the delivery's id.

    `texts` has the entered fields, ``address_id`` (one of the customer's, or `NEW_ADDRESS`), and ``keep_address`` when
    a new address is the customer's from now on. Raises `Refused` and `NotFoundError`.
    """
    policy = require_policy(act, policy_id)
    row = _read(act, policy, texts, zone, None)
    delivery_id = insert_row(
        act.conn,
        "deliveries",
        row | {"policy_id": policy_id, "created_at": act.at, "created_by": act.user.id if act.user else None},
    )
    words = f"تحویل با {METHODS[str(row['method'])]}"
    audit.note_done(act, "create", "policy", policy_id, words, changes={"state": (None, row["state"])})
    return delivery_id


def change_delivery(act: Acting, delivery_id: int, texts: Mapping[str, str], zone: str) -> None:
    """Change a delivery. Raises `Refused` and `NotFoundError`."""
    before = require_delivery(act, delivery_id)
    policy = require_policy(act, before["policy_id"])
    row = _read(act, policy, texts, zone, before)
    update_row(act.conn, "deliveries", delivery_id, row)
    if changes := audit.differences(before, row):
        audit.note_done(act, "change", "policy", policy["id"], "تحویل", changes=changes)


def step_delivery(act: Acting, delivery_id: int, state: str) -> None:
    """Take a delivery to another state. Raises `Refused` and `NotFoundError`."""
    before = require_delivery(act, delivery_id)
    if state not in STATES:
        raise Refused({"state": "choice.unknown"})
    row = {"state": state, "delivered_at": act.at if state == "delivered" else None}
    update_row(act.conn, "deliveries", delivery_id, row)
    if before["state"] != state:
        changes = {"state": (before["state"], state)}
        audit.note_done(
            act, "change", "policy", before["policy_id"], f"تحویل: {STATES[state]}", changes=changes
        )


def require_delivery(act: Acting, delivery_id: int) -> dict[str, Any]:
    """Give a delivery of a policy within the acting user's reach. Raises `NotFoundError`."""
    row = find_row(act.conn, "deliveries", delivery_id)
    if row is None:
        raise NotFoundError(f"delivery {delivery_id}")
    require_policy(act, row["policy_id"])
    return row


def form_values(row: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Give a stored delivery as its form shows it."""
    values = dict(row)
    if row["due_at"]:
        moment = jalali.local(from_text(row["due_at"]), zone)
        values["due_day"] = moment.date().isoformat()
        values["due_time"] = moment.strftime("%H:%M") if (moment.hour, moment.minute) != (0, 0) else ""
    return values


def _read(
    act: Acting, policy: dict[str, Any], texts: Mapping[str, str], zone: str, before: dict[str, Any] | None
) -> dict[str, Any]:
    whole = {one.key: texts.get(one.key, "") for one in (*ENTERED, *ADDRESS)}
    read = read_fields((*ENTERED, *ADDRESS), whole)
    values, problems = dict(read.values), dict(read.problems)
    chosen = texts.get("address_id", "")
    if chosen == NEW_ADDRESS and not values.get("address"):
        problems.setdefault("address", "missing")
    needs_address = values.get("method") not in (None, "in-person")
    if not problems and needs_address and not chosen:
        problems["address_id"] = "delivery.no-address"
    if problems:
        raise Refused(problems, values)
    row: dict[str, Any] = {
        "method": values["method"],
        "state": values["state"],
        "due_at": _due(values.get("due_day"), values.get("due_time"), zone),
        "courier_id": values["courier_id"],
        "tracking_no": values["tracking_no"] or "",
        "receiver": values["receiver"],
        "note": values["note"],
        **_address(act, policy["person_id"], chosen, values, texts.get("keep_address") == "1"),
    }
    was_delivered = before["delivered_at"] if before is not None else None
    row["delivered_at"] = (was_delivered or act.at) if row["state"] == "delivered" else None
    return row


def _address(
    act: Acting, person_id: int, chosen: str, values: Mapping[str, Value], is_kept: bool
) -> dict[str, Any]:
    """Give where it goes: the text stays with the delivery, whatever becomes of the customer's address later."""
    if not chosen:
        return {"address_id": None, "address": "", "postal_code": ""}
    if chosen == NEW_ADDRESS:
        text, code = str(values["address"]), str(values["postal_code"] or "")
        address_id = None
        if is_kept:
            address_id = add_address(act, person_id, {"address": text, "postal_code": code})
        return {"address_id": address_id, "address": text, "postal_code": code}
    own = next((one for one in list_addresses(act.conn, person_id) if str(one.id) == chosen), None)
    if own is None:
        raise Refused({"address_id": "choice.unknown"})
    return {"address_id": own.id, "address": own.address, "postal_code": own.postal_code}


def _due(day: Value, time: Value, zone: str) -> str | None:
    if not day:
        return None
    start, _end = jalali.day_bounds(date.fromisoformat(str(day)), zone)
    hours, minutes = (int(part) for part in str(time or "00:00").split(":"))
    return to_text(start + timedelta(hours=hours, minutes=minutes))

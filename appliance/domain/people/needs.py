"""What else a person wants insured: each dated need is a sales activity on its day, and may become a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.core.errors import NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, Day, Listed, Rial, Text
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import note_part, read_part
from appliance.domain.people.reaching import require_person
from db.queries import lists
from db.queries import person_needs as rows
from db.queries.persons import Person
from db.records import find_row, insert_row, update_row

STATES = {"open": "باز", "won": "فروخته شد", "lost": "از دست رفت"}
NEED_FIELDS = (
    Field(key="line_code", title="رشته", kind=Listed("lines", is_text_key=True), is_required=True),
    Field(key="estimate", title="برآورد حق بیمه (ریال)", kind=Rial()),
    Field(key="due_date", title="تاریخ پیگیری", kind=Day()),
    Field(key="assignee_id", title="پیگیری‌کننده", kind=Listed("users")),
    Field(key="state", title="وضعیت", kind=Choice(STATES)),
    Field(key="note", title="توضیح", kind=Text(300)),
)
TABLE = "person_needs"


def add_need(act: Acting, person_id: int, texts: Mapping[str, str], zone: str) -> int:
    """Store a need, and its activity when it has a date; give its id. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    values = _read(act, texts, is_new=True)
    user_id = act.user.id if act.user else None
    need_id = insert_row(
        act.conn,
        TABLE,
        {"state": "open", **values}
        | {
            "person_id": person_id,
            "assignee_id": values.get("assignee_id") or user_id,
            "created_at": act.at,
            "created_by": user_id,
        },
    )
    _plan(act, person, need_id, zone)
    note_part(act, person, "need", None, _line(act, values["line_code"]))
    return need_id


def change_need(act: Acting, person_id: int, need_id: int, texts: Mapping[str, str], zone: str) -> None:
    """Change a need; its activity follows it. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    before = _require(act, person_id, need_id)
    values = _read(act, texts, is_new=False)
    update_row(act.conn, TABLE, need_id, {"note": before["note"], **values})
    _plan(act, person, need_id, zone)
    state = str(values.get("state", before["state"]))
    if state != before["state"]:
        note_part(act, person, "need", STATES[before["state"]], STATES[state])


def open_case(act: Acting, person_id: int, need_id: int) -> int:
    """Turn a need into a sales case, once; give the case's id. Raises `Refused` and `NotFoundError`."""
    require_person(act, person_id)
    need = _require(act, person_id, need_id)
    if rows.find_case_of_need(act.conn, need_id) is not None:
        raise Refused({"state": "need.has-case"})
    kind_id = rows.find_choice(act.conn, "case-kind", "sales")
    case_id = insert_row(
        act.conn,
        "cases",
        {
            "kind_id": kind_id,
            "stage_id": rows.find_first_stage(act.conn, kind_id),
            "title": f"فروش {_line(act, need['line_code'])}",
            "person_id": person_id,
            "need_id": need_id,
            "assignee_id": need["assignee_id"],
            "due_date": need["due_date"],
            "note": need["note"],
            "created_at": act.at,
            "created_by": act.user.id if act.user else None,
        },
    )
    activity_id = rows.find_activity_of_need(act.conn, need_id)
    if activity_id is not None:
        update_row(act.conn, "activities", activity_id, {"case_id": case_id})
    return case_id


def _plan(act: Acting, person: Person, need_id: int, zone: str) -> None:
    """Keep the need's activity on its day, done or dropped with it."""
    need = find_row(act.conn, TABLE, need_id)
    assert need is not None
    activity_id = rows.find_activity_of_need(act.conn, need_id)
    state = {"open": "open", "won": "done", "lost": "not-done"}[need["state"]]
    if need["due_date"] is None:
        if activity_id is None:
            return
        state = "cancelled" if state == "open" else state
    values: dict[str, Any] = {
        "title": f"نیاز بیمه‌ای: {_line(act, need['line_code'])}",
        "assignee_id": need["assignee_id"],
        "state": state,
        "done_at": None if state == "open" else act.at,
    }
    if need["due_date"] is not None:
        day = date.fromisoformat(need["due_date"])
        values |= {"start_at": to_text(jalali.day_bounds(day, zone)[0]), "is_all_day": 1}
    if activity_id is not None:
        update_row(act.conn, "activities", activity_id, values)
        return
    if state != "open":
        return
    insert_row(
        act.conn,
        "activities",
        values
        | {
            "kind_id": rows.find_choice(act.conn, "activity-kind", "sales"),
            "person_id": person.id,
            "need_id": need_id,
            "note": need["note"],
            "created_at": act.at,
            "created_by": act.user.id if act.user else None,
        },
    )


def _read(act: Acting, texts: Mapping[str, str], *, is_new: bool) -> dict[str, Any]:
    values = read_part(NEED_FIELDS, texts, is_new=is_new)
    if values.get("state") is None:
        values.pop("state", None)
    for key, listing in (("line_code", "lines"), ("assignee_id", "users")):
        value = values.get(key)
        if value is not None and not lists.find_title(act.conn, listing, value):
            raise Refused({key: "choice.unknown"}, values)
    return values


def _require(act: Acting, person_id: int, need_id: int) -> dict[str, Any]:
    need = find_row(act.conn, TABLE, need_id)
    if need is None or need["person_id"] != person_id:
        raise NotFoundError(f"need {need_id} of person {person_id}")
    return need


def _line(act: Acting, code: object) -> str:
    return lists.find_title(act.conn, "lines", str(code))

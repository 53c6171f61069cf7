"""Issuing and changing policies: dates, numbers, VAT and the insured object, read by their fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from appliance.core import jalali
from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.kinds import Value
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.people.entering import make_customer
from appliance.domain.people.reaching import require_person
from appliance.domain.policies.fields import POLICIES
from appliance.domain.policies.objects import read_object, store_object
from db import DatabaseError
from db.queries import policies, search
from db.queries.policies import LineOfBusiness
from db.records import find_row, insert_row, update_row

ENTERED = tuple(field for field in POLICIES.fields if field.is_entered)
COMPUTED = ("end_date", "vat", "start_date")
"""What may be left empty when a policy is issued: it follows from the rest."""
LONGEST_YEARS = 60
_EMPTY_TEXTS = ("policy_no", "core_code", "unique_code")


def issue_policy(
    act: Acting,
    person_id: int,
    texts: Mapping[str, str],
    *,
    renews_id: int | None = None,
    is_ours: bool = True,
) -> int:
    """Store a policy of a person; give its id. With `renews_id` it renews that one.

    An empty start is the issue date, an empty end the line's usual term later, empty VAT the rate of that day. A
    prospect becomes a customer by the first policy of ours. Raises `Refused` and `NotFoundError`.
    """
    person = require_person(act, person_id)
    values = _read(act, texts, None)
    if renews_id is not None:
        _require_renewable(act, renews_id, person_id)
    row = values | {
        "person_id": person_id,
        "is_ours": int(is_ours),
        "renews_id": renews_id,
        "issue_year": jalali.year_of(date.fromisoformat(str(values["issue_date"]))),
        "created_at": act.at,
        "created_by": act.user.id if act.user else None,
    }
    if act.user is not None and act.user.scope != "all":
        row["unit_id"] = row.get("unit_id") or act.user.unit_id
        row["marketer_id"] = row.get("marketer_id") or act.user.marketer_id
    policy_id = _stored(
        act, None, {key: value for key, value in row.items() if not key.startswith("object_")}
    )
    line = _line(act, str(values["line_code"]))
    store_object(act.conn, policy_id, line.object_kind, values)
    if person.standing == "prospect" and is_ours:
        make_customer(act, person_id)
    search.refresh_person(act.conn, person_id)
    audit.note_done(
        act, "create", "policy", policy_id, f"{line.short_title} {values.get('policy_no') or ''}".strip()
    )
    return policy_id


def change_policy(act: Acting, policy_id: int, texts: Mapping[str, str], *, revision: int) -> None:
    """Change a policy's fields, if nobody else changed it since. Raises `Refused`, `ConflictError`, `NotFoundError`."""
    before = require_policy(act, policy_id)
    values = _read(act, texts, before)
    own = {key: value for key, value in values.items() if not key.startswith("object_")}
    if "issue_date" in own:
        own["issue_year"] = jalali.year_of(date.fromisoformat(str(own["issue_date"])))
    row = own | {"changed_at": act.at, "changed_by": act.user.id if act.user else None}
    _stored(act, policy_id, row, revision=revision)
    store_object(act.conn, policy_id, _line(act, str({**before, **own}["line_code"])).object_kind, values)
    search.refresh_person(act.conn, before["person_id"])
    if changes := audit.differences(before, own):
        audit.note_done(act, "change", "policy", policy_id, str(before["policy_no"]), changes=changes)


def require_policy(act: Acting, policy_id: int) -> dict[str, Any]:
    """Give a policy within the acting user's reach. Raises `NotFoundError`: out of reach is not there."""
    row = find_row(act.conn, "policies", policy_id)
    if row is not None and act.user is not None and act.user.scope != "all":
        reach = act.user.reach
        found = act.conn.execute(
            f"SELECT 1 FROM policies WHERE id = :id AND ({POLICIES.reach[reach.scope]})",
            {
                "id": policy_id,
                "reach_user": reach.user_id,
                "reach_unit": reach.unit_id,
                "reach_marketer": reach.marketer_id,
            },
        ).fetchone()
        row = row if found is not None else None
    if row is None:
        raise NotFoundError(f"policy {policy_id}")
    return row


def usual_end(line: LineOfBusiness, start: date) -> date:
    """Give the day a cover of the line's usual term ends: the same Jalali day a year later, or so many days."""
    return jalali.add_years(start, 1) if line.usual_days == 365 else start + timedelta(days=line.usual_days)


def vat_of(act: Acting, line: LineOfBusiness, net: int, day: str) -> int:
    """Give the VAT on a net premium by the rate of a day, rounded half up to the rial."""
    if not line.has_vat:
        return 0
    per_mille = policies.find_per_mille(act.conn, "vat", line.code, day) or 0
    return (net * per_mille + 500) // 1000


def _read(act: Acting, texts: Mapping[str, str], before: dict[str, Any] | None) -> dict[str, Value]:
    read = read_fields(ENTERED, texts)
    values, problems = dict(read.values), dict(read.problems)
    for key in COMPUTED:
        if problems.get(key) == "missing":
            del problems[key]
    if before is None:
        problems |= {
            field.key: "missing"
            for field in ENTERED
            if field.is_required and field.key not in COMPUTED and not texts.get(field.key, "").strip()
        }
    whole = {**(before or {}), **values}
    line = policies.find_line(act.conn, str(whole.get("line_code") or ""))
    if line is None:
        problems.setdefault("line_code", "choice.unknown")
        raise Refused(problems, values)
    thing = read_object(line.object_kind, texts)
    values |= thing.values
    problems |= thing.problems
    if problems.keys() - {"line_code"}:
        raise Refused(problems, values)
    _complete(act, line, whole, values)
    problems |= _date_problems({**whole, **values})
    if problems:
        raise Refused(problems, values)
    for key in _EMPTY_TEXTS:
        if key in values and values[key] is None:
            values[key] = ""
    return values


def _complete(act: Acting, line: LineOfBusiness, whole: dict[str, Any], values: dict[str, Value]) -> None:
    start = whole.get("start_date") or whole["issue_date"]
    values["start_date"] = start
    if not whole.get("end_date"):
        values["end_date"] = usual_end(line, date.fromisoformat(str(start))).isoformat()
    if whole.get("vat") is None:
        values["vat"] = vat_of(act, line, int(whole["net_premium"]), str(whole["issue_date"]))
    for key in ("commission",):
        if whole.get(key) is None:
            values[key] = 0
    if whole.get("pays_by") is None:
        values["pays_by"] = "cash"


def _date_problems(whole: dict[str, Any]) -> dict[str, str]:
    if whole["end_date"] < whole["start_date"]:
        return {"end_date": "policy.ends-before-start"}
    if int(whole["end_date"][:4]) - int(whole["start_date"][:4]) > LONGEST_YEARS:
        return {"end_date": "day.far"}
    return {}


def _stored(act: Acting, policy_id: int | None, row: dict[str, Any], *, revision: int | None = None) -> int:
    try:
        if policy_id is None:
            return insert_row(act.conn, "policies", row)
        if not update_row(act.conn, "policies", policy_id, row, revision=revision):
            raise ConflictError("the policy was changed by somebody else")
    except DatabaseError as error:
        if "UNIQUE" not in str(error):
            raise
        key = "core_code" if "core_code" in str(error) else "policy_no"
        raise Refused({key: "policy.taken"}) from None
    return policy_id


def _line(act: Acting, code: str) -> LineOfBusiness:
    line = policies.find_line(act.conn, code)
    assert line is not None
    return line


def _require_renewable(act: Acting, old_id: int, person_id: int) -> None:
    old = require_policy(act, old_id)
    if old["person_id"] != person_id:
        raise Refused({"renews_id": "renewal.other-person"})
    if policies.find_renewing(act.conn, old_id) is not None:
        raise Refused({"renews_id": "renewal.taken"})
    if old["cancel_date"]:
        raise Refused({"renews_id": "renewal.cancelled"})

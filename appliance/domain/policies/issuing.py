"""Issuing and changing policies: dates, numbers, VAT and the insured object, read by their fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
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
from appliance.domain.policies.computing import COMPUTED, complete, elsewhere_texts
from appliance.domain.policies.covers import has_covers, read_covers
from appliance.domain.policies.fields import POLICIES
from appliance.domain.policies.objects import PREFIX, object_values, read_object, store_object
from appliance.domain.policies.receivables import make_plans, note_commission, plan_of, read_plan
from appliance.domain.policies.reminding import keep_reminder
from appliance.domain.policies.userfields import KEYS, entered_fields
from db import DatabaseError
from db.queries import plans, policies, renewals, search
from db.queries.policies import LineOfBusiness
from db.queries.policy_overview import Cover, replace_covers
from db.records import find_row, insert_row, update_row

LONGEST_YEARS = 60
RENEWAL_DAYS = 45
"""How far a new policy's start may lie from the old one's end for a proposal (facts, section 3)."""
_EMPTY_TEXTS = ("policy_no", "core_code", "unique_code", *KEYS)
_AMOUNTS = ("net_premium", "vat", "issue_date", "pays_by")
"""What the plans are made of."""


def issue_policy(
    act: Acting,
    person_id: int,
    texts: Mapping[str, str],
    *,
    renews_id: int | None = None,
    is_ours: bool = True,
) -> int:
    """Store a policy of a person; give its id. With `renews_id` it renews that one.

    What is left empty follows from the rest (`computing`). With it come the plans of what is owed, the expected
    commission, the reminder of its renewal, and proposals of older policies it may renew. A prospect becomes a
    customer by the first policy of ours. Raises `Refused` and `NotFoundError`.
    """
    person = require_person(act, person_id)
    is_estimated = False
    if not is_ours:
        texts, is_estimated = elsewhere_texts(act.conn, texts, act.now.date())
    values, covers, plan = _read_whole(act, texts, None, renews_id)
    if renews_id is not None:
        _require_renewable(act, renews_id, person_id)
    row = values | {
        "person_id": person_id,
        "is_ours": int(is_ours),
        "is_end_estimated": int(is_estimated),
        "renews_id": renews_id,
        "issue_year": jalali.year_of(date.fromisoformat(str(values["issue_date"]))),
        "created_at": act.at,
        "created_by": act.user.id if act.user else None,
    }
    _keep_within_reach(act, row)
    policy_id = _stored(act, None, {key: value for key, value in row.items() if not key.startswith(PREFIX)})
    line = _line(act, str(values["line_code"]))
    store_object(act.conn, policy_id, line.object_kind, values)
    if covers:
        replace_covers(act.conn, policy_id, covers)
    if is_ours:
        make_plans(act, policy_id, plan)
        note_commission(act, policy_id)
    if renews_id is None:
        for one in policies.list_renewal_candidates(act.conn, policy_id, RENEWAL_DAYS):
            renewals.open_proposal(act.conn, one.id, policy_id, one.reason)
    keep_reminder(act, policy_id)
    if renews_id is not None:
        keep_reminder(act, renews_id)
    if person.standing == "prospect" and is_ours:
        make_customer(act, person_id)
    search.refresh_person(act.conn, person_id)
    audit.note_done(
        act, "create", "policy", policy_id, f"{line.short_title} {values.get('policy_no') or ''}".strip()
    )
    return policy_id


def change_policy(act: Acting, policy_id: int, texts: Mapping[str, str], *, revision: int) -> None:
    """Change a policy's fields, if nobody else changed it since. Raises `Refused`, `ConflictError`, `NotFoundError`.

    When its premium or way of payment changed, the plans are made anew, unless something was paid already.
    """
    before = require_policy(act, policy_id)
    before_object = object_values(act.conn, policy_id)
    values, covers, plan = _read_whole(act, texts, before, before["renews_id"])
    own = {key: value for key, value in values.items() if not key.startswith(PREFIX)}
    _keep_within_reach(act, own)
    if "issue_date" in own:
        own["issue_year"] = jalali.year_of(date.fromisoformat(str(own["issue_date"])))
    row = own | {"changed_at": act.at, "changed_by": act.user.id if act.user else None}
    _stored(act, policy_id, row, revision=revision)
    store_object(act.conn, policy_id, _line(act, str({**before, **own}["line_code"])).object_kind, values)
    if covers is not None:
        replace_covers(act.conn, policy_id, covers)
    if before["is_ours"]:
        if plan or any(key in own and own[key] != before[key] for key in _AMOUNTS):
            kept = plan_of(before, plans.list_own_parts(act.conn, policy_id, "customer"))
            make_plans(act, policy_id, plan or kept)
        note_commission(act, policy_id)
    keep_reminder(act, policy_id, is_moved="end_date" in own and own["end_date"] != before["end_date"])
    search.refresh_person(act.conn, before["person_id"])
    things = {key: value for key, value in values.items() if key.startswith(PREFIX)}
    changes = audit.differences(before, own) | {
        key: pair for key, pair in audit.differences(before_object, things).items() if pair != (None, "")
    }
    if changes:
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


def _read_whole(
    act: Acting, texts: Mapping[str, str], before: dict[str, Any] | None, renews_id: int | None
) -> tuple[dict[str, Value], list[Cover] | None, dict[str, Value]]:
    """Read a form with its rows of covers and its plan; every problem of the three at once."""
    problems: dict[str, str] = {}
    values: dict[str, Value] = {}
    covers: list[Cover] | None = None
    plan: dict[str, Value] = {}
    try:
        values = _read(act, texts, before, renews_id)
    except Refused as refused:
        problems, values = dict(refused.problems), refused.values
    try:
        covers = read_covers(texts) if has_covers(texts) else None
    except Refused as refused:
        problems |= refused.problems
    whole = {**(before or {}), **values}
    if whole.get("pays_by") == "instalments":
        amounts = whole.get("net_premium"), whole.get("vat")
        total = sum(int(one) for one in amounts if one is not None) if amounts[0] is not None else None
        try:
            plan = read_plan(texts, total)
        except Refused as refused:
            problems |= refused.problems
    if problems:
        raise Refused(problems, values)
    return values, covers, plan


def _keep_within_reach(act: Acting, row: dict[str, Any]) -> None:
    """Let what somebody of a narrower scope enters stay his unit's or his own."""
    if act.user is None or act.user.scope == "all":
        return
    if act.user.unit_id is not None:
        row["unit_id"] = act.user.unit_id
    if act.user.scope == "own" and act.user.marketer_id is not None:
        row["marketer_id"] = act.user.marketer_id


def _read(
    act: Acting, texts: Mapping[str, str], before: dict[str, Any] | None, renews_id: int | None
) -> dict[str, Value]:
    entered = entered_fields(act.conn)
    read = read_fields(entered, texts)
    values, problems = dict(read.values), dict(read.problems)
    for key in COMPUTED:
        if problems.get(key) == "missing":
            del problems[key]
    if before is None:
        problems |= {
            field.key: "missing"
            for field in entered
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
    values |= complete(act.conn, line, {**whole, **values, "renews_id": renews_id})
    if whole.get("pays_by") is None:
        values["pays_by"] = "cash"
    problems |= _date_problems({**whole, **values})
    if problems:
        raise Refused(problems, values)
    for key in _EMPTY_TEXTS:
        if key in values:
            values[key] = "" if values[key] is None else str(values[key])
    return values


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

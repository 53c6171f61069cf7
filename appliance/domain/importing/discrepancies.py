"""Where the insurer's file and our records say different things: somebody takes theirs or keeps ours.

Taking theirs goes through the same services as typing it would, so it is checked, logged and found again. Keeping ours
is remembered: the same value in a later file is not asked about again.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from appliance.core.errors import ConflictError, NotFoundError
from appliance.core.jalali import persian_digits
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.kinds import Day, Rial
from appliance.domain.fields.refused import Refused
from appliance.domain.importing.holders import read_holder
from appliance.domain.importing.plan_comparing import IMPORTED_PLAN
from appliance.domain.importing.premiums import Premiums
from appliance.domain.importing.rows import Row
from appliance.domain.people.entering import change_person
from appliance.domain.people.reaching import require_person
from appliance.domain.policies.changing import cancel_policy
from appliance.domain.policies.issuing import change_policy, require_policy
from db.queries import import_matching as matching
from db.queries import import_storing as bulk
from db.queries import imports, plans
from db.queries.imports import OpenDiscrepancy
from db.records import insert_row, update_row

FIELD_TITLES = {
    "policy_no": "شمارهٔ بیمه‌نامه", "unique_code": "کد یکتا", "line_code": "رشته", "issue_date": "تاریخ صدور",
    "start_date": "تاریخ شروع", "end_date": "تاریخ انقضا", "sum_insured": "سرمایه",
    "no_claim_years": "سال‌های عدم خسارت", "premium": "کل حق بیمه", "object_plate": "پلاک",
    "object_vin": "شماره شاسی", "cancel_date": "ابطال", "name": "نام بیمه‌گذار", "national_id": "کد یا شناسهٔ ملی",
    "birth_date": "تاریخ تولد", "father_name": "نام پدر",
}  # fmt: skip
_DAYS = ("issue_date", "start_date", "end_date", "birth_date")
_AMOUNTS = ("premium", "sum_insured", "due", "endorsement", "commission")


def title_of(field: str) -> str:
    """Say what differs, in Persian."""
    name, _, rest = field.partition(":")
    if name == "due":
        return f"قسط {Day().show(rest)} نزد بیمه‌گر"
    if name == "endorsement":
        return f"مبلغ الحاقیهٔ {persian_digits(rest)}"
    if name == "commission":
        return "کارمزد در صورت‌حساب بیمه‌گر"
    return FIELD_TITLES.get(name, name)


def shown(field: str, value: str) -> str:
    """Give a value of a field as people read it."""
    name = field.partition(":")[0]
    if not value:
        return ""
    if name in _DAYS:
        return Day().show(value)
    if name in _AMOUNTS and value.lstrip("-").isdecimal():
        amount = int(value)
        return f"{Rial().show(abs(amount))}{'−' if amount < 0 else ''} ریال"
    return value


def keep_ours(act: Acting, discrepancy_id: int) -> OpenDiscrepancy:
    """Leave our value as it is. Raises `ConflictError` when it was decided already."""
    one = _require(act, discrepancy_id)
    _decide(act, one, "kept")
    return one


def accept_theirs(act: Acting, discrepancy_id: int) -> OpenDiscrepancy:
    """Take the file's value over. Raises `Refused`, `ConflictError`, `NotFoundError`."""
    one = _require(act, discrepancy_id)
    if one.object_kind == "person":
        _accept_person(act, one)
    else:
        _accept_policy(act, one)
    _decide(act, one, "accepted")
    return one


def _require(act: Acting, discrepancy_id: int) -> OpenDiscrepancy:
    one = imports.find_discrepancy(act.conn, discrepancy_id)
    if one is None or one.person_id is None:
        raise NotFoundError(f"discrepancy {discrepancy_id}")
    if one.object_kind == "person":
        require_person(act, one.object_id)
    else:
        require_policy(act, one.object_id)
    return one


def _decide(act: Acting, one: OpenDiscrepancy, state: str) -> None:
    user_id = act.user.id if act.user else None
    if not imports.decide_discrepancy(act.conn, one.id, state, act.at, user_id):
        raise ConflictError(f"discrepancy {one.id} was decided")
    if state == "kept":
        title = one.title if one.object_kind == "policy" else one.person
        audit.note_done(act, "change", one.object_kind, one.object_id, title,
                        changes={title_of(one.field): (one.theirs, one.ours)})  # fmt: skip


def _accept_person(act: Acting, one: OpenDiscrepancy) -> None:
    if one.field == "name":
        holder = read_holder(one.theirs)
        texts = {"kind": holder.kind, "first_name": holder.first_name, "last_name": holder.last_name}
    else:
        texts = {one.field: _typed(one.field, one.theirs)}
    change_person(act, one.object_id, texts)


def _accept_policy(act: Acting, one: OpenDiscrepancy) -> None:
    policy = require_policy(act, one.object_id)
    name, _, rest = one.field.partition(":")
    if name == "due":
        _accept_due(act, one, rest)
    elif name == "endorsement":
        _accept_endorsement(act, one, policy, int(rest))
    elif name == "commission":
        line = matching.find_commission_line(act.conn, one.object_id, rest)
        if line is None:
            raise NotFoundError(f"commission line {rest}")
        update_row(act.conn, "commission_lines", line["id"], {"amount": int(one.theirs)})
        bulk.refresh_earned(act.conn, [one.object_id])
        _note(act, one)
    elif name == "cancel_date":
        day = date.fromisoformat(act.at[:10])
        first, last = date.fromisoformat(policy["start_date"]), date.fromisoformat(policy["end_date"])
        cancel_policy(act, one.object_id, on=min(max(day, first), last), reason="ابطال‌شده در فایل بیمه‌گر")
    elif name == "premium":
        net, vat = Premiums(act.conn, policy["insurer_id"]).split(
            policy["line_code"], Row(no=0, values={}), policy["issue_date"], int(one.theirs)
        )
        texts = {"net_premium": str(net), "vat": str(vat)}
        change_policy(act, one.object_id, texts, revision=policy["revision"])
    else:
        texts = {name: _typed(name, one.theirs)}
        change_policy(act, one.object_id, texts, revision=policy["revision"])


def _accept_due(act: Acting, one: OpenDiscrepancy, day: str) -> None:
    user_id = act.user.id if act.user else None
    plan_id = plans.ensure_plan(act.conn, one.object_id, "insurer", act.at, user_id)
    parts = [
        part
        for part in matching.list_parts(act.conn, plan_id)
        if part["due_date"] == day and part["endorsement_id"] is None
    ]
    if any(part["is_settled"] for part in parts):
        raise Refused({"amount": "plan.settled"})
    if parts:
        update_row(act.conn, "instalments", parts[0]["id"], {"amount": int(one.theirs)})
        for part in parts[1:]:
            bulk.delete_part(act.conn, part["id"])
    else:
        number = plans.next_number(act.conn, plan_id)
        part = {"plan_id": plan_id, "number": number, "due_date": day, "amount": int(one.theirs)}
        insert_row(act.conn, "instalments", part)
    update_row(act.conn, "instalment_plans", plan_id, {"note": IMPORTED_PLAN})
    _note(act, one)


def _accept_endorsement(act: Acting, one: OpenDiscrepancy, policy: dict[str, Any], number: int) -> None:
    known = next(
        (
            row
            for row in matching.list_policy_endorsements(act.conn, one.object_id)
            if row["number"] == number
        ),
        None,
    )
    if known is None:
        raise NotFoundError(f"endorsement {number}")
    gross = int(one.theirs)
    net, vat = Premiums(act.conn, policy["insurer_id"]).split_gross(
        policy["line_code"], known["issue_date"], gross
    )
    kind = known["kind"]
    if kind == "correction" or (kind == "additional") != (gross > 0):
        kind = "additional" if gross > 0 else "cancel" if kind == "cancel" else "return"
    values = {"net_change": net, "vat_change": vat, "kind": kind if gross else "correction"}
    if known["kind"] == "cancel" and not gross:
        values["kind"] = "cancel"
    update_row(act.conn, "endorsements", known["id"], values)
    _note(act, one)


def _note(act: Acting, one: OpenDiscrepancy) -> None:
    audit.note_done(act, "change", "policy", one.object_id, one.title,
                    changes={title_of(one.field): (one.ours, one.theirs)})  # fmt: skip


def _typed(field: str, value: str) -> str:
    """Give a stored value as somebody would type it."""
    return Day().edit(value) if field in _DAYS else value

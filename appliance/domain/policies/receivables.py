"""What follows from a saved policy without further typing: what the customer owes, what the insurer gets, commission.

The customer's plan is what was agreed with the customer, the insurer's what the insurer's system says is due; both
start alike and are never merged (`insurance-domain` facts, section 7). A plan something was paid of is not made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from appliance.core import jalali
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Day, Rial, Value, Whole
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.policies.computing import share
from db.queries import plans, policies
from db.records import find_row, insert_row

MOST_PARTS = 36
USUAL_PARTS = 4
"""Monthly parts when nobody says (typical motor plans have 3 to 8)."""
SIDES = {"customer": "مشتری", "insurer": "بیمه‌گر"}
PLAN_FIELDS = (
    Field(key="plan_down", title="پیش‌پرداخت", kind=Rial(), needs="money.view", section="اقساط مشتری"),
    Field(
        key="plan_parts",
        title="تعداد قسط",
        kind=Whole(1, MOST_PARTS),
        needs="money.view",
        section="اقساط مشتری",
    ),
    Field(
        key="plan_first_due", title="سررسید قسط اول", kind=Day(), needs="money.view", section="اقساط مشتری"
    ),
)


class Due(msgspec.Struct, frozen=True):
    """One instalment to be."""

    number: int
    """0 is the down payment."""
    day: date
    amount: int


def schedule(
    total: int, issued: date, *, down: int = 0, parts: int = 1, first_due: date | None = None
) -> list[Due]:
    """Split an amount in rials into a down payment on the issue date and equal monthly parts.

    Parts are whole thousands of rials; the first one takes the rest, so that the sum is exact. Without `first_due`
    the first part is due a Jalali month after the issue.
    """
    dues = [Due(0, issued, down)] if down else []
    left = total - down
    if left <= 0:
        return dues
    start = first_due or jalali.add_months(issued, 1)
    each = left // parts // 1000 * 1000
    if each == 0:
        each = left // parts
    first = left - each * (parts - 1)
    dues += [
        Due(place + 1, jalali.add_months(start, place), first if place == 0 else each)
        for place in range(parts)
        if (first if place == 0 else each) > 0
    ]
    return dues


def read_plan(texts: Mapping[str, str], total: int | None) -> dict[str, Value]:
    """Read what a form says of the customer's instalments. Raises `Refused`."""
    read = read_fields(PLAN_FIELDS, texts)
    problems = dict(read.problems)
    down = read.values.get("plan_down")
    if total is not None and isinstance(down, int) and down > total:
        problems["plan_down"] = "plan.down-too-large"
    if problems:
        raise Refused(problems, read.values)
    return read.values


def make_plans(act: Acting, policy_id: int, wanted: Mapping[str, Value]) -> bool:
    """Make both plans of a policy anew from its premium; False when they stay, because something was paid of them.

    Cash is one instalment on the issue date. Instalments that endorsements brought stay.
    """
    row = find_row(act.conn, "policies", policy_id)
    assert row is not None
    total = int(row["net_premium"]) + int(row["vat"])
    if plans.is_settled_in_part(act.conn, policy_id):
        return False
    issued = date.fromisoformat(row["issue_date"])
    if row["pays_by"] == "instalments":
        first_due = wanted.get("plan_first_due")
        dues = schedule(
            total,
            issued,
            down=int(wanted.get("plan_down") or 0),
            parts=int(wanted.get("plan_parts") or USUAL_PARTS),
            first_due=date.fromisoformat(str(first_due)) if first_due else None,
        )
    else:
        dues = [Due(1, issued, total)] if total > 0 else []
    for side in SIDES:
        plan_id = plans.ensure_plan(act.conn, policy_id, side, act.at, act.user.id if act.user else None)
        plans.delete_own_parts(act.conn, plan_id)
        for one in dues:
            _insert_part(act, plan_id, one.number, one.day, one.amount)
    return True


def plan_of(policy: Mapping[str, Any], parts: list[tuple[int, str, int]]) -> dict[str, Value]:
    """Give the form's values of a plan: `parts` are (number, due date, amount) of the policy's own instalments."""
    if policy.get("pays_by") != "instalments" or not parts:
        return {}
    own = [one for one in parts if one[0] > 0]
    down = sum(amount for number, _due, amount in parts if number == 0)
    return {
        "plan_down": down or None,
        "plan_parts": len(own) or None,
        "plan_first_due": own[0][1] if own else None,
    }


def add_part(act: Acting, policy_id: int, endorsement_id: int, day: date, amount: int) -> None:
    """Add an endorsement's premium as an instalment of its own to both plans; nothing is spread anew."""
    if amount <= 0:
        return
    for side in SIDES:
        plan_id = plans.ensure_plan(act.conn, policy_id, side, act.at, act.user.id if act.user else None)
        number = plans.next_number(act.conn, plan_id)
        _insert_part(act, plan_id, number, day, amount, endorsement_id)


def note_commission(act: Acting, policy_id: int, endorsement_id: int | None = None) -> None:
    """Write what the agency expects of a policy or an endorsement, and its marketer's share of that."""
    row = find_row(act.conn, "policies", policy_id)
    assert row is not None
    if endorsement_id is None:
        expected, day = int(row["commission"]), row["issue_date"]
    else:
        change = find_row(act.conn, "endorsements", endorsement_id)
        assert change is not None
        expected, day = int(change["commission_change"]), change["issue_date"]
        if expected == 0:
            return
    per_mille = 0
    if row["marketer_id"] is not None:
        per_mille = policies.find_marketer_per_mille(act.conn, row["marketer_id"], row["line_code"], day) or 0
    plans.upsert_commission(
        act.conn,
        policy_id=policy_id,
        endorsement_id=endorsement_id,
        expected=expected,
        marketer_id=row["marketer_id"],
        marketer_per_mille=per_mille,
        marketer_amount=share(expected, per_mille),
        created_at=act.at,
    )


def _insert_part(
    act: Acting, plan_id: int, number: int, day: date, amount: int, endorsement_id: int | None = None
) -> None:
    insert_row(
        act.conn,
        "instalments",
        {
            "plan_id": plan_id,
            "endorsement_id": endorsement_id,
            "number": number,
            "due_date": day.isoformat(),
            "amount": amount,
        },
    )

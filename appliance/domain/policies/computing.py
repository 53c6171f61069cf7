"""What follows from what was typed of a policy: start, end, VAT and commission that were left empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from appliance.core import jalali
from appliance.domain.fields.kinds import Day, FieldProblem, Value
from appliance.domain.policies.fields import POLICIES
from db import Connection
from db.queries import policies
from db.queries.policies import LineOfBusiness

COMPUTED = ("start_date", "end_date", "vat", "commission")
"""Keys of the fields that may be left empty because they follow from the rest."""
_BASIS = (
    "line_code", "insurer_id", "sub_line", "unit_id", "issue_date", "start_date", "end_date", "net_premium", "vat",
    "commission",
)  # fmt: skip


def complete(conn: Connection, line: LineOfBusiness, whole: Mapping[str, Any]) -> dict[str, Value]:
    """Give the values of what is empty in `whole` and follows from the rest.

    The start is the issue date, the end the line's usual term after the start, the VAT the rate of the issue date,
    the commission the agency's own rate for insurer and line, 0 when there is none.
    """
    found: dict[str, Value] = {}
    start = whole.get("start_date") or whole.get("issue_date")
    if start and not whole.get("start_date"):
        found["start_date"] = start
    if start and not whole.get("end_date"):
        found["end_date"] = usual_end(line, date.fromisoformat(str(start))).isoformat()
    day, net = whole.get("issue_date"), whole.get("net_premium")
    if day and net is not None:
        if whole.get("vat") is None:
            found["vat"] = vat_of(conn, line, int(net), str(day))
        if whole.get("commission") is None:
            found["commission"] = commission_of(conn, line, whole)
    return found


def computed_values(conn: Connection, texts: Mapping[str, str]) -> dict[str, Value]:
    """Give what would be filled in for a form as it stands; what cannot be read yet counts as empty."""
    whole: dict[str, Value] = {}
    for key in _BASIS:
        field, text = POLICIES.field(key), texts.get(key, "").strip()
        assert field is not None
        if text:
            try:
                whole[key] = field.kind.read(text)
            except FieldProblem:
                if key in COMPUTED:
                    whole[key] = ""
    line = policies.find_line(conn, str(whole.get("line_code") or ""))
    if line is None:
        return {}
    known = {key: value for key, value in whole.items() if value != ""}
    return {key: value for key, value in complete(conn, line, known).items() if key not in whole}


def elsewhere_texts(conn: Connection, texts: Mapping[str, str], today: date) -> tuple[dict[str, str], bool]:
    """Fill in a policy somebody else issued, of which often only the end is known; tell whether the end is a guess.

    Start and issue are a usual term before the end. Without an end it is taken as if issued today.
    """
    filled = dict(texts)
    line = policies.find_line(conn, texts.get("line_code", "").strip())
    end_text, is_guess = texts.get("end_date", "").strip(), False
    day = Day()
    if not texts.get("issue_date", "").strip():
        start = today
        try:
            if end_text and line is not None:
                start = usual_start(line, date.fromisoformat(day.read(end_text)))
        except FieldProblem:
            pass  # the field itself is refused when the form is read
        filled["issue_date"] = filled["start_date"] = day.edit(start.isoformat())
        is_guess = not end_text
    if not texts.get("net_premium", "").strip():
        filled["net_premium"] = "0"
    return filled, is_guess


def usual_start(line: LineOfBusiness, end: date) -> date:
    """Give the day a cover of the line's usual term began that ends on a day."""
    return jalali.add_years(end, -1) if line.usual_days == 365 else end - timedelta(days=line.usual_days)


def usual_end(line: LineOfBusiness, start: date) -> date:
    """Give the day a cover of the line's usual term ends: the same Jalali day a year later, or so many days."""
    return jalali.add_years(start, 1) if line.usual_days == 365 else start + timedelta(days=line.usual_days)


def vat_of(conn: Connection, line: LineOfBusiness, net: int, day: str) -> int:
    """Give the VAT on a net premium by the rate of a day, rounded half up to the rial."""
    if not line.has_vat:
        return 0
    return share(net, policies.find_per_mille(conn, "vat", line.code, day) or 0)


def commission_of(conn: Connection, line: LineOfBusiness, whole: Mapping[str, Any]) -> int:
    """Give the agency's commission on a net premium by its rate for insurer and line; 0 without a rate."""
    per_mille = policies.find_commission_per_mille(
        conn,
        insurer_id=whole.get("insurer_id"),
        line_code=line.code,
        sub_line=str(whole.get("sub_line") or ""),
        is_renewal=whole.get("renews_id") is not None,
        unit_id=whole.get("unit_id"),
        day=str(whole["issue_date"]),
    )
    return share(int(whole["net_premium"]), per_mille or 0)


def share(amount: int, per_mille: int) -> int:
    """Give so many thousandths of an amount in rials, rounded half up; below zero as above it."""
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * per_mille + 500) // 1000)

"""What a renewal begins with: the old policy's cover and object, the next term, one more year without a claim."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from appliance.core import jalali
from appliance.domain.policies.issuing import RENEWAL_DAYS
from appliance.domain.policies.objects import object_values
from db import Connection
from db.queries import policies

TAKEN = (
    "line_code", "sub_line", "insurer_id", "unit_id", "marketer_id", "sum_insured", "discount_percent", "pays_by",
)  # fmt: skip
MOST_YEARS = 30


def renewal_values(conn: Connection, old: dict[str, Any], today: date) -> dict[str, Any]:
    """Give the values a renewal's form begins with.

    The next term begins where the old one ends; when that lies too long ago to count as a renewal it begins today.
    Years without a claim grow by one unless a claim was made.
    """
    end = date.fromisoformat(old["end_date"])
    start = end if end + timedelta(days=RENEWAL_DAYS) >= today else today
    values = {key: old[key] for key in TAKEN}
    if old["no_claim_years"] is not None:
        years = 0 if policies.has_claims(conn, old["id"]) else min(MOST_YEARS, old["no_claim_years"] + 1)
        values["no_claim_years"] = years
    values |= {key: value for key, value in object_values(conn, old["id"]).items() if value not in (None, "")}
    values |= {"issue_date": today.isoformat(), "start_date": start.isoformat()}
    values["end_date"] = _next_end(old, start).isoformat()
    return values


def _next_end(old: dict[str, Any], start: date) -> date:
    """Give the end of a term as long as the old one: whole Jalali years stay whole years."""
    old_start, old_end = date.fromisoformat(old["start_date"]), date.fromisoformat(old["end_date"])
    for years in range(1, MOST_YEARS + 1):
        if abs((jalali.add_years(old_start, years) - old_end).days) <= 1:
            return jalali.add_years(start, years)
    return start + (old_end - old_start)

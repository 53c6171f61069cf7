"""A customer's loss ratio (ضریب خسارت): claims ÷ net premium of a period, over all lines and in each one.

Claims by the day of the event, paid and outstanding; premiums by the day of issue, with endorsements
(`insurance-domain` facts, section 8). Without premium there is no ratio, and it is not 0.
"""

from __future__ import annotations

from datetime import date

import msgspec

from appliance.core import jalali
from appliance.domain.fields.kinds import Hundredths
from appliance.domain.ranking.values import loss_ratio_points
from db import Connection
from db.queries import ranking_lines

PERIODS = {36: "۳ سال اخیر", 12: "یک سال اخیر", 24: "۲ سال اخیر", 60: "۵ سال اخیر", 0: "از آغاز"}
"""Jalali months that may be chosen, the usual ones first; 0: everything."""
BASES = {"incurred": "پرداخت‌شده و معوق", "paid": "تنها پرداخت‌شده"}
"""What counts as claims."""
_PERCENT = Hundredths(unit="٪")


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """One ratio with what it is made of; amounts in rials."""

    line_code: str
    """Empty: all lines."""
    title: str
    premium: int
    claims: int
    claim_count: int

    @property
    def basis_points(self) -> int | None:
        """Claims ÷ premium, rounded half up; None without premium."""
        return loss_ratio_points(self.claims, self.premium)

    @property
    def shown(self) -> str:
        """The ratio as people read it: «۶۲٫۵۰٪»."""
        return shown_ratio(self.basis_points)


def shown_ratio(basis_points: int | None) -> str:
    """Write a ratio; «—» where there is none."""
    return "—" if basis_points is None else _PERCENT.show(basis_points)


def loss_ratios(
    conn: Connection, person_id: int, today: date, months: int = 36, *, basis: str = "incurred"
) -> list[Ratio]:
    """Give the ratio over all lines, and of each line with premiums or claims, the largest premium first."""
    since = jalali.add_months(today, -months).isoformat() if months else ""
    lines = [
        Ratio(
            line_code=one.line_code,
            title=one.title,
            premium=one.premium,
            claims=one.paid if basis == "paid" else one.paid + one.outstanding,
            claim_count=one.claim_count,
        )
        for one in ranking_lines.list_lines(conn, person_id, since)
    ]
    whole = Ratio(
        line_code="",
        title="همهٔ رشته‌ها",
        premium=sum(one.premium for one in lines),
        claims=sum(one.claims for one in lines),
        claim_count=sum(one.claim_count for one in lines),
    )
    return [whole, *lines]

"""The seven criteria of a rank, the grades, and what an office may set of both.

The numbers are the starting values of `insurance-domain` facts, section 18; every one of them is a setting.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Criterion = Literal["amount", "count", "commission", "claims", "loss_ratio", "cheques", "recency"]
Grade = Literal["gold", "silver", "bronze", "ordinary", "attention", "new"]
CRITERIA: dict[Criterion, str] = {
    "amount": "مبلغ خرید",
    "count": "تعداد خرید",
    "commission": "مبلغ کارمزد",
    "claims": "مبلغ خسارت",
    "loss_ratio": "ضریب خسارت",
    "cheques": "چک برگشتی",
    "recency": "تازگی خرید",
}
"""Each with its Persian title, in the order they are shown."""
LADDER: tuple[Grade, ...] = ("attention", "ordinary", "bronze", "silver", "gold")
"""The grades from the lowest to the highest; «new» stands beside them and is none."""
Points = tuple[tuple[float, float], ...]
"""Pairs of a value and its points, values ascending; linear between, and flat beyond the ends."""
LOSS_RATIO_POINTS: Points = ((30, 100), (60, 70), (80, 50), (100, 25), (150, 0))
"""Adjusted loss ratio in percent."""
RECENCY_POINTS: Points = ((30, 100), (180, 70), (365, 40), (730, 0))
"""Days since the last purchase or renewal."""


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of the criteria in a score, in percent; together 100."""

    amount: int = 25
    count: int = 15
    commission: int = 20
    claims: int = 5
    loss_ratio: int = 15
    cheques: int = 15
    recency: int = 5

    @property
    def total(self) -> int:
        """Sum of all."""
        return sum(self.of(criterion) for criterion in CRITERIA)

    def of(self, criterion: Criterion) -> int:
        """Give one criterion's share."""
        return int(getattr(self, criterion))


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an office may set of the ranking."""

    weights: Weights = Weights()
    gold_from: int = 80
    """Least score of each grade; below the last one a customer is «attention»."""
    silver_from: int = 65
    bronze_from: int = 45
    ordinary_from: int = 25
    window_months: int = 36
    """Jalali months of purchases, commission and claims that count."""
    cheque_months: int = 24
    """Jalali months after which a settled bounced cheque is forgotten."""
    new_months: int = 6
    """Jalali months since the first purchase in which a customer with one policy is «new»."""
    year_weights: tuple[int, int, int] = (60, 30, 10)
    """Shares of this Jalali year, the last and the one before in the amount of purchases, in percent."""
    cheque_points: tuple[int, int, int, int] = (100, 70, 40, 10)
    """Points with no, one, two, and three or more settled bounced cheques; an unsettled one gives none."""
    is_capped: bool = True
    """An unsettled bounced cheque keeps the grade at «bronze» or below."""

    def grade_of(self, score: float) -> Grade:
        """Give the grade of a score."""
        limits = self.limits
        return next((grade for grade in reversed(LADDER) if score >= limits[grade]), "attention")

    @property
    def limits(self) -> dict[Grade, int]:
        """Least score by grade."""
        return {
            "attention": 0, "ordinary": self.ordinary_from, "bronze": self.bronze_from, "silver": self.silver_from,
            "gold": self.gold_from,
        }  # fmt: skip

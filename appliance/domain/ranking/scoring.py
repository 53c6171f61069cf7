"""From a customer's values to points, score and grade; pure, so that «what if» is asked of the same function."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import pairwise

import msgspec

from appliance.core import jalali
from appliance.domain.ranking.book import Book
from appliance.domain.ranking.criteria import (
    CRITERIA,
    LADDER,
    LOSS_RATIO_POINTS,
    RECENCY_POINTS,
    Criterion,
    Grade,
    Points,
    Settings,
)

DECIMALS = 2
"""A score is kept and compared with so many."""
EXACT = 1e-9
"""Keeps a half at the last place from being rounded down for the way fractions are stored."""


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """What the book counts a customer with; kept beside the rank, so that a change takes the place of it."""

    premiums: tuple[int | None, ...]
    """Net premium of each of the book's Jalali years, newest first, in rials; None before the first purchase."""
    count: int
    """Policies bought in the window, those cancelled left out."""
    commission: int
    """Rials, of the window."""
    claims: int
    """Paid and outstanding rials of events in the window."""


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one customer that a rank is made of."""

    counted: Counted
    premium: int
    """Net premium with endorsements, of the window, in rials."""
    claim_count: int = 0
    unsettled: int = 0
    """Bounced cheques that are not settled."""
    unsettled_amount: int = 0
    settled: int = 0
    """Bounced and settled ones that are not forgotten yet."""
    first_day: date
    """Of the first purchase ever."""
    last_day: date
    """Of the last one that was not cancelled, or of the first."""
    policies: int
    """Bought ever."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion of a score."""

    criterion: Criterion
    points: float
    """0 to 100."""
    weight: int
    """Percent."""

    @property
    def share(self) -> float:
        """What it adds to the score."""
        return self.points * self.weight / 100


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A computed rank."""

    total: float
    """0 to 100, two decimals."""
    grade: Grade
    parts: tuple[Part, ...]
    adjusted_loss_ratio: float
    """LR*, in percent."""
    is_capped: bool
    """The grade would be higher without an unsettled cheque."""


def score(values: Values, book: Book, settings: Settings, today: date, old: Counted | None = None) -> Score:
    """Compute a rank; `old` is what the book counts the customer with, None when it does not know him yet."""
    ratio = adjusted_loss_ratio(values.counted.claims, values.premium, book)
    points = _points(values, book, settings, today, old, ratio)
    parts = tuple(
        Part(criterion=criterion, points=points[criterion], weight=settings.weights.of(criterion))
        for criterion in CRITERIA
    )
    total = round(sum(part.share for part in parts) + EXACT, DECIMALS)
    grade = settings.grade_of(total)
    is_capped = settings.is_capped and values.unsettled > 0 and LADDER.index(grade) > LADDER.index("bronze")
    if is_capped:
        grade = "bronze"
    if is_new(values, settings, today):
        grade, is_capped = "new", False
    return Score(total=total, grade=grade, parts=parts, adjusted_loss_ratio=100 * ratio, is_capped=is_capped)


def is_new(values: Values, settings: Settings, today: date) -> bool:
    """Tell whether a customer has bought once, and not long ago."""
    return values.policies <= 1 and values.first_day > _months_before(today, settings.new_months)


@lru_cache(maxsize=8)
def _months_before(day: date, months: int) -> date:
    return jalali.add_months(day, -months)


def adjusted_loss_ratio(claims: int, premium: int, book: Book) -> float:
    """Give LR* = (C + k·LR₀) ÷ (P + k): a small customer's ratio is drawn towards the book's.

    A fraction; the book's own when there is nothing to divide by.
    """
    divisor = max(0, premium) + book.typical_premium
    if divisor == 0:
        return book.loss_ratio
    return (claims + book.typical_premium * book.loss_ratio) / divisor


def points_at(points: Points, value: float) -> float:
    """Read the points of a value: linear between the given ones, flat beyond them."""
    if value <= points[0][0]:
        return points[0][1]
    for (left, high), (right, low) in pairwise(points):
        if value <= right:
            return high + (low - high) * (value - left) / (right - left)
    return points[-1][1]


def amount_points(counted: Counted, book: Book, settings: Settings, old: Counted | None) -> float:
    """Give the points of the amount bought: percentiles inside each year, years before the first purchase left out."""
    weighed = total = 0.0
    before: tuple[int | None, ...] = old.premiums if old else (None,) * len(counted.premiums)
    years = zip(book.years, settings.year_weights, counted.premiums, before, strict=True)
    for spread, weight, premium, known in years:
        if premium is not None:
            weighed += weight * spread.percentile(premium, known)
            total += weight
    return weighed / total if total else 0.0


def _points(
    values: Values, book: Book, settings: Settings, today: date, old: Counted | None, ratio: float
) -> dict[Criterion, float]:
    own = values.counted
    claims = (
        100 - book.claims.percentile(own.claims, old.claims if old else None) if own.claims > 0 else 100.0
    )
    cheques = 0 if values.unsettled else settings.cheque_points[min(values.settled, 3)]
    return {
        "amount": amount_points(own, book, settings, old),
        "count": book.count.percentile(own.count, old.count if old else None),
        "commission": book.commission.percentile(own.commission, old.commission if old else None),
        "claims": claims,
        "loss_ratio": points_at(LOSS_RATIO_POINTS, 100 * ratio),
        "cheques": float(cheques),
        "recency": points_at(RECENCY_POINTS, max(0, (today - values.last_day).days)),
    }

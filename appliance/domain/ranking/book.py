"""The whole book of customers a single one is measured against: how values are spread, and the book's loss ratio.

Made once a night from everybody's values and kept, so that one customer's rank is computed from his own rows alone.
Percentile = 100 · (less + ½ · equal, himself included) ÷ n, of a value above 0 (`insurance-domain` facts, section 18).
"""

from __future__ import annotations

import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

MOST_POINTS = 2_000
"""Different values kept of a spread: a larger one is thinned, and a place between two is taken in proportion, which
moves a percentile by 0.05 at most."""
YEARS = 3
"""Jalali years whose premiums count: this one and the two before."""


class Spread(msgspec.Struct, frozen=True, array_like=True):
    """How one value is spread over the customers."""

    people: int = 0
    values: list[int] = []
    """Different values, ascending."""
    below: list[int] = []
    """How many customers have less than each."""
    equal: list[int] = []
    """How many have exactly that."""

    def percentile(self, value: int, old: int | None = None) -> float:
        """Give the percentile of a customer's value; `old` is what the spread counts him with (None: not at all)."""
        if value <= 0:
            return 0.0
        people = self.people + (old is None)
        less, equal = self._place(value)
        if old is not None:
            less -= old < value
            equal -= old == value
        return 100 * (max(0.0, less) + (max(0, equal) + 1) / 2) / people

    def _place(self, value: int) -> tuple[float, int]:
        at = bisect_left(self.values, value)
        if at < len(self.values) and self.values[at] == value:
            return self.below[at], self.equal[at]
        if at == 0:
            return 0, 0
        if at == len(self.values):
            return self.people, 0
        first, last = self.values[at - 1], self.values[at]
        passed = self.below[at - 1] + self.equal[at - 1]
        return passed + (self.below[at] - passed) * (value - first) / (last - first), 0

    def next_above(self, value: int) -> int | None:
        """Give the least kept value above one."""
        at = bisect_right(self.values, value)
        return self.values[at] if at < len(self.values) else None


def spread_of(values: Iterable[int], most: int = MOST_POINTS) -> Spread:
    """Count how values are spread."""
    ordered = sorted(values)
    points: list[tuple[int, int, int]] = []
    below = 0
    for value, same in groupby(ordered):
        equal = sum(1 for _ in same)
        points.append((value, below, equal))
        below += equal
    if len(points) > most:
        step = (len(points) - 1) / (most - 1)
        points = [points[round(place * step)] for place in range(most)]
    return Spread(
        len(ordered), [one[0] for one in points], [one[1] for one in points], [one[2] for one in points]
    )


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of all customers."""

    years: tuple[Spread, ...] = (Spread(),) * YEARS
    """Net premium of each Jalali year, newest first, among those who were customers in it already."""
    year: int = 0
    """The newest of them."""
    count: Spread = Spread()
    commission: Spread = Spread()
    claims: Spread = Spread()
    loss_ratio: float = 0.0
    """Claims ÷ net premium of the whole book (LR₀)."""
    typical_premium: float = 0.0
    """Median of the customers' last yearly premiums that are not 0, in rials (k)."""

    @property
    def people(self) -> int:
        """How many customers it counts."""
        return self.count.people


class BookMaker:
    """Takes everybody's values, one after the other, and gives the book."""

    def __init__(self, year: int) -> None:
        """`year` is the Jalali year it is."""
        self._year = year
        self._years: tuple[list[int], ...] = tuple([] for _ in range(YEARS))
        self._count: list[int] = []
        self._commission: list[int] = []
        self._claims: list[int] = []
        self._last: list[int] = []
        self._premium = 0

    def add(
        self, premiums: Sequence[int | None], *, count: int, commission: int, claims: int, premium: int
    ) -> None:
        """Count a customer; a year before his first purchase is None."""
        for values, own in zip(self._years, premiums, strict=True):
            if own is not None:
                values.append(own)
        self._count.append(count)
        self._commission.append(commission)
        self._claims.append(claims)
        self._premium += premium
        if last := next((own for own in premiums if own), None):
            self._last.append(last)

    def book(self) -> Book:
        """Give what was counted."""
        return Book(
            years=tuple(spread_of(values) for values in self._years),
            year=self._year,
            count=spread_of(self._count),
            commission=spread_of(self._commission),
            claims=spread_of(self._claims),
            loss_ratio=sum(self._claims) / self._premium if self._premium else 0.0,
            typical_premium=float(statistics.median(self._last)) if self._last else 0.0,
        )

"""What is refunded when a cover ends early: the part of the days that were not used."""

from __future__ import annotations

from datetime import date


def unearned(net: int, start: date, end: date, on: date) -> int:
    """Give the part of a net premium (rials) that belongs to the days from `on` to the end, rounded half up.

    Pro-rata by days (`insurance-domain` facts, section 4): a cover starts and ends at midnight, so a year's has
    `end - start` days. Before the start everything is unearned, from the end on nothing.
    """
    days = (end - start).days
    if on <= start or days == 0:
        return net if on <= start else 0
    left = (end - on).days
    return 0 if left <= 0 else (2 * net * left + days) // (2 * days)

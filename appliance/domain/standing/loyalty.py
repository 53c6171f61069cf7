"""Who is loyal (وفادار), and what makes him so."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from appliance.core import jalali

Reason = Literal["renewals", "years", "referrals"]
TITLES: dict[Reason, str] = {
    "renewals": "تمدید پیاپی به‌موقع",
    "years": "مشتری چندساله با چند رشته",
    "referrals": "معرف مشتریان دیگر",
}


class LoyaltyLimits(msgspec.Struct, frozen=True, kw_only=True):
    """From when on somebody is loyal (`insurance-domain` facts, section 19)."""

    renewals: int = 2
    """Renewals of one line, one after the other, in time."""
    gap_days: int = 30
    """Days between two policies that still count as in time."""
    years: int = 3
    lines: int = 2
    """Lines of business a customer of so many years has bought."""
    referrals: int = 2
    """Persons who bought and came through him."""


USUAL = LoyaltyLimits()


class LoyaltyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a customer."""

    open_complaints: int = 0
    unsettled_cheques: int = 0
    """Bounced ones."""
    chains: tuple[tuple[int, ...], ...] = ()
    """Of each chain of renewals within one line: the days between every policy's end and the next one's start, in
    order; below 0 when they overlap."""
    first_day: date | None = None
    """Of the first purchase."""
    lines: int = 0
    referrals: int = 0


def loyal_reasons(facts: LoyaltyFacts, today: date, limits: LoyaltyLimits = USUAL) -> tuple[Reason, ...]:
    """Give what makes a customer loyal on a day; empty: he is not.

    An open complaint or an unsettled bounced cheque outweighs everything.
    """
    if facts.open_complaints or facts.unsettled_cheques:
        return ()
    reasons: list[Reason] = []
    if any(_longest_run(chain, limits.gap_days) >= limits.renewals for chain in facts.chains):
        reasons.append("renewals")
    since = facts.first_day
    if since is not None and since <= jalali.add_years(today, -limits.years) and facts.lines >= limits.lines:
        reasons.append("years")
    if facts.referrals >= limits.referrals:
        reasons.append("referrals")
    return tuple(reasons)


def _longest_run(gaps: tuple[int, ...], most_days: int) -> int:
    longest = run = 0
    for gap in gaps:
        run = run + 1 if gap <= most_days else 0
        longest = max(longest, run)
    return longest

"""Two figures about messages that an office looks at each day: what went out this month, and what credit is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.messaging.accounts import account_of
from db.queries.message_routes import RouteRow, list_routes
from db.queries.message_screens import count_sent
from panel.context import conn, now, office
from panel.identity import require_user
from panel.sms.words import credit_words

MONTH = "month"
"""Name of the period in the list's address."""


@dataclass(frozen=True)
class Credit:
    """What is left on one route, as its provider said."""

    route: RouteRow
    words: str
    told_at: str
    is_low: bool


@dataclass(frozen=True)
class Figures:
    """What stands above the outbox."""

    sent: int | None
    """Short messages of this Jalali month; None for somebody who does not see all of them."""
    credits: list[Credit]


def month() -> tuple[str, str]:
    """Give the instants between which this Jalali month lies."""
    first, last = jalali.month_of(jalali.local(now(), office().zone).date())
    since, _end = jalali.day_bounds(first, office().zone)
    before, _end = jalali.day_bounds(last + timedelta(days=1), office().zone)
    return to_text(since), to_text(before)


def figures() -> Figures:
    """Give the figures the signed-in user may see."""
    user = require_user()
    sent = count_sent(conn(), "sms", *month()) if user.reach.scope == "all" else None
    return Figures(sent, _credits() if user.may("messages.manage") else [])


def _credits() -> list[Credit]:
    found = []
    for row in list_routes(conn()):
        account = account_of(conn(), row.name)
        if row.is_active and account.told_amount is not None and account.told_at is not None:
            words = credit_words(account.told_amount, account.told_unit)
            found.append(
                Credit(row, words, account.told_at, is_low(row, account.told_amount, account.told_unit))
            )
    return found


def is_low(row: RouteRow, amount: float, unit: str) -> bool:
    """Tell whether less is left on a route than the office wants."""
    return row.low_credit_rial is not None and unit == "rial" and amount < row.low_credit_rial

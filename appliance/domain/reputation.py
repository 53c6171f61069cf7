"""How a customer pays («خوش‌حسابی»), for everyone who shows it: the call card, the customer's page, lists.

From the last months' instalments and debit notes: the part of the money that came in time, how late the rest was, and
cheques that bounced (`insurance-domain` facts, section 7). Every limit is the office's own setting.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

import msgspec

from appliance.core import jalali
from db import Connection
from db.queries.reputation import Payment, count_bounced, find_credit, list_payments
from db.queries.settings import read_setting

KEY = "reputation"
"""Name of the office's limits among the settings."""
Level = Literal["good", "usual", "slow", "bad", "unknown"]
TITLES: dict[Level, str] = {
    "good": "خوش‌حساب",
    "usual": "معمولی",
    "slow": "کندپرداخت",
    "bad": "بدحساب",
    "unknown": "بدون سابقهٔ پرداخت",
}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """From when on a customer counts as what (`insurance-domain` facts, section 7)."""

    months: int = 24
    """Jalali months that are looked back on."""
    grace_days: int = 3
    """Days after which a payment is late."""
    good_percent: int = 90
    """Least part of the money that came in time, for «خوش‌حساب»."""
    usual_percent: int = 70
    """The same for «معمولی»."""
    slow_days: int = 20
    """Mean delay above which a customer is «کندپرداخت» in any case."""
    bad_days: int = 60
    """Days something is overdue after which a customer is «بدحساب»."""


class Reputation(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a customer's payments; amounts in rials."""

    level: Level
    label: str
    """The level in Persian, with what made a bad one bad: «بدحساب – ۱ چک برگشتی»."""
    balance: int
    """What is not paid yet, due or later, less the customer's credit; below 0: the office owes the customer."""
    overdue: int
    """What is not paid though its day is over."""
    bounced: int
    """Cheques that bounced and are not settled."""
    bounced_amount: int
    next_due: str | None
    """ISO date of the next part that is not due yet; today's counts as one."""
    next_amount: int
    on_time_percent: int | None
    """Part of the money that came in time, rounded down; None when nothing has been due."""
    mean_delay_days: int | None
    """Mean of the days each rial was late, rounded; what is still unpaid counts until today."""
    longest_overdue_days: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What was paid of everything that was due in the window."""

    judged: int = 0
    """Rials that could be in time or late by now."""
    in_time: int = 0
    delay: int = 0
    """Sum of rials times days of delay."""


def read_limits(conn: Connection) -> Limits:
    """Give the limits the office set."""
    return msgspec.convert(read_setting(conn, KEY), Limits)


def payment_reputation(conn: Connection, person_id: int, today: date) -> Reputation:
    """Say how a customer pays, on a day; who may see money is the caller's question."""
    limits = read_limits(conn)
    since = jalali.add_months(today, -limits.months)
    payments = list_payments(conn, person_id)
    unpaid = _unpaid(payments)
    cheques = count_bounced(conn, person_id, since.isoformat())
    record = payment_record(payments, since, today, limits.grace_days)
    overdue = [(day, left) for day, left in unpaid if day < today]
    later = [(day, left) for day, left in unpaid if day >= today]
    longest = max(((today - day).days for day, _left in overdue), default=0)
    level = level_of(
        record,
        limits,
        unsettled=cheques.unsettled,
        bounced=cheques.unsettled + cheques.settled_since,
        longest_overdue_days=longest,
    )
    next_day = min((day for day, _left in later), default=None)
    return Reputation(
        level=level,
        label=_label(level, cheques.unsettled, longest),
        balance=sum(left for _day, left in unpaid) - find_credit(conn, person_id),
        overdue=sum(left for _day, left in overdue),
        bounced=cheques.unsettled,
        bounced_amount=cheques.unsettled_amount,
        next_due=next_day.isoformat() if next_day else None,
        next_amount=sum(left for day, left in later if day == next_day),
        on_time_percent=100 * record.in_time // record.judged if record.judged else None,
        mean_delay_days=round(record.delay / record.judged) if record.judged else None,
        longest_overdue_days=longest,
    )


def payment_record(payments: Iterable[Payment], since: date, today: date, grace_days: int) -> Record:
    """Sum up how what fell due from `since` to `today` was paid.

    What is unpaid counts as late once its grace is over, and not at all before.
    """
    judged = in_time = delay = 0
    for due, amount, paid in _parts(payments):
        if not since <= due <= today:
            continue
        left = amount
        for day, rials in paid:
            late = (day - due).days
            left -= rials
            judged += rials
            in_time += rials if late <= grace_days else 0
            delay += rials * max(0, late)
        if left > 0 and today > due + timedelta(days=grace_days):
            judged += left
            delay += left * (today - due).days
    return Record(judged=judged, in_time=in_time, delay=delay)


def level_of(
    record: Record, limits: Limits, *, unsettled: int, bounced: int, longest_overdue_days: int
) -> Level:
    """Give the level; `bounced` counts the window's cheques that bounced, settled or not."""
    if unsettled or longest_overdue_days > limits.bad_days:
        return "bad"
    if not record.judged:
        return "usual" if bounced else "unknown"
    if (
        100 * record.in_time < limits.usual_percent * record.judged
        or record.delay > limits.slow_days * record.judged
    ):
        return "slow"
    return "good" if 100 * record.in_time >= limits.good_percent * record.judged and not bounced else "usual"


def _label(level: Level, unsettled: int, longest_overdue_days: int) -> str:
    title = TITLES[level]
    if level != "bad":
        return title
    if unsettled:
        return f"{title} – {jalali.persian_digits(unsettled)} چک برگشتی"
    return f"{title} – {jalali.persian_digits(longest_overdue_days)} روز معوق"


def _unpaid(payments: Iterable[Payment]) -> list[tuple[date, int]]:
    """Give day and rials of what is not paid in full."""
    parts = [(due, amount - sum(rials for _day, rials in paid)) for due, amount, paid in _parts(payments)]
    return [(due, left) for due, left in parts if left > 0]


def _parts(payments: Iterable[Payment]) -> list[tuple[date, int, list[tuple[date, int]]]]:
    """Give each part once: its day, its amount, and what was paid of it by day."""
    found: dict[tuple[str, int], tuple[date, int, list[tuple[date, int]]]] = {}
    for one in payments:
        paid = found.setdefault((one.kind, one.id), (date.fromisoformat(one.due_date), one.amount, []))[2]
        if one.paid_on is not None and one.paid:
            paid.append((date.fromisoformat(one.paid_on), one.paid))
    return list(found.values())

"""How a policy's state, plate and amounts are said and coloured."""

from __future__ import annotations

import re
from datetime import date

from appliance.core.jalali import format_date, persian_digits
from appliance.domain.policies.status import STATUS_TITLES, status_of
from db.queries.policy_overview import PolicyHead

STATUS_TONES = {
    "current": "good", "expiring": "warn", "expired": "bad", "renewed": "calm", "not-started": "ring",
    "cancelled": "calm", "lost": "calm",
}  # fmt: skip
WATCHED = frozenset({"current", "expiring", "expired", "not-started"})
"""States in which the days to the end matter."""
AMBER_DAYS = 30
_CAR = re.compile(r"^(\d{2})(\D{1,4})(\d{3})-(\d{2})$")
_MOTORCYCLE = re.compile(r"^(\d{3})-?(\d{5})$")


def status_on(head: PolicyHead, today: date, expiring_days: int) -> str:
    """Give a policy's status on a day, with the office's window of expiring ones."""
    return status_of(
        today=today,
        start=date.fromisoformat(head.start_date),
        end=date.fromisoformat(head.end_date),
        is_cancelled=head.cancel_date is not None,
        is_renewed=head.renewed_by is not None,
        is_lost=head.lost_at is not None,
        expiring_days=expiring_days,
    )


def status_title(status: str) -> str:
    """Give a status in Persian."""
    return STATUS_TITLES.get(status, "")


def status_tone(status: str) -> str:
    """Give the colour a status is shown in."""
    return STATUS_TONES.get(status, "calm")


def days_left(end: str, today: date) -> int:
    """Give the days from a day to a policy's end; below zero when it is over."""
    return (date.fromisoformat(end) - today).days


def days_words(days: int) -> str:
    """Say the days to the end."""
    if days == 0:
        return "امروز تمام می‌شود"
    if days < 0:
        return f"{persian_digits(-days)} روز گذشته"
    return f"{persian_digits(days)} روز مانده"


def days_tone(days: int) -> str:
    """Give the colour of the days to the end: red when over, amber in the last thirty."""
    return "bad" if days < 0 else "warn" if days <= AMBER_DAYS else "plain"


def plate_parts(plate: str | None) -> dict[str, str] | None:
    """Split a stored plate for its picture; None for what is no plate."""
    if plate and (found := _CAR.match(plate)):
        two, letter, three, town = found.groups()
        return {
            "two": persian_digits(two), "letter": letter, "three": persian_digits(three),
            "town": persian_digits(town),
        }  # fmt: skip
    if plate and (found := _MOTORCYCLE.match(plate)):
        return {"upper": persian_digits(found[1]), "lower": persian_digits(found[2])}
    return None


def policy_rial(amount: int | None) -> str:
    """Give an amount with Persian digits and separators; a minus stands before it."""
    if amount is None:
        return ""
    words = persian_digits(f"{abs(amount):,}".replace(",", "٬"))
    return f"−{words}" if amount < 0 else words


def jalali_day(text: str | None) -> str:
    """Give a stored date as a Jalali one."""
    return format_date(date.fromisoformat(text[:10])) if text else ""

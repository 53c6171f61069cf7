"""How long something waits, and how late it is, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from appliance.core import jalali
from appliance.core.clock import from_text
from appliance.core.jalali import persian_digits
from panel.context import Office

SOON = timedelta(minutes=15)
"""A deadline that is so near is shown as pressing."""


def ago_words(instant: str, now: datetime) -> str:
    """Say how long ago something was: «همین حالا», «۱۲ دقیقه پیش»."""
    passed = now - from_text(instant)
    return "همین حالا" if passed < timedelta(minutes=1) else f"{length_words(passed)} پیش"


def due_words(instant: str, now: datetime, office: Office) -> tuple[str, str]:
    """Say what is left until a deadline, and its tone: ``bad`` when it passed, ``warn`` when it is near."""
    at = from_text(instant)
    left = at - now
    if left < timedelta(0):
        return f"{length_words(max(-left, timedelta(minutes=1)))} دیر شده", "bad"
    if left < timedelta(hours=1):
        words = length_words(max(left, timedelta(minutes=1)))
        return f"{words} مانده", "warn" if left < SOON else "calm"
    return f"تا {_moment_words(at, now, office)}", "calm"


def length_words(span: timedelta) -> str:
    """Say a length of time in its two largest units that matter: «۲ ساعت و ۵ دقیقه», «۳ روز»."""
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days >= 2:
        return f"{persian_digits(days)} روز"
    if days:
        return "یک روز" + (f" و {persian_digits(hours)} ساعت" if hours else "")
    if hours:
        return f"{persian_digits(hours)} ساعت" + (
            f" و {persian_digits(rest)} دقیقه" if rest and hours < 6 else ""
        )
    return f"{persian_digits(rest)} دقیقه"


def _moment_words(at: datetime, now: datetime, office: Office) -> str:
    day, today = jalali.local(at, office.zone).date(), jalali.local(now, office.zone).date()
    if day == today:
        name = "امروز"
    elif day == today + timedelta(days=1):
        name = "فردا"
    elif timedelta(0) < day - today < timedelta(days=7):
        name = jalali.format_long_date(day).partition(" ")[0]
    else:
        return jalali.format_date(day)
    return f"{name} \u2066{jalali.format_time(at, office.zone)}\u2069"

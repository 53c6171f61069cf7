"""The Jalali calendar at the edge: stored instants in, Persian dates and times out, and back.

Names come from a table of our own: `jdatetime`'s locale functions depend on the thread they run in.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import jdatetime

from appliance.core.zones import DEFAULT_ZONE as DEFAULT_ZONE
from appliance.core.zones import day_bounds as day_bounds
from appliance.core.zones import local as local
from db.text import ascii_digits

MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
WEEKDAYS = ("شنبه", "یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه")
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_WRITTEN = re.compile(r"(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})")


def persian_digits(value: object) -> str:
    """Write a value with Persian digits."""
    return str(value).translate(_PERSIAN)


def format_date(day: date) -> str:
    """Write a Gregorian date as ``۱۴۰۵/۰۹/۰۱``."""
    jalali = jdatetime.date.fromgregorian(date=day)
    return persian_digits(f"{jalali.year:04d}/{jalali.month:02d}/{jalali.day:02d}")


def format_long_date(day: date) -> str:
    """Write a Gregorian date as ``یکشنبه ۱ آذر ۱۴۰۵``."""
    jalali = jdatetime.date.fromgregorian(date=day)
    weekday = WEEKDAYS[jalali.weekday()]
    return f"{weekday} {persian_digits(jalali.day)} {MONTHS[jalali.month - 1]} {persian_digits(jalali.year)}"


class FarDateError(ValueError):
    """A date of a year that cannot be meant."""


def parse_date(text: str) -> date:
    """Read a Jalali date typed in any of the three kinds of digits (``۱۴۰۵/۹/۱``) as a Gregorian one.

    Raises `FarDateError` for a year nobody of an office means, another ValueError when it is no date of the calendar.
    """
    match = _WRITTEN.fullmatch(ascii_digits(text).strip())
    if match is None:
        raise ValueError(f"expected a Jalali date such as 1405/09/01, got {text!r}")
    year, month, day = (int(part) for part in match.groups())
    if not 1200 <= year <= 1600:
        raise FarDateError(f"the Jalali year {year} is outside 1200-1600")
    gregorian: date = jdatetime.date(year, month, day).togregorian()
    return gregorian


def year_of(day: date) -> int:
    """Give the Jalali year of a Gregorian date."""
    return int(jdatetime.date.fromgregorian(date=day).year)


def add_months(day: date, months: int) -> date:
    """Give the day so many Jalali months later (or earlier); the day of the month is cut to the month's length."""
    jalali = jdatetime.date.fromgregorian(date=day)
    index = jalali.year * 12 + jalali.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    length = 31 if month <= 6 else 30 if month < 12 or jdatetime.date(year, 1, 1).isleap() else 29
    gregorian: date = jdatetime.date(year, month, min(jalali.day, length)).togregorian()
    return gregorian


def add_years(day: date, years: int) -> date:
    """Give the same day of a later year; the 30th of Esfand becomes the 29th where there is none."""
    return add_months(day, 12 * years)


def month_of(day: date) -> tuple[date, date]:
    """Give the first and the last day of the Jalali month a date lies in."""
    first = day - timedelta(days=jdatetime.date.fromgregorian(date=day).day - 1)
    return first, add_months(first, 1) - timedelta(days=1)


def format_time(instant: datetime, zone: str = DEFAULT_ZONE) -> str:
    """Write the office's time of day of an instant as ``۱۵:۲۴``."""
    return persian_digits(local(instant, zone).strftime("%H:%M"))


def format_moment(instant: datetime, zone: str = DEFAULT_ZONE) -> str:
    """Write an instant as ``۱۴۰۵/۰۹/۰۱ ۱۵:۲۴`` in the office's time."""
    return f"{format_date(local(instant, zone).date())} {format_time(instant, zone)}"

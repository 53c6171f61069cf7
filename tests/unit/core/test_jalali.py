"""The Jalali calendar at the edge: leap years, typed dates, the office's day."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from appliance.core.jalali import (
    MONTHS,
    WEEKDAYS,
    FarDateError,
    day_bounds,
    format_date,
    format_long_date,
    format_moment,
    format_time,
    local,
    parse_date,
    persian_digits,
)

LEAP_YEARS = {1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420}
"""Of 1380 to 1420; 1408 comes after five years, which formulas of the 2820-year cycle miss."""


@pytest.mark.parametrize("year", range(1381, 1421))
def test_esfand_has_30_days_in_leap_years_only(year: int) -> None:
    if year in LEAP_YEARS:
        assert parse_date(f"{year}/12/30") + timedelta(days=1) == parse_date(f"{year + 1}/01/01")
    else:
        with pytest.raises(ValueError, match="day"):
            parse_date(f"{year}/12/30")
        assert parse_date(f"{year}/12/29") + timedelta(days=1) == parse_date(f"{year + 1}/01/01")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1403/12/30", date(2025, 3, 20)),
        ("1404/12/29", date(2026, 3, 20)),
        ("1408/12/30", date(2030, 3, 20)),
        ("1405/09/01", date(2026, 11, 22)),
        ("۱۴۰۵/۹/۱", date(2026, 11, 22)),
        ("١٤٠٥-٩-١", date(2026, 11, 22)),
        (" 1405.09.01 ", date(2026, 11, 22)),
    ],
)
def test_a_typed_date_is_read_in_any_digits(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1405/13/01",
        "1405/00/10",
        "1405/07/31",
        "1405/01/32",
        "1405/09",
        "05/09/01",
        "2026/11/22",
        "x",
        "1/1/1405",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_date(text)


def test_every_day_is_read_as_it_was_written() -> None:
    days = random.Random(1405).sample(range(-40_000, 30_000), 300)
    for offset in days:
        day = date(2026, 11, 22) + timedelta(days=offset)
        assert parse_date(format_date(day)) == day


def test_dates_are_written_with_persian_digits() -> None:
    day = date(2026, 11, 22)
    assert format_date(day) == "۱۴۰۵/۰۹/۰۱"
    assert format_long_date(day) == "یکشنبه ۱ آذر ۱۴۰۵"
    assert persian_digits("تا 10") == "تا ۱۰"


def test_the_week_begins_on_saturday() -> None:
    saturday = date(2026, 11, 21)
    week = [format_long_date(saturday + timedelta(days=place)).split()[0] for place in range(7)]
    assert week == list(WEEKDAYS)


def test_there_are_twelve_months_of_the_right_names() -> None:
    new_year = parse_date("1405/01/01")
    names = list(dict.fromkeys(format_long_date(new_year + timedelta(days=n)).split()[2] for n in range(365)))
    assert names == list(MONTHS)


def test_moments_are_told_in_the_offices_time() -> None:
    instant = datetime(2026, 11, 22, 20, 45, tzinfo=UTC)
    assert format_time(instant) == "۰۰:۱۵"
    assert format_moment(instant) == "۱۴۰۵/۰۹/۰۲ ۰۰:۱۵"
    assert format_moment(instant, "UTC") == "۱۴۰۵/۰۹/۰۱ ۲۰:۴۵"


def test_summer_time_is_known_for_years_that_had_it() -> None:
    assert local(datetime(2022, 7, 1, 12, tzinfo=UTC)).utcoffset() == timedelta(hours=4, minutes=30)
    assert local(datetime(2023, 7, 1, 12, tzinfo=UTC)).utcoffset() == timedelta(hours=3, minutes=30)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 11, 22), 24), (date(2022, 3, 22), 23), (date(2022, 9, 21), 25)]
)
def test_a_day_lasts_from_midnight_to_midnight_of_the_office(day: date, hours: int) -> None:
    start, end = day_bounds(day)
    assert end - start == timedelta(hours=hours)
    assert format_date(local(start).date()) == format_date(day)
    assert local(end - timedelta(milliseconds=1)).date() == day


@pytest.mark.parametrize("text", ["1005/01/01", "۱۸۰۵/۰۱/۰۱"])
def test_a_date_centuries_off_is_told_from_one_that_is_none(text: str) -> None:
    with pytest.raises(FarDateError):
        parse_date(text)

"""Deadlines run in the office's hours: nights, Thursdays' afternoons, Fridays and holidays do not count."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from appliance.domain.worktime import Hours, WorkTime, after_days, after_minutes

ZONE = "Asia/Tehran"
CLOSED = Hours(0, 0)
WEEK = WorkTime(weekdays=Hours(8 * 60, 16 * 60), thursday=Hours(8 * 60, 13 * 60), friday=CLOSED)
NEVER = WorkTime(weekdays=CLOSED, thursday=CLOSED, friday=CLOSED)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Give an instant of Azar 1405's first days: the 22nd of November is a Sunday, the 26th a Thursday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        (at(22, 10), 30, at(22, 10, 30)),
        (at(22, 15, 50), 30, at(23, 8, 20)),
        (at(22, 3), 15, at(22, 8, 15)),
        (at(22, 20), 15, at(23, 8, 15)),
        (at(22, 15), 60, at(22, 16)),
        (at(26, 12, 30), 60, at(28, 8, 30)),
        (at(27, 11), 60, at(28, 9)),
        (at(22, 10), 24 * 60, at(25, 10)),
    ],
)
def test_a_deadline_counts_working_minutes(start: datetime, minutes: int, expected: datetime) -> None:
    assert after_minutes(WEEK, start, minutes, ZONE, lambda _day: False) == expected


def test_a_holiday_is_passed_over() -> None:
    holidays = {date(2026, 11, 23), date(2026, 11, 24)}
    assert after_minutes(WEEK, at(22, 15, 50), 30, ZONE, holidays.__contains__) == at(25, 8, 20)
    assert after_days(WEEK, at(22, 10), 1, ZONE, holidays.__contains__) == at(25, 16)


def test_an_office_without_hours_counts_every_minute() -> None:
    start = at(22, 10)
    assert after_minutes(NEVER, start, 90, ZONE, lambda _day: False) == start + timedelta(minutes=90)
    assert after_days(NEVER, start, 2, ZONE, lambda _day: False) == start + timedelta(days=2)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (at(22, 10), 0, at(22, 16)),
        (at(22, 20), 0, at(23, 16)),
        (at(22, 10), 1, at(23, 16)),
        (at(25, 10), 2, at(28, 16)),
        (at(27, 10), 1, at(28, 16)),
    ],
)
def test_days_end_when_the_office_closes(start: datetime, days: int, expected: datetime) -> None:
    assert after_days(WEEK, start, days, ZONE, lambda _day: False) == expected

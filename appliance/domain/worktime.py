"""The hours in which the office works, and deadlines counted in them. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

DAY_MINUTES = 24 * 60
LONGEST_WAIT_DAYS = 60
"""Days looked ahead for a working hour; an office that has none counts every minute."""
IsHoliday = Callable[[date], bool]


class Hours(msgspec.Struct, frozen=True):
    """From when to when somebody is there; minutes of the day."""

    begin: int
    end: int

    @property
    def is_open(self) -> bool:
        """Tell whether there is anybody on such a day."""
        return self.begin < self.end


class WorkTime(msgspec.Struct, frozen=True, kw_only=True):
    """The office's week."""

    weekdays: Hours
    """Saturday to Wednesday."""
    thursday: Hours
    friday: Hours

    def of(self, day: date) -> Hours:
        """Give the hours of a day that is no holiday."""
        return {3: self.thursday, 4: self.friday}.get(day.weekday(), self.weekdays)


def after_minutes(
    work: WorkTime, start: datetime, minutes: int, zone: str, is_holiday: IsHoliday
) -> datetime:
    """Give the instant at which so many working minutes have passed since `start`."""
    left = timedelta(minutes=minutes)
    for begin, end in _spans(work, start, zone, is_holiday):
        since = max(begin, start)
        if since + left <= end:
            return (since + left).astimezone(UTC)
        left -= max(end - since, timedelta(0))
    return (start + timedelta(minutes=minutes)).astimezone(UTC)


def after_days(work: WorkTime, start: datetime, days: int, zone: str, is_holiday: IsHoliday) -> datetime:
    """Give the end of the so-manieth working day after the day of `start`; 0: of that day, or of the next one."""
    today, met = start.astimezone(ZoneInfo(zone)).date(), 0
    for begin, end in _spans(work, start, zone, is_holiday):
        met += begin.date() > today
        if met >= days:
            return end.astimezone(UTC)
    return (start + timedelta(days=days)).astimezone(UTC)


def _spans(
    work: WorkTime, start: datetime, zone: str, is_holiday: IsHoliday
) -> Iterator[tuple[datetime, datetime]]:
    """Give the office's working spans that are not over at `start`."""
    tz = ZoneInfo(zone)
    first = start.astimezone(tz).date()
    for number in range(LONGEST_WAIT_DAYS):
        day = first + timedelta(days=number)
        hours = work.of(day)
        if not hours.is_open or is_holiday(day):
            continue
        midnight = datetime.combine(day, time(), tz)
        end = midnight + timedelta(minutes=hours.end)
        if end > start:
            yield midnight + timedelta(minutes=hours.begin), end

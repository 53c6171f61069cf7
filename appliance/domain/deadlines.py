"""By when a missed call is to be returned and a complaint to be answered: what the office set, and the deadlines.

Each line's process counts them, so this loads no form, no calendar and nothing about persons; what the office types
stands in `deadline_settings`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from appliance.core import zones
from appliance.core.clock import to_text
from appliance.domain import worktime
from appliance.domain.worktime import LONGEST_WAIT_DAYS, Hours, WorkTime
from db import Connection
from db.queries.occasions import list_holidays
from db.queries.settings import read_setting

KEY = "deadlines"


class Deadlines(msgspec.Struct, frozen=True, kw_only=True):
    """What is set, with the product's own values for the rest. Minutes and days are the office's working ones."""

    gold: int = 15
    silver: int = 30
    bronze: int = 60
    ordinary: int = 120
    attention: int = 120
    new: int = 60
    nobody: int = 120
    """Minutes for a number without a ranked customer."""
    talk_seconds: int = 45
    """An outgoing call nobody saw answered counts as a conversation when it lasted so long."""
    week_from: str = "08:00"
    week_to: str = "16:00"
    thursday_from: str = "08:00"
    thursday_to: str = "13:00"
    friday_from: str = ""
    friday_to: str = ""
    high_days: int = 1
    """Days to answer a complaint of high severity; the two below likewise."""
    normal_days: int = 3
    low_days: int = 7

    def minutes(self, grade: str | None) -> int:
        """Give the minutes in which somebody of a grade is called back."""
        known = {"gold", "silver", "bronze", "ordinary", "attention", "new"}
        return int(getattr(self, grade)) if grade in known else self.nobody

    def days(self, severity: str) -> int:
        """Give the days in which a complaint is answered."""
        return {"high": self.high_days, "low": self.low_days}.get(severity, self.normal_days)

    @property
    def work(self) -> WorkTime:
        """The office's week."""
        return WorkTime(
            weekdays=_hours(self.week_from, self.week_to),
            thursday=_hours(self.thursday_from, self.thursday_to),
            friday=_hours(self.friday_from, self.friday_to),
        )


def read_deadlines(conn: Connection) -> Deadlines:
    """Give what the office set."""
    return msgspec.convert(read_setting(conn, KEY), Deadlines)


def call_back_by(
    conn: Connection, deadlines: Deadlines, grade: str | None, missed_at: datetime, zone: str
) -> str:
    """Give the instant by which a missed call is to be returned."""
    minutes = deadlines.minutes(grade)
    holidays = _holidays(conn, missed_at, zone)
    return to_text(
        worktime.after_minutes(
            deadlines.work, missed_at, minutes, zone, lambda day: day.isoformat() in holidays
        )
    )


def answer_by(conn: Connection, deadlines: Deadlines, severity: str, now: datetime, zone: str) -> date:
    """Give the office's day by whose end a complaint is to be answered."""
    holidays = _holidays(conn, now, zone)
    end = worktime.after_days(
        deadlines.work, now, deadlines.days(severity), zone, lambda day: day.isoformat() in holidays
    )
    return zones.local(end, zone).date()


def end_of(deadlines: Deadlines, day: date, zone: str) -> str:
    """Give the instant at which the office closes on a day; of a free day, its end."""
    hours = deadlines.work.of(day)
    start, end = zones.day_bounds(day, zone)
    return to_text(start + timedelta(minutes=hours.end) if hours.is_open else end - timedelta(minutes=1))


def _holidays(conn: Connection, start: datetime, zone: str) -> set[str]:
    first = zones.local(start, zone).date()
    return list_holidays(conn, first.isoformat(), (first + timedelta(days=LONGEST_WAIT_DAYS)).isoformat())


def _hours(begin: str, end: str) -> Hours:
    return Hours(_minute_of(begin), _minute_of(end))


def _minute_of(text: str) -> int:
    hours, _colon, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes) if hours else 0

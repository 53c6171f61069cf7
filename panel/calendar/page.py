"""A month, a week or a day of the calendar as a template shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from flask import current_app

from appliance.core import jalali
from appliance.domain.access import User
from appliance.domain.calendar import KINDS, Entry, entries_between, kinds_for, whose_for
from db import Connection
from db.queries.calendar import list_holidays
from panel.links import path_for

VIEWS = {"month": "ماه", "week": "هفته", "day": "روز"}
SHOWN_A_DAY = 4
"""Entries of a day a month shows; the day itself shows all."""
SHOWN_A_WEEKDAY = 14
SATURDAY = 5
FRIDAY = 4
ICONS = {
    "activity": "calendar-event", "renewal": "refresh", "delivery": "truck", "case": "briefcase", "complaint": "flag",
    "promise": "cash",
}  # fmt: skip
CODE_ICONS = {
    "call": "phone", "call-back": "phone-call", "meeting": "users", "visit": "map-pin", "message": "message",
    "document": "file-text", "task": "checkbox", "sales": "trending-up",
}  # fmt: skip


@dataclass(frozen=True)
class Day:
    """One day with what stands on it."""

    day: date
    entries: list[Entry]
    is_today: bool
    is_free: bool
    is_other_month: bool = False
    holiday: str = ""
    most: int = SHOWN_A_DAY

    @property
    def text(self) -> str:
        """The day as addresses and forms have it."""
        return jalali.format_date(self.day)

    @property
    def number(self) -> str:
        """Day of the Jalali month, with the month's name on its first."""
        return self.text.rpartition("/")[2].lstrip("۰")

    @property
    def month_name(self) -> str:
        """Name of the month, on its first day."""
        return jalali.MONTHS[_month_index(self.day)] if self.number == "۱" else ""

    @property
    def weekday(self) -> str:
        """Name of the day of the week."""
        return jalali.WEEKDAYS[_weekday(self.day)]

    @property
    def long_text(self) -> str:
        """The whole date in words."""
        return jalali.format_long_date(self.day)

    @property
    def shown(self) -> list[Entry]:
        """The entries there is room for."""
        return self.entries if len(self.entries) <= self.most + 1 else self.entries[: self.most]

    @property
    def hidden(self) -> int:
        """How many entries there is no room for."""
        return len(self.entries) - len(self.shown)


@dataclass
class CalendarPage:
    """What was asked for, read once."""

    conn: Connection
    user: User
    zone: str
    today: date
    view: str = "month"
    day: date = date.min
    whose: str = "everybody"
    kind: str = ""

    def __post_init__(self) -> None:
        self.view = self.view if self.view in VIEWS else "month"
        self.whose = self.whose if self.whose in self.offered_whose else "everybody"
        self.kind = self.kind if self.kind in self.offered_kinds else ""

    views = VIEWS

    @cached_property
    def offered_whose(self) -> dict[str, str]:
        """Whose records may be asked for."""
        return whose_for(self.user)

    @cached_property
    def offered_kinds(self) -> dict[str, str]:
        """Kinds of records the user may see."""
        return kinds_for(self.user)

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last day that are shown: whole weeks of a month."""
        if self.view == "day":
            return self.day, self.day
        first, last = jalali.month_of(self.day) if self.view == "month" else (self.day, self.day)
        first -= timedelta(days=_weekday(first))
        return first, last + timedelta(days=6 - _weekday(last))

    @cached_property
    def days(self) -> list[Day]:
        """The days that are shown."""
        first, last = self.span
        entries = entries_between(
            self.conn, self.user, first, last, self.zone,
            whose=self.whose, kinds=(self.kind,) if self.kind else (), is_each=self.view == "day",
        )  # fmt: skip
        holidays = list_holidays(self.conn, first.isoformat(), last.isoformat())
        month = _month_index(self.day)
        return [
            Day(
                day=one,
                entries=entries.get(one, []),
                is_today=one == self.today,
                is_free=one.weekday() == FRIDAY or one.isoformat() in holidays,
                is_other_month=self.view == "month" and _month_index(one) != month,
                holiday=holidays.get(one.isoformat(), ""),
                most=SHOWN_A_DAY if self.view == "month" else SHOWN_A_WEEKDAY,
            )
            for one in (first + timedelta(days=place) for place in range((last - first).days + 1))
        ]

    @property
    def weekdays(self) -> tuple[str, ...]:
        """Names of the days of the week, Saturday first."""
        return jalali.WEEKDAYS

    @property
    def title(self) -> str:
        """What the shown span is called."""
        if self.view == "day":
            return jalali.format_long_date(self.day)
        if self.view == "month":
            return (
                f"{jalali.MONTHS[_month_index(self.day)]} {jalali.persian_digits(jalali.year_of(self.day))}"
            )
        first, last = (jalali.format_long_date(one).split(" ", 1)[1] for one in self.span)
        (day, month, year), (_d, last_month, last_year) = first.split(" "), last.split(" ")
        start = day if (month, year) == (last_month, last_year) else f"{day} {month}"
        return f"{start if year == last_year else first} تا {last}"

    @property
    def day_text(self) -> str:
        """The day as addresses have it."""
        return jalali.format_date(self.day)

    @property
    def before(self) -> str:
        """Address of the span before."""
        return self.link(day=self._stepped(-1))

    @property
    def after(self) -> str:
        """Address of the span after."""
        return self.link(day=self._stepped(1))

    @property
    def total(self) -> int:
        """How many things stand in the span."""
        return sum(one.count for day in self.days for one in day.entries)

    def link(self, **changes: object) -> str:
        """Give the calendar's address with some of it changed."""
        asked: dict[str, object] = {
            "view": self.view,
            "day": self.day,
            "whose": self.whose if self.whose != "everybody" else None,
            "kind": self.kind or None,
        } | changes
        if isinstance(asked["day"], date):
            asked["day"] = jalali.format_date(asked["day"]) if asked["day"] != self.today else None
        if asked["view"] == "month":
            asked["view"] = None
        return path_for("calendar.index", **asked)

    def entry_link(self, one: Entry) -> str:
        """Give the page of the record an entry stands for; of reminders together, their day."""
        screens = current_app.view_functions
        if not one.id:
            return self.link(view="day", day=one.day, kind="renewal")
        if one.kind == "complaint" and "complaints.show" in screens:
            return path_for("complaints.show", complaint_id=one.id)
        if one.kind == "delivery" and self.user.may("deliveries.manage"):
            return path_for("deliveries.edit", delivery_id=one.id)
        if (
            one.policy_id is not None
            and one.kind in ("renewal", "delivery")
            and self.user.may("policies.view")
        ):
            return path_for("policies.show", policy_id=one.policy_id)
        if one.person_id is not None:
            tab = {"promise": "money", "case": "needs"}.get(one.kind, "contacts")
            return path_for("persons.show", person_id=one.person_id, tab=tab)
        return self.link(view="day", day=one.day)

    @staticmethod
    def icon_of(one: Entry) -> str:
        """Give the symbol of an entry."""
        return CODE_ICONS.get(one.code, ICONS[one.kind]) if one.kind == "activity" else ICONS[one.kind]

    @staticmethod
    def time_of(one: Entry) -> str:
        """Write an entry's time of day; empty for what lasts all day."""
        return jalali.persian_digits(one.at.strftime("%H:%M")) if one.at else ""

    @staticmethod
    def day_of(one: Entry) -> str:
        """Write an entry's day."""
        return jalali.format_date(one.day)

    kind_titles = KINDS

    def _stepped(self, step: int) -> date:
        if self.view == "month":
            return jalali.add_months(jalali.month_of(self.day)[0], step)
        return self.day + timedelta(days=step * (7 if self.view == "week" else 1))


def _weekday(day: date) -> int:
    """Give the day of the week, Saturday as 0."""
    return (day.weekday() - SATURDAY) % 7


def _month_index(day: date) -> int:
    return int(jalali.format_date(day).translate(_ASCII).split("/")[1]) - 1


_ASCII = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")

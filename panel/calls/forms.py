# mypy: allow-untyped-calls
# The form library has no types.
"""What the call log is narrowed by, and the two fields that register a caller."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, SelectChoice, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from appliance.core import jalali
from appliance.domain.calls import CallSearch
from appliance.domain.persons import LONGEST_NAME
from db.queries.lists import Entry
from db.text import ascii_digits

OUTCOMES = [
    SelectChoice("", "همه"),
    SelectChoice("missed", "بی‌پاسخ"),
    SelectChoice("answered", "پاسخ داده شده"),
    SelectChoice("out", "خروجی"),
    SelectChoice("unknown", "ناشناس"),
]
DIRECTIONS = [SelectChoice("", "ورودی و خروجی"), SelectChoice("in", "ورودی"), SelectChoice("out", "خروجی")]
_DATE_PROBLEM = "تاریخ را مانند ۱۴۰۵/۰۹/۰۱ بنویسید."


class JalaliDateField(StringField):
    """A typed Jalali date in any digits; `day` is the Gregorian date or None."""

    day: date | None = None

    def pre_validate(self, form: Form) -> None:
        """Read the date."""
        self.day = None
        text = (self.data or "").strip()
        if not text:
            return
        try:
            self.day = jalali.parse_date(text)
        except ValueError:
            raise ValidationError(_DATE_PROBLEM) from None


class LogFilter(Form):
    """The call log's filter; it arrives in the address, so a page can be kept and sent."""

    outcome = SelectField("وضعیت", choices=OUTCOMES, default="", validate_choice=False)
    line = SelectField("خط", choices=[], default="", validate_choice=False)
    text = StringField("شماره یا نام", validators=[Length(max=80, message="متن جست‌وجو بلند است.")])
    from_day = JalaliDateField("از")
    until_day = JalaliDateField("تا")
    direction = SelectField("جهت", choices=DIRECTIONS, default="", validate_choice=False)
    result = SelectField("نتیجه", choices=[], default="", validate_choice=False)
    who = SelectField("کاربر", choices=[], default="", validate_choice=False)
    noted = BooleanField("با یادداشت", false_values=("", "0"))
    by_hand = BooleanField("ثبت دستی", false_values=("", "0"))

    def offer(self, lines: list[SelectChoice], results: list[Entry], users: list[Entry]) -> None:
        """Say what may be chosen from the office's own lists."""
        self.line.choices = [SelectChoice("", "همهٔ خطوط"), *lines]
        self.result.choices = [
            SelectChoice("", "همهٔ نتیجه‌ها"),
            *(SelectChoice(one.key, one.title) for one in results),
        ]
        self.who.choices = [
            SelectChoice("", "همهٔ همکاران"),
            *(SelectChoice(one.key, one.title) for one in users),
        ]

    def validate_until_day(self, field: JalaliDateField) -> None:
        """The end may not lie before the start."""
        if field.day and self.from_day.day and field.day < self.from_day.day:
            raise ValidationError("پایان باید پس از آغاز باشد.")

    def search(self) -> CallSearch:
        """Give what to look for; a field with an error counts as empty."""
        line = ascii_digits(self.line.data or "")
        known = {choice.value for choice in OUTCOMES}
        return CallSearch(
            outcome=self.outcome.data if self.outcome.data in known else "",
            text=(self.text.data or "")[:80],
            line=int(line) if line.isdigit() and len(line) < 4 else None,
            from_day=self.from_day.day,
            until_day=self.until_day.day,
            direction=self.direction.data if self.direction.data in ("in", "out") else "",
            result_id=_whole(self.result.data),
            user_id=_whole(self.who.data),
            is_noted=self.noted.data,
            is_by_hand=self.by_hand.data,
        )

    def chosen(self) -> dict[str, Any]:
        """Give the fields in use, for addresses that keep them."""
        return {name: "1" if value is True else value for name, value in self.data.items() if value}


class RegisterForm(FlaskForm):
    """An unknown caller's name."""

    first_name = StringField("نام", validators=[Length(max=LONGEST_NAME, message="نام بلند است.")])
    last_name = StringField(
        "نام خانوادگی",
        validators=[
            InputRequired("نام خانوادگی را بنویسید."),
            Length(max=LONGEST_NAME, message="نام خانوادگی بلند است."),
        ],
    )


def _whole(text: str | None) -> int | None:
    digits = ascii_digits(text or "")
    return int(digits) if digits.isdecimal() and len(digits) < 16 else None

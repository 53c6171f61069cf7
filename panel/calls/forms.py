# mypy: allow-untyped-calls
# The form library has no types.
"""What the call log is narrowed by, and the two fields that register a caller."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, SelectChoice, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from appliance.core import jalali
from appliance.domain.calls import CallSearch
from appliance.domain.persons import LONGEST_NAME
from db.text import ascii_digits

OUTCOMES = [
    SelectChoice("", "همه"),
    SelectChoice("missed", "بی‌پاسخ"),
    SelectChoice("answered", "پاسخ داده شده"),
    SelectChoice("out", "خروجی"),
    SelectChoice("unknown", "ناشناس"),
]
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
        )

    def chosen(self) -> dict[str, Any]:
        """Give the fields in use, for addresses that keep them."""
        return {name: value for name, value in self.data.items() if value}


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

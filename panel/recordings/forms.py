# mypy: allow-untyped-calls
# The form library has no types.
"""What the list of recordings is narrowed by; it arrives in the address, so a page can be kept and sent."""

from __future__ import annotations

from typing import Any

from wtforms import Form, SelectChoice, SelectField, StringField, ValidationError
from wtforms.validators import Length

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.calls import number_part
from db.queries.recordings import RecordingFilter
from db.text import ascii_digits, fold
from panel.calls.forms import JalaliDateField

KINDS = [SelectChoice("", "همه"), SelectChoice("hold", "نگه‌داری ویژه")]


class RecordingSearch(Form):
    """The filter of the list."""

    kind = SelectField("نوع", choices=KINDS, default="", validate_choice=False)
    line = SelectField("خط", choices=[], default="", validate_choice=False)
    person = StringField("شخص")
    """A person's id, from the links of that person's page; it has no field of its own."""
    text = StringField("شماره یا نام", validators=[Length(max=80, message="متن جست‌وجو بلند است.")])
    from_day = JalaliDateField("از")
    until_day = JalaliDateField("تا")

    def validate_until_day(self, field: JalaliDateField) -> None:
        """The end may not lie before the start."""
        if field.day and self.from_day.day and field.day < self.from_day.day:
            raise ValidationError("پایان باید پس از آغاز باشد.")

    def wanted(self, zone: str) -> RecordingFilter:
        """Give what to look for; a field with an error counts as empty."""
        line = ascii_digits(self.line.data or "")
        text = (self.text.data or "")[:80]
        digits = number_part(text)
        person = ascii_digits(self.person.data or "")
        return RecordingFilter(
            person_id=int(person) if person.isdigit() and len(person) < 16 else None,
            line=int(line) if line.isdigit() and len(line) < 4 else None,
            is_on_hold=True if self.kind.data == "hold" else None,
            number_part=digits,
            name_part="" if digits else fold(text),
            from_at=to_text(jalali.day_bounds(self.from_day.day, zone)[0]) if self.from_day.day else None,
            until_at=to_text(jalali.day_bounds(self.until_day.day, zone)[1]) if self.until_day.day else None,
        )

    def chosen(self) -> dict[str, Any]:
        """Give the fields in use, for addresses that keep them."""
        return {name: value for name, value in self.data.items() if value}

"""Kinds of value: how each is read from what people type, written for people, and written for a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import ClassVar

from appliance.core import jalali
from appliance.core.clock import from_text
from appliance.core.identity import IdentityError
from appliance.core.phone import parse_phone
from db.text import ascii_digits, clean, is_printable

Value = str | int | None
LARGEST_RIAL = 10**15
"""A thousand times the largest policy; more is a slip of the keyboard."""
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Gregorian years a date of an office may lie in; another is a slip of the keyboard."""


class FieldProblem(ValueError):
    """What was typed is refused; the text is a stable code the panel puts into words."""


class Kind:
    """A kind of value. `read` gets stripped text that is not empty."""

    name = "text"
    """What forms, filters and style sheets know the kind by."""
    operators: tuple[str, ...] = ("is", "contains", "empty")
    """How it may be asked for (see `asking`)."""
    is_ltr = False
    is_number = False

    def read(self, text: str) -> Value:
        """Give the value to store. Raises `FieldProblem`."""
        raise NotImplementedError

    def show(self, value: Value) -> str:
        """Give the value as people read it; Persian digits, empty for None."""
        return "" if value is None else str(value)

    def plain(self, value: Value) -> str | int:
        """Give the value for a spreadsheet: numbers as numbers, dates as Jalali text in ASCII digits."""
        return "" if value is None else value

    def edit(self, value: Value) -> str:
        """Give the text an input holds for a value."""
        return "" if value is None else str(value)


class Text(Kind):
    """A line of text, stored in its one spelling."""

    def __init__(self, longest: int = 80, *, lines: bool = False) -> None:
        self.longest = longest
        self.name = "note" if lines else "text"
        self._lines = lines

    def read(self, text: str) -> str:
        cleaned = "\n".join(clean(line) for line in text.splitlines()).strip() if self._lines else clean(text)
        if len(cleaned) > self.longest:
            raise FieldProblem(f"text.longer than {self.longest}")
        if not is_printable(cleaned.replace("\n", "")):
            raise FieldProblem("text.control")
        return cleaned


class Code(Kind):
    """A number of somebody else's making (policy number, core code): kept as text, ASCII digits."""

    name = "code"
    is_ltr = True

    def __init__(self, longest: int = 40, *, check: Callable[[str], str] | None = None) -> None:
        self.longest = longest
        self._check = check

    def read(self, text: str) -> str:
        plain = ascii_digits(clean(text))
        if len(plain) > self.longest:
            raise FieldProblem(f"text.longer than {self.longest}")
        if not is_printable(plain):
            raise FieldProblem("text.control")
        if self._check is None:
            return plain
        try:
            return self._check(plain)
        except IdentityError as error:
            raise FieldProblem(str(error)) from None

    def show(self, value: Value) -> str:
        return "" if value is None else jalali.persian_digits(value)


class Phone(Kind):
    """A telephone number, stored as its key."""

    name = "phone"
    is_ltr = True

    def __init__(self, area_code: str = "", *, only_mobile: bool = False) -> None:
        self._area_code = area_code
        self._only_mobile = only_mobile

    def read(self, text: str) -> str:
        number = parse_phone(text, self._area_code)
        if number is None or number.kind in ("unknown", "short"):
            raise FieldProblem("phone.form")
        if self._only_mobile and number.kind != "mobile":
            raise FieldProblem("phone.not-mobile")
        return number.key

    def show(self, value: Value) -> str:
        return jalali.persian_digits(self.plain(value))

    def plain(self, value: Value) -> str:
        number = parse_phone(str(value)) if value else None
        return number.local.replace(" ", "") if number else ""

    edit = plain


class Rial(Kind):
    """An amount in whole rials."""

    name = "rial"
    operators = ("is", "from", "until", "empty")
    is_ltr = True
    is_number = True

    def read(self, text: str) -> int:
        plain = re.sub(r"[\s,٬،']|ریال", "", ascii_digits(text))
        if not re.fullmatch(r"\d+", plain):
            raise FieldProblem("rial.digits")
        amount = int(plain)
        if amount > LARGEST_RIAL:
            raise FieldProblem("rial.large")
        return amount

    def show(self, value: Value) -> str:
        return "" if value is None else jalali.persian_digits(f"{int(value):,}".replace(",", "٬"))

    def edit(self, value: Value) -> str:
        return "" if value is None else f"{int(value):,}"


class Whole(Kind):
    """A whole number between two bounds."""

    name = "number"
    operators = ("is", "from", "until", "empty")
    is_ltr = True
    is_number = True

    def __init__(self, least: int = 0, most: int = 10**9, *, unit: str = "") -> None:
        self.least, self.most, self.unit = least, most, unit

    def read(self, text: str) -> int:
        plain = ascii_digits(text).replace(" ", "").removesuffix("٪").removesuffix("%")
        if not re.fullmatch(r"-?\d{1,12}", plain):
            raise FieldProblem("number.digits")
        number = int(plain)
        if not self.least <= number <= self.most:
            raise FieldProblem(f"number.range {self.least} {self.most}")
        return number

    def show(self, value: Value) -> str:
        return "" if value is None else jalali.persian_digits(value) + (f" {self.unit}" if self.unit else "")


class Hundredths(Kind):
    """A number with two decimals, such as a percentage: stored as a whole number of hundredths."""

    name = "number"
    operators = ("is", "from", "until", "empty")
    is_ltr = True
    is_number = True

    def __init__(self, most: int = 10**6, *, unit: str = "") -> None:
        """`most` is the largest number, in whole ones."""
        self.most, self.unit = most, unit

    def read(self, text: str) -> int:
        plain = ascii_digits(text).replace(" ", "").replace("٫", ".").replace("/", ".")
        plain = plain.removesuffix("٪").removesuffix("%")
        if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", plain):
            raise FieldProblem("number.digits")
        whole, _, part = plain.partition(".")
        value = int(whole) * 100 + int(part.ljust(2, "0") if part else 0)
        if value > self.most * 100:
            raise FieldProblem(f"number.range 0 {self.most}")
        return value

    def show(self, value: Value) -> str:
        return jalali.persian_digits(self.edit(value)).replace(".", "٫") + (
            self.unit if value is not None else ""
        )

    def plain(self, value: Value) -> str:
        return self.edit(value)

    def edit(self, value: Value) -> str:
        return "" if value is None else f"{int(value) // 100}.{int(value) % 100:02d}"


class Day(Kind):
    """A date: Jalali for people, ISO Gregorian in the records."""

    name = "day"
    operators = ("is", "from", "until", "next", "last", "empty")
    is_ltr = True

    def read(self, text: str) -> str:
        try:
            day = jalali.parse_date(text)
        except jalali.FarDateError:
            raise FieldProblem("day.far") from None
        except ValueError:
            raise FieldProblem("day.form") from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise FieldProblem("day.far")
        return day.isoformat()

    def show(self, value: Value) -> str:
        return jalali.format_date(date.fromisoformat(str(value))) if value else ""

    def plain(self, value: Value) -> str:
        return ascii_digits(self.show(value))

    edit = show


class Moment(Kind):
    """An instant, stored in UTC; asked for by day."""

    name = "moment"
    operators = ("from", "until", "next", "last", "empty")
    is_ltr = True

    def read(self, text: str) -> Value:
        raise FieldProblem("moment.not-typed")

    def show(self, value: Value) -> str:
        return jalali.format_moment(from_text(str(value))) if value else ""

    def plain(self, value: Value) -> str:
        return ascii_digits(self.show(value))


class TimeOfDay(Kind):
    """A time of the office's day, ``HH:MM``."""

    name = "time"
    is_ltr = True

    def read(self, text: str) -> str:
        found = re.fullmatch(r"(\d{1,2})(?::|：|\.)?(\d{2})?", ascii_digits(text).replace(" ", ""))
        if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise FieldProblem("time.form")
        return f"{int(found[1]):02d}:{int(found[2] or 0):02d}"

    def show(self, value: Value) -> str:
        return jalali.persian_digits(value) if value else ""

    edit = show


class Choice(Kind):
    """One of a few words the product knows: stored code, Persian title."""

    name = "choice"
    operators = ("is", "any")

    def __init__(self, titles: dict[str, str]) -> None:
        self.titles = titles

    def read(self, text: str) -> str:
        if text not in self.titles:
            raise FieldProblem("choice.unknown")
        return text

    def show(self, value: Value) -> str:
        return self.titles.get(str(value), "") if value is not None else ""

    def plain(self, value: Value) -> str:
        return self.show(value)


class Flag(Kind):
    """Yes or no."""

    name = "flag"
    operators = ("is",)
    titles: ClassVar = {"1": "بله", "0": "خیر"}

    def read(self, text: str) -> int:
        return int(text in ("1", "on", "yes", "بله"))

    def show(self, value: Value) -> str:
        return "بله" if value else "خیر"

    def plain(self, value: Value) -> str:
        return self.show(value)


class Listed(Kind):
    """A row of one of the office's own lists (region, insurer, marketer …), by its key.

    `listing` names the list (`db.queries.lists`); the panel offers its entries, and `show` is given the title, which a
    field's `shown_sql` reads.
    """

    name = "listed"
    operators = ("is", "any", "empty")

    def __init__(self, listing: str, *, is_text_key: bool = False) -> None:
        self.listing = listing
        self._is_text_key = is_text_key

    def read(self, text: str) -> Value:
        if self._is_text_key:
            return text
        if not re.fullmatch(r"\d{1,12}", ascii_digits(text)):
            raise FieldProblem("choice.unknown")
        return int(ascii_digits(text))

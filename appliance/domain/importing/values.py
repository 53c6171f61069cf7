"""Cells of a spreadsheet as the values the records hold: dates, amounts, codes, telephones, texts."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from appliance.core import jalali
from appliance.core.phone import parse_phone
from appliance.domain.fields.kinds import FIRST_YEAR, LARGEST_RIAL, LAST_YEAR
from db.text import ascii_digits, clean

Cell = str | int | float | bool | date | datetime | time | None
Value = str | int | None

EXCEL_EPOCH = date(1899, 12, 30)
"""Day 0 of Excel's serial numbers for dates after February 1900 (ECMA-376 part 1, 18.17.4.1)."""
_SERIALS = range(7306, 73051)
"""Serial numbers of 1920 to 2099: what an office's dates can be."""
_JALALI = re.compile(r"(1[2-5]\d\d)\D?(\d{1,2})\D?(\d{1,2})")
_JALALI_PLAIN = re.compile(r"1[2-5]\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_SHORT_JALALI = re.compile(r"([0-9]\d)[/\-.](\d{1,2})[/\-.](\d{1,2})")
_GREGORIAN = re.compile(r"((?:19|20)\d\d)[/\-.](\d{1,2})[/\-.](\d{1,2})(?:[T ].*)?")
_AMOUNT = re.compile(r"-?\d+(\.\d+)?")
LONGEST_TEXT = 300


class CellProblem(ValueError):
    """A cell holds no such value; the text is the code of the reason."""


def text_of(cell: Cell, longest: int = LONGEST_TEXT) -> str:
    """Give a cell as one line of text in its stored spelling; whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    plain = clean(str(cell).replace("_x000D_", " "))
    return "".join(letter for letter in plain if letter.isprintable() or letter == "\u200c")[:longest]


def code_of(cell: Cell) -> str:
    """Give a cell as a code: ASCII digits, no blanks at its edges, no ``.0``."""
    plain = ascii_digits(text_of(cell, 40))
    return plain[:-2] if re.fullmatch(r"\d+\.0", plain) else plain


def day_of(cell: Cell) -> str | None:
    """Read a date: Jalali text of any usual spelling, an Excel serial number, a real date. Raises `CellProblem`."""
    if cell is None or isinstance(cell, bool | time):
        return None
    if isinstance(cell, datetime):
        return _plausible(cell.date())
    if isinstance(cell, date):
        return _plausible(cell)
    if isinstance(cell, float):
        cell = int(cell)
    if isinstance(cell, int):
        if cell in _SERIALS:
            return _plausible(EXCEL_EPOCH + timedelta(days=cell))
        return _jalali_text(str(cell))
    return _jalali_text(ascii_digits(clean(cell)))


def rial_of(cell: Cell) -> int | None:
    """Read an amount in rials; brackets or a sign on either side make it negative. Raises `CellProblem`."""
    if cell is None or isinstance(cell, bool | date | time):
        if isinstance(cell, date):
            raise CellProblem("rial.digits")
        return None
    if isinstance(cell, int | float):
        amount = round(cell)
    else:
        plain = re.sub(r"[\s,٬،'\u200c\u200e\u200f]|ریال", "", ascii_digits(cell).replace("٫", "."))
        is_negative = plain.startswith(("(", "-", "−")) or plain.endswith(("-", "−"))
        plain = plain.strip("()-−+")
        if not plain:
            return None
        if not _AMOUNT.fullmatch(plain):
            raise CellProblem("rial.digits")
        amount = -round(float(plain)) if is_negative else round(float(plain))
    if abs(amount) > LARGEST_RIAL:
        raise CellProblem("rial.large")
    return amount


def whole_of(cell: Cell) -> int | None:
    """Read a whole number. Raises `CellProblem`."""
    plain = code_of(cell)
    if not plain:
        return None
    if not re.fullmatch(r"-?\d{1,9}", plain):
        raise CellProblem("number.digits")
    return int(plain)


def phone_of(cell: Cell, area_code: str = "") -> str | None:
    """Read a telephone number as its key, lost zeros and ``98…`` included; None for what is no number."""
    number = parse_phone(text_of(cell), area_code)
    return (
        number.key if number is not None and number.kind in ("mobile", "landline", "international") else None
    )


@lru_cache(maxsize=20_000)
def _jalali_text(text: str) -> str | None:
    plain = text.strip()
    if not plain or set(plain) <= set("0/-. "):
        return None
    if found := _GREGORIAN.fullmatch(plain):
        try:
            return _plausible(date(*(int(part) for part in found.groups())))
        except ValueError:
            raise CellProblem("day.form") from None
    plain = plain.split(" ")[0].split("T")[0]
    if _JALALI_PLAIN.fullmatch(plain) or ("/" in plain or "-" in plain or "." in plain):
        if found := _JALALI.fullmatch(plain):
            return _jalali(*found.groups())
        if found := _SHORT_JALALI.fullmatch(plain):
            year, month, day = found.groups()
            return _jalali(("13" if int(year) >= 30 else "14") + year, month, day)
        if found := re.fullmatch(r"(\d{1,2})[/\-.](\d{1,2})[/\-.](1[2-5]\d\d)", plain):
            return _jalali(found[3], found[2], found[1])
    if plain.isdecimal() and int(plain) in _SERIALS:
        return _plausible(EXCEL_EPOCH + timedelta(days=int(plain)))
    raise CellProblem("day.form")


def _jalali(year: str, month: str, day: str) -> str:
    try:
        return _plausible(jalali.parse_date(f"{year}/{month}/{day}"))
    except ValueError:
        raise CellProblem("day.form") from None


def _plausible(day: date) -> str:
    if 1200 <= day.year <= 1500:
        # A cell of type date that holds a Jalali day: its year, month and day are what people read.
        return _jalali(str(day.year), str(day.month), str(day.day))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellProblem("day.far")
    return day.isoformat()

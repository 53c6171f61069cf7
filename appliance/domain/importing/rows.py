"""Rows of a file as values under their targets: read, told apart from doubles and from other agencies' rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from appliance.core.identity import IdentityError, plate, vin
from appliance.domain.importing.holders import Holder, read_holder, read_identity
from appliance.domain.importing.mapping import Header, Mapping, places_of
from appliance.domain.importing.profiles import PROFILES, Profile
from appliance.domain.importing.targets import TARGETS
from appliance.domain.importing.values import (
    Cell,
    CellProblem,
    Value,
    code_of,
    day_of,
    phone_of,
    rial_of,
    text_of,
    whole_of,
)
from db.text import ascii_digits, fold

MILLION = 1_000_000
_TOTALS = ("جمع", "مجموع", "total")
_PLATE_PARTS = re.compile(r"(\d{2})\s*([^\d\s]{1,3})\s*(\d{3})")


class Row(msgspec.Struct, kw_only=True):
    """One row of the file."""

    no: int
    """Row of the file, from 1, as the spreadsheet program counts."""
    values: dict[str, Value]
    holder: Holder | None = None
    line_code: str = ""
    problem: str = ""
    """Code of the reason it cannot be taken, with the target in front: ``issue_date day.form``."""
    state: str = ""
    """``foreign`` or ``double`` when it is passed over; else empty until it is compared."""

    def text(self, key: str) -> str:
        """Give a value as text."""
        value = self.values.get(key)
        return "" if value is None else str(value)

    def number(self, key: str) -> int | None:
        """Give a number, or None."""
        value = self.values.get(key)
        return value if isinstance(value, int) else None


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is read."""

    profile: str
    mapping: Mapping
    own_codes: frozenset[str]
    """Codes of this agency and its units; empty: every row is ours."""
    line_codes: dict[str, str]
    """Line of business by the folded text of a cell, the office's own words included."""
    area_code: str = ""
    """Completes local telephone numbers of eight digits."""

    @property
    def kind(self) -> Profile:
        """The profile itself."""
        return PROFILES[self.profile]


def read_rows(table: Sequence[Sequence[Cell]], header: Header, setup: Setup) -> Iterator[Row]:
    """Give the rows below the header that hold anything; sums at the end are none."""
    places = places_of(setup.mapping, header.titles)
    counter = next((place for place, title in enumerate(header.titles) if fold(title) == "ردیف"), -1)
    seen: set[tuple[Cell, ...]] = set()
    for offset, cells in enumerate(table[header.row :]):
        filled = [cell for cell in cells if cell is not None and cell != ""]
        if len(filled) < 2 or _is_sum(cells):
            continue
        row = _read_row(header.row + offset + 1, cells, places, setup)
        mark = tuple(cell for place, cell in enumerate(cells) if place != counter)
        if mark in seen:
            row.state = "double"
        elif not is_own(row.text("agency"), setup.own_codes):
            row.state = "foreign"
        seen.add(mark)
        yield row


def agency_codes(text: str) -> list[str]:
    """Give the codes in a cell such as «نمایندگی ۵۱۰۳۷ - آفتاب»."""
    return [one.lstrip("0") for one in re.findall(r"\d{2,}", ascii_digits(text)) if one.strip("0")]


def is_own(text: str, own_codes: frozenset[str]) -> bool:
    """Tell whether a row is of this agency; one that names no agency is."""
    codes = agency_codes(text)
    return not own_codes or not codes or any(code in own_codes for code in codes)


def _is_sum(cells: Sequence[Cell]) -> bool:
    first = next((cell for cell in cells if cell is not None), None)
    return isinstance(first, str) and fold(first).split(" ")[0] in _TOTALS


def _read_row(no: int, cells: Sequence[Cell], places: dict[str, int], setup: Setup) -> Row:
    row = Row(no=no, values={})
    for key, place in places.items():
        cell = cells[place] if place < len(cells) else None
        try:
            row.values[key] = _value(TARGETS[key].kind, cell, setup.area_code)
        except CellProblem as problem:
            row.problem = row.problem or f"{key} {problem}"
    if row.values.get("value_million") is not None and row.values.get("value") is None:
        row.values["value"] = row.values["value_million"]
    _read_holder(row)
    _read_object(row)
    _read_line(row, setup)
    if not row.problem:
        for one in setup.kind.required:
            keys = [key for key in one.split("|") if key != "line"]
            if keys and all(row.values.get(key) in (None, "") for key in keys):
                row.problem = f"{keys[0]} missing"
                break
    return row


def _value(kind: str, cell: Cell, area_code: str) -> Value:
    match kind:
        case "code":
            return code_of(cell)
        case "day":
            return day_of(cell)
        case "rial":
            return rial_of(cell)
        case "million":
            amount = rial_of(cell)
            return None if amount is None else amount * MILLION
        case "whole":
            return whole_of(cell)
        case "phone":
            return phone_of(cell, area_code)
    return text_of(cell)


def _read_holder(row: Row) -> None:
    name = row.text("holder") or f"{row.text('first_name')} {row.text('last_name')}".strip()
    holder = read_holder(name)
    if row.text("last_name") and not row.text("holder"):
        holder = Holder(holder.kind, row.text("first_name")[:80], row.text("last_name")[:80], holder.code)
        if holder.kind == "legal":
            holder = Holder("legal", "", name[:80], holder.code)
    if row.text("person_code"):
        holder = msgspec.structs.replace(holder, code=row.text("person_code"))
    try:
        found = read_identity(row.text("national_id"))
    except IdentityError as error:
        row.problem = row.problem or f"national_id {error}"
        found = None
    row.values["national_id"] = found[1] if found else None
    if found and found[0] != holder.kind:
        kind = found[0]
        whole = f"{holder.first_name} {holder.last_name}".strip()
        holder = Holder(kind, "" if kind == "legal" else holder.first_name,
                        whole if kind == "legal" else holder.last_name, holder.code)  # fmt: skip
    row.holder = holder if holder.last_name else None


def _read_object(row: Row) -> None:
    """Read plate and chassis number; what is none is left out: a policy does not fail by its plate."""
    values = row.values
    if text := row.text("plate"):
        serial = row.text("plate_serial")
        for spelling in (f"{text} ایران {serial}" if serial else text, text, _turned(text, serial)):
            try:
                values["plate"] = plate(spelling)
                break
            except IdentityError:
                values["plate"] = None
    if text := row.text("vin"):
        try:
            values["vin"] = vin(text)
        except IdentityError:
            values["vin"] = None
    year = row.number("year")
    if year is not None and not 1300 <= year <= 2100:
        values["year"] = None


def _turned(text: str, serial: str) -> str:
    """Read a plate written from its city on: «ایران ۶۷ - ۳۴۵ ب ۱۲» and the like."""
    plain = ascii_digits(text).replace("ایران", " ")
    if found := re.fullmatch(r"\s*(\d{2})\s*[-–/]?\s*(\d{3})\s*([^\d\s]{1,3})\s*(\d{2})\s*", plain):
        return f"{found[4]}{found[3]}{found[2]}-{found[1]}"
    if serial and (found := _PLATE_PARTS.search(plain)):
        return f"{found[1]}{found[2]}{found[3]}-{ascii_digits(serial)[-2:]}"
    return ""


def _read_line(row: Row, setup: Setup) -> None:
    text = fold(row.text("line"))
    if text:
        row.line_code = line_of(text, setup.line_codes)
        if not row.line_code and setup.kind.subject in ("instalments", "policies") and not row.problem:
            row.problem = "line unknown"
    else:
        row.line_code = setup.kind.line_code
        if not row.line_code and "line" in setup.kind.required and not row.problem:
            row.problem = "line missing"


def line_of(folded: str, line_codes: dict[str, str]) -> str:
    """Give the line of business a cell names, empty when it is none we know."""
    return line_codes.get(folded) or line_codes.get(re.sub(r"[\s\W]+", "", folded), "")


def sample(row: Row) -> dict[str, Any]:
    """Give what a preview shows of a row."""
    holder = row.holder
    return {
        "holder": f"{holder.first_name} {holder.last_name}".strip() if holder else "",
        "line": row.line_code,
        "number": row.text("policy_no") or row.text("core_code"),
        "core_code": row.text("core_code"),
        "amount": row.number("premium") if row.number("premium") is not None else row.number("commission"),
        "day": row.text("due_date") or row.text("issue_date") or row.text("start_date"),
        "agency": row.text("agency"),
    }

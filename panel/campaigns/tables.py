"""Reading a file of numbers: txt, csv or xlsx become rows with headings; the file itself is not kept.

What the file is, is told by its bytes. Headings are the first row when that row has no number to write to. The
column of numbers is guessed from the first rows and may be chosen anew.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from appliance.core import jalali, sheets
from appliance.domain.messaging.queueing import receiver_key

LARGEST_BYTES = 4 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 40
LONGEST_CELL = 300
MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes a sheet may have unpacked; what is larger is no list of numbers."""
TRIED_ROWS = 200
"""Rows that decide which column holds the numbers."""
_XLSX = b"PK\x03\x04"
_ENCODINGS = ("utf-8-sig", "cp1256")
_DELIMITERS = "\t;|,،"


class TableRefused(ValueError):
    """The file is no table of numbers; the text says why: ``empty``, ``kind``, ``large`` or ``rows``."""


@dataclass(frozen=True)
class Table:
    """A file's rows."""

    headings: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    """Each with its line, from 1, and its cells by heading."""
    number_column: int
    name_column: int | None


def read_table(content: bytes) -> Table:
    """Read a file. Raises `TableRefused`."""
    if not content.strip():
        raise TableRefused("empty")
    if len(content) > LARGEST_BYTES:
        raise TableRefused("large")
    lines = _sheet(content) if content.startswith(_XLSX) else _text(content)
    numbered = [(place, line) for place, line in enumerate(lines, start=1) if any(line)]
    if not numbered:
        raise TableRefused("empty")
    if len(numbered) > MOST_ROWS:
        raise TableRefused("rows")
    width = min(MOST_COLUMNS, max(len(line) for _place, line in numbered))
    first = numbered[0][1]
    has_headings = len(numbered) > 1 and not any(_is_number(cell) for cell in first)
    headings = _headings(first if has_headings else [], width)
    rows = [
        (place, dict(zip(headings, [*line, *[""] * width][:width], strict=True)))
        for place, line in numbered[has_headings:]
    ]
    return Table(headings, rows, _number_column(headings, rows), _name_column(headings))


def _sheet(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise TableRefused("large")
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            file.write(content)
            file.flush()
            return [[_cell(value) for value in row] for row in sheets.read_table(Path(file.name)).rows]
    except (sheets.SheetError, zipfile.BadZipFile) as error:
        reason = {"file.rows": "rows", "file.no-rows": "empty", "file.bomb": "large"}.get(str(error), "kind")
        raise TableRefused(reason) from error


def _text(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text):
        raise TableRefused("kind")
    lines = [line for line in text.splitlines() if line.strip()][:20]
    delimiter = max(_DELIMITERS, key=lambda one: min((line.count(one) for line in lines), default=0))
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[_clean(cell) for cell in row] for row in rows]
    except csv.Error as error:
        raise TableRefused("kind") from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableRefused("kind")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return jalali.format_date(value.date())
    if isinstance(value, date):
        return jalali.format_date(value)
    return _clean(str(value))


def _clean(text: str) -> str:
    return " ".join(
        "".join(letter if letter.isprintable() or letter == "\u200c" else " " for letter in text).split()
    )[:LONGEST_CELL]


def _headings(first: Sequence[str], width: int) -> tuple[str, ...]:
    found: list[str] = []
    for place in range(width):
        title = (
            (first[place] if place < len(first) else "")
            .translate({ord("{"): None, ord("}"): None})[:40]
            .strip()
        )
        title = title.rstrip("?؟ ") or f"ستون {jalali.persian_digits(place + 1)}"
        while title in found:
            title += f" {jalali.persian_digits(place + 1)}"
        found.append(title)
    return tuple(found)


def _number_column(headings: Sequence[str], rows: Iterable[tuple[int, dict[str, str]]]) -> int:
    tried = [cells for _line, cells in list(rows)[:TRIED_ROWS]]
    return max(
        range(len(headings)),
        key=lambda place: (sum(_is_number(cells[headings[place]]) for cells in tried), -place),
    )


def _name_column(headings: Sequence[str]) -> int | None:
    return next((place for place, title in enumerate(headings) if title.startswith("نام")), None)


def _is_number(cell: str) -> bool:
    return receiver_key("sms", cell.removesuffix(".0")) is not None

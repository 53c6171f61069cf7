"""Spreadsheets that come from elsewhere: told by their bytes, opened under limits, given row by row.

Whoever hands a file to the box is not trusted. A file is looked at before a reader opens it: what it is, whether it is
whole, what it would unpack to. The reader itself (calamine) belongs in a process of its own with a bound on memory
(`bound_memory`), because an archive may lie about its sizes.
"""

from __future__ import annotations

import csv
import io
import resource
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import msgspec
import python_calamine

from appliance.core.sheets_limits import MOST_BYTES, MOST_ROWS

MOST_UNPACKED_BYTES = 600 * 1024 * 1024
MOST_RATIO = 200
"""An office's workbooks unpack to 5 to 30 times their size; bombs to a thousand times."""
MOST_PARTS = 2000
MOST_COLUMNS = 256
LONGEST_CELL = 2000
MEMORY_BYTES = 1536 * 1024 * 1024
_CHUNK = 1024 * 1024
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Name of the stream an encrypted workbook lies in (MS-OFFCRYPTO 1.3.3)."""
_WORKBOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_DELIMITERS = ",;\t|"

Cell = str | int | float | bool | date | datetime | time | None


class SheetError(ValueError):
    """The file cannot be taken; the text is the code of the reason."""


class Table(msgspec.Struct, frozen=True):
    """The rows of one sheet."""

    kind: str
    """``xlsx``, ``xls`` or ``csv``."""
    sheet: str
    """Name of the sheet; empty for CSV."""
    rows: list[list[Cell]]
    """Every row from the first; `rows[n]` is row n + 1 of the file."""


def bound_memory(most: int = MEMORY_BYTES) -> None:
    """Let this process have so much memory at most: a file that lies about its size ends it and nothing else."""
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def kind_of(path: Path) -> str:
    """Tell ``xlsx``, ``xls`` or ``csv`` by the bytes. Raises `SheetError` for everything else."""
    size = path.stat().st_size
    if size == 0:
        raise SheetError("file.empty")
    if size > MOST_BYTES:
        raise SheetError("file.large")
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK"):
        _check_archive(path, size)
        return "xlsx"
    if head == _CFB:
        _check_compound(path)
        return "xls"
    return "csv"


def read_table(path: Path) -> Table:
    """Give the sheet of a file that holds its table: the one with most rows. Raises `SheetError`."""
    kind = kind_of(path)
    if kind == "csv":
        return Table("csv", "", _read_csv(path))
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            names = [
                one.name
                for one in book.sheets_metadata
                if one.visible == python_calamine.SheetVisibleEnum.Visible
                and one.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
            best: python_calamine.CalamineSheet | None = None
            for name in names:
                sheet = book.get_sheet_by_name(name)
                if best is None or sheet.height > best.height:
                    best = sheet
            if best is None or best.height == 0:
                raise SheetError("file.no-rows")
            _check_shape(best.total_height, best.total_width)
            return Table(kind, best.name, [[_cell(value) for value in row] for row in best.iter_rows()])
    except python_calamine.PasswordError:
        raise SheetError("file.password") from None
    except (python_calamine.CalamineError, python_calamine.XmlError, python_calamine.ZipError) as error:
        raise SheetError("file.password" if "password" in str(error).lower() else "file.broken") from None


def _check_shape(height: int, width: int) -> None:
    if height > MOST_ROWS + 1:
        raise SheetError("file.rows")
    if width > MOST_COLUMNS:
        raise SheetError("file.columns")


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value[:LONGEST_CELL] or None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool | int | float | date | time):
        return value
    return None if value is None else str(value)[:LONGEST_CELL]


def _check_archive(path: Path, size: int) -> None:
    """Read the archive to its end once: a torn, lying or exploding one is refused before anything is built of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_PARTS:
                raise SheetError("file.bomb")
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > MOST_UNPACKED_BYTES or unpacked > MOST_RATIO * max(size, 64 * 1024):
                raise SheetError("file.bomb")
            if not any(entry.filename.startswith("xl/workbook.") for entry in entries):
                raise SheetError("file.foreign")
            for entry in entries:
                if entry.flag_bits & 1:
                    raise SheetError("file.password")
                with archive.open(entry) as part:
                    while part.read(_CHUNK):
                        pass
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, SheetError):
            raise
        raise SheetError("file.broken") from None


def _check_compound(path: Path) -> None:
    content = path.read_bytes()
    if _ENCRYPTED in content:
        raise SheetError("file.password")
    if not any(name in content for name in _WORKBOOKS):
        raise SheetError("file.foreign")


def _read_csv(path: Path) -> list[list[Cell]]:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    elif b"\x00" in content[:65536]:
        raise SheetError("file.foreign")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            # What Persian Windows programs write.
            text = content.decode("cp1256", errors="replace")
    if text.lstrip()[:1] in ("<", "{", "%"):
        raise SheetError("file.foreign")
    if (
        sum(
            not (letter.isprintable() or letter in "\r\n\t\u200c\u200e\u200f\ufeff") for letter in text[:4096]
        )
        > 8
    ):
        raise SheetError("file.foreign")
    lines = text[:65536].splitlines()[:20]
    delimiter = max(_DELIMITERS, key=lambda sign: sum(line.count(sign) for line in lines))
    try:
        rows = list(_csv_rows(text, delimiter))
    except csv.Error:
        raise SheetError("file.broken") from None
    full = [row for row in rows if any(cell for cell in row)]
    if not full or max(len(row) for row in full[:20]) < 2:
        raise SheetError("file.foreign")
    if len(full) > 2 and not text.endswith(("\n", "\r")) and len(full[-1]) < len(full[-2]):
        raise SheetError("file.half")
    return rows


def _csv_rows(text: str, delimiter: str) -> Iterator[list[Cell]]:
    csv.field_size_limit(1 << 20)
    for place, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
        _check_shape(place, len(row))
        yield [cell[:LONGEST_CELL] or None for cell in row]

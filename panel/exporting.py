"""Giving a list out as a file: every row of the current conditions, with the current columns, in the current order.

Rows are read one by one from one snapshot of the records, so an office's whole list costs no memory and the count in
the log is the count in the file. The log is written before the first byte leaves. What people typed stays text: in
a spreadsheet none of it becomes a formula.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response

from appliance.core import jalali
from appliance.core.errors import InvalidInputError
from appliance.domain import audit
from appliance.domain.access import require
from appliance.domain.fields import Field, Subject
from appliance.domain.fields.asking import Answerable
from appliance.domain.fields.kinds import Rial
from db import Connection, connect
from db.listing import count_rows, hold_snapshot, iterate_rows
from db.text import ascii_digits
from panel.context import now, office
from panel.identity import changing, require_user

KINDS = {"xlsx": "اکسل", "csv": "CSV"}
MOST_XLSX_ROWS = 1_048_575
"""Rows below the heading a sheet can hold."""
EVERY_ROW = 2**62
CHUNK_BYTES = 64 * 1024
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDTHS = {"rial": 18, "day": 12, "moment": 18, "phone": 14, "code": 16, "number": 10, "flag": 8, "note": 40}
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def export_list(subject: Subject, answerable: Answerable, kind: str, words: str) -> Response:
    """Give the answer that carries a list as a file; `words` say its conditions, for the log.

    Raises `NotAllowedError` without the subject's export permission, `InvalidInputError` for an unknown kind of file
    or more rows than it holds.
    """
    fields = tuple(field for field in answerable.columns if field.is_exported)

    def opened(conn: Connection) -> tuple[int, Iterator[dict[str, Any]]]:
        return count_rows(conn, answerable.question, EVERY_ROW), iterate_rows(conn, answerable.question)

    return export_rows(subject, fields, kind, words, opened)


def export_rows(
    subject: Subject,
    fields: tuple[Field, ...],
    kind: str,
    words: str,
    opened: Callable[[Connection], tuple[int, Iterator[dict[str, Any]]]],
) -> Response:
    """Give the answer that carries rows of a subject as a file, as `export_list` does.

    `opened` counts the rows and gives them, from a connection that sees the records as they are now.
    """
    require(require_user(), subject.export)
    if kind not in KINDS:
        raise InvalidInputError("export", "unknown kind of file")
    conn = connect(office().config.data.database, read_only=True)
    try:
        hold_snapshot(conn)
        count, found = opened(conn)
        if kind == "xlsx" and count > MOST_XLSX_ROWS:
            raise InvalidInputError("export", "more rows than a sheet holds")
        note_export(subject, KINDS[kind], words, count)
        rows = (_cells(fields, row) for row in found)
        chunks = _csv(fields, rows) if kind == "csv" else _xlsx(subject, fields, rows)
        answer = Response(_closing(conn, chunks), mimetype=_TYPES[kind])
    except BaseException:
        conn.close()
        raise
    answer.call_on_close(conn.close)
    answer.headers["Content-Disposition"] = disposition(subject, kind)
    return answer


def note_export(subject: Subject, kind_title: str, words: str, count: int) -> None:
    """Write into the log of work who takes how many rows out, and by which conditions."""
    with changing() as act:
        title = f"{subject.title} · {kind_title}" + (f" · {words}" if words else "")
        audit.note_done(act, "export", subject.key, None, title, row_count=count)


def heading(field: Field) -> str:
    """Give a column's heading, with the unit its numbers are in."""
    return f"{field.title} (ریال)" if isinstance(field.kind, Rial) else field.title


def safe_text(text: str) -> str:
    """Give a text for a CSV cell: one that a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _cells(fields: tuple[Field, ...], row: dict[str, Any]) -> list[str | int]:
    cells: list[str | int] = []
    for field in fields:
        value = row[field.key]
        if field.shown_sql:
            cells.append("" if value is None else str(value))
        else:
            cells.append(field.kind.plain(value))
    return cells


def _csv(fields: tuple[Field, ...], rows: Iterator[list[str | int]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([heading(field) for field in fields])
    for cells in rows:
        writer.writerow([cell if isinstance(cell, int) else safe_text(cell) for cell in cells])
        if buffer.tell() > CHUNK_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _xlsx(subject: Subject, fields: tuple[Field, ...], rows: Iterator[list[str | int]]) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False})
        bold = book.add_format({"bold": True, "bg_color": "#EDF0FF", "bottom": 1, "text_wrap": True})
        amount = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet(subject.title[:31])
        sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        for place, field in enumerate(fields):
            sheet.set_column(place, place, _WIDTHS.get(field.kind.name, 22))
        for place, field in enumerate(fields):
            sheet.write_string(0, place, heading(field), bold)
        last = 0
        for last, cells in enumerate(rows, 1):
            for place, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(
                        last, place, cell, amount if isinstance(fields[place].kind, Rial) else None
                    )
                elif cell:
                    sheet.write_string(last, place, cell)
        if fields:
            sheet.autofilter(0, 0, last, len(fields) - 1)
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _closing(conn: Connection, chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    finally:
        conn.close()


def disposition(subject: Subject, kind: str) -> str:
    """Give the header that names a file after the subject and the day."""
    day = ascii_digits(jalali.format_date(jalali.local(now(), office().zone).date())).replace("/", "-")
    name = f"{subject.title} {day}.{kind}"
    return f"attachment; filename=\"{subject.key}-{day}.{kind}\"; filename*=UTF-8''{quote(name)}"

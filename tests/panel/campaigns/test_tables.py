"""Files of numbers: whatever offices save is read, and what is no table is refused with its reason."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from panel.campaigns.tables import LARGEST_BYTES, TableRefused, read_table


def workbook(rows: list[list[object]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row)
    book.close()
    return file.getvalue()


def test_a_sheet_keeps_headings_lines_and_numbers_without_a_leading_zero() -> None:
    table = read_table(
        workbook([["نام مشتری", "شهر", "همراه"], ["مینا", "کرج", 9351112233], [], ["نادر", "", "x"]])
    )
    assert table.headings == ("نام مشتری", "شهر", "همراه")
    assert (table.number_column, table.name_column) == (2, 0)
    assert table.rows == [
        (2, {"نام مشتری": "مینا", "شهر": "کرج", "همراه": "9351112233"}),
        (4, {"نام مشتری": "نادر", "شهر": "", "همراه": "x"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_is_read_in_the_encodings_and_with_the_delimiters_of_spreadsheets(
    encoding: str, delimiter: str
) -> None:
    text = "\r\n".join(delimiter.join(row) for row in (["نام", "همراه"], ["سارا", "09351112233"]))
    table = read_table(text.encode(encoding))
    assert table.rows == [(2, {"نام": "سارا", "همراه": "09351112233"})]


def test_a_plain_list_has_no_headings() -> None:
    table = read_table("۰۹۳۵۱۱۱۲۲۳۳\n\n0935 111 2244\n".encode())
    assert table.headings == ("ستون ۱",)
    assert [line for line, _cells in table.rows] == [1, 3]


def test_braces_of_a_heading_do_not_become_a_field() -> None:
    assert read_table("{نام؟},شماره\na,09351112233".encode()).headings == ("نام", "شماره")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"  \n", "empty"),
        (b"PK\x03\x04 no archive", "kind"),
        (b"\x00\x01\x02", "kind"),
        (b"1" * (LARGEST_BYTES + 1), "large"),
        (b"9351112233\n" * 50_001, "rows"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(TableRefused, match=reason):
        read_table(content)

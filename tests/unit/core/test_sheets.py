"""Spreadsheets from elsewhere: read when they are whole, refused with a reason when they are not."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from appliance.core.sheets import SheetError, kind_of, read_table
from appliance.core.sheets_limits import MOST_BYTES

HEAD = ["ردیف", "نام", "تاریخ", "مبلغ"]


def workbook(path: Path, rows: int = 3, sheet: str = "NewDataSet1") -> Path:
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("خالی")
    page = book.add_worksheet(sheet)
    page.write_row(2, 0, HEAD)
    day = book.add_format({"num_format": "yyyy/mm/dd"})
    for place in range(rows):
        page.write_row(3 + place, 0, [place + 1, "رضا يوسفي", None, 1_250_000])
        page.write_datetime(3 + place, 2, datetime(2024, 8, 2), day)
    book.close()
    return path


def refused(path: Path) -> str:
    with pytest.raises(SheetError) as problem:
        read_table(path)
    return str(problem.value)


def test_a_workbooks_largest_sheet_is_read_with_its_rows_where_they_are(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path / "a.xlsx"))
    assert (table.kind, table.sheet, len(table.rows)) == ("xlsx", "NewDataSet1", 6)
    assert table.rows[2] == HEAD
    assert table.rows[3] == [1, "رضا يوسفي", date(2024, 8, 2), 1_250_000]


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("گزارش")
    for place, title in enumerate(HEAD):
        page.write(0, place, title)
        page.write(1, place, place * 10)
    book.save(str(tmp_path / "a.xls"))
    assert read_table(tmp_path / "a.xls").rows == [HEAD, [0, 10, 20, 30]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_text_of_any_usual_spelling_is_read(tmp_path: Path, encoding: str, sign: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        sign.join(HEAD) + "\n" + sign.join(["1", "رضا", "1403/05/12", ""]) + "\n", encoding=encoding
    )
    assert read_table(path).rows == [HEAD, ["1", "رضا", "1403/05/12", None]]


def test_text_of_old_windows_programs_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("نام,مبلغ\nرضا يوسفي,12\n".encode("cp1256"))
    assert read_table(path).rows[1] == ["رضا يوسفي", "12"]


def test_a_torn_workbook_is_broken(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", rows=300)
    path.write_bytes(path.read_bytes()[:-2000])
    assert refused(path) == "file.broken"


def test_a_workbook_with_a_flipped_byte_is_broken(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", rows=300)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet2.xml")
    content[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 0xFF
    path.write_bytes(content)
    assert refused(path) == "file.broken"


def test_a_half_written_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3\n4,5,6\n7,8", encoding="utf-8")
    assert refused(path) == "file.half"


def test_an_archive_that_unpacks_to_far_more_is_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (64 * 1024 * 1024))
    assert path.stat().st_size < 200_000
    assert refused(path) == "file.bomb"


def test_an_archive_that_lies_about_its_size_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 1_000_000)
    content = path.read_bytes()
    path.write_bytes(content.replace((1_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    assert refused(path) == "file.broken"


def test_an_encrypted_workbook_asks_for_no_password(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048) + "EncryptedPackage".encode("utf-16-le")
    )
    assert refused(path) == "file.password"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"\xff\xd8\xff\xe0 a picture \x00\x00\x01" * 40),
        ("a.csv", b"<html><body><table></table></body></html>"),
        ("a.csv", "یک نامهٔ ساده\nبی هیچ ستونی\n".encode()),
        ("a.pdf", b"%PDF-1.7\n1 0 obj\n"),
    ],
)
def test_other_kinds_of_file_are_foreign(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path) == "file.foreign"


def test_a_document_in_the_same_kind_of_archive_is_foreign(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert refused(path) == "file.foreign"


def test_files_that_are_empty_or_too_large_are_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.touch()
    assert refused(path) == "file.empty"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(SheetError, match=r"file\.large"):
        kind_of(path)

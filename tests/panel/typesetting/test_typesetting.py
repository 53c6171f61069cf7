"""PDF files by the typesetter's own process: many pages, whole rows, and nothing typed that is taken for markup."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from panel.typesetting import TypesettingError, make_pdf

FIRST, SECOND = "نخست", "دوم"


def document(rows: list[list[list[str]]]) -> dict[str, Any]:
    return {
        "head": {"title": "لیست", "scope": "واحد جاری", "unit": "شرکت نمایندگی کد ۵۱۰", "time": "۱۵:۲۴:۳۴",
                 "date": "۱۳۹۰/۰۴/۲۳", "condition": "۵ روز از تاریخ انقضاء"},
        "columns": [{"titles": ["شرح", "نام"], "share": 70}, {"titles": ["توضیحات"], "share": 30}],
        "sections": [{"heads": [[0, "نماینده: الف"], [1, "رشته: بدنه"]], "rows": rows, "feet": ["جمع رشته"]}],
        "total": "۱ ردیف", "totals": [], "user": "مدیر", "office": "دفتر", "empty": "",
    }  # fmt: skip


def pages(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    return [
        opened[place].get_textpage().get_text_range().replace("\u200c", "") for place in range(len(opened))
    ]


def test_every_page_has_the_head_its_number_and_whole_rows() -> None:
    rows = [[[f"{FIRST} {place}", f"{SECOND} {place}"], [""]] for place in range(1000, 1120)]
    found = pages(make_pdf("report.typ", document(rows), 1_310_640_874))
    assert len(found) > 3
    for number, text in enumerate(found, 1):
        assert "شرکت نمایندگی کد ۵۱۰" in text
        assert "تاریخ اخذ گزارش: ۱۳۹۰/۰۴/۲۳" in text
        assert "توضیحات" in text
        assert "رشته: بدنه" in text
        digits = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
        assert f"{str(number).translate(digits)} از {str(len(found)).translate(digits)}" in text
    for place in range(1000, 1120):
        (page,) = [text for text in found if f"{FIRST} {place}" in text]
        assert f"{SECOND} {place}" in page


def test_what_was_typed_is_never_markup() -> None:
    typed = ['#panic("x")', "*not bold*", "$a$", "@label", "= heading", "// comment", "[d]"]
    (page,) = pages(make_pdf("report.typ", document([[typed, [""]]]), 0))
    # Signs are mirrored and moved by the direction of the line; none may be missing.
    for part in ("#", "panic", "bold", "label", "heading", "comment", "=", "//"):
        assert part in page, page
    assert (page.count("*"), page.count("$")) == (2, 2)


def test_a_file_is_the_same_each_time() -> None:
    assert make_pdf("report.typ", document([]), 0) == make_pdf("report.typ", document([]), 0)


def test_what_cannot_be_set_is_an_error_with_the_reason() -> None:
    with pytest.raises(TypesettingError, match="columns"):
        make_pdf("report.typ", {"head": document([])["head"]}, 0)

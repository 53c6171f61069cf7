"""A report in a real browser: three clicks to the printer, and what its sheets look like as the browser makes them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import expect

from appliance.domain.acting import acting
from appliance.domain.demo_data import enter_printed_sample
from db import connect
from db.records import find_row, insert_row
from tests.browser.conftest import DESK, PHONE, OpenPage, overflows
from tests.browser.office import PanelProcess

DATES = "span=dates&first=1390/04/18&last=1390/04/23"
COPIES = 60
PRINTED = "window.printed = 0; window.print = () => { window.printed += 1; };"


@pytest.fixture(scope="module")
def panel(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelProcess]:
    """Give a panel over the printed sample's office, with further policies of its first customer."""
    folder = tmp_path_factory.mktemp("reports")
    database = folder / "sample.sqlite3"
    shutil.copy(furnished, database)
    conn = connect(database)
    with acting(conn, datetime.now(UTC), None, lambda _event: None) as act:
        first = find_row(conn, "policies", enter_printed_sample(act)[0])
        assert first is not None
        for place in range(COPIES):
            own = {"policy_no": str(2000 + place), "core_code": str(700_000 + place)}
            insert_row(conn, "policies", {key: one for key, one in first.items() if key != "id"} | own)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    running = PanelProcess(folder / "data", database)
    yield running
    running.close()


def test_a_report_is_printed_with_three_clicks(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page(user="modir")
    page.add_init_script(PRINTED)
    page.get_by_role("link", name="گزارش‌ها", exact=True).click()
    page.get_by_role("link", name="تمدیدنشده").first.click()
    expect(page.get_by_role("heading", name="لیست بیمه‌نامه‌های تمدیدنشده")).to_be_visible()
    page.get_by_role("link", name="چاپ").click()
    page.wait_for_function("() => window.printed === 1")
    page.get_by_role("button", name="چاپ").click()
    page.wait_for_function("() => window.printed === 2")


def test_each_printed_sheet_has_the_head_and_whole_rows(
    panel: PanelProcess, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"/reports/not-renewed/paper?{DATES}", user="modir")
    file = tmp_path / "sheets.pdf"
    page.pdf(path=file, prefer_css_page_size=True, print_background=True)
    document = pypdfium2.PdfDocument(file)
    # The browser stores some words letter by letter from the left; their letters are looked for either way.
    sheets = [
        document[place].get_textpage().get_text_range().replace("\u200c", "")
        for place in range(len(document))
    ]
    assert len(sheets) >= 3
    for number, text in enumerate(sheets, 1):
        for word in ("شرکت", "لیست", "انقضاء", "توضیحات", "۵۱۰"):
            assert word in text or word[::-1] in text, (number, word, text)
        assert f"{'۰۱۲۳۴۵۶۷۸۹'[number]} از {'۰۱۲۳۴۵۶۷۸۹'[len(sheets)]}" in text
        # A row's first line has the expiry, its second the telephone: both on one sheet.
        assert text.count("۱۳۹۰/۰۴/۲۱") == text.count("۰۲۱۱۰۰۰۰۹۴۶") + text.count("۰۹۱۲۰۰۰۰۲۰۵")
    assert sum(text.count("۱۳۹۰/۰۴/۲۱") for text in sheets) == COPIES + 2


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "telephone"])
def test_no_report_is_wider_than_its_window(
    panel: PanelProcess, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page(viewport=size, user="modir")
    for path in (
        "/reports",
        f"/reports/not-renewed?{DATES}",
        "/reports/cancelled",
        f"/reports/not-renewed/paper?{DATES}",
    ):
        page.goto(panel.url + path)
        assert not overflows(page), path


def test_the_span_shows_the_fields_it_needs(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page("/reports/not-renewed", user="modir")
    days, first = page.locator("[name=days]"), page.locator("[name=first]")
    expect(days).to_be_visible()
    expect(first).to_be_hidden()
    page.locator("[name=span]").select_option("dates")
    expect(first).to_be_visible()
    expect(days).to_be_hidden()
    first.fill("1390/04/19")
    page.locator("[name=last]").fill("۱۳۹۰/۰۴/۲۰")
    page.get_by_role("button", name="نمایش").click()
    expect(page.get_by_text("تاریخ انقضاء از ۱۳۹۰/۰۴/۱۹ تا ۱۳۹۰/۰۴/۲۰")).to_be_visible()
    expect(first).to_have_value("۱۳۹۰/۰۴/۱۹")

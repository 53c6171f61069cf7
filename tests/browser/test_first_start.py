"""The first start walked once by a new technician: from the code on the screen to the sheet on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from appliance.provisioning.owner import enter_owner
from appliance.provisioning.sections import OwnerSection
from db import connect
from tests.browser.conftest import DESK, PHONE, overflows
from tests.browser.office import PanelProcess

WAIT_MS = 20_000
PASSWORD = "سیب زمینی با ماست"


class FreshBox(PanelProcess):
    """A panel over records nobody owns, with the code of its screen."""

    code = ""


@pytest.fixture(scope="module")
def box(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshBox]:
    folder = tmp_path_factory.mktemp("f")
    database = folder / "template.sqlite3"
    shutil.copy(template_database, database)
    conn = connect(database)
    code = enter_owner(conn, OwnerSection())
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    running = FreshBox(folder / "data", database, https=True)
    running.code = code or ""
    yield running
    running.close()


def wide_and_narrow(page: Page) -> None:
    """See that a page fits a desk's screen and a telephone's."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert not overflows(page), page.url


def test_a_new_technician_gets_from_the_code_to_the_sheet(browser: Browser, box: FreshBox) -> None:
    context = browser.new_context(
        viewport=DESK, locale="fa-IR", ignore_https_errors=True, reduced_motion="reduce"
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{box.url}/calls")
    expect(page).to_have_url(f"{box.url}/setup")
    wide_and_narrow(page)
    page.fill("#code", box.code.upper().replace("-", " "))
    page.click("button.btn-primary")
    wide_and_narrow(page)
    for name, text in {"display_name": "زهرا امینی", "username": "amini"}.items():
        page.fill(f"[name={name}]", text)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("button.btn-primary")
    expect(page.locator("h1")).to_have_text("دفتر شما")
    page.fill("[name=name]", "نمایندگی امینی")
    page.fill("[name=area_code]", "031")
    page.click("button.btn-primary")
    expect(page.locator("h1")).to_have_text("شبکه و ساعت")
    wide_and_narrow(page)
    page.get_by_role("button", name="درست است؛ ادامه").click()
    expect(page.locator("h1")).to_have_text("خط تلفن")
    for line in (1, 2):
        box.call(line=line).ring().identify("09121234567").miss()
    page.reload()
    expect(page.locator(".setup-row").first).to_contain_text("تماس آمده است")
    page.get_by_role("button", name="ادامه", exact=True).click()
    for heading in ("پیامک", "ورود اطلاعات", "پشتیبان"):
        expect(page.locator("h1")).to_have_text(heading)
        wide_and_narrow(page)
        page.get_by_role("button", name="بعداً").click()
    expect(page.locator("h1")).to_have_text("برگهٔ تحویل")
    expect(page.locator(".handover")).to_contain_text("تماس آمد و دیده شد")
    expect(page.locator(".handover-head")).to_contain_text("نمایندگی امینی")
    wide_and_narrow(page)
    page.get_by_role("button", name="پایان راه‌اندازی").click()
    expect(page.locator(".brand")).to_contain_text("نمایندگی امینی")
    assert complaints == []
    context.close()

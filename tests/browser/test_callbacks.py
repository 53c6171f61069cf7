"""Missed calls on a page left open, and choosing who complains with a few letters."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, OpenPage, overflows
from tests.browser.office import PanelProcess

WITHIN_MS = 15_000
"""The page asks a moment after the call, and the machine may be busy."""


def test_a_missed_call_comes_into_an_open_list_and_leaves_when_it_is_answered(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    panel.conn.execute("DELETE FROM callbacks")
    page = open_page("/callbacks")
    count = page.locator('[data-count-of="callbacks.index"] [data-menu-count]')
    expect(count).to_have_count(0)
    panel.call().ring().identify("05110000055").miss()
    expect(page.locator(".work-row")).to_have_count(1, timeout=WITHIN_MS)
    expect(count).to_contain_text("۱")
    # When its time has passed the desk is told once, whichever page learns of it first.
    panel.conn.execute("UPDATE callbacks SET due_at = '2026-01-01T00:00:00.000Z'")
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(look)
    expect(page.locator(".toast-line")).to_contain_text("یک تماس بی‌پاسخ از مهلت گذشته است")
    page.locator(".toast-line button").click()
    with page.expect_response("**/callbacks/waiting"):
        page.evaluate(look)
    expect(page.locator(".toast-line")).to_have_count(0)
    # A call that is told all at once ends seconds ahead of the clock.
    panel.conn.execute("UPDATE callbacks SET last_missed_at = '2026-01-01T00:00:00.000Z'")
    panel.call().ring().identify("05110000055").answer().end()
    expect(page.locator(".work-row")).to_have_count(0, timeout=WITHIN_MS)
    expect(count).to_have_count(0)


def test_who_complains_is_chosen_by_a_few_letters(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page("/complaints/new")
    page.locator("#who").press_sequentially("ژاله")
    page.locator(".picker-choice", has_text="کاوه ژاله‌فر").click()
    expect(page.locator("#who")).to_have_value("کاوه ژاله‌فر")
    expect(page.locator("[name=person_id]")).not_to_have_value("")
    page.locator("#who").press_sequentially("ی")
    expect(page.locator("[name=person_id]")).to_have_value("")


def test_no_screen_of_calls_and_complaints_is_wider_than_its_window(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    panel.call().ring().identify("09120000001").miss()
    for size in (DESK, PHONE):
        page = open_page("/callbacks?open=1", viewport=size, user="modir")
        for path in (
            "/callbacks",
            "/complaints",
            "/complaints/new",
            "/calls",
            "/calls/new",
            "/callbacks/deadlines",
        ):
            page.goto(panel.url + path)
            assert not overflows(page), (path, size)

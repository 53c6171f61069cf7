"""The calendar under hands: an entry is dragged to another day, moved by keys, and read on a telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from appliance.core import jalali
from appliance.core.clock import SystemClock, from_text
from db.records import find_row
from tests.browser.conftest import DESK, PHONE, OpenPage, overflows
from tests.browser.office import PanelProcess

ZONE = "Asia/Tehran"


@pytest.fixture
def moved(panel: PanelProcess) -> int:
    """Give an activity of today at nine; its id."""
    start = jalali.day_bounds(jalali.local(SystemClock().now(), ZONE).date(), ZONE)[0] + timedelta(hours=9)
    at = start.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    cursor = panel.conn.execute(
        "INSERT INTO activities (kind_id, title, person_id, start_at, created_at) VALUES "
        "((SELECT id FROM choices WHERE list = 'activity-kind' AND code = 'meeting'), 'دیدار در دفتر', "
        "(SELECT MIN(id) FROM persons), ?, ?)",
        (at, at),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def chip(page: Page, activity_id: int) -> Locator:
    return page.locator(f'[data-move="/calendar/activity/{activity_id}/move"]')


def cell(page: Page, days: int) -> Locator:
    day = jalali.local(SystemClock().now(), ZONE).date() + timedelta(days=days)
    return page.locator(f'.cal-day[data-day="{jalali.format_date(day)}"]')


def days_from_today(panel: PanelProcess, activity_id: int) -> tuple[int, str]:
    row = find_row(panel.conn, "activities", activity_id)
    assert row is not None
    start = jalali.local(from_text(row["start_at"]), ZONE)
    return (start.date() - jalali.local(SystemClock().now(), ZONE).date()).days, start.strftime("%H:%M")


def test_an_entry_is_dragged_to_another_day_and_moved_on_by_keys(
    panel: PanelProcess, open_page: OpenPage, moved: int
) -> None:
    step = 1 if jalali.local(SystemClock().now(), ZONE).weekday() != 4 else -1  # within the shown week
    page = open_page("/calendar?view=week", viewport=DESK)
    chip(page, moved).drag_to(cell(page, step))
    expect(cell(page, step).locator(chip(page, moved))).to_be_visible()
    assert days_from_today(panel, moved) == (step, "09:00")
    chip(page, moved).locator("a").focus()
    page.keyboard.press("Alt+ArrowRight" if step == 1 else "Alt+ArrowLeft")
    expect(cell(page, 0).locator(chip(page, moved))).to_be_visible()
    expect(chip(page, moved).locator("a")).to_be_focused()
    assert days_from_today(panel, moved) == (0, "09:00")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "telephone"])
@pytest.mark.usefixtures("moved")
def test_no_view_is_wider_than_its_window(
    panel: PanelProcess, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page("/calendar", viewport=size)
    for view in ("month", "week", "day"):
        page.goto(f"{panel.url}/calendar?view={view}")
        assert not overflows(page), view
        expect(page.locator("[data-calendar]")).to_contain_text("۰۹:۰۰")

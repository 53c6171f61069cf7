"""Ranks with their scripts: the explanation opens over the page, sliders and sum follow each other."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import expect

from appliance.core import jalali
from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import enter_reference, is_reference_entered
from appliance.domain.ranking.computing import compute_everybody
from tests.browser.conftest import PHONE, OpenPage, overflows
from tests.browser.office import PanelProcess


def ranked_person(panel: PanelProcess) -> int:
    """Rank everybody and give somebody who has a grade."""
    now = datetime.now(UTC)
    if not is_reference_entered(panel.conn):
        with acting(panel.conn, now, None, lambda fact: None) as act:
            enter_reference(act, jalali.DEFAULT_ZONE)
    compute_everybody(panel.conn, now)
    row = panel.conn.execute("SELECT id FROM persons WHERE rank_score IS NOT NULL ORDER BY id").fetchone()
    return int(row["id"])


def test_why_opens_over_the_page_and_closes_back_to_where_it_was_asked(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page(f"/persons/{ranked_person(panel)}")
    link = page.locator("[data-rank-dialog]")
    link.click()
    dialog = page.locator("dialog.rank-dialog")
    expect(dialog).to_contain_text("مبلغ خرید")
    expect(dialog).to_contain_text("جمع امتیاز")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()


def test_a_slider_moves_its_weight_and_the_sum_tells_what_is_left(open_page: OpenPage) -> None:
    page = open_page("/settings/ranking", user="modir")
    total = page.locator("[data-weight-sum]")
    expect(total).to_contain_text("درست است")
    page.locator("[data-weight-range=weight_amount]").fill("20")
    expect(page.locator("#f-weight_amount")).to_have_value("20")
    expect(total).to_contain_text("۹۵ از ۱۰۰")
    expect(total).to_contain_text("۵ دیگر مانده")
    page.locator("#f-weight_count").fill("۲۰")
    expect(page.locator("[data-weight-range=weight_count]")).to_have_value("20")
    expect(total).to_contain_text("درست است")


def test_no_screen_of_ranks_is_wider_than_a_telephone(panel: PanelProcess, open_page: OpenPage) -> None:
    person_id = ranked_person(panel)
    page = open_page("/settings/ranking", user="modir", viewport=PHONE)
    assert not overflows(page)
    page.goto(f"{panel.url}/persons/{person_id}/rank")
    assert not overflows(page)

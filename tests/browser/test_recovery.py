"""Lost datagrams, a killed panel, a broken network: every screen ends at the true state by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import OpenPage, Watch, wait_until_live
from tests.browser.office import END_S, PanelProcess

CARD = "[data-dock] [data-call-card]"
RECOVERY_MS = 12_000


@pytest.fixture(autouse=True)
def _pages_may_complain(watch: Watch) -> None:
    watch.may_fail = True


def test_a_ring_whose_datagrams_were_lost_is_shown_from_the_table(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page()
    panel.call().ring(told=False).identify("09121234567", told=False)
    expect(page.locator(CARD)).to_contain_text("نرگس احمدی‌پور", timeout=3000)


def test_a_killed_worker_comes_back_and_the_pages_recover_by_themselves(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page()
    call = panel.call().ring().identify("09121234567")
    expect(page.locator(CARD)).to_contain_text("نرگس")
    panel.kill_worker()
    call.answer()
    expect(page.locator(f"{CARD} .call-state")).to_have_text("پاسخ داده شد", timeout=RECOVERY_MS)
    wait_until_live(page)
    call.end()
    expect(page.locator(f"{CARD} .call-state")).to_have_text("پایان یافت")


def test_a_panel_killed_during_a_call_shows_its_true_state_afterwards(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page()
    call = panel.call().ring().identify("05110000055")
    page.locator(f"{CARD} [name=last_name]").fill("نوری")
    panel.kill()
    strip = page.locator("[data-offline]")
    expect(strip).to_be_visible()
    expect(strip).to_have_text("ارتباط قطع است؛ تلاش دوباره…")
    call.miss()
    unseen = panel.call(line=2).ring().identify("09121234567").miss()
    panel.start()
    expect(strip).to_be_hidden(timeout=RECOVERY_MS)
    expect(page.locator(f'{CARD}[data-call="{call.id}"] .call-state')).to_have_text("بی‌پاسخ")
    expect(page.locator(f"{CARD} [name=last_name]")).to_have_value("نوری")
    expect(page.locator(f'{CARD}[data-call="{unseen.id}"]')).to_contain_text("نرگس احمدی‌پور")
    expect(page.locator("[data-log-body] tr")).to_have_count(2)


def test_a_browser_whose_network_was_away_catches_up(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page()
    call = panel.call().ring().identify("09121234567")
    expect(page.locator(CARD)).to_contain_text("نرگس")
    page.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_be_visible(timeout=RECOVERY_MS)
    call.answer().end()
    page.context.set_offline(False)
    expect(page.locator(f"{CARD} .call-state")).to_have_text("پایان یافت", timeout=RECOVERY_MS)
    expect(page.locator("[data-offline]")).to_be_hidden()


def test_the_panel_ends_quickly_with_pages_open(panel: PanelProcess, open_page: OpenPage) -> None:
    pages = [open_page() for _ in range(3)]
    seconds = panel.end()
    panel.start()
    assert seconds < END_S - 0.5
    for page in pages:
        expect(page.locator("[data-offline]")).to_be_hidden(timeout=RECOVERY_MS)


def test_a_page_whose_session_ended_leads_to_sign_in(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page(user="bazaryab")
    panel.conn.execute(
        "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE username = 'bazaryab')"
    )
    panel._cookies.pop("bazaryab")
    panel.kill_worker()
    expect(page).to_have_url(f"{panel.url}/sign-in", timeout=RECOVERY_MS)


def test_a_page_too_many_says_so_and_works_by_reloading(
    browser: Browser, furnished: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    small = PanelProcess(tmp_path_factory.mktemp("small") / "data", furnished, most=1)
    context = browser.new_context()
    try:
        context.add_cookies([{"name": "aminbox", "value": small.cookie("monshi"), "url": small.url}])
        first, second = context.new_page(), context.new_page()
        first.goto(small.url)
        wait_until_live(first)
        second.goto(small.url)
        expect(second.locator("[data-offline]")).to_contain_text("شمار صفحه‌های زنده پر است")
        call = small.call().ring().identify("09121234567")
        expect(first.locator(CARD)).to_have_count(1)
        second.reload()
        expect(second.locator(f'{CARD}[data-call="{call.id}"]')).to_be_visible()
    finally:
        context.close()
        small.close()

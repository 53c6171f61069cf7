"""Every screen at a desk and on a telephone: nothing overflows, nothing is asked of another host."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, OpenPage, overflows
from tests.browser.office import PanelProcess

CARD = "[data-dock] [data-call-card]"


def fill(panel: PanelProcess) -> None:
    panel.call().ring().identify("09121234567").answer().end(125)
    panel.call(line=2).ring().identify("05110000055").miss()
    panel.call().ring().identify("04110000008").miss()
    panel.call().ring().withhold().miss()
    panel.call(is_outgoing=True).dial("02110000001").end()


@pytest.mark.parametrize(
    ("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk in light", "telephone in dark"]
)
def test_no_screen_is_wider_than_its_window(
    panel: PanelProcess, open_page: OpenPage, size: dict[str, int], theme: str
) -> None:
    page = open_page(viewport=size, color_scheme=theme)
    fill(panel)
    calls = [panel.call().ring().identify("05110000055"), panel.call(line=2).ring().identify("02110000001")]
    for path in ("/calls", "/calls?from_day=x", "/lines", "/components", f"/calls/{calls[0].id}", "/nowhere"):
        page.goto(panel.url + path)
        assert not overflows(page), path
    assert page.evaluate("document.documentElement.dataset.bsTheme") == theme


@pytest.fixture(autouse=True)
def _refused_pages_are_logged_by_the_browser(watch: object, request: pytest.FixtureRequest) -> None:
    watch.may_fail = "wider" in request.node.name  # type: ignore[attr-defined]


def test_the_log_grows_while_somebody_types_a_filter(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page()
    panel.call().ring().identify("09121234567").answer()
    expect(page.locator("[data-log-body] tr")).to_have_count(1)
    panel.call(line=2).ring().identify("02610000002")
    rows = page.locator("[data-log-body] tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("شرکت آفتاب")
    page.locator("#text").press_sequentially("احمدی")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("نرگس احمدی‌پور")
    expect(page).to_have_url(f"{panel.url}/calls?text=%D8%A7%D8%AD%D9%85%D8%AF%DB%8C")
    panel.call().ring().identify("09121234567")
    expect(rows).to_have_count(2)
    expect(page.locator("#text")).to_be_focused()
    page.locator("[data-log-clear]").click()
    expect(rows).to_have_count(3)


def test_the_segments_narrow_the_log_without_leaving_the_page(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    fill(panel)
    page = open_page()
    page.get_by_text("بی‌پاسخ", exact=True).first.click()
    expect(page.locator("[data-log-body] tr")).to_have_count(3)
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    page.reload()
    expect(page.locator("[data-log-body] tr")).to_have_count(3)


def test_a_number_that_is_copied_can_be_dialled(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page()
    panel.call().ring().identify("09121234567")
    expect(page.locator(f"{CARD} .caller-number .phone")).to_be_visible()
    copied = page.evaluate(
        """() => {
          const range = document.createRange();
          range.selectNodeContents(document.querySelector('[data-dock] .caller-number .phone'));
          getSelection().removeAllRanges();
          getSelection().addRange(range);
          return getSelection().toString();
        }"""
    )
    assert copied == "09121234567"


def test_a_line_that_goes_away_is_shown_at_once(panel: PanelProcess, open_page: OpenPage) -> None:
    from appliance.core.events import LineDown

    page = open_page()
    panel.bus.publish(
        LineDown(
            id="01M8" + "0" * 22, at="2026-11-22T08:30:00.000Z", line=2, driver="sim", problem="unplugged"
        )
    )
    expect(page.locator('[data-line="2"]')).to_contain_text("قطع")


def test_the_theme_is_chosen_and_remembered(open_page: OpenPage) -> None:
    page = open_page(color_scheme="light")
    page.locator("[data-theme-toggle]").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_the_menu_opens_on_a_telephone(open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    expect(page.locator(".menu")).to_be_hidden()
    page.locator("[data-side-toggle]").click()
    expect(page.locator(".menu")).to_be_visible()
    assert not overflows(page)


def font_of(page: Page, selector: str) -> str:
    family: str = page.evaluate(f"getComputedStyle(document.querySelector({selector!r})).fontFamily")
    return family


def test_the_font_is_ours_and_loaded(open_page: OpenPage) -> None:
    page = open_page()
    assert font_of(page, "body").startswith("Vazirmatn")
    assert font_of(page, "#text").startswith("Vazirmatn")
    assert page.evaluate("document.fonts.check('16px Vazirmatn')")

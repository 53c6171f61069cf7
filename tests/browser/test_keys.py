"""The panel with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.office import PanelProcess


@pytest.mark.parametrize(("letter", "path"), [("c", "/calls"), ("m", "/persons"), ("b", "/policies")])
def test_g_and_a_letter_open_a_screen(
    panel: PanelProcess, open_page: OpenPage, letter: str, path: str
) -> None:
    page = open_page("/about")
    page.keyboard.press("g")
    page.keyboard.press(letter)
    expect(page).to_have_url(f"{panel.url}{path}")


def test_letters_that_are_typed_into_a_field_stay_letters(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page("/about")
    page.keyboard.press("/")
    page.keyboard.type("gc?")
    expect(page.locator("[data-find-text]")).to_have_value("gc?")
    expect(page).to_have_url(f"{panel.url}/about")
    expect(page.locator("[data-keys]")).to_be_hidden()


def test_the_keys_are_shown_closed_and_switched_off(open_page: OpenPage) -> None:
    page = open_page("/about")
    page.keyboard.press("?")
    dialog = page.locator("[data-keys]")
    expect(dialog).to_be_visible()
    dialog.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
    page.locator("[data-keys-open]").click()
    expect(dialog).to_be_visible()


def test_n_opens_a_note_for_the_caller(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page("/calls")
    panel.call().ring().identify("09121234567")
    expect(page.locator("[data-dock] [data-note-here]")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("[data-dock] [data-note-field]")).to_be_focused()


def test_escape_closes_the_menu_of_a_telephone(open_page: OpenPage) -> None:
    page = open_page("/about", viewport=PHONE)
    page.locator("[data-side-toggle]").click()
    expect(page.locator(".menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).to_be_hidden()
    expect(page.locator("[data-side-toggle]")).to_be_focused()


def test_the_menu_stands_under_the_product_s_parts(open_page: OpenPage) -> None:
    page = open_page("/about", user="modir")
    expect(page.locator(".menu-title")).to_have_text(["ارتباط با مشتریان", "مدیریت دفتر"])
    expect(page.locator(".menu [aria-current=page]")).to_have_text("دربارهٔ برنامه")

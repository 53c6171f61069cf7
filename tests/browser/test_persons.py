"""A customer's page and form with their scripts: forms in place, fields that follow, whom one may mean."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, OpenPage, overflows
from tests.browser.office import PanelProcess


def person_id(panel: PanelProcess, last_name: str) -> int:
    row = panel.conn.execute("SELECT MIN(id) FROM persons WHERE last_name = ?", (last_name,)).fetchone()
    return int(row[0])


def test_a_form_opens_in_place_and_a_number_is_added(panel: PanelProcess, open_page: OpenPage) -> None:
    number = person_id(panel, "یوسفی")
    page = open_page(f"/persons/{number}")
    page.locator("#part-phones .part-add").click()
    typed = page.locator("#f-phones-number")
    expect(typed).to_be_focused()
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    typed.fill("۰۹۱۲۷۶۵۴۳۲۱")
    typed.press("Enter")
    expect(page.locator("#part-phones")).to_contain_text("09127654321")


def test_what_a_firm_has_none_of_is_hidden(open_page: OpenPage) -> None:
    page = open_page("/persons/new?standing=customer")
    expect(page.locator("#f-birth_date")).to_be_visible()
    page.get_by_text("حقوقی", exact=True).click()
    expect(page.locator("#f-birth_date")).to_be_hidden()
    expect(page.locator("#f-last_name")).to_be_visible()


def test_a_province_leaves_its_own_cities_and_chooses_none(open_page: OpenPage) -> None:
    page = open_page("/persons/new?standing=customer")
    expect(page.locator("#f-city_id")).to_have_value("")
    page.locator("#f-province").select_option(label="تهران")
    expect(page.locator("#f-city_id option")).to_have_text(["—", "تهران"])
    expect(page.locator("#f-city_id")).to_have_value("")


def test_a_few_letters_offer_whom_one_may_mean(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page(f"/persons/{person_id(panel, 'یوسفی')}?open=relations:new")
    page.locator("#f-relations-kind_id").select_option(label="دوست")
    page.locator("#relations-who").press_sequentially("ژاله")
    page.locator(".picker-choice", has_text="کاوه ژاله‌فر").click()
    expect(page.locator("#part-relations")).to_contain_text("کاوه ژاله‌فر")
    expect(page.locator("#part-relations")).to_contain_text("دوست")


def test_what_is_removed_is_asked_about_first(panel: PanelProcess, open_page: OpenPage) -> None:
    number = person_id(panel, "رضایی")
    page = open_page(f"/persons/{number}?tab=files", user="modir")
    page.locator("[data-file]").set_input_files(
        {"name": "کارت.txt", "mimeType": "text/plain", "buffer": "کارت خودرو".encode()}
    )
    page.get_by_role("button", name="پیوست کن").click()
    file = page.locator(".file", has_text="کارت.txt")
    file.get_by_title("برداشتن").click()
    dialog = page.get_by_role("alertdialog", name="پیوست «کارت.txt» برداشته شود؟")
    expect(dialog.get_by_role("button", name="انصراف")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(file).to_have_count(1)
    expect(file.get_by_title("برداشتن")).to_be_focused()
    file.get_by_title("برداشتن").click()
    dialog.get_by_role("button", name="برداشتن").click()
    expect(file).to_have_count(0)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "telephone"])
def test_no_screen_of_customers_is_wider_than_its_window(
    panel: PanelProcess, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page(viewport=size, user="modir")
    number = person_id(panel, "رضایی")
    own = [
        f"/persons/{number}?tab={tab}"
        for tab in ("overview", "contacts", "policies", "money", "needs", "audit")
    ]
    for path in (*own, f"/persons/{number}?open=addresses:new", "/persons", "/persons?more=1", "/persons/new",
                 "/persons/new?standing=customer", "/groups", "/groups/new", "/regions", "/regions/new"):  # fmt: skip
        page.goto(panel.url + path)
        assert not overflows(page), path

"""Writing a message: fields by right-click and keyboard at the caret, and the count of parts."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.office import PanelProcess


def test_a_field_is_put_in_at_the_caret_and_the_parts_are_counted(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page()
    page.goto(panel.url + "/messages/templates/new")
    page.select_option("[name=event]", "cheque.due")
    body, counter = page.locator("[name=body]"), page.locator("[data-sms-counter]")
    body.fill("سلام  گرامی")
    body.evaluate("(area) => area.setSelectionRange(5, 5)")
    body.dispatch_event("contextmenu", {"button": 2, "clientX": 300, "clientY": 300})
    menu = page.get_by_role("menu", name="فیلدها")
    expect(menu.get_by_role("menuitem")).to_have_count(6)
    menu.get_by_role("menuitem", name="بانک").click()
    expect(body).to_have_value("سلام {بانک} گرامی")
    expect(menu).to_be_hidden()
    body.fill("")
    body.press("Shift+F10")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(body).to_have_value("{سررسید}")
    body.fill("ا" * 70)
    expect(counter).to_contain_text("۱ بخش · ۰ نویسهٔ دیگر")
    body.fill("ا" * 71)
    expect(counter).to_contain_text("۲ بخش · ۶۳ نویسهٔ دیگر")

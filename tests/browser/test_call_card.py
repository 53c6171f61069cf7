"""The call card in real Chromium: it opens by itself, keeps up, stacks, and never disturbs who is typing."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, wait_until_live
from tests.browser.office import PanelProcess

CARD = "[data-dock] [data-call-card]"


def card(page: Page, call_id: str) -> str:
    return f'{CARD}[data-call="{call_id}"]'


def wait_until_whole(page: Page) -> None:
    """Wait for every section of a known caller's card; one that is not recognised yet has none."""
    expect(page.locator(f'{CARD} [data-section="contacts"] h3').first).to_be_visible()
    expect(page.locator(f"{CARD} [data-waiting]")).to_have_count(0)


def test_a_known_caller_opens_by_itself(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page()
    call = panel.call().ring()
    expect(page.locator(CARD)).to_contain_text("در حال شناسایی شماره…")
    call.identify("09121234567")
    expect(page.locator(CARD)).to_contain_text("نرگس احمدی‌پور")
    expect(page.locator(CARD)).to_contain_text("در حال زنگ")
    assert page.locator(f"{CARD} .caller-number .phone").inner_text().replace("\n", "") == "09121234567"


def test_an_unknown_caller_is_registered_and_every_screen_knows(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    mine, other = open_page(), open_page("/lines", user="modir")
    panel.call().ring().identify("05110000055")
    for page in (mine, other):
        expect(page.locator(CARD)).to_contain_text("شمارهٔ ناشناس")
        expect(page.locator(CARD)).to_contain_text("خراسان رضوی")
    mine.locator(f"{CARD} [name=first_name]").fill("سارا")
    mine.locator(f"{CARD} [name=last_name]").fill("نوری")
    mine.locator(f"{CARD} [name=last_name]").press("Enter")
    for page in (mine, other):
        expect(page.locator(f"{CARD} h2")).to_have_text("سارا نوری")
    expect(mine.locator("[data-log-body] tr").first).to_contain_text("سارا نوری")


def test_a_missing_name_is_said_and_nothing_is_lost(
    panel: PanelProcess, open_page: OpenPage, watch: object
) -> None:
    watch.may_fail = True  # type: ignore[attr-defined]  # the browser logs the refused request itself
    page = open_page()
    panel.call().ring().identify("05110000055")
    page.locator(f"{CARD} [name=first_name]").fill("سارا")
    page.locator(f"{CARD} form.register button").click()
    expect(page.locator(f"{CARD} [data-problem=last_name]")).to_have_text("نام خانوادگی را بنویسید.")
    expect(page.locator(f"{CARD} [name=first_name]")).to_have_value("سارا")
    expect(page.locator(f"{CARD} [name=last_name]")).to_be_focused()


def test_who_registers_second_is_told(panel: PanelProcess, open_page: OpenPage, watch: object) -> None:
    watch.may_fail = True  # type: ignore[attr-defined]
    first, second = open_page(), open_page(user="modir")
    panel.call().ring().identify("05110000055")
    second.locator(f"{CARD} [name=last_name]").fill("دومی")
    first.locator(f"{CARD} [name=last_name]").fill("اولی")
    first.locator(f"{CARD} form.register button").click()
    expect(second.locator(f"{CARD} [data-card-notice]")).to_contain_text("عوض شد")
    expect(second.locator(f"{CARD} [name=last_name]")).to_have_value("دومی")
    second.locator(f"{CARD} form.register button").click()
    expect(second.locator(f"{CARD} h2")).to_have_text("اولی")
    expect(second.locator(f"{CARD} [data-card-notice]")).to_contain_text("همکار دیگری")


def test_choosing_among_several_changes_every_screen(panel: PanelProcess, open_page: OpenPage) -> None:
    mine, other = open_page(), open_page(user="modir")
    panel.call().ring().identify("02110000001")
    expect(mine.locator(CARD)).to_contain_text("تماس از کیست؟")
    mine.locator(f"{CARD} .choice", has_text="زهرا").click()
    for page in (mine, other):
        expect(page.locator(f"{CARD} h2")).to_have_text("زهرا رضایی")


def test_a_withheld_number_is_said(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page()
    panel.call().ring().withhold()
    expect(page.locator(CARD)).to_contain_text("شماره پنهان شده است")


def test_a_ring_does_not_take_focus_or_typed_text(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page()
    search = page.locator("#text")
    search.press_sequentially("رضا")
    call = panel.call().ring().identify("05110000055")
    expect(page.locator(CARD)).to_be_visible()
    search.press_sequentially("یی")
    expect(search).to_be_focused()
    expect(search).to_have_value("رضایی")
    name = page.locator(f"{CARD} [name=first_name]")
    name.click()
    name.press_sequentially("سا")
    call.answer()
    expect(page.locator(CARD)).to_contain_text("پاسخ داده شد")
    panel.call(line=2).ring().identify("09121234567")
    expect(page.locator(CARD)).to_have_count(2)
    name.press_sequentially("را")
    expect(name).to_be_focused()
    expect(name).to_have_value("سارا")


def test_a_second_call_stacks_and_does_not_move_the_card_in_which_somebody_types(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page()
    first = panel.call().ring().identify("05110000055")
    page.locator(f"{CARD} [name=first_name]").fill("سارا")
    before = page.locator(card(page, first.id)).bounding_box()
    second = panel.call(line=2).ring().identify("09121234567")
    expect(page.locator(CARD)).to_have_count(2)
    assert page.locator(card(page, first.id)).bounding_box() == before
    expect(page.locator(card(page, second.id))).to_contain_text("خط دوم")


def test_a_change_is_seen_on_two_screens_at_once(panel: PanelProcess, open_page: OpenPage) -> None:
    pages = [open_page(), open_page("/lines", user="modir")]
    call = panel.call().ring().identify("09121234567")
    for words, step in (("پاسخ داده شد", call.answer), ("پایان یافت", call.end)):
        step()
        for page in pages:
            expect(page.locator(f"{CARD} .call-state")).to_have_text(words)


def test_a_page_reloaded_during_a_call_shows_it_with_the_typed_text(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page()
    call = panel.call().ring().identify("05110000055")
    page.locator(f"{CARD} [name=last_name]").fill("نوری")
    page.reload()
    expect(page.locator(CARD)).to_have_count(1)
    expect(page.locator(f"{CARD} [name=last_name]")).to_have_value("نوری")
    wait_until_live(page)
    call.miss()
    expect(page.locator(f"{CARD} .call-state")).to_have_text("بی‌پاسخ")
    page.goto(panel.url + "/lines")
    expect(page.locator(f"{CARD} .call-state")).to_have_text("بی‌پاسخ")
    expect(page.locator(f"{CARD} [name=last_name]")).to_have_value("نوری")


def test_a_closed_card_stays_closed_here_and_open_elsewhere(panel: PanelProcess, open_page: OpenPage) -> None:
    mine, other = open_page(), open_page(user="modir")
    call = panel.call().ring().identify("09121234567")
    mine.locator(f"{CARD} [data-card-close]").click()
    call.answer()
    expect(other.locator(f"{CARD} .call-state")).to_have_text("پاسخ داده شد")
    expect(mine.locator(CARD)).to_have_count(0)
    mine.reload()
    wait_until_live(mine)
    expect(mine.locator(CARD)).to_have_count(0)


def test_the_time_runs_and_stands_still_at_the_end(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page()
    call = panel.call().ring()
    expect(page.locator(f"{CARD} [data-ticking]")).to_have_text("۰۰:۰۱")
    call.miss()
    expect(page.locator(f"{CARD} .call-time")).to_have_text("۰۰:۲۰")


def test_the_title_says_who_rings_and_is_itself_again_afterwards(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page()
    title = page.title()
    call = panel.call().ring().identify("09121234567")
    expect(page).to_have_title(re.compile("☎ .*نرگس احمدی‌پور"))
    call.answer()
    expect(page).to_have_title(title)


def test_nothing_of_a_call_stays_after_sign_out(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page(user=None, path="/sign-in")
    page.locator("[data-fill-user=monshi]").click()
    page.locator("form button[type=submit]").click()
    wait_until_live(page)
    panel.call().ring().identify("05110000055")
    page.locator(f"{CARD} [name=last_name]").fill("نوری")
    page.get_by_role("button", name="خروج").click()
    expect(page.get_by_text("از پنل خارج شدید.")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('aminbox')).length") == 0
    page.go_back()
    expect(page.locator("#password")).to_be_visible()


def test_without_scripts_a_call_is_seen_and_registered_by_an_ordinary_form(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    call = panel.call().ring().identify("05110000055")
    page = open_page(java_script_enabled=False)
    expect(page.locator(CARD)).to_be_visible()
    page.locator(f"{CARD} [name=last_name]").fill("نوری")
    page.locator(f"{CARD} form.register button").click()
    expect(page).to_have_url(f"{panel.url}/calls/{call.id}")
    expect(page.locator("main h2")).to_have_text("نوری")


def test_the_whole_card_comes_by_itself_and_leads_to_the_balance_with_one_click(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page("/about")
    panel.call().ring().identify("09120000001")
    shown = page.locator(CARD)
    wait_until_whole(page)
    box = shown.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 768
    assert page.locator('[data-section="policies"]').bounding_box()["y"] < box["y"] + box["height"] - 120  # type: ignore[index]
    page.locator(f"{CARD} .card-money a").click()
    expect(page).to_have_url(re.compile(r"/persons/\d+\?tab=money$"))


def test_a_note_is_written_with_one_key_and_survives_a_reload(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    (earlier,) = panel.conn.execute("SELECT COALESCE(MAX(id), 0) FROM activities").fetchone()
    page = open_page("/about")
    panel.call().ring().identify("09121234567")
    wait_until_whole(page)
    page.keyboard.press("n")
    page.keyboard.type("تمدید می‌خواهد")
    page.locator(f"{CARD} .chip-radio", has_text="تمدید می‌کند").click()
    page.locator(f"{CARD} [data-follow-day]").first.click()
    page.reload()
    wait_until_live(page)
    expect(page.locator(f"{CARD} [data-note-field]")).to_have_value("تمدید می‌خواهد")
    expect(page.locator(f"{CARD} .chip-radio", has_text="تمدید می‌کند").locator("input")).to_be_checked()
    page.locator(f"{CARD} [data-note-field]").press("Control+Enter")
    expect(page.locator("[data-toasts]")).to_contain_text("یادداشت ذخیره شد")
    stored = panel.conn.execute("SELECT note FROM calls").fetchone()
    assert stored["note"] == "تمدید می‌خواهد"
    made = panel.conn.execute("SELECT COUNT(*) FROM activities WHERE id > ?", (earlier,)).fetchone()
    assert made[0] == 1
    panel.conn.execute("DELETE FROM activities WHERE id > ?", (earlier,))


def test_a_message_for_after_the_call_waits_for_its_end(panel: PanelProcess, open_page: OpenPage) -> None:
    page = open_page("/about")
    call = panel.call().ring().identify("09121234567").answer()
    wish = page.locator(f"{CARD} [data-after-call]")
    box = page.locator(f'{CARD} [data-section="message"] textarea')
    wish.click()
    expect(wish).to_have_attribute("aria-pressed", "true")
    expect(box).not_to_be_focused()
    page.reload()
    wait_until_live(page)
    expect(wish).to_have_attribute("aria-pressed", "true")
    page.evaluate("document.activeElement.blur()")
    call.end()
    expect(box).to_be_focused()


def test_who_took_the_call_is_said_on_the_other_desks(panel: PanelProcess, open_page: OpenPage) -> None:
    mine, other = open_page("/about"), open_page("/about", user="modir")
    panel.call().ring().identify("09121234567")
    mine.locator(f"{CARD} button", has_text="پاسخ دادم").click()
    expect(other.locator(f"{CARD} .call-talker")).to_have_text("در حال صحبت با منشی")
    expect(mine.locator(f"{CARD} .call-talker")).to_have_text("شما پاسخ دادید")


def test_a_second_call_shows_its_head_below_the_one_that_is_open(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page("/about")
    first = panel.call().ring().identify("09121234567").answer()
    wait_until_whole(page)
    before = page.locator(card(page, first.id)).bounding_box()
    second = panel.call(line=2).ring().identify("09120000004")
    below = page.locator(card(page, second.id))
    expect(below).to_contain_text("رضا یوسفی")
    assert page.locator(card(page, first.id)).bounding_box() == before
    box = below.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 768
    page.locator(f"{card(page, first.id)} [data-card-close]").click()
    expect(below.locator('[data-section="policies"]')).to_be_visible()


def test_an_unknown_number_is_given_to_a_customer_found_while_typing(
    panel: PanelProcess, open_page: OpenPage
) -> None:
    page = open_page("/about")
    panel.call().ring().identify("05110000066")
    page.locator(f"{CARD} .attach summary").click()
    page.locator(f"{CARD} [name=person]").press_sequentially("نرگس")
    page.locator(f"{CARD} [data-attach-found] .choice").first.click()
    expect(page.locator(f"{CARD} h2")).to_have_text("نرگس احمدی‌پور")
    panel.conn.execute("DELETE FROM person_phones WHERE number = '+985110000066'")

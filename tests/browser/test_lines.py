"""The page of lines, the wizard and the test of a line in real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from appliance.core.clock import to_text
from appliance.core.config.own_lines import lines_file
from appliance.core.events import LineDown, LineUp, encode
from appliance.core.ids import new_id
from db.queries.events import insert_event
from db.queries.lines import LineState, upsert_line_state
from tests.browser.conftest import DESK, PHONE, OpenPage, overflows
from tests.browser.office import PanelProcess
from tests.browser.test_scope import folder_of
from tests.panel.scope.line import LineDouble

SOON_MS = 10_000


def say(panel: PanelProcess, line: int, problem: str = "") -> None:
    """Tell and store what a line's daemon does when its hardware comes or goes."""
    now = datetime.now(UTC)
    which = {"id": new_id(now), "at": to_text(now), "line": line, "driver": "sim"}
    event = LineDown(**which, problem=problem) if problem else LineUp(**which)  # type: ignore[arg-type]
    panel.bus.publish(event)
    insert_event(panel.conn, event.id, event.name, event.at, encode(event).decode())
    upsert_line_state(panel.conn, LineState(line, not problem, "sim", problem, event.at))


def state(page: Page, line: int) -> Any:
    return page.locator(f'[data-line-card="{line}"] [data-line-now]')


@pytest.fixture
def line(panel: PanelProcess) -> Iterator[LineDouble]:
    double = LineDouble(folder_of(panel) / "run")
    yield double
    double.close()


@pytest.fixture
def own_lines(panel: PanelProcess) -> Iterator[Path]:
    """The file of lines set up in the panel, taken away afterwards."""
    path = lines_file(folder_of(panel))
    yield path
    path.unlink(missing_ok=True)


def test_an_unplugged_line_is_seen_and_comes_back_by_itself(open_page: OpenPage, panel: PanelProcess) -> None:
    page = open_page("/lines", user="nassab")
    say(panel, 2)
    expect(state(page, 2)).to_have_attribute("data-line-now", "up", timeout=SOON_MS)
    say(panel, 2, "the sound card went away (No such device)")
    expect(state(page, 2)).to_have_attribute("data-line-now", "down", timeout=SOON_MS)
    card = page.locator('[data-line-card="2"]')
    expect(card).to_contain_text("کارت صدا وصل نیست")
    expect(card.get_by_text("No such device")).to_be_hidden()
    say(panel, 2)
    expect(state(page, 2)).to_have_attribute("data-line-now", "up", timeout=SOON_MS)


def test_lamps_and_level_are_live_and_rest_when_the_line_goes(open_page: OpenPage, line: LineDouble) -> None:
    page = open_page("/lines", user="nassab")
    lamp = page.locator('[data-line-card="1"] [data-line-lamp="ring"]')
    line.change(ring=True, level_dbm0=-10.0, peak=0.5)
    expect(lamp).to_have_attribute("data-on", "yes")
    meter = page.locator('[data-line-card="1"] [data-line-meter]')
    expect(meter).to_have_attribute("aria-valuenow", "-10")
    line.close()
    expect(lamp).to_have_attribute("data-on", "no", timeout=SOON_MS)


def test_a_call_is_ticked_off_step_by_step(
    open_page: OpenPage, panel: PanelProcess, line: LineDouble
) -> None:
    say(panel, 1)
    page = open_page("/lines/1/test", user="nassab")

    def check(name: str) -> Any:
        return page.locator(f'[data-check="{name}"]')

    expect(check("up")).to_have_attribute("data-done", "yes", timeout=SOON_MS)
    expect(check("level")).to_have_attribute("data-done", "yes")
    expect(check("ring")).to_have_attribute("data-done", "no")
    call = panel.call().ring()
    expect(check("ring")).to_have_attribute("data-done", "yes")
    call.identify("09121234567")
    expect(check("number")).to_contain_text("۴۵۶۷")
    expect(check("number")).to_contain_text("FSK V.23")
    call.answer()
    expect(check("hook")).to_have_attribute("data-done", "yes")
    call.end()


def test_a_line_is_set_up_and_removed_by_hand(open_page: OpenPage, own_lines: Path) -> None:
    page = open_page("/lines", user="nassab")
    page.get_by_role("link", name="افزودن خط").click()
    page.locator('a.offer[href*="/sip"]').click()
    register = page.locator('[data-section="ثبت در مرکز تلفن"]')
    expect(register).to_be_hidden()
    page.locator("#f-mode").select_option("register")
    expect(register).to_be_visible()
    page.locator("#f-registrar").fill("127.0.0.1")
    page.locator("#f-user").fill("8801")
    page.locator("#f-password").fill("s3cret")
    page.get_by_role("button", name="ساختن خط و آزمون آن").click()
    expect(page).to_have_url(re.compile("/lines/3/test$"), timeout=SOON_MS)
    assert "8801" in own_lines.read_text()
    page.get_by_role("link", name="ویرایش").click()
    expect(page.locator("#f-password")).to_have_value("")
    page.locator(".danger-zone summary").click()
    page.get_by_role("button", name="حذف شود").click()
    expect(page.locator("[data-line-card]")).to_have_count(2)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "path", ["/lines", "/lines/new", "/lines/new/alsa", "/lines/new/sip", "/lines/1/edit", "/lines/1/test"]
)
def test_nothing_overflows(open_page: OpenPage, path: str, viewport: dict[str, int]) -> None:
    page = open_page(path, user="modir", viewport=viewport)
    assert not overflows(page)

"""A line's scope in real Chromium: what the line does is seen, at a desk and on a telephone, in light and dark."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from callerid.scope import captures
from tests.browser.conftest import DESK, PHONE, WAIT_MS, OpenPage, overflows
from tests.browser.office import PanelProcess
from tests.panel.scope.line import LineDouble

PATH = "/lines/1/scope"
SCOPE = "[data-scope]"
WAVE = [round(side * abs(math.sin(place / 9)) * 0.6, 3) for place in range(100) for side in (-1, 1)]
SPECTRUM = [-78.0 + (60.0 if band in (19, 20, 35) else band % 7) for band in range(64)]
LIVELY = {"wave": WAVE, "spectrum": SPECTRUM, "level_dbm0": -18.4, "peak": 0.4, "dc": -0.012}
MakeLine = Callable[..., LineDouble]


def folder_of(panel: PanelProcess) -> Path:
    return Path(panel.conn.execute("PRAGMA database_list").fetchone()[2]).parent


@pytest.fixture
def make_line(panel: PanelProcess) -> Iterator[MakeLine]:
    lines: list[LineDouble] = []

    def make(line: int = 1, **changes: Any) -> LineDouble:
        lines.append(LineDouble(folder_of(panel) / "run", line))
        lines[-1].change(**changes)
        return lines[-1]

    yield make
    for line in lines:
        line.close()


@pytest.fixture
def capture(panel: PanelProcess) -> Iterator[Path]:
    folder = folder_of(panel) / captures.FOLDER
    yield captures.keep(folder, 1, "01M8" + "0" * 22, datetime.now(UTC), 8000, b"\1\2" * 16000)
    for file in folder.iterdir():
        file.unlink()


# Read from a copy: the browser warns when the page's own canvas is read again and again.
PIXELS = """(selector) => {
  const canvas = document.querySelector(selector);
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, copy.width, copy.height);
}"""


def colours(page: Page, selector: str) -> int:
    """Count the different colours of a canvas."""
    script = f"(selector) => new Set(new Uint32Array(({PIXELS})(selector).data.buffer)).size"
    count: int = page.evaluate(script, selector)
    return count


def brightness(page: Page, selector: str) -> float:
    """Give the mean of all colours of a canvas, 0-255."""
    script = (
        f"(selector) => {{ const {{ data }} = ({PIXELS})(selector);"
        " return data.reduce((sum, value, place) => sum + (place % 4 < 3 ? value : 0), 0)"
        " / (data.length * 3 / 4); }"
    )
    mean: float = page.evaluate(script, selector)
    return mean


def wait_until_live(page: Page) -> None:
    expect(page.locator(SCOPE)).to_have_attribute("data-state", "live")


def lamp(page: Page, name: str) -> Any:
    return page.locator(f'[data-scope-lamp="{name}"]')


def entries(page: Page) -> Any:
    return page.locator("[data-scope-heard] > li")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_level_waveform_and_spectrogram_are_drawn(
    open_page: OpenPage, make_line: MakeLine, theme: str
) -> None:
    line = make_line()
    page = open_page(PATH, user="nassab", color_scheme=theme)
    wait_until_live(page)
    line.change(**LIVELY)
    expect(page.locator("[data-scope-level-words]")).to_have_text("−۱۸٫۴")
    expect(page.locator('[data-scope-reading="dc"] [data-scope-value]')).to_have_text("−۱٫۲")
    expect(page.locator('[data-scope-reading="snr"] [data-scope-value]')).to_have_text("۴۴")
    page.wait_for_timeout(300)
    assert colours(page, "[data-scope-wave]") >= 3
    assert colours(page, "[data-scope-fall]") > 20
    share = page.evaluate(
        "getComputedStyle(document.querySelector('[data-scope-meter]')).getPropertyValue('--level')"
    )
    assert abs(float(share) - (70 - 18.4) / 73) < 0.01


def test_a_change_of_theme_repaints_the_spectrogram(open_page: OpenPage, make_line: MakeLine) -> None:
    make_line(**LIVELY)
    page = open_page(PATH, user="nassab", color_scheme="light")
    wait_until_live(page)

    light = brightness(page, "[data-scope-fall]")
    page.locator("[data-theme-toggle]").click()
    page.wait_for_timeout(200)
    assert light > 180
    assert brightness(page, "[data-scope-fall]") < 80


def test_lamps_follow_the_line(open_page: OpenPage, make_line: MakeLine) -> None:
    line = make_line()
    page = open_page(PATH, user="nassab")
    wait_until_live(page)
    for name in ("ring", "hook", "clip"):
        expect(lamp(page, name)).to_have_attribute("data-on", "no")
    line.change(ring=True)
    expect(lamp(page, "ring")).to_have_attribute("data-on", "yes")
    line.change(ring=False, off_hook=True, clipped=3)
    expect(lamp(page, "ring")).to_have_attribute("data-on", "no")
    expect(lamp(page, "hook")).to_have_attribute("data-on", "yes")
    expect(lamp(page, "clip")).to_have_attribute("data-on", "yes")
    line.change(clipped=0, off_hook=False)
    expect(lamp(page, "clip")).to_have_attribute("data-on", "no")


def test_what_is_heard_is_listed_newest_first_and_bounded(open_page: OpenPage, make_line: MakeLine) -> None:
    line = make_line()
    page = open_page(PATH, user="nassab")
    wait_until_live(page)
    expect(page.locator("[data-scope-heard-none]")).to_be_visible()
    line.hear("ring-on", "fsk-bell202 call 09121234567 confidence 0.62")
    expect(entries(page)).to_have_count(2)
    expect(page.locator("[data-scope-heard-none]")).to_be_hidden()
    newest = entries(page).first
    expect(newest).to_contain_text("شمارهٔ تماس‌گیرنده")
    expect(newest.locator("bdi.phone")).to_have_text("09121234567")
    expect(newest.locator("bdi.phone")).to_have_attribute("dir", "ltr")
    expect(newest).to_contain_text("FSK Bell 202")
    expect(newest).to_contain_text("۶۲٪")
    width = page.evaluate("getComputedStyle(document.querySelector('.margin-bar'), '::after').inlineSize")
    assert 25 < float(width.removesuffix("px")) < 40
    for _ in range(6):
        line.hear(*["dtmf digit 5"] * 10)
        page.wait_for_timeout(80)
    expect(entries(page)).to_have_count(40)
    expect(entries(page).first).to_contain_text("رقم ۵ گرفته شد")


def test_advice_says_what_to_do(open_page: OpenPage, make_line: MakeLine) -> None:
    line = make_line()
    page = open_page(PATH, user="nassab")
    expect(page.get_by_text("خط خوب شنیده می‌شود")).to_be_visible()
    line.change(advice="hum")
    expect(page.get_by_text("وزوز برق شهر روی خط است")).to_be_visible()
    expect(page.get_by_text("خط خوب شنیده می‌شود")).to_be_hidden()


def test_a_line_that_goes_away_is_tried_again(open_page: OpenPage, make_line: MakeLine) -> None:
    line = make_line(ring=True)
    page = open_page(PATH, user="nassab")
    expect(lamp(page, "ring")).to_have_attribute("data-on", "yes")
    line.close()
    expect(page.get_by_text("خط در دسترس نیست؛ تلاش دوباره…")).to_be_visible()
    expect(lamp(page, "ring")).to_have_attribute("data-on", "no")
    expect(page.locator("[data-scope-live]")).to_be_hidden()
    make_line()
    wait_until_live(page)


def test_a_line_without_a_daemon_says_so(open_page: OpenPage) -> None:
    page = open_page("/lines/2/scope", user="nassab")
    expect(page.get_by_text("خط در دسترس نیست؛ تلاش دوباره…")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "telephone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_no_wider_than_its_window(
    panel: PanelProcess,
    open_page: OpenPage,
    make_line: MakeLine,
    capture: Path,
    size: dict[str, int],
    theme: str,
) -> None:
    panel.call().ring().identify("09121234567").miss()
    line = make_line(**LIVELY)
    page = open_page(PATH, user="nassab", viewport=size, color_scheme=theme)
    wait_until_live(page)
    line.hear("fsk-bell202 call 009809121234567000 confidence 0.98", "x" * 60)
    expect(entries(page)).to_have_count(2)
    assert not overflows(page)
    page.goto(panel.url + "/lines")
    assert not overflows(page)
    expect(page.get_by_role("link", name="اسکوپ").first).to_be_in_viewport(ratio=0.99)
    page.get_by_role("link", name="اسکوپ").first.click()
    expect(page.locator("h1")).to_have_text("اسکوپ خط ۱")
    wait_until_live(page)


def test_a_capture_is_played_downloaded_and_deleted(open_page: OpenPage, capture: Path) -> None:
    page = open_page(PATH, user="nassab")
    seconds = page.evaluate(
        """() => new Promise((done, failed) => {
          const audio = document.querySelector("audio");
          audio.addEventListener("loadedmetadata", () => done(audio.duration));
          audio.addEventListener("error", () => failed(new Error(audio.error.message)));
          audio.preload = "metadata";
          audio.load();
        })"""
    )
    assert abs(seconds - 2.0) < 0.01
    with page.expect_download() as download:
        page.get_by_label("دریافت فایل").click()
    assert download.value.suggested_filename == capture.name
    assert Path(download.value.path()).read_bytes() == capture.read_bytes()
    page.locator("summary[aria-label='پاک کردن']").click()
    assert not overflows(page)
    page.get_by_role("button", name="پاک شود").click()
    expect(page.get_by_text("صدای نگه‌داشته‌شده پاک شد.")).to_be_visible()
    expect(page.get_by_text("صدایی نگه داشته نشده است")).to_be_visible()
    assert not capture.exists()


def test_a_call_teaches_the_open_page(panel: PanelProcess, open_page: OpenPage, make_line: MakeLine) -> None:
    line = make_line()
    page = open_page(PATH, user="nassab")
    wait_until_live(page)
    expect(page.locator(".scope-learned")).to_contain_text("هنوز دانسته نیست")
    panel.call().ring().identify("09121234567").miss()
    line.hear("fsk-v23 call 09121234567 confidence 0.98")
    expect(page.locator(".scope-learned")).to_contain_text("۱ تماس، ۱۰۰٪", timeout=2 * WAIT_MS)


def test_without_scripts_the_rest_of_the_page_serves(open_page: OpenPage, capture: Path) -> None:
    page = open_page(PATH, user="nassab", java_script_enabled=False)
    expect(page.locator("noscript .notice")).to_be_visible()
    expect(page.get_by_text("شکل موج")).to_be_hidden()
    expect(page.get_by_text("هنوز دانسته نیست")).to_be_visible()
    expect(page.get_by_label("دریافت فایل")).to_be_visible()

"""A recording in real Chromium: it is heard, moved in, written on, at a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from appliance.core.config import load_config
from db.queries.recordings import RecordingRow, list_listenings, list_notes
from tests.browser.conftest import DESK, PHONE, WAIT_MS, OpenPage, overflows
from tests.browser.office import PanelProcess
from tests.fakes.clock import FakeClock
from tests.panel.recordings.kept import keep
from tests.panel.simulated_calls import SimulatedCall

SECONDS = 12
Recorded = Callable[..., RecordingRow]


@pytest.fixture
def recorded(panel: PanelProcess) -> Recorded:
    """Give a maker of recorded calls of a known customer."""
    config = load_config(
        Path(panel.conn.execute("PRAGMA database_list").fetchone()[2]).parent / "aminbox.toml"
    )

    def make(*, is_stereo: bool = False) -> RecordingRow:
        call = (
            SimulatedCall(None, panel.conn, datetime.now(UTC)).ring().identify("09121234567").answer().end()
        )
        return keep(
            panel.conn, config, FakeClock(datetime.now(UTC)), call, seconds=SECONDS, is_stereo=is_stereo
        )

    return make


def place_of(player: Locator) -> float:
    return float(player.evaluate("element => element.querySelector('audio').currentTime"))


def is_playing(player: Locator) -> bool:
    return not player.evaluate("element => element.querySelector('audio').paused")


def wait_until(page: Page, player: Locator, script: str) -> None:
    page.wait_for_function(
        f"id => {{ const audio = document.getElementById(id).querySelector('audio'); return {script}; }}",
        arg=player.get_attribute("id"),
        timeout=WAIT_MS,
    )


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_a_recording_is_played_below_its_row_of_the_log(
    panel: PanelProcess, open_page: OpenPage, recorded: Recorded, size: dict[str, int], scheme: str
) -> None:
    recording = recorded()
    page = open_page("/calls", viewport=size, color_scheme=scheme)
    row = page.locator(f'[data-row="{recording.call_id}"]')
    row.locator("[data-open-player]").click()
    player = page.locator(f"#recording-{recording.id}")
    expect(player.locator("[data-play]")).to_be_focused()
    page.keyboard.press("Enter")
    wait_until(page, player, "audio.currentTime > 0.3")
    assert list_listenings(panel.conn, recording.id)[0].user_name == "منشی"
    assert not overflows(page)
    page.keyboard.press("Enter")
    assert not is_playing(player)


def test_keys_move_in_a_recording_and_set_its_speed(open_page: OpenPage, recorded: Recorded) -> None:
    recording = recorded()
    page = open_page(f"/calls/{recording.call_id}")
    player = page.locator(f"#recording-{recording.id}")
    place = player.locator("[data-place]")
    place.focus()
    page.keyboard.press("Space")
    wait_until(page, player, "audio.currentTime > 0.1")
    page.keyboard.press("Space")
    before = place_of(player)
    page.keyboard.press("ArrowRight")
    assert place_of(player) == pytest.approx(before + 5, abs=0.2)
    page.keyboard.press("ArrowLeft")
    assert place_of(player) == pytest.approx(before, abs=0.2)
    expect(place).to_have_attribute("aria-valuetext", "۰۰:۰۰ از ۰۰:۱۲")
    player.locator("[data-speed]").select_option("1.5")
    assert player.evaluate("element => element.querySelector('audio').playbackRate") == 1.5


def test_a_note_stands_at_its_moment_and_leads_there(
    panel: PanelProcess, open_page: OpenPage, recorded: Recorded
) -> None:
    recording = recorded()
    page = open_page(f"/calls/{recording.call_id}")
    player = page.locator(f"#recording-{recording.id}")
    player.locator("[data-place]").fill("8")
    player.locator("[name=text]").fill("قول بازدید داد")
    player.locator("[data-note-form] button").click()
    expect(player.locator(".note")).to_contain_text("قول بازدید داد")
    (note,) = list_notes(panel.conn, recording.id)
    assert note.seconds == 8
    expect(player.locator("[data-time]")).to_have_text("۰۰:۰۸")
    player.locator("[data-skip='-10']").click()
    player.locator("[data-jump]").click()
    wait_until(page, player, "audio.currentTime >= 8 && !audio.paused")


def test_one_side_of_two_is_heard_alone(open_page: OpenPage, recorded: Recorded) -> None:
    recording = recorded(is_stereo=True)
    page = open_page(f"/calls/{recording.call_id}")
    player = page.locator(f"#recording-{recording.id}")
    player.locator("label:has([value=right])").click()
    expect(player).to_have_attribute("data-side-heard", "right")
    player.locator("[data-play]").click()
    wait_until(page, player, "audio.currentTime > 0.2")


def test_the_owner_sees_the_own_listening_at_once(open_page: OpenPage, recorded: Recorded) -> None:
    recording = recorded()
    page = open_page(f"/calls/{recording.call_id}", user="modir")
    player = page.locator(f"#recording-{recording.id}")
    expect(player.locator(".player-listeners")).to_contain_text("هنوز کسی نشنیده است")
    player.locator("[data-play]").click()
    expect(player.locator(".player-listeners summary")).to_contain_text("۱ بار شنیده")
    assert is_playing(player)


def test_the_owner_deletes_a_recording_after_being_asked(
    panel: PanelProcess, open_page: OpenPage, recorded: Recorded
) -> None:
    recording = recorded()
    page = open_page(f"/calls/{recording.call_id}", user="modir")
    page.locator('summary[aria-label="پاک کردن ضبط"]').click()
    page.get_by_role("button", name="پاک شود").click()
    expect(page.locator(".player-gone")).to_contain_text("مدیر آن را پاک کرد")
    expect(page.locator("audio")).to_have_count(0)


def test_an_open_player_goes_on_when_a_call_changes_the_log(
    panel: PanelProcess, open_page: OpenPage, recorded: Recorded
) -> None:
    recording = recorded()
    page = open_page("/calls")
    page.locator(f'[data-row="{recording.call_id}"] [data-open-player]').click()
    player = page.locator(f"#recording-{recording.id}")
    player.locator("[data-play]").click()
    wait_until(page, player, "audio.currentTime > 0.2")
    page.locator("[data-log-filter] [name=text]").fill("نرگس")
    page.wait_for_url("**/calls?text=*", timeout=WAIT_MS)
    page.wait_for_load_state("networkidle")
    expect(player).to_be_visible()
    assert is_playing(player)

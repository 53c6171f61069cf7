"""The page of lines: state, problem in Persian, last events, and lamps that live."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from appliance.core.clock import to_text
from appliance.core.events import LineDown, LineUp, encode
from db.queries.events import insert_event
from db.queries.lines import LineState, upsert_line_state
from panel.lines.metering import Metering
from panel.lines.words import UNKNOWN, problem_words
from tests.panel.lines.conftest import LinesWorld
from tests.panel.scope.line import LineDouble, wait_until
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import FETCH, Person, heard

MakeCall = Callable[..., SimulatedCall]
UNPLUGGED = "the sound card went away (No such device)"


def say(world: LinesWorld, *, line: int = 1, problem: str = "", driver: str = "sim") -> None:
    """Store what a line's daemon stores when its hardware comes or goes."""
    now = world.clock.now()
    event = (
        LineDown(id=world.ids.make(now), at=to_text(now), line=line, driver=driver, problem=problem)
        if problem
        else LineUp(id=world.ids.make(now), at=to_text(now), line=line, driver=driver)
    )
    insert_event(world.conn, event.id, event.name, event.at, encode(event).decode())
    upsert_line_state(world.conn, LineState(line, not problem, driver, problem, event.at))
    world.live.teller.tell(world.conn, event)


def test_a_line_that_nothing_was_heard_of_says_so(nassab: Person) -> None:
    page = nassab.get("/lines").text
    assert page.count('data-line-now="unknown"') == 2
    assert "بی‌خبر" in page


def test_a_line_that_went_away_says_why_in_persian_and_comes_back(world: LinesWorld, nassab: Person) -> None:
    say(world)
    assert 'data-line-now="up"' in nassab.get("/lines/1/state").text
    say(world, problem=UNPLUGGED)
    part = nassab.get("/lines/1/state").text
    assert 'data-line-now="down"' in part
    assert "کارت صدا وصل نیست" in part
    assert "خودبه‌خود برمی‌گردد" in part
    assert UNPLUGGED in part[part.index("<details") :]
    world.clock.advance(5)
    say(world)
    part = nassab.get("/lines/1/state").text
    assert 'data-line-now="up"' in part
    assert part.index("خط وصل شد") < part.index("خط قطع شد")
    assert "خط قطع شد" not in nassab.get("/lines/2/state").text


def test_a_line_whose_hardware_was_changed_waits_for_news(world: LinesWorld, nassab: Person) -> None:
    say(world, driver="alsa", problem=UNPLUGGED)
    assert 'data-line-now="unknown"' in nassab.get("/lines/1/state").text


def test_last_calls_stand_among_the_events_with_numbers_for_who_sees_calls(
    world: LinesWorld, nassab: Person, call: MakeCall
) -> None:
    call().ring().identify("09121234567").miss()
    desk = world.person("monshi").get("/lines/1/state").text
    assert "بی‌پاسخ" in desk
    assert "<span>0912</span>" in desk
    installer = nassab.get("/lines/1/state").text
    assert "بی‌پاسخ" in installer
    assert "0912" not in installer
    assert "بی‌پاسخ" not in nassab.get("/lines/2/state").text


def test_an_open_call_lights_the_lamps_of_a_page_just_opened(
    world: LinesWorld, nassab: Person, call: MakeCall
) -> None:
    ringing = call().ring()
    assert 'data-ring="yes"' in nassab.get("/lines/1/state").text
    ringing.answer()
    assert 'data-ring="no" data-hook="yes"' in nassab.get("/lines/1/state").text


def test_a_call_is_told_to_who_looks_at_the_lines_without_its_number(
    world: LinesWorld, nassab: Person, call: MakeCall
) -> None:
    installer, elsewhere = nassab.listen(), nassab.listen()
    marketer = world.person("bazaryab").listen()
    for browser in (installer, marketer):
        browser.emit("lines.watch", {})
    ringing = call().ring().identify("09121234567")
    for event in ringing.events:
        world.live.teller.tell(world.conn, event)
    told = heard(installer, "line.call")
    assert [one["state"] for one in told] == ["ringing"] * len(told)
    assert (told[-1]["number_state"], told[-1]["number_end"]) == ("known", "4567")
    assert "09121234567" not in str(told)
    assert heard(elsewhere, "line.call") == heard(marketer, "line.call") == []
    installer.disconnect()
    wait_until(lambda: not metering_of(world).watched(), "the end of watching")


def test_the_card_tells_recording_and_learned_signalling(
    world: LinesWorld, nassab: Person, call: MakeCall
) -> None:
    page = nassab.get("/lines").text
    assert "هنوز دانسته نیست" in page
    assert "microphone-off" in page
    call().ring().identify("09121234567").miss()
    assert "FSK V.23" in nassab.get("/lines").text


REAL = [
    (UNPLUGGED, "کارت صدا وصل نیست"),
    ("sound card 'usb:0d8c:0014' is not plugged in; cards with an input: none.", "کارت صدا وصل نیست"),
    ("2 sound cards are 'usb:0d8c:0014'; name one by its port", "دو کارت صدای همانند"),
    ("the sound card fell silent: no sample for 2.0 s; it is tried again", "چیزی نمی‌فرستد"),
    ("ALSA cannot open hw:Device (Device or resource busy); is it plugged in", "در اختیار برنامه"),
    ("pyalsaaudio is not installed (No module); 'make venv-hardware'", "کتابخانهٔ کارت صدا"),
    ("no library for GPIO pins works on this board (gpiod: …)", "پایه‌های ورودی"),
    ("no modem 0572:1340 is plugged in; 'aminbox doctor' lists those that are", "مودم وصل نیست"),
    ("the modem at /dev/ttyACM0 went away (EIO)", "مودم وصل نیست"),
    ("the device does not answer AT: it is no modem, or it hangs", "مودم پاسخ نمی‌دهد"),
    ("192.168.1.20:5062 has not answered for 5 s: check its power", "درگاه SIP پاسخ نمی‌دهد"),
    ("192.168.1.5:5060 refused user 8801 (403)", "پذیرفته نشد"),
    ("UDP port 5060 of 192.168.1.2 cannot be taken (Address already in use)", "درگاه UDP"),
    ("the name 'gw' is not known (Name or service not known)", "نام درگاه"),
    ("the simulated exchange went away", "مرکز تلفن آزمایشی"),
    ("the simulated exchange does not answer at x.sock (No such file or directory)", "مرکز تلفن آزمایشی"),
]


@pytest.mark.parametrize(("text", "words"), REAL)
def test_what_drivers_say_is_worded(text: str, words: str) -> None:
    assert words in problem_words(text).title


def test_what_nobody_foresaw_is_worded_too() -> None:
    assert problem_words("something else") is UNKNOWN


def metering_of(world: LinesWorld) -> Metering:
    metering: Metering = world.app.extensions["aminbox-metering"]
    return metering


@pytest.fixture
def line(world: LinesWorld) -> Iterator[LineDouble]:
    double = LineDouble(world.folder / "run")
    yield double
    double.close()


def test_lamps_and_level_of_every_line_come_live(world: LinesWorld, nassab: Person, line: LineDouble) -> None:
    socket = nassab.listen()
    socket.emit("lines.watch", {})
    frames: list[dict[str, Any]] = []

    def seen() -> list[dict[str, Any]]:
        frames.extend(heard(socket, "lines.meter"))
        return frames

    wait_until(lambda: any("level_dbm0" in one for one in seen()), "a level")
    assert {one["line"] for one in frames} == {1, 2}
    assert "wave" not in frames[-1]
    line.change(ring=True, level_dbm0=-12.5)
    wait_until(lambda: seen()[-1].get("ring"), "the ring")
    line.close()
    wait_until(
        lambda: any(one["line"] == 1 and one["state"] == "away" for one in seen()), "that the line went"
    )
    socket.disconnect()
    wait_until(lambda: not metering_of(world).watched(), "the end of watching")


def test_who_may_not_see_lines_gets_no_meters(world: LinesWorld, line: LineDouble) -> None:
    socket = world.person("bazaryab").listen()
    socket.emit("lines.watch", {})
    time.sleep(0.2)
    assert heard(socket, "lines.meter") == []
    assert not line.is_watched


def test_a_simulated_line_rings_on_request_and_no_other(
    world: LinesWorld, nassab: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr("panel.lines.routes.ring_exchange", lambda _runtime, **plan: asked.append(plan))
    assert "data-test-ring" in nassab.get("/lines/2/test").text
    assert nassab.post("/lines/2/ring", headers=FETCH).get_json()["ok"]
    assert nassab.post("/lines/2/ring").headers["Location"] == "/lines/2/test"
    assert [plan["line"] for plan in asked] == [2, 2]
    nassab.post("/lines/new/voice-modem", {"usb": "0572:1340"})
    assert "data-test-ring" not in nassab.get("/lines/3/test").text
    assert nassab.post("/lines/3/ring").status_code == 422
    assert len(asked) == 2

"""Persian for what is heard, and advice that does not flicker."""

from __future__ import annotations

from typing import get_args

import pytest

from appliance.core.scope import Advice
from callerid.dsp.message import CallerMessage
from callerid.dsp.signals import Kind
from callerid.listening import _words
from panel.scope.advice import GRAVITY, SteadyAdvice
from panel.scope.words import HeardView, heard_view
from tests.panel.scope.line import frame


def test_every_signal_of_the_line_has_persian_words() -> None:
    for kind in get_args(Kind):
        assert heard_view(kind).title != kind


@pytest.mark.parametrize(
    ("message", "view"),
    [
        (
            CallerMessage(standard="fsk-bell202", number="09121234567", confidence=0.987),
            HeardView("number", "شمارهٔ تماس‌گیرنده", "FSK Bell 202", "09121234567", 0.99),
        ),
        (
            CallerMessage(standard="dtmf", number="09121234567", confidence=0.78, snr_db=-4.2),
            HeardView(
                "number", "شمارهٔ تماس‌گیرنده", "سیگنال به نویز \u2212۴ دسی‌بل · DTMF", "09121234567", 0.78
            ),
        ),
        (
            CallerMessage(standard="dtmf", reason="P", confidence=1.0),
            HeardView("number", "شماره پنهان است", "DTMF", "", 1.0),
        ),
        (
            CallerMessage(standard="fsk-v23", reason="O"),
            HeardView("number", "شماره در دسترس نیست", "FSK V.23", "", 1.0),
        ),
        (
            CallerMessage(standard="fsk-v23", type="mwi"),
            HeardView("number", "بدون شماره", "FSK V.23", "", 1.0),
        ),
    ],
)
def test_a_message_is_worded_as_the_line_daemon_writes_it(message: CallerMessage, view: HeardView) -> None:
    assert heard_view(_words(message)) == view


@pytest.mark.parametrize(
    ("text", "title", "detail"),
    [
        ("dtmf digit 5", "رقم ۵ گرفته شد", "DTMF"),
        ("pulse digit 0", "رقم ۰ گرفته شد", "پالس"),
        ("dtmf digit #", "رقم # گرفته شد", "DTMF"),
        ("something new <b>", "something new <b>", ""),
        ("x" * 500, "x" * 60, ""),
        ("fsk-v23 call 1 confidence 1.2.3", "شمارهٔ تماس‌گیرنده", "FSK V.23"),
        ("", "", ""),
    ],
)
def test_digits_and_unknown_words_are_shown(text: str, title: str, detail: str) -> None:
    view = heard_view(text)
    assert (view.title, view.detail) == (title, detail)


def test_every_advice_has_its_gravity() -> None:
    assert set(GRAVITY) == set(get_args(Advice))


def shown(*advices: tuple[Advice, float], every_s: float = 0.1) -> list[Advice | None]:
    """Give what is shown while the line gives each advice for so many seconds."""
    steady, at, given = SteadyAdvice(), 100.0, []
    for advice, seconds in advices:
        for _ in range(round(seconds / every_s)):
            at += every_s
            given.append(steady.look(frame(advice=advice), at))
    return given


def test_advice_is_given_after_half_a_second() -> None:
    assert shown(("fine", 1.0)) == [None] * 4 + ["fine"] * 6


def test_the_click_of_a_handset_is_no_advice() -> None:
    assert set(shown(("fine", 3.0), ("clipping", 0.2), ("fine", 3.0))[5:]) == {"fine"}


def test_advice_that_alternates_does_not_flicker() -> None:
    given = shown(("fine", 3.0), *[("clipping", 0.3), ("fine", 0.3)] * 20)
    changes = [place for place in range(6, len(given)) if given[place] != given[place - 1]]
    assert len(changes) == 1


def test_each_advice_stays_for_two_seconds() -> None:
    given = shown(("clipping", 0.6), ("dc", 5.0), ("fine", 5.0))
    changes = [place for place in range(5, len(given)) if given[place] != given[place - 1]]
    assert [given[place] for place in changes] == ["dc", "fine"]
    assert changes[0] - 4 >= 20
    assert changes[1] - 56 <= 21


def test_ringing_is_no_fault() -> None:
    steady, given = SteadyAdvice(), []
    for tenth in range(60):
        is_ring = 20 <= tenth < 30
        fault: Advice = "hum" if 20 <= tenth < 33 else "fine"
        given.append(steady.look(frame(advice=fault, ring=is_ring), tenth / 10))
    assert set(given[5:]) == {"fine"}


def test_a_deep_voice_is_no_hum() -> None:
    pausing = shown(("fine", 3.0), *[("hum", 0.6), ("fine", 0.3)] * 20)
    assert set(pausing[5:]) == {"fine"}
    steady, given = SteadyAdvice(), []
    for tenth in range(80):
        is_talk = tenth >= 20
        picture = frame(advice="hum" if is_talk else "fine", off_hook=is_talk)
        given.append(steady.look(picture, tenth / 10))
    assert set(given[5:]) == {"fine"}


def test_hum_that_never_pauses_is_hum() -> None:
    assert shown(("fine", 3.0), ("hum", 3.0))[-1] == "hum"

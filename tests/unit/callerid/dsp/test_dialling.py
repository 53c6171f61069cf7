"""Outgoing dialling: DTMF and pulses, with their times."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.dialling import DialDecoder, DialledDigit
from callerid.dsp.message import Samples
from callerid.synth import dtmf, tones

pytestmark = pytest.mark.unit


def hear(*parts: Samples, block: int = 160, rate_hz: int = 8000) -> list[DialledDigit]:
    sound = np.concatenate(parts)
    sound = sound + tones.noise(len(sound) / rate_hz, -50, 5, rate_hz=rate_hz)[: len(sound)]
    dialling = DialDecoder(rate_hz)
    return [digit for at in range(0, len(sound), block) for digit in dialling.feed(sound[at : at + block])]


def number(digits: list[DialledDigit]) -> str:
    return "".join(digit.digit for digit in digits)


def test_digits_after_dial_tone_are_heard_with_their_times() -> None:
    heard = hear(tones.off_hook(), tones.dial_tone(2), dtmf.dial("02188776655*#", tail_ms=100))
    assert number(heard) == "02188776655*#"
    assert heard[0].t_start == pytest.approx(2.05, abs=0.006)
    assert heard[0].t_end == pytest.approx(2.12, abs=0.006)
    assert {digit.method for digit in heard} == {"dtmf"}


def test_pulses_are_counted() -> None:
    heard = hear(tones.off_hook(), tones.silence(0.3), tones.dial_tone(1.5), dtmf.pulse_dial("3051246789"))
    assert number(heard) == "3051246789"
    assert {digit.method for digit in heard} == {"pulse"}


@pytest.mark.parametrize("period_ms", [90.0, 100.0, 110.0])
@pytest.mark.parametrize("peak", [0.25, 0.9])
def test_slow_and_fast_dials_weak_and_strong(period_ms: float, peak: float) -> None:
    clicks = dtmf.pulse_dial("9107", period_ms=period_ms, break_ms=0.6 * period_ms, peak=peak)
    assert number(hear(tones.silence(0.5), clicks)) == "9107"


def test_a_hook_click_alone_is_no_digit() -> None:
    assert hear(tones.silence(1), tones.off_hook(), tones.silence(1), tones.on_hook(), tones.silence(1)) == []


def test_speech_dials_nothing() -> None:
    assert hear(*(tones.speech(30, seed, level_dbm0=-10) for seed in range(4)), block=4000) == []


def test_the_block_size_does_not_matter() -> None:
    sound = (tones.dial_tone(1), dtmf.dial("0912", tail_ms=300), dtmf.pulse_dial("31"))
    wanted = hear(*sound)
    assert number(wanted) == "091231"
    for block in (1, 61, 100_000):
        assert hear(*sound, block=block) == wanted

"""What is heard after dialling: ringing tone burst by burst, voice, and what is neither."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.message import Samples
from callerid.far_side import FarSide, Found
from callerid.synth import tones

RATE_HZ = 8000


def hear(*pieces: Samples, rate_hz: int = RATE_HZ) -> list[Found]:
    sound = np.concatenate(pieces)
    sound = sound + tones.noise(len(sound) / rate_hz, -60.0, 1, rate_hz=rate_hz)[: len(sound)]
    far_side = FarSide(rate_hz)
    return [
        found for start in range(0, len(sound), 160) for found in far_side.feed(sound[start : start + 160])
    ]


@pytest.mark.parametrize("rate_hz", [8000, 48000])
def test_every_burst_of_ringing_tone_is_told_with_its_end(rate_hz: int) -> None:
    found = hear(tones.silence(0.5, rate_hz), tones.ringback_tone(15.0, rate_hz=rate_hz), rate_hz=rate_hz)
    assert [one.kind for one in found] == ["ringback"] * 3
    assert [one.at for one in found] == pytest.approx([1.5, 6.5, 11.5], abs=0.06)


def test_voice_after_ringing_tone_is_told_with_its_begin() -> None:
    found = hear(tones.ringback_tone(7.0), tones.speech(4.0, 3))
    assert [one.kind for one in found] == ["ringback", "ringback", "voice"]
    assert found[-1].at == pytest.approx(7.0, abs=0.3)


@pytest.mark.parametrize("sound", [tones.busy_tone(6.0), tones.congestion_tone(6.0), tones.silence(6.0)])
def test_busy_tone_and_silence_are_neither(sound: Samples) -> None:
    assert hear(sound) == []


def test_a_click_is_no_voice() -> None:
    assert (
        hear(tones.silence(1.0), tones.on_hook(), tones.silence(3.0), tones.off_hook(), tones.silence(3.0))
        == []
    )

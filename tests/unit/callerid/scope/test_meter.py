"""The installer's meter: levels in dBm0 as defined, and the right advice for each fault of a wiring."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.core.scope import SPECTRUM_BINS, WAVE_POINTS, ScopeFrame
from callerid.dsp.levels import amplitude
from callerid.dsp.message import Samples
from callerid.scope.meter import ScopeMeter
from callerid.synth import tones

RATE_HZ = 8000


def frames(sound: Samples, *, ring: bool = False, off_hook: bool = False) -> list[ScopeFrame]:
    meter = ScopeMeter(1, RATE_HZ)
    pieces = [sound[start : start + 160] for start in range(0, len(sound), 160)]
    given = [meter.feed(piece, ring=ring, off_hook=off_hook) for piece in pieces]
    return [frame for frame in given if frame is not None]


def sine(hz: float, level_dbm0: float, seconds: float = 1.0) -> Samples:
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (amplitude(level_dbm0) * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def test_there_are_ten_frames_a_second_of_the_promised_shape() -> None:
    given = frames(tones.noise(1.0, -60, 1))
    assert len(given) == 10
    assert {len(frame.wave) for frame in given} == {2 * WAVE_POINTS}
    assert {len(frame.spectrum) for frame in given} == {SPECTRUM_BINS}


@pytest.mark.parametrize("level", [-50.0, -20.0, 0.0])
def test_a_sine_has_its_level_and_stands_in_its_band(level: float) -> None:
    frame = frames(sine(1000, level))[-1]
    assert abs(frame.level_dbm0 - level) < 0.3
    assert int(np.argmax(frame.spectrum)) == 16
    assert abs(frame.peak - amplitude(level)) < 0.01


def test_direct_current_is_no_level() -> None:
    frame = frames(tones.noise(1.0, -60, 1) + np.float32(0.5))[-1]
    assert abs(frame.dc - 0.5) < 0.01
    assert abs(frame.level_dbm0 + 60) < 1.5


@pytest.mark.parametrize(
    ("sound", "off_hook", "advice"),
    [
        (tones.silence(2.0), False, "no-line"),
        (tones.noise(2.0, -60, 1), False, "fine"),
        (tones.noise(2.0, -60, 1) + np.float32(0.4), False, "dc"),
        (tones.noise(2.0, -60, 1) + sine(50, -15, 2.0), False, "hum"),
        (np.clip(sine(800, 12, 2.0), -1, 1), True, "clipping"),
        (tones.noise(2.0, -70, 1) + sine(425, -50, 2.0), True, "gain-low"),
        (tones.noise(2.0, -60, 1) + sine(425, -2, 2.0), True, "gain-high"),
        (tones.noise(2.0, -60, 1) + sine(425, -15, 2.0), True, "fine"),
    ],
)
def test_each_fault_of_a_wiring_gets_its_advice(sound: Samples, off_hook: bool, advice: str) -> None:
    assert frames(sound, off_hook=off_hook)[-1].advice == advice


def test_a_ring_burst_may_clip() -> None:
    burst = np.clip(3 * tones.ring_burst(1.0), -1, 1)
    assert {frame.advice for frame in frames(burst, ring=True)} <= {"fine", "hum"}
    assert "clipping" not in {frame.advice for frame in frames(burst, ring=True)}


def test_what_was_heard_is_shown_once() -> None:
    meter = ScopeMeter(1, RATE_HZ)
    meter.hear("ring-on")
    first = meter.feed(tones.noise(0.1, -60, 1), ring=False, off_hook=False)
    second = meter.feed(tones.noise(0.1, -60, 2), ring=False, off_hook=False)
    assert first is not None
    assert second is not None
    assert (first.heard, second.heard) == (["ring-on"], [])


def test_frames_without_sound_give_no_picture_and_take_no_room() -> None:
    meter = ScopeMeter(1, RATE_HZ)
    assert [meter.feed(np.zeros(0, np.float32), ring=False, off_hook=False) for _ in range(1000)] == [
        None
    ] * 1000
    assert meter._pieces == []


def test_a_line_with_two_sides_apart_is_measured_as_their_sum() -> None:
    sides = np.zeros((800, 2), np.float32)
    sides[:, 0] = 0.5 * np.sin(2 * np.pi * 1000 / 8000 * np.arange(800))
    frame = ScopeMeter(1, 8000).feed(sides, ring=False, off_hook=True)
    alone = ScopeMeter(1, 8000).feed(sides[:, 0] / 2, ring=False, off_hook=True)
    assert frame is not None
    assert alone is not None
    assert frame.level_dbm0 == alone.level_dbm0
    assert frame.wave == alone.wave

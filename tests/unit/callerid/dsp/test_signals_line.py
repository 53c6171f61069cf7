"""Line signals: what ringing, exchange tones, fax tones and clicks tell, and what speech must not do."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.message import Samples
from callerid.dsp.signals import LineSignals, Signal
from callerid.synth import dtmf, tones

pytestmark = pytest.mark.unit
BLOCK = 160


def hear(*parts: Samples, noise_dbm0: float = -55.0, block: int = BLOCK, rate_hz: int = 8000) -> list[Signal]:
    sound = np.concatenate(parts)
    sound = sound + tones.noise(len(sound) / rate_hz, noise_dbm0, 7, rate_hz=rate_hz)[: len(sound)]
    line = LineSignals(rate_hz)
    return [signal for at in range(0, len(sound), block) for signal in line.feed(sound[at : at + block])]


def kinds(signals: list[Signal]) -> list[str]:
    return [signal.kind for signal in signals]


def pause(seconds: float) -> Samples:
    return tones.silence(seconds)


@pytest.mark.parametrize("frequency_hz", [20.0, 25.0, 33.0, 50.0])
@pytest.mark.parametrize("drive", [1.0, 3.0, 10.0])
def test_a_ring_burst_has_a_begin_and_an_end(frequency_hz: float, drive: float) -> None:
    burst = tones.ring_burst(1.0, frequency_hz=frequency_hz, drive=drive)
    heard = hear(pause(1), burst, pause(4), burst, pause(1))
    assert kinds(heard) == ["ring-on", "ring-off", "ring-on", "ring-off"]
    assert heard[0].t_start == pytest.approx(1.0, abs=0.04)
    assert heard[1].t_end == pytest.approx(2.0, abs=0.05)


def test_ringing_is_told_within_a_tenth_of_a_second() -> None:
    line, burst = LineSignals(), np.concatenate((pause(1), tones.ring_burst(1.0)))
    for at in range(0, len(burst), BLOCK):
        if line.feed(burst[at : at + BLOCK]):
            assert (at + BLOCK) / 8000 <= 1.1
            return
    pytest.fail("never told")


def test_a_short_alerting_ring_of_a_quarter_second_is_heard() -> None:
    assert kinds(hear(pause(1), tones.ring_burst(0.25), pause(1))) == ["ring-on", "ring-off"]


@pytest.mark.parametrize("level_dbm0", [-40.0, -20.0, -12.0])
def test_mains_hum_is_no_ringing(level_dbm0: float) -> None:
    assert hear(tones.hum(20, level_dbm0=level_dbm0)) == []


def test_dial_tone_is_told_after_a_moment_and_only_once() -> None:
    heard = hear(pause(0.5), tones.dial_tone(4), pause(1))
    assert kinds(heard) == ["dial-tone"]
    assert heard[0].t_start == pytest.approx(0.5, abs=0.04)
    assert heard[0].level_dbm0 == pytest.approx(-10, abs=0.5)


@pytest.mark.parametrize("half_s", [0.4, 0.48, 0.5, 0.6])
def test_busy_is_told_after_two_periods(half_s: float) -> None:
    heard = hear(pause(1), tones.busy_tone(3.0, cadence=tones.Cadence(half_s, half_s)), pause(1))
    assert kinds(heard) == ["busy"]
    assert heard[0].t_start == pytest.approx(1.0, abs=0.06)


def test_congestion_howler_and_ringing_tone_are_told_by_their_rhythm() -> None:
    assert kinds(hear(pause(1), tones.congestion_tone(4), pause(1))) == ["congestion"]
    assert kinds(hear(pause(1), tones.howler(4), pause(1))) == ["howler"]
    assert kinds(hear(pause(1), tones.ringback_tone(11), pause(1))) == ["dial-tone", "ringback"]


@pytest.mark.parametrize("level_dbm0", [-35.0, -20.0, -3.0])
def test_busy_is_heard_at_any_level(level_dbm0: float) -> None:
    assert kinds(hear(pause(1), tones.busy_tone(3, level_dbm0=level_dbm0), pause(1))) == ["busy"]


def test_the_neighbour_note_of_440_hz_is_no_dial_tone() -> None:
    assert hear(pause(1), tones.sine(4, 440.0), pause(1)) == []


def test_fax_machines_are_told() -> None:
    assert kinds(hear(pause(1), tones.fax_cng(4), pause(1))) == ["fax-cng", "fax-cng"]
    assert kinds(hear(pause(1), tones.fax_ced(3), pause(1))) == ["fax-ced"]


@pytest.mark.parametrize("duration_s", [0.08, 0.1])
def test_the_alerting_tone_is_told_with_its_times(duration_s: float) -> None:
    heard = hear(pause(1), tones.dt_as(duration_s), pause(1))
    assert kinds(heard) == ["dt-as"]
    assert heard[0].t_start == pytest.approx(1.0, abs=0.02)
    assert heard[0].t_end == pytest.approx(1.0 + duration_s, abs=0.025)


def test_a_reversal_and_a_lifted_handset_differ() -> None:
    assert kinds(hear(pause(1), tones.line_reversal(), pause(1))) == ["line-reversal"]
    assert kinds(hear(pause(1), tones.off_hook(), pause(0.5), tones.dial_tone(2), pause(1))) == [
        "off-hook",
        "dial-tone",
    ]


def test_an_answered_call_from_ring_to_hang_up() -> None:
    heard = hear(
        pause(1), tones.ring_burst(1.0), pause(2), tones.off_hook(), pause(0.4), tones.speech(6, 3),
        pause(0.4), tones.busy_tone(3), pause(0.3), tones.on_hook(), pause(1),
    )  # fmt: skip
    assert kinds(heard) == ["ring-on", "ring-off", "off-hook", "busy", "on-hook"]


def test_two_minutes_of_speech_say_nothing() -> None:
    for seed in range(4):
        assert hear(tones.speech(30, seed, level_dbm0=-10.0), block=4000) == []


def test_dialled_digits_are_no_tones_of_the_exchange() -> None:
    assert hear(pause(1), dtmf.dial("0123456789*#", on_ms=200, off_ms=200), pause(1)) == []


@pytest.mark.parametrize("rate_hz", [11025, 16000, 44100, 48000])
def test_any_input_rate_does(rate_hz: int) -> None:
    heard = hear(
        tones.silence(1, rate_hz), tones.ring_burst(1.0, rate_hz), tones.silence(1, rate_hz),
        tones.busy_tone(3, rate_hz=rate_hz), tones.silence(1, rate_hz), rate_hz=rate_hz, block=rate_hz // 50,
    )  # fmt: skip
    assert kinds(heard) == ["ring-on", "ring-off", "busy"]


def test_the_block_size_does_not_matter() -> None:
    sound = (
        pause(1),
        tones.ring_burst(1.0),
        pause(1),
        tones.line_reversal(),
        tones.dt_as(),
        tones.busy_tone(3),
    )
    wanted = hear(*sound)
    for block in (1, 37, 999, 50_000):
        assert sorted(hear(*sound, block=block), key=lambda s: s.t_start) == sorted(
            wanted, key=lambda s: s.t_start
        )

"""The Q.24 digit receiver: each limit of the standard taken or refused as it says, and deaf to speech."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.dtmf import DigitHeard, DtmfDigits
from callerid.dsp.message import Samples
from callerid.synth import dtmf, tones

pytestmark = pytest.mark.unit
KEYS = "0123456789*#ABCD"
LEVEL_DBM0 = -14.0


def hear(
    *parts: Samples, noise_dbm0: float = -60.0, block: int = 160, rate_hz: int = 8000
) -> list[DigitHeard]:
    sound = np.concatenate((tones.silence(0.1, rate_hz), *parts, tones.silence(0.15, rate_hz)))
    sound = sound + tones.noise(len(sound) / rate_hz, noise_dbm0, 3, rate_hz=rate_hz)[: len(sound)]
    digits = DtmfDigits(rate_hz)
    return [one for at in range(0, len(sound), block) for one in digits.feed(sound[at : at + block])]


def keys(digits: list[DigitHeard]) -> str:
    return "".join(digit.key for digit in digits)


def tone(key: str, **how: float) -> Samples:
    return dtmf.tone_pair(key, **{"level_dbm0": LEVEL_DBM0, **how})  # type: ignore[arg-type]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("low", [-0.018, 0.0, 0.018])
@pytest.mark.parametrize("high", [-0.018, 0.0, 0.018])
@pytest.mark.parametrize("on_ms", [40, 70])
def test_a_frequency_error_of_1_8_percent_is_taken(key: str, low: float, high: float, on_ms: int) -> None:
    assert keys(hear(tone(key, on_ms=on_ms, low_offset=low, high_offset=high))) == key


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("low", "high"), [(0.035, 0.0), (-0.035, 0.0), (0.0, 0.035), (0.0, -0.035)])
@pytest.mark.parametrize("on_ms", [40, 100])
def test_a_frequency_error_of_3_5_percent_of_either_tone_is_refused(
    key: str, low: float, high: float, on_ms: int
) -> None:
    assert hear(tone(key, on_ms=on_ms, low_offset=low, high_offset=high)) == []


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("twist_db", [-8.0, -4.0, 0.0, 4.0])
def test_twist_within_minus_8_and_plus_4_db_is_taken(key: str, twist_db: float) -> None:
    (digit,) = hear(tone(key, on_ms=50, twist_db=twist_db))
    assert digit.key == key
    assert digit.twist_db == pytest.approx(twist_db, abs=0.7)


@pytest.mark.parametrize("twist_db", [-14.0, 10.0])
def test_far_more_twist_is_refused(twist_db: float) -> None:
    assert hear(*(tone(key, on_ms=80, twist_db=twist_db) for key in "15D")) == []


@pytest.mark.parametrize("level_dbm0", [0.0, -10.0, -25.0, -29.0])
def test_levels_from_0_to_minus_29_dbm0_are_taken(level_dbm0: float) -> None:
    assert keys(hear(dtmf.dial(KEYS, level_dbm0=level_dbm0))) == KEYS


def test_tones_below_minus_55_dbm0_are_refused() -> None:
    assert hear(dtmf.dial(KEYS, level_dbm0=-55.0), noise_dbm0=-90) == []


@pytest.mark.parametrize("key", KEYS)
def test_40_ms_are_taken_and_23_ms_refused(key: str) -> None:
    for offset in range(0, 40, 7):
        lead = np.zeros(offset, np.float32)
        assert keys(hear(lead, tone(key, on_ms=40))) == key
        assert hear(lead, tone(key, on_ms=23)) == []


@pytest.mark.parametrize("break_ms", [2, 5, 10])
def test_a_break_of_10_ms_does_not_make_two_digits(break_ms: int) -> None:
    gap = tones.silence(break_ms / 1000)
    for key in KEYS:
        assert keys(hear(tone(key, on_ms=40), gap, tone(key, on_ms=40))) == key


@pytest.mark.parametrize(("on_ms", "off_ms"), [(40, 40), (45, 30), (50, 43), (40, 53), (200, 30), (1000, 40)])
def test_the_fastest_dialling_is_followed(on_ms: int, off_ms: int) -> None:
    wanted = "00112233#*"
    assert keys(hear(dtmf.dial(wanted, on_ms=on_ms, off_ms=off_ms, level_dbm0=LEVEL_DBM0))) == wanted


@pytest.mark.parametrize("snr_db", [15.0, 20.0])
def test_15_db_over_noise_is_enough(snr_db: float) -> None:
    sound = dtmf.dial(KEYS * 8, on_ms=50, off_ms=50, level_dbm0=LEVEL_DBM0, seed=1)
    assert keys(hear(sound, noise_dbm0=LEVEL_DBM0 + 3 - snr_db)) == KEYS * 8


def test_dial_tone_beside_a_digit_does_not_hide_it() -> None:
    sound = dtmf.dial("5309", level_dbm0=-12)
    together = sound + tones.dial_tone(len(sound) / 8000, level_dbm0=-12)[: len(sound)]
    assert keys(hear(together)) == "5309"


@pytest.mark.parametrize("rate_hz", [11025, 16000, 44100, 48000])
def test_any_input_rate_does(rate_hz: int) -> None:
    heard = hear(dtmf.dial(KEYS, rate_hz=rate_hz), rate_hz=rate_hz, block=rate_hz // 50)
    assert keys(heard) == KEYS
    assert heard[1].t_start == pytest.approx(0.24, abs=0.006)
    assert heard[1].t_end == pytest.approx(0.31, abs=0.006)


def test_speech_is_no_digit() -> None:
    for seed in range(3):
        assert hear(tones.speech(60, seed, level_dbm0=-12), block=4000) == []


def test_single_tones_and_the_tones_of_the_exchange_are_no_digits() -> None:
    singles = [tones.sine(0.2, frequency) for frequency in (*dtmf.ROWS_HZ, *dtmf.COLUMNS_HZ)]
    others = (tones.dial_tone(1), tones.busy_tone(2), tones.fax_cng(2), tones.fax_ced(2), tones.dt_as())
    assert hear(*singles, *others) == []

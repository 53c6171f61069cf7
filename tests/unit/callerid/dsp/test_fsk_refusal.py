"""What is no message, or no longer one, is never given out, and nothing breaks the decoder."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from callerid.dsp.fsk import FskDecoder
from callerid.dsp.message import Samples
from callerid.synth.frames import mdmf
from callerid.synth.fsk import FskStandard, modulate
from tests.bench.fsk_scenes import RATE_HZ, STANDARDS, damaged, decode, put_on_line, score

FRAME = mdmf(number="02188776655", date="11221457")


def line(wave: Samples, *, snr_db: float = 30.0) -> Samples:
    return put_on_line(wave, np.random.default_rng(3), snr_db=snr_db, level_dbm0=-15.0)


@pytest.mark.parametrize("standard", STANDARDS)
def test_wounded_messages_never_give_a_wrong_number(standard: FskStandard) -> None:
    result = score(25, 5, lambda rng: damaged(rng, standard), block=1600)
    assert result.wrong == 0
    assert result.right >= 1


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("snr_db", [-3.0, 0.0])
def test_noise_too_strong_gives_nothing_wrong(standard: FskStandard, snr_db: float) -> None:
    wave = modulate(FRAME, standard=standard)
    for seed in range(8):
        heard = put_on_line(wave, np.random.default_rng(seed), snr_db=snr_db, level_dbm0=-15.0)
        assert all(message.number == "02188776655" for message in decode(heard, 1600))


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.97])
def test_a_cut_message_gives_nothing(standard: FskStandard, share: float) -> None:
    wave = modulate(FRAME, standard=standard, mark_out_bits=0)
    assert decode(line(wave[: int(share * len(wave))])) == []


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_message_whose_checksum_is_wrong_gives_nothing(standard: FskStandard) -> None:
    assert decode(line(modulate(FRAME[:-1] + bytes([FRAME[-1] ^ 4]), standard=standard))) == []


@pytest.mark.parametrize("standard", STANDARDS)
def test_two_bits_in_doubt_that_cancel_give_nothing(standard: FskStandard) -> None:
    """The checksum cannot see them; the rival that passes it too must be enough to refuse."""
    frame = bytearray(FRAME)
    clean = modulate(bytes(frame), standard=standard)
    even, odd = (next(place for place in range(14, 24) if frame[place] & 1 == bit) for bit in (0, 1))
    frame[even] ^= 1
    frame[odd] ^= 1
    other = modulate(bytes(frame), standard=standard)
    heard = line(0.5 * (clean + other))
    assert all(message.number == "02188776655" for message in decode(heard))


@pytest.mark.parametrize("hertz", [1100.0, 1200.0, 1300.0, 1633.0, 2100.0, 425.0])
def test_tones_give_nothing(hertz: float) -> None:
    time_s = np.arange(3 * RATE_HZ) / RATE_HZ
    beat = (np.floor(time_s / 0.2) % 2 == 0) * np.sin(2.0 * math.pi * hertz * time_s)
    assert decode(line((0.3 * beat).astype(np.float32))) == []


@pytest.mark.parametrize("hertz", [1200.0, 1300.0])
def test_a_tone_longer_than_the_memory_does_no_harm(hertz: float) -> None:
    time_s = np.arange(12 * RATE_HZ) / RATE_HZ
    tone = (0.2 * np.sin(2.0 * math.pi * hertz * time_s)).astype(np.float32)
    assert decode(line(tone), 1600) == []


def test_a_message_after_seconds_of_marks_is_read() -> None:
    heard = line(modulate(FRAME, standard="fsk-v23", seizure_bits=0, mark_bits=14_000))
    assert [message.number for message in decode(heard, 1600)] == ["02188776655"]


def test_samples_that_are_no_numbers_do_not_poison_what_follows() -> None:
    poison = np.array([math.nan, math.inf, -math.inf, 1e30, math.nan] * 50, dtype=np.float32)
    decoder = FskDecoder()
    assert decoder.feed(poison) == []
    assert [message.number for message in decoder.feed(line(modulate(FRAME, standard="fsk-v23")))] == [
        "02188776655"
    ]


def test_samples_that_are_no_numbers_inside_a_message_do_no_harm() -> None:
    heard = line(modulate(FRAME, standard="fsk-v23"))
    heard[len(heard) // 2 :: 97] = math.nan
    assert all(message.number == "02188776655" for message in decode(heard))


def test_an_empty_block_changes_nothing() -> None:
    assert FskDecoder().feed(np.zeros(0, dtype=np.float32)) == []


@settings(max_examples=20)
@given(
    arrays.arrays(
        np.float32, st.integers(0, 3000), elements=st.floats(width=32, allow_nan=True, allow_infinity=True)
    )
)
def test_any_samples_are_borne(samples: Samples) -> None:
    decoder = FskDecoder()
    assert decoder.feed(samples) == []
    assert decoder.feed(samples[::-1].copy()) == []


def test_memory_stays_bounded_in_endless_noise() -> None:
    rng = np.random.default_rng(1)
    noise = (0.1 * rng.normal(size=20 * RATE_HZ)).astype(np.float32)
    decoder = FskDecoder()
    decoder.feed(noise)
    tracemalloc.start()
    try:
        for _ in range(3):
            decoder.feed(noise)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2_000_000

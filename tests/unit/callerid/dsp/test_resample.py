"""The resampler: exact in time, flat in the telephone band, silent about what lies above, blind to blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid.dsp.resample import LOUDEST, Resampler, usable

pytestmark = pytest.mark.unit
RATES_HZ = (8000, 11025, 12345, 16000, 22050, 32000, 44100, 48000)


def tone(rate_hz: int, frequency_hz: float, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(round(rate_hz * seconds)) / rate_hz).astype(np.float32)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("frequency_hz", [50, 1200, 3300])
def test_a_tone_comes_out_at_the_same_times_it_went_in(rate_hz: int, frequency_hz: float) -> None:
    made = Resampler(rate_hz).feed(tone(rate_hz, frequency_hz))
    wanted = np.sin(2 * np.pi * frequency_hz * np.arange(len(made)) / 8000)
    assert np.abs(made - wanted)[100:].max() < 3e-3


@pytest.mark.parametrize("rate_hz", [16000, 22050, 44100, 48000])
def test_what_would_fold_into_the_telephone_band_is_60_db_down(rate_hz: int) -> None:
    made = Resampler(rate_hz).feed(tone(rate_hz, 5000))
    assert np.abs(made[200:]).max() < 1.2e-3


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_delay_is_as_promised(rate_hz: int) -> None:
    resampler = Resampler(rate_hz)
    made = resampler.feed(np.zeros(rate_hz, np.float32))
    assert len(made) >= 8000 - resampler.delay_s * 8000 - 1.01


@settings(deadline=None, max_examples=25)
@given(
    rate_hz=st.sampled_from(RATES_HZ),
    cuts=st.lists(st.integers(0, 900), max_size=12),
    seed=st.integers(0, 99),
)
def test_the_block_size_does_not_matter(rate_hz: int, cuts: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).standard_normal(2500).astype(np.float32) * np.float32(0.2)
    whole = Resampler(rate_hz).feed(samples)
    resampler, pieces, at = Resampler(rate_hz), [], 0
    for cut in cuts:
        pieces.append(resampler.feed(samples[at : at + cut]))
        at += cut
    pieces.append(resampler.feed(samples[at:]))
    joined = np.concatenate(pieces)
    assert len(joined) == len(whole)
    assert np.allclose(joined, whole, atol=1e-6)


def test_nan_infinity_and_absurd_heights_are_made_harmless() -> None:
    block = np.array([0.1, np.nan, np.inf, -np.inf, 1e30, -0.2], np.float32)
    assert usable(block).tolist() == pytest.approx([0.1, 0.0, LOUDEST, -LOUDEST, LOUDEST, -0.2])


@pytest.mark.parametrize("rate_hz", [0, 7999, 200_000, -8000])
def test_an_impossible_rate_is_refused(rate_hz: int) -> None:
    with pytest.raises(ValueError, match="sample rate"):
        Resampler(rate_hz)

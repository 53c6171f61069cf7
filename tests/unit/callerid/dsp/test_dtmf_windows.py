"""The front end of DTMF caller ID against a plain sum over the sound, and against other cuts of the same stream."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.dtmf.front import BAND_HZ, HALF, HOP, SLICE, STOP_DB, TAPS
from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ
from callerid.dsp.dtmf.windows import CLIP_HZ, WINDOW, WindowFront
from callerid.dsp.filters import bandpass

SOUND = (0.1 * np.random.default_rng(3).standard_normal(2000)).astype(np.float32)


def test_a_window_is_the_correlation_of_40_ms_of_the_tone_band() -> None:
    tones = WindowFront().feed(SOUND).tones
    joined = np.concatenate((np.full(HALF, SOUND[0]), SOUND)).astype(np.float64)
    band = np.convolve(joined, bandpass(TAPS, *BAND_HZ, SAMPLE_RATE_HZ, STOP_DB), mode="valid")
    rise = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(SLICE) + 0.5) / SLICE)
    length = (WINDOW - 1) * HOP + SLICE
    weights = np.ones(length)
    weights[:HOP], weights[-HOP:] = rise[:HOP], rise[HOP:]
    turns = np.exp(-2j * np.pi * np.outer(np.arange(length), CLIP_HZ) / SAMPLE_RATE_HZ)
    for window in (0, 5, len(tones) - 1):
        expected = (weights * band[window * HOP : window * HOP + length]) @ turns
        found = tones[window, : len(CLIP_HZ)] + 1j * tones[window, len(CLIP_HZ) :]
        assert found == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("length", [1, 39, 160, 641])
def test_windows_do_not_depend_on_blocks(length: int) -> None:
    whole, front = WindowFront().feed(SOUND), WindowFront()
    parts = [front.feed(SOUND[at : at + length]) for at in range(0, len(SOUND), length)]
    for number, wanted in enumerate(whole):
        joined = np.concatenate([part[number] for part in parts])
        assert joined.shape == wanted.shape
        assert joined == pytest.approx(wanted, abs=1e-5)

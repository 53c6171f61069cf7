"""The FSK modulator is exact: level, tones, twist, phase continuity and where its bits lie."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.levels import amplitude, dbm0_from_rms
from callerid.synth.frames import mdmf
from callerid.synth.fsk import (
    TONES_HZ,
    FskShape,
    FskStandard,
    frame_bits,
    frame_span,
    key_bits,
    last_bit_end_s,
    modulate,
)

STANDARDS: tuple[FskStandard, ...] = ("fsk-bell202", "fsk-v23")


@pytest.mark.parametrize("standard", STANDARDS)
def test_level_is_the_mean_power_of_both_tones_even_with_twist(standard: FskStandard) -> None:
    bits = np.tile(np.array([0, 1], dtype=np.uint8), 600)
    wave = key_bits(bits, standard=standard, level_dbm0=-20.0, twist_db=6.0)
    assert dbm0_from_rms(float(np.sqrt(np.mean(wave.astype(float) ** 2)))) == pytest.approx(-20.0, abs=0.2)


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("rate_hz", [8000.0, 11025.0, 48000.0])
def test_tones_stand_at_their_frequencies(standard: FskStandard, rate_hz: float) -> None:
    for bit, tone_hz in zip((1, 0), TONES_HZ[standard], strict=True):
        wave = key_bits(np.full(1200, bit, dtype=np.uint8), standard=standard, rate_hz=rate_hz)
        time_s = np.arange(len(wave)) / rate_hz
        share = np.abs(np.mean(wave * np.exp(-2j * np.pi * tone_hz * time_s))) * 2.0
        assert share == pytest.approx(amplitude(-15.0), rel=1e-2)


def test_phase_is_continuous_over_bit_edges() -> None:
    wave = modulate(mdmf(number="02188776655"), standard="fsk-bell202", rate_hz=192000.0)
    steepest = 2.0 * np.pi * 2200.0 / 192000.0 * amplitude(-15.0)
    assert float(np.max(np.abs(np.diff(wave)))) <= steepest * 1.001


def test_bits_are_framed_with_start_data_stop_and_extra_marks() -> None:
    shape = FskShape(seizure_bits=4, mark_bits=3, stuffing=[2, 0], mark_out_bits=1)
    bits = "".join(map(str, frame_bits(b"\x04\x80", shape)))
    assert bits == "0101" + "111" + "0001000001" + "11" + "0000000011" + "1"
    assert frame_span(b"\x04\x80", shape) == (7, 29)
    assert last_bit_end_s(b"\x04\x80", shape) == pytest.approx(29 / 1200)


def test_signal_ends_with_its_last_bit() -> None:
    wave = modulate(b"\x00", standard="fsk-v23", seizure_bits=0, mark_bits=110, mark_out_bits=0)
    assert len(wave) == 801


def test_a_delayed_start_is_silent_before_the_first_bit() -> None:
    wave = key_bits(np.ones(12, dtype=np.uint8), standard="fsk-v23", start_s=0.01, phase=1.0)
    assert not wave[:80].any()
    assert wave[80] != 0.0


def test_a_modem_that_keys_by_samples_changes_tone_only_at_them() -> None:
    bits = np.array([1, 0, 0, 1, 0, 1], dtype=np.uint8)
    exact = key_bits(bits, standard="fsk-bell202")
    keyed = key_bits(bits, standard="fsk-bell202", keyed_at_hz=8000.0)
    assert np.array_equal(exact[:7], keyed[:7])
    # The first space begins at sample 7, not 6.67, and lasts 13: the phase is a third of a sample's turn behind.
    assert not np.allclose(exact[8:14], keyed[8:14], atol=1e-2)
    turns = (1200.0 * 7 + 2200.0 * 13) / 8000.0
    assert keyed[20] == pytest.approx(amplitude(-15.0) * np.sin(2.0 * np.pi * turns), abs=1e-6)

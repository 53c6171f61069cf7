"""The FSK decoder reads what an exchange sends, in both standards, however the stream is cut."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.fsk import FskDecoder
from callerid.dsp.message import CallerMessage, Samples
from callerid.synth.frames import mdmf
from callerid.synth.fsk import FskStandard, modulate

STANDARDS: tuple[FskStandard, ...] = ("fsk-bell202", "fsk-v23")
FRAME = mdmf(number="02188776655", name="AMINI", date="11221457")


def line(wave: Samples, *, noise_rms: float = 1e-4, seed: int = 1) -> Samples:
    """Put a signal between half seconds of quiet, with a little noise over all."""
    quiet = np.zeros(4000, dtype=np.float32)
    joined = np.concatenate([quiet, wave, quiet])
    noise = np.random.default_rng(seed).normal(size=len(joined)) * noise_rms
    samples: Samples = (joined + noise).astype(np.float32)
    return samples


def decode(samples: Samples, block: int = 160) -> list[CallerMessage]:
    decoder = FskDecoder()
    return [
        message
        for start in range(0, len(samples), block)
        for message in decoder.feed(samples[start : start + block])
    ]


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("seizure_bits", [300, 96, 0])
def test_a_message_is_read_once_and_named(standard: FskStandard, seizure_bits: int) -> None:
    messages = decode(line(modulate(FRAME, standard=standard, seizure_bits=seizure_bits)))
    assert [(m.standard, m.number, m.name, m.date) for m in messages] == [
        (standard, "02188776655", "AMINI", "11221457")
    ]

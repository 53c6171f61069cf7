"""A modem's sound: 8 bits a sample, unsigned, 8 kHz; and the announcement, read from a WAV file into it."""

from __future__ import annotations

import os
from typing import Final

import numpy as np

from callerid.dsp.message import Samples
from callerid.dsp.resample import Resampler
from callerid.wav import WavReader

MIDDLE: Final = 128.0
LONGEST_ANNOUNCEMENT_S: Final = 120.0
_BLOCK: Final = 8192


def to_samples(data: bytes) -> Samples:
    """Give ``(n,) float32``, full scale ±1."""
    return (np.frombuffer(data, np.uint8).astype(np.float32) - np.float32(MIDDLE)) / np.float32(MIDDLE)


def from_samples(samples: Samples) -> bytes:
    """Give the bytes of ``(n,) float32``; what is beyond full scale is clipped."""
    return np.clip(np.round(samples * MIDDLE) + MIDDLE, 0, 255).astype(np.uint8).tobytes()


def read_announcement(path: str | os.PathLike[str]) -> bytes:
    """Read a WAV file (PCM 16 bit, mono, 8–192 kHz) as the modem plays it.

    Raises ValueError naming the file when it cannot be read, is empty or longer than two minutes.
    """
    try:
        with WavReader(path) as wav:
            if not 0 < wav.duration_s <= LONGEST_ANNOUNCEMENT_S:
                raise ValueError(
                    f"{wav.duration_s:.0f} s of sound, expected more than 0 and at most {LONGEST_ANNOUNCEMENT_S:.0f}"
                )
            resampler = Resampler(wav.rate_hz)
            pieces = [resampler.feed(block) for block in wav.blocks(_BLOCK)]
    except OSError as error:
        raise ValueError(f"announcement {path}: {error.strerror or type(error).__name__}") from None
    except ValueError as error:
        raise ValueError(f"announcement {path}: {error}") from None
    return from_samples(np.concatenate(pieces))

"""Correlations of stretches of sound with the eight tones, under any common error of the sender's clock."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ, TONES_HZ
from callerid.dsp.message import Samples

Real = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

OFFSETS: Final = np.arange(-18, 19) * 0.0025
"""Common frequency error, ±4.5 % in steps of 0.25 %: a quarter of the width of a 70 ms tone's spectrum."""
LONGEST: Final = 960
"""At most 120 ms of a tone are weighed; more adds nothing."""
ALONE: Final = 1 << 17
"""Multiplications in one product: OpenBLAS calls on other threads from 1 << 18 on."""
EIGHT: Final = len(TONES_HZ)


def cut(band: Samples, centres: Real, length: int) -> Samples:
    """``(n, length)``: the sound around each centre, silence where there is none."""
    at = np.rint(centres).astype(np.int64)[:, None] + np.arange(length)[None, :] - length // 2
    inside = (at >= 0) & (at < len(band))
    found: Samples = np.where(inside, band[np.clip(at, 0, len(band) - 1)], np.float32(0))
    return found


def _basis(length: int, offsets: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """``(length, len(offsets) * 16)``: for each offset eight cosines and eight sines."""
    frequencies = TONES_HZ[None, :] * (1 + offsets[:, None])
    angles = 2 * np.pi * np.arange(length)[:, None, None] * frequencies / SAMPLE_RATE_HZ
    basis: npt.NDArray[np.float32] = np.stack((np.cos(angles), np.sin(angles)), 2).astype(np.float32)
    return basis.reshape(length, -1)


@lru_cache(maxsize=1)
def _all() -> Samples:
    """Give the basis of all offsets: 2.3 MB, made when the first string is weighed."""
    return _basis(LONGEST, OFFSETS)


def basis_of(length: int, offsets: slice) -> Samples:
    """Give the cosines and sines, ``(length, offsets * 16)``, for a range of :data:`OFFSETS`."""
    width = 2 * EIGHT
    return _all()[:length, offsets.start * width : offsets.stop * width]


def product(left: Samples, right: Samples) -> Samples:
    """Multiply in pieces so small that the calling thread works them off alone.

    On a busy box, waking BLAS's other threads and waiting for them took ten times as long as the products.
    """
    made = np.empty((len(left), right.shape[1]), np.float32)
    wide = max(2 * EIGHT, ALONE // left.size)
    tall = max(1, ALONE // (left.shape[1] * min(wide, right.shape[1])))
    for row in range(0, len(left), tall):
        for column in range(0, right.shape[1], wide):
            made[row : row + tall, column : column + wide] = (
                left[row : row + tall] @ right[:, column : column + wide]
            )
    return made


def energies_at(sound: Samples, offsets: slice, counts: Real | None = None) -> Real:
    """``(n, offsets, 8)`` for a range of :data:`OFFSETS`, normalised to noise variance per sample.

    ``counts``: how many samples of each row are used, where the others were set to nothing.
    """
    found = product(sound, basis_of(sound.shape[1], offsets))
    parts = found.astype(np.float64).reshape(len(sound), -1, 2, EIGHT)
    used = np.full(len(sound), float(sound.shape[1])) if counts is None else np.maximum(counts, 1.0)
    normal: Real = (parts * parts).sum(2) / used[:, None, None]
    return normal


def energies(sound: Samples, pitch: int) -> Real:
    """``(n, 8)``, normalised to noise variance per sample."""
    return energies_at(sound, slice(pitch, pitch + 1))[:, 0]


def common_pitch(sound: Samples, near: slice) -> tuple[int, Real]:
    """Give the number of the frequency error that explains all digits together best, and the energies under it."""
    energy = energies_at(sound, near)
    best = best_offset(energy)
    return near.start + best, energy[:, best]


def best_offset(energy: Real) -> int:
    """Give the offset under which the digits together hold most energy, from ``(n, offsets, 8)``."""
    return int((energy[:, :, :4].max(2) + energy[:, :, 4:].max(2)).sum(0).argmax())

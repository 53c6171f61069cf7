"""What the digits of a string have in common, and how strongly each sounds: the measuring before any decision."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from callerid.dsp.dtmf.correlate import (
    EIGHT,
    LONGEST,
    OFFSETS,
    Index,
    Real,
    basis_of,
    best_offset,
    cut,
    energies_at,
    product,
)
from callerid.dsp.dtmf.front import BAND_HZ
from callerid.dsp.dtmf.keypad import SAMPLE_RATE_HZ
from callerid.dsp.message import Samples

PITCH_REFINED: Final = 4
"""How many of these steps the second look may move the pitch."""
LEAST_NOISE: Final = 1e-4
TINY: Final = 1e-12
"""Keep the noise of a perfect tone above nothing: −40 dB of it, −120 dB of full scale."""
SHORTEST: Final = 160
"""20 ms: shorter sounds are no digits (Danish specification: under 20 ms must not be taken)."""
PROFILE: Final = 80
PROFILE_STEP: Final = 20
"""Rise and fall are found with 10 ms windows every 2.5 ms."""
REACH: Final = 0.75
"""Share of a step to each side of a digit within which its tone begins and ends."""
EDGE: Final = 24
"""3 ms at each end of a tone are left out: slow rise, and the error of finding it."""
BAND_SHARE: Final = (BAND_HZ[1] - BAND_HZ[0]) / (SAMPLE_RATE_HZ / 2)
"""Share of white noise that falls into the tone band."""
_BELL: Final = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(PROFILE) + 0.5) / PROFILE)).astype(np.float32)


class Weighed(NamedTuple):
    """How strongly each digit sounds, tone by tone."""

    energy: Real
    """``(n, 8)``: normalised so that noise of variance v per sample gives v."""
    left: Real
    """``(n,)``: variance per sample of what the two best tones do not explain."""
    gain: Real
    """``(n,)``: energy of a tone of mean square 1."""
    halves: tuple[Real, ...]
    """``(n, 8)`` each: energy of the first and of the second half alone; ``gain`` is half as large there."""


def tone_shape(
    band: Samples, centres: Real, rows: Index, columns: Index, pitch: int, spacing: float
) -> tuple[float, float] | None:
    """Find the common length of the tones and how far their middles lie off, from the mean rise and fall."""
    reach = int(spacing * REACH) // PROFILE_STEP * PROFILE_STEP
    sound = cut(band, centres, 2 * reach + PROFILE)
    steps = 2 * reach // PROFILE_STEP + 1
    windows = np.lib.stride_tricks.sliding_window_view(sound, PROFILE, axis=1)[:, ::PROFILE_STEP] * _BELL
    found = product(windows.reshape(-1, PROFILE), basis_of(PROFILE, slice(pitch, pitch + 1)))
    energy = (found * found).reshape(len(sound), steps, 2, EIGHT).sum(2)
    places = np.arange(len(sound))
    profile = (energy[places, :, rows] + energy[places, :, 4 + columns]).mean(0).astype(np.float64)
    middle = len(profile) // 2
    top = float(profile[middle - 2 : middle + 3].mean())
    floor = float(np.sort(profile)[: max(2, len(profile) // 6)].mean())
    if top <= floor:
        return None
    # Half the amplitude: a quarter of the power above the noise.
    level = floor + 0.25 * (top - floor)
    left, right = middle, middle
    while left > 0 and profile[left - 1] > level:
        left -= 1
    while right < len(profile) - 1 and profile[right + 1] > level:
        right += 1
    if left == 0 or right == len(profile) - 1:
        return None
    begin = left - (profile[left] - level) / (profile[left] - profile[left - 1])
    end = right + (profile[right] - level) / (profile[right] - profile[right + 1])
    length = float(end - begin) * PROFILE_STEP
    shift = (float(begin + end) / 2 - middle) * PROFILE_STEP
    return (shift, length) if length >= SHORTEST else None


def weigh(band: Samples, begins: Real, ends: Real, pitch: int) -> tuple[Weighed, int]:
    """Correlate each whole tone; refine the pitch on the longer windows."""
    starts = np.rint(begins + EDGE).astype(np.int64)
    stops = np.rint(ends - EDGE / 3).astype(np.int64)
    lengths = np.clip(stops - starts, SHORTEST // 2, LONGEST)
    longest = int(lengths.max())
    at = starts[:, None] + np.arange(longest)[None, :]
    used = (np.arange(longest)[None, :] < lengths[:, None]) & (at >= 0) & (at < len(band))
    sound: Samples = np.where(used, band[np.clip(at, 0, len(band) - 1)], np.float32(0))
    counts = np.maximum(used.sum(1), 1).astype(np.float64)
    near = slice(max(0, pitch - PITCH_REFINED), min(len(OFFSETS), pitch + PITCH_REFINED + 1))
    energies = energies_at(sound, near, counts)
    best = best_offset(energies)
    energy = energies[:, best]
    pitch = near.start + best
    power = (sound.astype(np.float64) ** 2).sum(1) / counts
    explained = 2 * (energy[:, :4].max(1) + energy[:, 4:].max(1)) / counts
    # What is left over is the noise of the tone band: as white noise it would be larger by the band's share.
    left = np.maximum(power - explained, LEAST_NOISE * power) / BAND_SHARE + TINY
    first = np.cumsum(used, 1) <= counts[:, None] / 2
    halves = tuple(
        energies_at(np.where(half, sound, np.float32(0)), slice(pitch, pitch + 1), counts / 2)[:, 0]
        for half in (first, ~first)
    )
    return Weighed(energy, left, counts / 2, halves), pitch

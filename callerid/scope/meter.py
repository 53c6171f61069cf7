"""Measuring a line for the installer's eye. Pure: samples in, one frame every tenth of a second out."""

from __future__ import annotations

import math

import numpy as np

from appliance.core.scope import FRAMES_PER_S, SPECTRUM_BINS, SPECTRUM_TOP_HZ, WAVE_POINTS, Advice, ScopeFrame
from callerid.dsp.levels import dbm0_from_rms
from callerid.dsp.message import Samples

FLOOR_DBM0 = -90.0
HUM_HZ = (50.0, 100.0, 150.0)
SPEECH_BAND_HZ = (300.0, 3400.0)
FULL_SCALE = 0.999
NOISE_WINDOW = 50
"""Frames (5 s) whose quietest tenth is taken for the idle line's noise."""

# What the sound of a healthy tap looks like: -15 dBm on the line arrives at about -20 dBm0, see docs/caller-id.
NO_LINE_DBM0 = -80.0
HUM_OVER_NOISE_DB = 20.0
LOUD_HUM_DBM0 = -25.0
MUCH_DC = 0.25
SIGNAL_TOO_LOW_DBM0 = -42.0
SIGNAL_TOO_HIGH_DBM0 = -4.0


class ScopeMeter:
    """Turns a line's blocks into frames."""

    def __init__(self, line: int, rate_hz: int) -> None:
        self._line = line
        self._rate_hz = rate_hz
        self._length = rate_hz // FRAMES_PER_S
        self._pieces: list[Samples] = []
        self._count = 0
        self._heard: list[str] = []
        self._noise: list[float] = []
        self._loudest_dbm0 = FLOOR_DBM0

    def hear(self, what: str) -> None:
        """Note something a detector or decoder gave out, to be shown with the next frame."""
        self._heard.append(what)

    def feed(self, samples: Samples, *, ring: bool, off_hook: bool) -> ScopeFrame | None:
        """Take a block, of one column or two; give a frame when a tenth of a second is complete."""
        if not len(samples):
            return None
        self._pieces.append(samples if samples.ndim == 1 else samples.mean(axis=1))
        self._count += len(samples)
        if self._count < self._length:
            return None
        whole = np.concatenate(self._pieces)
        self._pieces, self._count = [], 0
        heard, self._heard = self._heard, []
        return self._frame(whole, ring, off_hook, heard)

    def _frame(self, samples: Samples, ring: bool, off_hook: bool, heard: list[str]) -> ScopeFrame:
        dc = float(samples.mean())
        power, band_hz = _power_spectrum(samples - dc, self._rate_hz)
        level = _dbm0(float(power.sum()))
        speech = power[(band_hz >= SPEECH_BAND_HZ[0]) & (band_hz <= SPEECH_BAND_HZ[1])]
        hum = sum(float(power[np.abs(band_hz - hz) <= 6.0].sum()) for hz in HUM_HZ)
        peak = float(np.abs(samples).max())
        clipped = int((np.abs(samples) >= FULL_SCALE).sum())
        self._learn_noise(_dbm0(float(speech.sum())), is_quiet=not ring and not off_hook)
        noise = self._idle_noise()
        if off_hook:
            self._loudest_dbm0 = max(self._loudest_dbm0 - 0.05, level)
        return ScopeFrame(
            line=self._line,
            level_dbm0=round(level, 1),
            peak=round(peak, 3),
            clipped=clipped,
            dc=round(dc, 3),
            hum_dbm0=round(_dbm0(hum), 1),
            noise_dbm0=round(noise, 1),
            wave=_envelope(samples),
            spectrum=_bands(power, band_hz),
            ring=ring,
            off_hook=off_hook,
            heard=heard,
            advice=self._advise(level, clipped, dc, _dbm0(hum), noise, is_ringing=ring, is_idle=not off_hook),
        )

    def _advise(
        self,
        level: float,
        clipped: int,
        dc: float,
        hum: float,
        noise: float,
        *,
        is_ringing: bool,
        is_idle: bool,
    ) -> Advice:
        """Say the first thing that is wrong. A ring burst may clip, and a deep voice or a ring is no hum."""
        if level <= NO_LINE_DBM0:
            return "no-line"
        if abs(dc) > MUCH_DC:
            return "dc"
        if clipped and not is_ringing:
            return "clipping"
        is_humming = hum > LOUD_HUM_DBM0 or (hum > noise + HUM_OVER_NOISE_DB and hum > SIGNAL_TOO_LOW_DBM0)
        if is_humming and is_idle and not is_ringing:
            return "hum"
        if self._loudest_dbm0 > SIGNAL_TOO_HIGH_DBM0:
            return "gain-high"
        if FLOOR_DBM0 < self._loudest_dbm0 < SIGNAL_TOO_LOW_DBM0:
            return "gain-low"
        return "fine"

    def _learn_noise(self, speech_dbm0: float, *, is_quiet: bool) -> None:
        if is_quiet:
            self._noise = [*self._noise[-(NOISE_WINDOW - 1) :], speech_dbm0]

    def _idle_noise(self) -> float:
        if not self._noise:
            return FLOOR_DBM0
        return sorted(self._noise)[len(self._noise) // 10]


def _power_spectrum(samples: Samples, rate_hz: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the power (mean square) in each Fourier bin, so that the bins sum to the signal's, and their Hz."""
    window = np.hanning(len(samples))
    bins = np.abs(np.fft.rfft(samples * window)) ** 2
    power = 2.0 * bins / (len(samples) * float((window**2).sum()))
    return power, np.fft.rfftfreq(len(samples), 1.0 / rate_hz)


def _bands(power: np.ndarray, band_hz: np.ndarray) -> list[float]:
    place = np.minimum((band_hz / SPECTRUM_TOP_HZ * SPECTRUM_BINS).astype(int), SPECTRUM_BINS)
    sums = np.bincount(place, weights=power, minlength=SPECTRUM_BINS + 1)[:SPECTRUM_BINS]
    return [round(_dbm0(float(value)), 1) for value in sums]


def _envelope(samples: Samples) -> list[float]:
    usable = samples[: len(samples) // WAVE_POINTS * WAVE_POINTS].reshape(WAVE_POINTS, -1)
    pairs = np.stack([usable.min(axis=1), usable.max(axis=1)], axis=1)
    return [round(float(value), 5) for value in pairs.ravel()]


def _dbm0(power: float) -> float:
    return max(dbm0_from_rms(math.sqrt(max(power, 0.0))), FLOOR_DBM0)

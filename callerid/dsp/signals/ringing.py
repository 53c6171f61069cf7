"""Bursts of ringing, from the sound alone.

Ringing is the loudest thing a line carries: a low note (25 Hz in Iran, 16–50 Hz elsewhere) near the full
scale of the card, often clipped. Mains hum is lower than that, stands at 50 Hz and never stops; it is told
by both. The detector works on the sound averaged to 400 samples a second.

Sources: EN 300 001 clause 5 (ringing 16⅔–54 Hz), EN 300 659-1 annex A (first burst, RP-AS of 200–300 ms).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from callerid.dsp.signals.kinds import Signal
from callerid.dsp.signals.spectra import HOP, HOP_S, Spectra, level

AVERAGED: Final = 20
LOW_RATE_HZ: Final = 400.0
LOW_HOP: Final = HOP // AVERAGED
WINDOW_HOPS: Final = 5
"""100 ms: two and a half periods of 25 Hz."""
NOTES_HZ: Final = np.array([17.0, 20.0, 22.5, 25.0, 27.5, 30.0, 33.0, 37.0, 42.0, 50.0])
HUM_FROM_HZ: Final = 42.0
"""From here on it may be mains hum, which has to be much louder to count as ringing."""
LOUD_DBM0: Final = -22.0
LOUD_HUM_DBM0: Final = -10.0
PURITY: Final = 0.55
"""Share of the averaged sound in the best note and its neighbours; clipped ringing keeps 0.8."""
OVER_ALL: Final = 0.5
"""Share of the whole sound that lies below 200 Hz."""
FALL: Final = 0.12
"""Ringing is over when the power has fallen by 9 dB."""
OFF_HOPS: Final = 3
STUCK_S: Final = 12.0
"""No burst lasts so long: this is hum on a faulty line."""


_AVERAGE: Final = np.full(AVERAGED, 1 / AVERAGED, np.float32)


class Ringing:
    """Tell the begin and the end of every burst."""

    def __init__(self) -> None:
        size = WINDOW_HOPS * LOW_HOP
        t = np.arange(size) / LOW_RATE_HZ
        weights = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(size) + 0.5) / size)
        basis = weights[:, None] * np.exp(-2j * np.pi * np.outer(t, NOTES_HZ))
        self._weights = (weights / weights.sum()).astype(np.float32)
        self._basis = np.hstack((basis.real, basis.imag)).astype(np.float32) * np.float32(2 / weights.sum())
        self._low = np.zeros(size, np.float32)
        self._power = [0.0] * WINDOW_HOPS
        self._since: float | None = None
        self._ring_power = 0.0
        self._quiet = 0
        self._stuck = False

    def feed(self, spectra: Spectra) -> list[Signal]:
        """Give ``ring-on`` and ``ring-off`` found in these hops."""
        found: list[Signal] = []
        low = spectra.hops.reshape(-1, LOW_HOP, AVERAGED) @ _AVERAGE
        total = np.einsum("ij,ij->i", spectra.hops, spectra.hops) / HOP
        for index in range(len(low)):
            self._low = np.concatenate((self._low[LOW_HOP:], low[index]))
            self._step(spectra.first + index, float(total[index]), found)
        return found

    def _step(self, hop: int, total: float, found: list[Signal]) -> None:
        mean = float(self._low.sum()) / len(self._low)
        centred = self._low - np.float32(mean)
        newest = centred[-LOW_HOP:]
        power = float(newest @ newest) / LOW_HOP
        self._power = [*self._power[1:], power]
        if self._since is not None:
            self._sounding(hop, power, found)
            return
        whole = float((centred * centred) @ self._weights)
        if level(whole) < LOUD_DBM0:
            self._stuck = False
            return
        parts = centred @ self._basis
        notes = parts[: len(NOTES_HZ)] ** 2 + parts[len(NOTES_HZ) :] ** 2
        best = int(notes.argmax())
        note_hz, share = float(NOTES_HZ[best]), float(notes[best]) / 2 / whole
        loud_enough = note_hz < HUM_FROM_HZ or level(whole) > LOUD_HUM_DBM0
        if share < PURITY or not loud_enough or power < OVER_ALL * (total - mean * mean):
            return
        if self._stuck or min(self._power[-2:]) < FALL * whole:
            return
        begun = WINDOW_HOPS - 1
        while begun > 0 and self._power[begun - 1] > FALL * whole:
            begun -= 1
        start_s = max(0.0, (hop + 1 - (WINDOW_HOPS - begun)) * HOP_S)
        self._since, self._ring_power, self._quiet = start_s, whole, 0
        found.append(Signal("ring-on", round(start_s, 3), None, level(whole), round(min(1.0, share), 3)))

    def _sounding(self, hop: int, power: float, found: list[Signal]) -> None:
        since = self._since if self._since is not None else 0.0
        self._ring_power = max(self._ring_power, 0.5 * power)
        self._quiet = self._quiet + 1 if power < FALL * self._ring_power else 0
        now_s = (hop + 1) * HOP_S
        self._stuck = now_s - since > STUCK_S
        if self._quiet >= OFF_HOPS or self._stuck:
            end_s = now_s - self._quiet * HOP_S
            found.append(Signal("ring-off", round(since, 3), round(end_s, 3), level(self._ring_power), 1.0))
            self._since = None

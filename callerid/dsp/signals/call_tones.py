"""The 425 Hz tones an exchange speaks with: dial, busy, congestion, ringing tone, howler.

They are one and the same tone; only its rhythm tells what it means. The tone itself must be pure and stand
at its frequency, which speech and most music never do for half a second.

Sources: ITU-T E.180/Q.35 clauses 3–6 (frequency and cadence limits). For Iran no confirmed source was found:
425 Hz, busy 0.5/0.5 s, congestion 0.25/0.25 s, ringing 1/4 s are defaults from common practice. A line that
differs is given its own :class:`Cadences`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from callerid.dsp.signals.kinds import Kind, Signal
from callerid.dsp.signals.spectra import HOP_S, Spectra, level, nearest_bin, tone_power, turned_hz

TONE_HZ: Final = 425.0
TOLERANCE_HZ: Final = 14.0
"""E.180 clause 3: 425 Hz within ±15 Hz; one less keeps the musical A of 440 Hz out."""
PURITY: Final = 0.75
"""Least share of the telephone band's power in the tone for it to begin."""
PURITY_KEPT: Final = 0.6
FLOOR_DBM0: Final = -45.0
DROP: Final = 0.16
"""The tone pauses when it falls 8 dB below its own peak."""
DIAL_S: Final = 0.7
"""Longer than any busy tone's burst (0.66 s, E.180 clause 5)."""
DIAL_SURE_S: Final = 1.6
"""Longer than a ringing tone's burst (1.5 s, E.180 clause 4)."""
BALANCE: Final = (0.55, 1.8)
"""Burst to pause of an interrupted tone, E.180 clauses 5 and 6: 0.67–1.5, and the error of 20 ms hops."""
PERIODS: Final = {"busy": 2, "congestion": 3, "howler": 6}
"""Equal periods to hear before saying so."""
SILENCE_S: Final = 6.0
"""After this long without the tone the next one is a new story."""


class Cadences(msgspec.Struct, frozen=True):
    """Least and greatest lengths of bursts and pauses, seconds. The defaults are common practice."""

    ringback_on_s: tuple[float, float] = (0.6, 1.6)
    ringback_off_s: tuple[float, float] = (2.3, 5.3)
    busy_s: tuple[float, float] = (0.36, 0.68)
    """Burst and pause; E.180 clause 5 allows 0.1–0.66 s, faster ones are told as congestion."""
    congestion_s: tuple[float, float] = (0.15, 0.36)
    howler_s: tuple[float, float] = (0.04, 0.15)


class CallTones:
    """Follow the 425 Hz tone and name its rhythm."""

    def __init__(self, cadences: Cadences | None = None) -> None:
        self._cadences = cadences or Cadences()
        self._bin = nearest_bin(TONE_HZ)
        self._before = 0j
        self._on = False
        self._since = 0
        """Hop at which the present burst or pause began."""
        self._peak = 0.0
        self._shares: list[float] = []
        self._history: list[tuple[float, float]] = []
        """Finished (burst, pause) pairs of the same rhythm, seconds."""
        self._last_on = 0.0
        self._said: Kind | None = None
        self._ringing_tone = False

    def feed(self, spectra: Spectra) -> list[Signal]:
        """Give the tones recognised in these hops."""
        found: list[Signal] = []
        tone = tone_power(spectra, TONE_HZ)
        share = tone / (spectra.voice + 1e-12)
        if not self._on and not (share > PURITY_KEPT).any():
            self._before = complex(spectra.bins[-1, self._bin])
            return found
        for index in range(len(tone)):
            now = complex(spectra.bins[index, self._bin])
            exact = abs(turned_hz(self._before, now, TONE_HZ) - TONE_HZ) <= TOLERANCE_HZ
            self._before = now
            power, pure = float(tone[index]), float(share[index])
            self._step(spectra.first + index, power, pure, exact, found)
        return found

    def _step(self, hop: int, power: float, share: float, exact: bool, found: list[Signal]) -> None:
        if self._on:
            if share < PURITY_KEPT or not exact or power < DROP * self._peak:
                self._end_burst(hop)
                return
            self._peak = max(self._peak, power)
            self._shares.append(share)
            self._sustained(hop, found)
        elif share > PURITY and exact and level(power) > FLOOR_DBM0:
            self._begin_burst(hop, power, share, found)

    def _begin_burst(self, hop: int, power: float, share: float, found: list[Signal]) -> None:
        pause_s = (hop - self._since) * HOP_S
        self._on, self._peak, self._shares = True, power, [share]
        if pause_s > SILENCE_S or not self._last_on:
            self._history, self._said, self._ringing_tone = [], None, False
        else:
            self._pair(hop, self._last_on, pause_s, found)
        self._since = hop

    def _end_burst(self, hop: int) -> None:
        self._on, self._last_on = False, (hop - self._since) * HOP_S
        self._since = hop

    def _pair(self, hop: int, on_s: float, off_s: float, found: list[Signal]) -> None:
        """A burst and the pause after it are known: name the rhythm when there are enough alike."""
        on, off = self._cadences.ringback_on_s, self._cadences.ringback_off_s
        within = on[0] <= on_s <= on[1] and off[0] <= off_s <= off[1]
        self._ringing_tone = within
        if within:
            self._history = []
            self._say("ringback", hop - round((on_s + off_s) / HOP_S), found)
            return
        kind = self._interrupted(on_s, off_s)
        if kind is None or (self._history and self._interrupted(*self._history[-1]) != kind):
            self._history = []
        if kind is None:
            self._said = None
            return
        self._history.append((on_s, off_s))
        if len(self._history) >= PERIODS[kind]:
            length = sum(on + off for on, off in self._history)
            self._say(kind, hop - round(length / HOP_S), found)
            self._history = self._history[-PERIODS[kind] :]

    def _sustained(self, hop: int, found: list[Signal]) -> None:
        held_s = (hop + 1 - self._since) * HOP_S
        if held_s >= DIAL_S and not self._ringing_tone:
            self._say("dial-tone", self._since, found)
        elif held_s >= DIAL_SURE_S:
            self._ringing_tone = False

    def _say(self, kind: Kind, start_hop: int, found: list[Signal]) -> None:
        if self._said == kind:
            return
        self._said = kind
        confidence = sum(self._shares) / len(self._shares)
        found.append(Signal(kind, round(start_hop * HOP_S, 3), None, level(self._peak), round(confidence, 3)))

    def _interrupted(self, on_s: float, off_s: float) -> Kind | None:
        """Name the regular interrupted tone a burst and its pause belong to."""
        if not BALANCE[0] <= on_s / max(off_s, HOP_S) <= BALANCE[1]:
            return None
        half = (on_s + off_s) / 2
        cadences = self._cadences
        if cadences.busy_s[0] <= half <= cadences.busy_s[1]:
            return "busy"
        if cadences.congestion_s[0] <= half < cadences.congestion_s[1]:
            return "congestion"
        if cadences.howler_s[0] <= half < cadences.howler_s[1]:
            return "howler"
        return None

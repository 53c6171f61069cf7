"""Tones that announce something: the alerting signal before caller ID, and fax machines.

Sources: EN 300 659-1 clause 6.1.2 (DT-AS 2130 + 2750 Hz ±0.5 %, 88–110 ms; CAS of GR-30 75–85 ms, ±0.5 %);
ITU-T T.30 clause 4.1 (CNG 1100 Hz ±38 Hz, 0.5 s ±15 %; CED 2100 Hz ±15 Hz, 2.6–4 s).
"""

from __future__ import annotations

from typing import Final

from callerid.dsp.signals.kinds import Kind, Signal
from callerid.dsp.signals.spectra import HOP_S, Spectra, level, nearest_bin, tone_power, turned_hz

ALERT_HZ: Final = (2130.0, 2750.0)
ALERT_TOLERANCE_HZ: Final = 22.0
"""±0.5 % sent, ±0.6 % of receivers' clocks, and the error of measuring 60 ms."""
ALERT_TWIST: Final = 5.0
"""7 dB between the two tones (EN 300 659-1 clause 6.1.2)."""
ALERT_S: Final = (0.05, 0.16)
CNG_HZ: Final = 1100.0
CNG_TOLERANCE_HZ: Final = 25.0
"""±38 Hz in T.30; phase turns tell ±25 Hz."""
CNG_S: Final = (0.40, 0.62)
CED_HZ: Final = 2100.0
CED_TOLERANCE_HZ: Final = 16.0
CED_S: Final = 1.5
"""CED lasts at least 2.6 s; a musical C (2093 Hz) is seldom held so long. Reversals every 450 ms (V.25) only cost
a hop."""
PURITY: Final = 0.8
FLOOR_DBM0: Final = -48.0
SKIPS: Final = 1
"""Hops of doubt that do not end a tone: phase reversals, a click."""


class _Tone:
    """One frequency (or pair) held pure: how long, how strong."""

    def __init__(self, kind: Kind, frequencies_hz: tuple[float, ...], tolerance_hz: float) -> None:
        self.kind = kind
        self.frequencies_hz = frequencies_hz
        self.tolerance_hz = tolerance_hz
        self.bins = [nearest_bin(frequency) for frequency in frequencies_hz]
        self.before = [0j] * len(frequencies_hz)
        self.first = -1
        self.last = -1
        self.power = 0.0
        self.share = 0.0
        self.told = False


class ShortTones:
    """Detect DT-AS / CAS, CNG and CED."""

    def __init__(self) -> None:
        self._alert = _Tone("dt-as", ALERT_HZ, ALERT_TOLERANCE_HZ)
        self._cng = _Tone("fax-cng", (CNG_HZ,), CNG_TOLERANCE_HZ)
        self._ced = _Tone("fax-ced", (CED_HZ,), CED_TOLERANCE_HZ)

    def feed(self, spectra: Spectra) -> list[Signal]:
        """Give what was recognised in these hops."""
        found: list[Signal] = []
        for tone in (self._alert, self._cng, self._ced):
            self._follow(tone, spectra, found)
        return found

    def _follow(self, tone: _Tone, spectra: Spectra, found: list[Signal]) -> None:
        powers = [tone_power(spectra, frequency) for frequency in tone.frequencies_hz]
        total = powers[0] if len(powers) == 1 else powers[0] + powers[1]
        clear = (total > PURITY * spectra.voice).tolist()
        bins = tone.bins
        if tone.first < 0 and True not in clear:
            tone.before = [complex(spectra.bins[-1, b]) for b in bins]
            return
        for index, is_clear in enumerate(clear):
            now = [complex(spectra.bins[index, b]) for b in bins]
            pure = is_clear and level(float(total[index])) > FLOOR_DBM0
            if pure and len(powers) == 2:
                low, high = float(powers[0][index]), float(powers[1][index])
                pure = max(low, high) <= ALERT_TWIST * min(low, high)
            begun = tone.first >= 0
            if pure and begun:
                pure = all(
                    abs(turned_hz(was, value, frequency) - frequency) <= tone.tolerance_hz
                    for was, value, frequency in zip(tone.before, now, tone.frequencies_hz, strict=True)
                )
            tone.before = now
            hop = spectra.first + index
            if pure:
                if not begun:
                    tone.first, tone.power, tone.told = hop, 0.0, False
                tone.last = hop
                if float(total[index]) > tone.power:
                    tone.power = float(total[index])
                    tone.share = min(1.0, tone.power / max(float(spectra.voice[index]), 1e-12))
                if tone is self._ced and not tone.told and (hop - tone.first) * HOP_S >= CED_S:
                    tone.told = True
                    found.append(_signal(tone, None))
            elif begun and hop - tone.last > SKIPS:
                self._ended(tone, found)
                tone.first = -1

    def _ended(self, tone: _Tone, found: list[Signal]) -> None:
        """A spectrum spans two hops: a tone of length T shows in about T plus one hop of them."""
        held_s = (tone.last - tone.first) * HOP_S + HOP_S / 2
        limits = {"dt-as": ALERT_S, "fax-cng": CNG_S}.get(tone.kind)
        if limits is not None and limits[0] <= held_s <= limits[1]:
            found.append(_signal(tone, (tone.last + 0.75) * HOP_S))


def _signal(tone: _Tone, end_s: float | None) -> Signal:
    start_s = (tone.first + 0.25) * HOP_S
    return Signal(
        tone.kind,
        round(max(0.0, start_s), 3),
        None if end_s is None else round(end_s, 3),
        level(tone.power),
        round(tone.share, 3),
    )

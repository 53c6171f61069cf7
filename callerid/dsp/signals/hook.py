"""Who made a click: a handset lifted, a handset put down, or the exchange reversing the line.

The sound alone does not settle it: the direction depends on how the tap is wired. What went before helps —
a click inside or soon after ringing is an answer, a click after talk is the end — so every verdict carries
a low confidence, and a line with a voltage detector should believe that instead.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from callerid.dsp.signals.clicks import OVER_PAST, Click
from callerid.dsp.signals.kinds import Kind, Signal
from callerid.dsp.signals.spectra import level

REVERSAL_WIDTH_S: Final = 0.006
"""A reversal swings the whole line slowly (EN 300 659-1 clause 6.1.3); a hook switch is sharp."""
AFTER_RING_S: Final = 6.0
"""An answer follows the last burst within one pause of the cadence (4 s) and a margin."""
ALONE_S: Final = 0.25
"""Clicks closer than this to each other are pulses of a dial or a bouncing contact."""
SINE_OVER_PEAK: Final = 0.5


class Hook:
    """Turn lone clicks into signals; told of ringing and of tones that only a lifted handset hears."""

    def __init__(self) -> None:
        self._waiting: deque[Click] = deque()
        self._last_s = -1.0
        self._ring_end_s: float | None = None
        self._ringing = False
        self._lifted = False

    def observe(self, signal: Signal) -> None:
        """Learn from another signal whether the handset is up."""
        if signal.kind == "ring-on":
            self._ringing, self._lifted = True, False
        elif signal.kind == "ring-off":
            self._ringing, self._ring_end_s = False, signal.t_end
        elif signal.kind in ("dial-tone", "busy", "congestion", "howler", "ringback"):
            self._lifted = True

    def feed(self, clicks: list[Click], now_s: float) -> list[Signal]:
        """Give a signal for each click that stayed alone."""
        for click in clicks:
            if abs(click.height) < OVER_PAST * click.before:
                continue
            if click.time_s - self._last_s < ALONE_S and self._waiting:
                # The first of a train is a bounce or a pulse train's begin: report the first only.
                self._last_s = click.time_s
                continue
            if click.time_s - self._last_s >= ALONE_S:
                self._waiting.append(click)
            self._last_s = click.time_s
        found: list[Signal] = []
        while self._waiting and now_s - self._waiting[0].time_s >= ALONE_S:
            found.append(self._name(self._waiting.popleft()))
        return found

    def _name(self, click: Click) -> Signal:
        kind: Kind
        since_ring = None if self._ring_end_s is None else click.time_s - self._ring_end_s
        slow = click.width_s >= REVERSAL_WIDTH_S
        if self._ringing or (since_ring is not None and 0 <= since_ring <= AFTER_RING_S and not slow):
            kind, confidence = "off-hook", 0.7
            self._lifted = True
        elif slow and not self._lifted:
            kind, confidence = "line-reversal", 0.6
        elif self._lifted:
            kind, confidence = "on-hook", 0.5
            self._lifted = False
        else:
            kind, confidence = "off-hook", 0.5
            self._lifted = True
        mean_square = SINE_OVER_PEAK * click.height * click.height
        return Signal(kind, round(click.time_s, 4), None, level(mean_square), confidence)

"""From level changes of pins to ring and hook. Pure: changes in, states out; its only time is theirs.

Ringing voltage makes an optocoupler switch with every half-wave, so it is told by its *rate*: a debounce time
that waits for a steady level would wait for ever. The hook is the opposite: while the telephone rings its
voltage detector follows the ringing too, and only a level that holds is the handset.
"""

from __future__ import annotations

from collections import deque

RING_EDGES = 4
RING_WITHIN_S = 0.12
"""Four changes in so short a time: 17 Hz ringing needs at most 0.11 s, a dial of 10 pulses a second 0.14 s or
more (EN 300 001 clause 5: ringing 16⅔–54 Hz)."""
CHATTER_S = 0.002
"""Closer changes are one contact bouncing; 54 Hz through a two-way coupler changes every 4.6 ms."""
RING_OVER_S = 0.1
"""Two periods of 20 Hz without a change end the burst."""
HOOK_SETTLED_S = 0.08
"""Longer than a half-wave of the slowest ringing (30 ms) and than the break of a dial pulse (67 ms)."""


class RingSense:
    """Tells whether ringing voltage is on the line."""

    def __init__(self) -> None:
        self._edges: deque[float] = deque(maxlen=RING_EDGES)
        self._is_ringing = False

    def change(self, at: float) -> None:
        """The ring pin changed its level."""
        if self._edges and at - self._edges[-1] < CHATTER_S:
            return
        self._edges.append(at)
        if len(self._edges) == RING_EDGES and at - self._edges[0] <= RING_WITHIN_S:
            self._is_ringing = True

    def is_ringing(self, now: float) -> bool:
        """Tell whether it rings at a moment after all changes fed so far."""
        if self._is_ringing and now - self._edges[-1] > RING_OVER_S:
            self._is_ringing = False
        return self._is_ringing


class HookSense:
    """Tells whether the handset is lifted."""

    def __init__(self, is_active: bool, at: float) -> None:
        """`is_active`: what the pin showed when it was opened, at that moment; believed once it has held."""
        self._state = False
        self._level = is_active
        self._since = at

    def change(self, is_active: bool, at: float) -> None:
        """The hook pin changed its level."""
        self._settle(at)
        if is_active != self._level:
            self._level, self._since = is_active, at

    def is_off_hook(self, now: float) -> bool:
        """Tell whether the handset is up at a moment after all changes fed so far."""
        self._settle(now)
        return self._state

    def _settle(self, now: float) -> None:
        if self._level != self._state and now - self._since >= HOOK_SETTLED_S:
            self._state = self._level

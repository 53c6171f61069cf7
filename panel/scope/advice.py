"""Advice that can be read: no flicker, whatever the line does from one tenth of a second to the next."""

from __future__ import annotations

from collections import Counter, deque

from appliance.core.scope import FRAMES_PER_S, Advice, ScopeFrame

HOLD_S = 2.0
ENOUGH = FRAMES_PER_S // 2
"""Frames of the last two seconds that must agree: the click of a handset clips, too, and is no fault."""
ENOUGH_HUM = int(1.8 * FRAMES_PER_S)
"""The mains never pause; a voice, whose lowest tone may lie where they do, does."""
AFTER_RING_S = 0.5
GRAVITY: tuple[Advice, ...] = ("fine", "gain-low", "gain-high", "hum", "clipping", "dc", "no-line")
"""Least serious first."""


class SteadyAdvice:
    """Shows the gravest advice that lasted within the last two seconds, each for two seconds at least."""

    def __init__(self) -> None:
        self._given: deque[tuple[float, Advice]] = deque()
        self._shown: Advice | None = None
        self._since = 0.0
        self._quiet_from = 0.0

    def look(self, frame: ScopeFrame, at: float, *, is_ringing: bool = False) -> Advice | None:
        """Give the advice to show at the monotonic instant `at`; None while too little was heard.

        A ringing telephone is no fault: its alternating current is strong, may clip, and lies near the mains'.
        Hum is judged on the idle line: in a conversation it cannot be told from a deep voice.
        """
        if frame.ring or is_ringing:
            self._quiet_from = at + AFTER_RING_S
        elif at >= self._quiet_from and not (frame.off_hook and frame.advice == "hum"):
            self._given.append((at, frame.advice))
        while self._given and at - self._given[0][0] > HOLD_S:
            self._given.popleft()
        if self._shown is None or at - self._since >= HOLD_S:
            self._choose(at)
        return self._shown

    def _choose(self, at: float) -> None:
        counts = Counter(advice for _at, advice in self._given)
        lasting = [
            advice for advice in GRAVITY if counts[advice] >= (ENOUGH_HUM if advice == "hum" else ENOUGH)
        ]
        if lasting and lasting[-1] != self._shown:
            self._shown, self._since = lasting[-1], at

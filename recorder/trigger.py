"""When a call's recording begins and ends, as one pure state machine.

It takes what happens to calls (the same kinds of change the line daemon tells) and how loud the line is, and gives
orders. It knows no disk, no consent and no clock: `recorder.keeping.may_record` says whether an order to begin is
followed, and whoever drives it passes the line's own seconds.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from recorder.endings import EndOfRecording

ChangeKind = Literal["ringing", "identified", "answered", "missed", "dialling", "dialled", "ended"]

SILENCE_LIMIT_S = 120.0
"""No voice for so long ends the recording: a handset left lifted, or a hang-up nobody saw."""
LONGEST_S = 4 * 3600.0
_ENDS: dict[str, EndOfRecording] = {"busy-tone": "busy-tone", "line-lost": "line-lost"}


class Change(msgspec.Struct, frozen=True):
    """Something happened to a call."""

    kind: ChangeKind
    call_id: str
    at: float
    """The line's seconds."""
    end_reason: str | None = None
    """Why the call ended, in the words of the call's events."""


class Start(msgspec.Struct, frozen=True):
    """Begin to record a call."""

    call_id: str
    at: float


class Stop(msgspec.Struct, frozen=True):
    """End the recording of a call."""

    call_id: str
    reason: EndOfRecording
    at: float


Order = Start | Stop


class Trigger:
    """Follows the calls of one line. Inputs come in order of time; each gives the orders it caused.

    Orders alternate: every `Start` is followed by exactly one `Stop` of the same call before the next `Start`.
    """

    def __init__(self, *, silence_limit_s: float = SILENCE_LIMIT_S, longest_s: float = LONGEST_S) -> None:
        self._silence_limit_s = silence_limit_s
        self._longest_s = longest_s
        self._call: str | None = None
        """The call that is being talked on."""
        self._began: float | None = None
        """Since when it is recorded; None: not now."""
        self._heard = 0.0
        self._is_too_long = False

    @property
    def is_recording(self) -> bool:
        """Tell whether an order to record stands."""
        return self._began is not None

    def change(self, change: Change) -> list[Order]:
        """Something happened to a call of the line."""
        orders: list[Order] = []
        if change.kind in ("answered", "dialling", "dialled") and change.call_id != self._call:
            orders += self._stop("on-hook", change.at)
            self._call, self._is_too_long = change.call_id, False
            orders += self._start(change.at)
        elif change.kind in ("ended", "missed") and change.call_id == self._call:
            orders += self._stop(_ENDS.get(change.end_reason or "", "on-hook"), change.at)
            self._call = None
        return orders

    def sound(self, is_voice: bool, at: float) -> list[Order]:
        """The line was listened to: is there more on it than noise? Voice after a long silence begins anew."""
        if self._call is None:
            return []
        if is_voice:
            self._heard = max(self._heard, at)
            return [] if self._began is not None or self._is_too_long else self._start(at)
        return self.tick(at)

    def tick(self, at: float) -> list[Order]:
        """Time passed."""
        if self._began is None:
            return []
        if at - self._began >= self._longest_s:
            self._is_too_long = True
            return self._stop("longest", at)
        if at - self._heard >= self._silence_limit_s:
            return self._stop("silence", at)
        return []

    def line_lost(self, at: float) -> list[Order]:
        """The line's hardware is gone for good."""
        orders = self._stop("line-lost", at)
        self._call = None
        return orders

    def shut_down(self, at: float) -> list[Order]:
        """The daemon ends."""
        orders = self._stop("stopped", at)
        self._call = None
        return orders

    def _start(self, at: float) -> list[Order]:
        assert self._call is not None
        self._began = self._heard = at
        return [Start(self._call, at)]

    def _stop(self, reason: EndOfRecording, at: float) -> list[Order]:
        if self._began is None or self._call is None:
            return []
        at, self._began = max(at, self._began), None
        return [Stop(self._call, reason, at)]

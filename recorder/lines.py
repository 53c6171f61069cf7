"""One line's recorder: what the line daemon talks to.

It is told what happens to calls and given the line's sound, and makes of both at most one recording at a time. All
of it returns at once, and nothing that goes wrong with a recording is raised here: it is told through `on_end`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from appliance.core.clock import Clock
from recorder.endings import Ending
from recorder.keys import BoxKey
from recorder.trigger import Change, Order, Start, Stop, Trigger
from recorder.voice import VoiceDetector
from recorder.writing import CallRecording

log = logging.getLogger("recorder")

ASK_AGAIN_S = 0.5
"""What keeps a call from being recorded may pass while it is talked on: a key that is still being opened after a
restart. It is asked again so often."""


class LineRecorder:
    """Records the calls of one line that may be recorded."""

    def __init__(
        self,
        *,
        line: int,
        rate_hz: int,
        folder: Path,
        clock: Clock,
        may_record: Callable[[str], bool],
        on_end: Callable[[Ending], object],
        channels: Literal[1, 2] = 1,
        find_key: Callable[[], BoxKey | None] = lambda: None,
        least_free_share: float = 0.0,
        trigger: Trigger | None = None,
    ) -> None:
        """`may_record` answers for a call's id and `find_key` gives the key as it is then, in the caller's thread.

        `on_end` is called from another one.
        """
        self._line = line
        self._rate_hz = rate_hz
        self._folder = folder
        self._clock = clock
        self._may_record = may_record
        self._on_end = on_end
        self._channels = channels
        self._find_key = find_key
        self._least_free_share = least_free_share
        self._trigger = trigger or Trigger()
        self._voice = VoiceDetector(rate_hz)
        self._recording: CallRecording | None = None
        self._ended: list[CallRecording] = []
        self._refused: str | None = None
        self._waiting: str | None = None
        """The call that may not be recorded as yet."""
        self._ask_at = 0.0

    @property
    def recorded_call(self) -> str | None:
        """The call that is being recorded now."""
        recording = self._recording
        return recording.name.call_id if recording is not None and recording.is_running else None

    def change(self, change: Change) -> None:
        """Something happened to a call of the line."""
        self._follow(self._trigger.change(change))

    def sound(
        self,
        samples: npt.NDArray[np.float32],
        at: float,
        *,
        lost: int = 0,
        end_monotonic: float | None = None,
    ) -> None:
        """Take the line's next block, ``(n,)`` or ``(n, 2)`` float32; `at` is the line's seconds at its end."""
        self._follow(self._trigger.sound(self._voice.feed(samples), at))
        if self._waiting is not None and at >= self._ask_at:
            self._ask_at = at + ASK_AGAIN_S
            self._begin(self._waiting)
        if self._recording is not None:
            self._recording.write(samples, lost=lost, end_monotonic=end_monotonic)

    def refuse(self, call_id: str) -> None:
        """Keep nothing of a call: its other side became known and is not to be recorded."""
        self._refused = call_id
        if self._waiting == call_id:
            self._waiting = None
        recording = self._recording
        if recording is not None and recording.name.call_id == call_id:
            recording.discard()
            self._let_go()

    def line_lost(self, at: float) -> None:
        """The line's hardware is gone for good."""
        self._follow(self._trigger.line_lost(at))

    def close(self, at: float, timeout_s: float = 5.0) -> bool:
        """End what is being recorded and wait for the disk; False when that took longer than `timeout_s`."""
        self._follow(self._trigger.shut_down(at))
        deadline = self._clock.monotonic() + timeout_s
        for recording in self._ended:
            recording.wait(max(deadline - self._clock.monotonic(), 0.0))
        return not any(recording.is_alive for recording in self._ended)

    def _follow(self, orders: list[Order]) -> None:
        for order in orders:
            match order:
                case Start():
                    self._begin(order.call_id)
                case Stop():
                    self._waiting = None
                    if self._recording is not None:
                        self._recording.finish(order.reason)
                        self._let_go()

    def _begin(self, call_id: str) -> None:
        if call_id == self._refused:
            return
        if not self._may_record(call_id):
            if self._waiting != call_id:
                log.info("happening=not-recorded line=%d call=%s", self._line, call_id)
            self._waiting = call_id
            return
        self._waiting = None
        self._recording = CallRecording(
            self._folder,
            call_id,
            line=self._line,
            started_at=self._clock.now(),
            rate_hz=self._rate_hz,
            channels=self._channels,
            key=self._find_key(),
            least_free_share=self._least_free_share,
            on_end=self._on_end,
        )

    def _let_go(self) -> None:
        self._ended = [one for one in self._ended if one.is_alive]
        if self._recording is not None:
            self._ended.append(self._recording)
            self._recording = None

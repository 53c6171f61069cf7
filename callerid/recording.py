"""Between a line's frames and its recordings: which call is talked on, and sound in the form Opus takes.

A line that carries several calls at once has a recorder for each of its channels. A recorder is made when somebody
talks and let go afterwards, so a quiet line costs neither time nor memory. Everything here returns at once.
"""

from __future__ import annotations

import logging
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from appliance.core.clock import Clock
from appliance.core.config import Config
from appliance.core.events import CallEvent
from callerid.drivers import Frame
from callerid.dsp.resample import OUTPUT_HZ, Resampler
from recorder.encoding import RATES_HZ
from recorder.keeper import Keeper
from recorder.keeping import Circumstances, may_record
from recorder.lines import LineRecorder
from recorder.trigger import Change, Trigger

log = logging.getLogger("line")

ASK_AGAIN_S = 10.0
"""Who is never recorded may be said while the call is on; it is asked again so often."""
Sound = npt.NDArray[np.float32]


class CallRecorder:
    """Records the calls of one line that may be recorded."""

    def __init__(
        self, config: Config, *, line: int, rate_hz: int, hears_line: bool, clock: Clock, keeper: Keeper
    ) -> None:
        self._settings = config.recording
        self._is_line_on = line in config.recording.lines
        self._line = line
        self._rate_hz = rate_hz
        self._keeps_rate = rate_hz in RATES_HZ and not (hears_line and rate_hz > OUTPUT_HZ)
        self._clock = clock
        self._keeper = keeper
        self._channels: dict[str, _Channel] = {}
        self._closing: list[LineRecorder] = []
        self._numbers: dict[str, str | None] = {}
        self._without_key: str | None = None

    @property
    def recorded_calls(self) -> list[str]:
        """The calls that are being recorded now."""
        found = (channel.recorder.recorded_call for channel in self._channels.values())
        return [call_id for call_id in found if call_id is not None]

    def told(self, event: CallEvent, at: float) -> None:
        """A call changed; `at` is the line's seconds."""
        if not self._is_line_on:
            return
        call = event.call
        if call.ended_at is None:
            if self._numbers.get(call.id, "") != call.number:
                self._numbers[call.id] = call.number
                self._keeper.ask(call.id, call.number)
            return
        self._numbers.pop(call.id, None)
        kind: Literal["missed", "ended"] = "missed" if call.state == "missed" else "ended"
        for name, channel in list(self._channels.items()):
            channel.recorder.change(Change(kind, call.id, at, call.end_reason))
            if channel.call_id == call.id:
                self._let_go(name)

    def hear(self, frame: Frame, call_id: str | None) -> None:
        """Take a frame, and the call that is talked on in its channel after it; None: none is."""
        if not self._is_line_on or call_id is None or not len(frame.samples):
            return
        at = frame.end_monotonic
        channel = self._channels.get(frame.channel)
        if channel is None:
            channel = self._channels[frame.channel] = self._begin(frame, at)
        if channel.call_id != call_id:
            channel.call_id = call_id
            if call_id not in self._numbers:  # taken up after a restart: nothing was told of it here
                self._numbers[call_id] = None
                self._keeper.ask(call_id, None)
            channel.recorder.change(Change("answered", call_id, at))
        self._watch_refusal(channel, at)
        channel.recorder.sound(
            channel.fit(frame.samples),
            at,
            lost=round(frame.lost * channel.share),
            end_monotonic=at,
        )
        recorded = channel.recorder.recorded_call
        if recorded is not None and recorded != channel.told:
            self._keeper.report_start(recorded)
        channel.told = recorded or channel.told

    def line_lost(self, at: float) -> None:
        """The line's hardware is gone for good."""
        for name, channel in list(self._channels.items()):
            channel.recorder.line_lost(at)
            self._let_go(name)

    def close(self, at: float, timeout_s: float = 3.0) -> bool:
        """End what is being recorded and wait for the disk; False when that took longer than `timeout_s`."""
        for name, channel in list(self._channels.items()):
            channel.recorder.close(at, timeout_s=0.0)
            self._let_go(name)
        deadline = self._clock.monotonic() + timeout_s
        return all(
            recorder.close(at, timeout_s=max(deadline - self._clock.monotonic(), 0.0))
            for recorder in self._closing
        )

    def _begin(self, frame: Frame, at: float) -> _Channel:
        channels: Literal[1, 2] = 2 if frame.samples.ndim == 2 else 1
        rate_hz = self._rate_hz if self._keeps_rate else OUTPUT_HZ
        recorder = LineRecorder(
            line=self._line,
            rate_hz=rate_hz,
            folder=self._keeper.folder,
            clock=self._clock,
            may_record=self._may_record,
            on_end=self._keeper.settle,
            channels=channels,
            find_key=lambda: self._keeper.key,
            least_free_share=self._settings.least_free_percent / 100,
            trigger=Trigger(
                silence_limit_s=self._settings.silence_s, longest_s=self._settings.longest_minutes * 60.0
            ),
        )
        resamplers = [] if self._keeps_rate else [Resampler(self._rate_hz) for _ in range(channels)]
        return _Channel(recorder, channels, rate_hz / self._rate_hz, resamplers, asked=at)

    def _may_record(self, call_id: str) -> bool:
        # Whether there is room is looked at by the recording's own thread: it may take the disk a while to say.
        verdict = may_record(
            Circumstances(
                is_line_on=self._is_line_on,
                is_party_refused=self._keeper.is_refused(call_id) is True,
                free_share=1.0,
                least_free_share=0.0,
                is_key_wanted=bool(self._settings.key_file),
                is_key_here=self._keeper.key is not None,
            )
        )
        problem = self._keeper.key_problem  # none while the keeper, just started, is still opening the key
        if verdict == "no-key" and problem is not None and call_id != self._without_key:
            self._without_key = call_id
            self._keeper.report_failure(call_id, str(problem))
        return verdict == "yes"

    def _watch_refusal(self, channel: _Channel, at: float) -> None:
        if self._keeper.is_refused(channel.call_id):
            channel.recorder.refuse(channel.call_id)
        if at - channel.asked >= ASK_AGAIN_S:
            channel.asked = at
            self._keeper.ask(channel.call_id, self._numbers.get(channel.call_id))

    def _let_go(self, name: str) -> None:
        now = self._clock.monotonic()
        self._closing = [one for one in self._closing if not one.close(now, timeout_s=0.0)]
        self._closing.append(self._channels.pop(name).recorder)


class _Channel(msgspec.Struct):
    """One of the calls a line carries at once."""

    recorder: LineRecorder
    channels: Literal[1, 2]
    share: float
    """The recording's sample rate as part of the line's."""
    resamplers: list[Resampler]
    """One for each channel, none when the rate stays."""
    asked: float
    """When it was last asked whether the other side is refused."""
    call_id: str = ""
    told: str | None = None
    """The call whose recording was last told."""

    def fit(self, samples: Sound) -> Sound:
        """Give a block with the recording's channels and rate: a front-end may change its form in a call."""
        if samples.ndim == 2 and self.channels == 1:
            samples = samples.mean(axis=1, dtype=np.float32)
        elif samples.ndim == 1 and self.channels == 2:
            samples = np.stack([samples, samples], axis=1)
        if not self.resamplers:
            return samples
        if self.channels == 1:
            return self.resamplers[0].feed(samples)
        sides = [resampler.feed(samples[:, side]) for side, resampler in enumerate(self.resamplers)]
        return np.stack(sides, axis=1)

"""Runs scripts of modem commands over a stream of bytes, and hands on what comes unasked.

Without a port and without a clock: bytes and times go in, bytes to send and calls of the owner's hooks come out. A
script is a generator: it yields a step and is given back how that step ended.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import Final, Literal

import msgspec

from callerid.drivers import DriverError
from callerid.drivers.voicemodem.dle import Unshielder, shield
from callerid.drivers.voicemodem.results import Line, final_result, take_item

RATE_HZ: Final = 8000
ANSWER_S: Final = 2.0
"""A modem answers a command within this; most take some tens of milliseconds."""
LEAD_S: Final = 0.4
"""An announcement is sent so far ahead of its playing: enough against gaps, little to wait for at its end."""
STOP_PATIENCE_S: Final = 1.0
SILENT_STREAM_S: Final = 2.0
"""A recording modem sends 8000 bytes a second; after so long without any it is gone."""
CLEAR_AND_END: Final = b"\x10\x18\x10\x03"
"""DLE CAN drops what was not played yet, DLE ETX ends the playing."""
END_OF_SOUND: Final = b"\x10\x03"


class Ask(msgspec.Struct, frozen=True):
    """Send a command; ends with its result code, or "" when none came in time."""

    command: str
    timeout_s: float = ANSWER_S


class Play(msgspec.Struct, frozen=True):
    """Send sound (8 bit) after CONNECT; ends with "" when played, or the cause it was stopped with."""

    sound: bytes


class Record(msgspec.Struct, frozen=True):
    """Take sound after CONNECT; ends with the cause it was stopped with, "modem" when the modem ended it."""

    stops: tuple[bytes, ...]


Step = Ask | Play | Record
Script = Generator[Step, str, None]
Answering = Generator[Step, str, str]
"""A part of a script that gives something back."""


class Engine:
    """One modem's dialogue."""

    def __init__(
        self,
        *,
        on_line: Callable[[str, float], object],
        on_code: Callable[[str, float], object],
        on_sound: Callable[[bytes, float], object],
    ) -> None:
        """The hooks are given what came, and when; `on_line` only what is no result and no echo."""
        self.out = bytearray()
        """What is to be sent."""
        self.said: list[str] = []
        """Lines the running command answered before its result."""
        self._on_line, self._on_code, self._on_sound = on_line, on_code, on_sound
        self._buffer = bytearray()
        self._script: Script | None = None
        self._step: Step | None = None
        self._deadline = math.inf
        self._state: Literal["asking", "playing", "recording", "ending"] = "asking"
        self._cause = ""
        self._unshielder = Unshielder()
        self._unused_stops: list[bytes] = []
        self._sound_began = 0.0
        self._sound_sent = 0

    @property
    def is_busy(self) -> bool:
        """Tell whether a script runs."""
        return self._script is not None

    @property
    def due(self) -> float:
        """When `tick` has something to do, if nothing comes."""
        return self._deadline

    def start(self, script: Script, at: float) -> None:
        """Run a script; only while none runs."""
        assert self._script is None
        self._script = script
        self._advance(None, at)

    def stop(self, cause: str, at: float) -> None:
        """End the playing or recording for a cause; the script is given it. Without either: nothing."""
        if self._state == "playing":
            self._cause = cause
            self.out += CLEAR_AND_END
            self._state, self._deadline = "ending", at + ANSWER_S
        elif self._state == "recording" and not self._cause:
            self._cause = cause
            self._next_stop(at)

    def feed(self, block: bytes, at: float) -> None:
        """Take what the modem sent."""
        self._buffer += block
        while self._buffer:
            if self._state == "recording":
                self._take_sound(at)
                continue
            item = take_item(self._buffer)
            if item is None:
                break
            if isinstance(item, Line):
                self._take_line(item.text, at)
            else:
                self._on_code(item.code, at)

    def tick(self, at: float) -> None:
        """Let time pass. Raises `DriverError` when the modem left a recording unanswered."""
        if self._state == "playing" and at >= self._deadline:
            self._send_sound(at)
        elif at >= self._deadline:
            self._on_late(at)

    def _take_line(self, text: str, at: float) -> None:
        result = final_result(text)
        if result is None:
            if not text.upper().startswith("AT"):  # an echo
                self.said.append(text)
                self._on_line(text, at)
        elif isinstance(self._step, Ask):
            self._advance("OK" if result == "VCON" else result, at)
        elif self._state in ("playing", "ending"):
            self._advance(self._cause, at)

    def _take_sound(self, at: float) -> None:
        data, codes, used = self._unshielder.feed(bytes(self._buffer))
        self._buffer = self._buffer[used:] if used is not None else bytearray()
        if data:
            self._on_sound(data, at)
        if not self._cause:
            self._deadline = at + SILENT_STREAM_S
        if used is not None:
            self._cause = self._cause or "modem"
            self._state, self._deadline = "ending", at + ANSWER_S
        for code in codes:
            self._on_code(code, at)

    def _advance(self, result: str | None, at: float) -> None:
        """Give the script the end of its step and begin the next one."""
        assert self._script is not None
        self._state, self._cause = "asking", ""
        try:
            step = next(self._script) if result is None else self._script.send(result)
        except StopIteration:
            self._script, self._step, self._deadline = None, None, math.inf
            return
        self._step = step
        match step:
            case Ask():
                self.said = []
                self.out += step.command.encode("ascii") + b"\r"
                self._deadline = at + step.timeout_s
            case Play():
                self._state, self._sound_began, self._sound_sent = "playing", at, 0
                self._send_sound(at)
            case Record():
                self._state, self._unshielder = "recording", Unshielder()
                self._unused_stops = list(step.stops)
                self._deadline = at + SILENT_STREAM_S

    def _send_sound(self, at: float) -> None:
        assert isinstance(self._step, Play)
        sound = self._step.sound
        until = min(len(sound), round((at - self._sound_began + LEAD_S) * RATE_HZ))
        self.out += shield(sound[self._sound_sent : until])
        self._sound_sent = max(until, self._sound_sent)
        if until < len(sound):
            self._deadline = at + LEAD_S / 4
            return
        self.out += END_OF_SOUND
        self._state, self._deadline = "ending", at + LEAD_S + ANSWER_S

    def _next_stop(self, at: float) -> None:
        if not self._unused_stops:
            raise DriverError("the modem does not end its recording; pull it out and plug it in again")
        self.out += self._unused_stops.pop(0)
        self._deadline = at + STOP_PATIENCE_S

    def _on_late(self, at: float) -> None:
        if self._state == "recording" and self._cause:
            self._next_stop(at)
        elif self._state == "recording":
            raise DriverError("the modem stopped sending sound; pull it out and plug it in again")
        elif self._state == "ending":
            self._advance(self._cause, at)
        else:
            self._advance("", at)

"""From a line's frames to what happened on it: decoders, signal detectors and the call machine, in one place.

Pure in the sense of the signal chain: frames in, changes out; its only time is the frames' own.
"""

from __future__ import annotations

import msgspec

from callerid.drivers import Frame
from callerid.dsp.bank import DecoderBank
from callerid.dsp.dialling import DialDecoder
from callerid.dsp.message import CallerMessage
from callerid.dsp.signals import LineSignals, Signal
from callerid.lifecycle import CallMachine, Change

FIRST_DIGITS_DELAY_S = 0.15
"""The lifting of the handset itself clicks; dialling is listened to only after it."""


class Heard(msgspec.Struct, frozen=True):
    """One change, with the message that caused it where one did."""

    change: Change
    last_bit_monotonic: float | None = None


class Listener:
    """Everything that listens to one line."""

    def __init__(self, rate_hz: int, machine: CallMachine) -> None:
        self.machine = machine
        self.noticed: list[str] = []
        """What the detectors and decoders gave out in the last frame, for whoever watches the line."""
        self._rate_hz = rate_hz
        self._start_over()

    def feed(self, frame: Frame) -> list[Heard]:
        """Give what happened in one frame, in order."""
        at = frame.end_monotonic
        changes: list[Heard] = []
        messages = self._bank.feed(frame.samples)
        signals = self._signals.feed(frame.samples)
        self._consumed_s += len(frame.samples) / self._rate_hz
        self.noticed = [signal.kind for signal in signals] + [_words(message) for message in messages]
        is_ringing = self._ring(frame, signals)
        if is_ringing:
            changes += _plain(self.machine.ring(True, at))
        if frame.off_hook is not None:
            changes += self._hook(frame.off_hook, at)
        for message in messages:
            changes += self._message(message, at)
        if is_ringing is False:
            changes += _plain(self.machine.ring(False, at))
        if any(signal.kind == "busy" for signal in signals):
            changes += _plain(self.machine.busy(at))
        changes += self._dialling(frame)
        changes += _plain(self.machine.tick(at))
        return changes

    def start_over(self) -> None:
        """Forget the sound heard so far (the line was away); the call in progress stays."""
        self._start_over()

    def _start_over(self) -> None:
        self._bank = DecoderBank(self._rate_hz)
        self._signals = LineSignals(self._rate_hz)
        self._dial: DialDecoder | None = None
        self._dial_skip_s = 0.0
        self._consumed_s = 0.0
        self._audio_ring: bool | None = None

    def _ring(self, frame: Frame, signals: list[Signal]) -> bool | None:
        """Tell whether the telephone rings now: as sensed, else as heard; None when unchanged."""
        if frame.ring is not None:
            return frame.ring
        heard = None
        for signal in signals:
            if signal.kind == "ring-on":
                heard = True
            elif signal.kind == "ring-off":
                heard = False
        return heard

    def _hook(self, is_off: bool, at: float) -> list[Heard]:
        if not is_off:
            self._dial = None
        elif self._dial is None:
            self._dial = DialDecoder(self._rate_hz)
            self._dial_skip_s = FIRST_DIGITS_DELAY_S
        return _plain(self.machine.hook(is_off, at))

    def _message(self, message: CallerMessage, at: float) -> list[Heard]:
        last_bit = at - (self._consumed_s - message.t_last)
        return [
            Heard(change, last_bit if change.kind == "identified" else None)
            for change in self.machine.message(message, at)
        ]

    def _dialling(self, frame: Frame) -> list[Heard]:
        call = self.machine.call
        if self._dial is None or call is None or call.state != "dialling":
            return []
        if self._dial_skip_s > 0:
            self._dial_skip_s -= len(frame.samples) / self._rate_hz
            return []
        changes: list[Heard] = []
        for digit in self._dial.feed(frame.samples):
            self.noticed.append(f"{digit.method} digit {digit.digit}")
            changes += _plain(self.machine.digit(digit.digit, frame.end_monotonic))
        return changes


def _words(message: CallerMessage) -> str:
    said = message.number or {"P": "withheld", "O": "unavailable"}.get(message.reason or "", "no number")
    return f"{message.standard} {message.type} {said} confidence {message.confidence:.2f}"


def _plain(changes: list[Change]) -> list[Heard]:
    return [Heard(change) for change in changes]

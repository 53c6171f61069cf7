"""From a line's frames to what happened on it: decoders, signal detectors and call machines, in one place.

Pure in the sense of the signal chain: frames in, changes out; its only time is the frames' own.
"""

from __future__ import annotations

import typing
from collections.abc import Callable

import msgspec

from callerid.call import Change
from callerid.drivers import Fact, Frame
from callerid.dsp.bank import DecoderBank
from callerid.dsp.dialling import DialDecoder
from callerid.dsp.message import CallerMessage
from callerid.dsp.signals import LineSignals, Signal
from callerid.dsp.signals.judged_hook import HookJudge
from callerid.far_side import FarSide
from callerid.lifecycle import CallMachine, Tone

FIRST_DIGITS_DELAY_S = 0.15
"""The lifting of the handset itself clicks; dialling is listened to only after it."""
_TONES: frozenset[str] = frozenset(typing.get_args(Tone)) - {"ringback"}
"""Ringing tone is followed burst by burst instead."""


class Heard(msgspec.Struct, frozen=True):
    """One change, with the message that caused it where one did."""

    change: Change
    last_bit_monotonic: float | None = None


class Listener:
    """Everything that listens to one line."""

    def __init__(self, rate_hz: int, new_key: Callable[[], str] = str, *, hears_line: bool = True) -> None:
        """`new_key` gives the key of each call that begins; `hears_line` as the driver says."""
        self.machines: dict[str, CallMachine] = {}
        """One for each call the line carries at once, by the frames' channel."""
        self.noticed: list[str] = []
        """What the detectors and decoders gave out in the last frame, for whoever watches the line."""
        self._new_key = new_key
        self._hears_line = hears_line
        self._rate_hz = rate_hz
        self._is_back = hears_line
        """The line delivers again: nobody saw what its hook did meanwhile."""
        self.start_over()

    @property
    def hears_line(self) -> bool:
        """Tell whether the frames' sound is the line's own, on hook as well."""
        return self._hears_line

    def machine(self, channel: str = "") -> CallMachine:
        """Give the call machine of a channel."""
        machine = self.machines.get(channel)
        if machine is None:
            machine = self.machines[channel] = CallMachine(self._new_key)
        return machine

    def feed(self, frame: Frame) -> list[Heard]:
        """Give what happened in one frame, in order."""
        machine = self.machine(frame.channel)
        changes: list[Heard] = []
        self.noticed = []
        if self._is_back:
            self._is_back = False
            for other in self.machines.values():
                changes += _plain(other.resume(frame.end_monotonic))
        for fact in frame.facts:
            changes += _plain(_apply(machine, fact, frame.end_monotonic))
        if self._hears_line and len(frame.samples):
            changes += self._hear(frame, machine)
        else:
            changes += self._sense(frame, machine)
        for channel, other in list(self.machines.items()):
            changes += _plain(other.tick(frame.end_monotonic))
            if channel and other.call is None:
                del self.machines[channel]
        return changes

    def _sense(self, frame: Frame, machine: CallMachine) -> list[Heard]:
        changes: list[Heard] = []
        if frame.ring is not None:
            changes += _plain(machine.ring(frame.ring, frame.end_monotonic))
        if frame.off_hook is not None:
            changes += _plain(machine.hook(frame.off_hook, frame.end_monotonic))
        return changes

    def _hear(self, frame: Frame, machine: CallMachine) -> list[Heard]:
        at = frame.end_monotonic
        changes: list[Heard] = []
        messages = self._bank.feed(frame.samples)
        signals = self._bank.take_signals()
        self._consumed_s += len(frame.samples) / self._rate_hz
        zero = at - self._consumed_s
        self.noticed = [signal.kind for signal in signals] + [_words(message) for message in messages]
        is_ringing = self._ring(frame, signals)
        if is_ringing:
            changes += _plain(machine.ring(True, at))
        if frame.off_hook is not None:
            changes += _plain(machine.hook(frame.off_hook, at))
        for message in messages:
            changes += self._message(machine, message, at)
        if is_ringing is False:
            changes += _plain(machine.ring(False, at))
        if frame.off_hook is None:
            changes += self._judge_hook(frame, signals, machine, has_message=bool(messages))
        for signal in signals:
            if signal.kind in _TONES:
                tone = typing.cast(Tone, signal.kind)
                changes += _plain(machine.tone(tone, at, began=zero + signal.t_start))
        return changes + self._dialling(frame, machine)

    def start_over(self) -> None:
        """Forget the sound heard so far (the line was away); the call in progress stays."""
        self._is_back = self._hears_line
        self._bank = DecoderBank(self._rate_hz, signals=LineSignals())
        self._dialled_call = ""
        self._dial = DialDecoder(self._rate_hz)
        self._dial_skip_s = 0.0
        self._far_side = FarSide(self._rate_hz)
        self._judge: HookJudge | None = None
        self._consumed_s = 0.0

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

    def _judge_hook(
        self, frame: Frame, signals: list[Signal], machine: CallMachine, *, has_message: bool
    ) -> list[Heard]:
        """Judge the handset from the sound, where no wire senses it."""
        changes: list[Heard] = []
        if self._judge is None:
            self._judge = HookJudge(self._rate_hz)
            if machine.call is not None and machine.call.state in ("answered", "dialling"):
                self._judge.suppose_lifted()
            else:
                changes += _plain(machine.hook(False, frame.end_monotonic, is_estimated=True))
        zero = frame.end_monotonic - self._consumed_s
        for judged in self._judge.feed(frame.samples, signals, has_message=has_message):
            self.noticed.append(f"{'lifted' if judged.is_lifted else 'put down'}: {judged.reason}")
            changes += _plain(
                machine.hook(
                    judged.is_lifted,
                    frame.end_monotonic,
                    since=zero + judged.t,
                    is_estimated=True,
                    confidence=judged.confidence,
                )
            )
        return changes

    def _message(self, machine: CallMachine, message: CallerMessage, at: float) -> list[Heard]:
        last_bit = at - (self._consumed_s - message.t_last)
        return [
            Heard(change, last_bit if change.kind == "identified" else None)
            for change in machine.message(message, at)
        ]

    def _dialling(self, frame: Frame, machine: CallMachine) -> list[Heard]:
        call, at = machine.call, frame.end_monotonic
        if call is None or call.state != "dialling":
            return []
        if self._dialled_call != call.key:
            self._dialled_call, self._dial_skip_s = call.key, FIRST_DIGITS_DELAY_S
            self._dial, self._far_side = DialDecoder(self._rate_hz), FarSide(self._rate_hz)
        if self._dial_skip_s > 0:
            self._dial_skip_s -= len(frame.samples) / self._rate_hz
            return []
        changes: list[Heard] = []
        for digit in self._dial.feed(frame.samples):
            self.noticed.append(f"{digit.method} digit {digit.digit}")
            self._far_side.start_over()
            changes += _plain(machine.digit(digit.digit, at))
        for found in self._far_side.feed(frame.samples):
            changes += _plain(machine.tone(found.kind, at, began=at - self._far_side.heard_s + found.at))
        return changes


def _apply(machine: CallMachine, fact: Fact, at: float) -> list[Change]:
    match fact.kind:
        case "ring":
            return machine.burst(at)
        case "message":
            return machine.message(fact.message, at) if fact.message is not None else []
        case "lifted":
            return machine.hook(True, at)
        case "over":
            return machine.over(fact.reason, at)


def _words(message: CallerMessage) -> str:
    said = message.number or {"P": "withheld", "O": "unavailable"}.get(message.reason or "", "no number")
    words = f"{message.standard} {message.type} {said} confidence {message.confidence:.2f}"
    return words if message.snr_db is None else f"{words} snr {message.snr_db:.0f}"


def _plain(changes: list[Change]) -> list[Heard]:
    return [Heard(change) for change in changes]

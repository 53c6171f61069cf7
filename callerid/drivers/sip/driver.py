"""The `sip` line driver: starts the signalling process and turns what it says into frames."""

from __future__ import annotations

import collections
import json
import logging
import time
from pathlib import Path

import msgspec
import numpy as np

from appliance.core.config import LineSection
from callerid.drivers import DriverError, Fact, Frame
from callerid.drivers.sip import messages, rtp
from callerid.drivers.sip.backends import choose
from callerid.drivers.sip.options import read_options, settings_of
from callerid.drivers.sip.process import SignallingProcess
from callerid.drivers.sip.timeline import JITTER_S, CallSound
from callerid.dsp.message import CallerMessage

log = logging.getLogger("line")

START_S = 6.0
"""Longest wait for gateway or registrar at the start."""
SILENT_S = 4.0
"""The signalling process says every second that it lives."""
RING_EVERY_S = 4.0
"""While a call rings it is told as one burst so often: about the cadence of an exchange, below the call machine's
limit of six seconds."""
IDLE_EVERY_S = 0.25
"""A frame without sound comes so often, so that the calls' time passes."""
REFUSED_WAIT_S = 60.0
"""After a refusal the registrar is left alone so long: repeated wrong passwords lock accounts."""
_SILENCE = np.zeros(0, np.float32)


class SipDriver:
    """One line whose calls come by SIP; each call is a channel of its own."""

    rate_hz = rtp.RATE_HZ
    hears_line = False

    def __init__(self, line: LineSection, runtime: Path) -> None:
        self._options = read_options(line.options)
        settings_of(self._options, "sippy")
        self._state = state_path(runtime, line.number)
        self._process: SignallingProcess | None = None
        self._frames: collections.deque[Frame] = collections.deque()
        self._ringing: dict[str, float] = {}
        self._talking: dict[str, CallSound] = {}
        self._cut: list[str] = []
        """Calls the signalling took with it when it ended; told to be over when the line is open again."""
        self._last_said = self._next_idle = 0.0
        self._refused: tuple[float, str] | None = None

    def open(self) -> None:
        """Start the signalling and wait until calls can come."""
        self.close()
        now = time.monotonic()
        if self._refused is not None and now < self._refused[0]:
            raise DriverError(f"{self._refused[1]}; tried again in {self._refused[0] - now:.0f} s")
        self._refused = None
        try:
            settings = settings_of(self._options, choose(self._options.backend))
        except (LookupError, ValueError) as error:
            raise DriverError(f"{error} ('aminbox doctor' lists what is there)") from error
        self._process = SignallingProcess(settings)
        try:
            self._await_ready(now + START_S)
        except DriverError:
            self.close()
            raise
        self._last_said = self._next_idle = time.monotonic()
        for call in self._cut:
            self._say(call, self._last_said, Fact(kind="over", reason="line-lost"))
        self._cut.clear()

    def read(self, timeout_s: float) -> Frame | None:
        """Give the next frame: what happened to a call, 20 ms of a bridged call, or that time passed."""
        process = self._process
        if process is None:
            raise DriverError("the sip line is not open")
        end = time.monotonic() + timeout_s
        while not self._frames:
            now = time.monotonic()
            packet = process.receive(min(end, self._next_wake(now)) - now)
            if packet is not None:
                self._on_packet(packet)
            elif not self._frames:
                now = time.monotonic()
                self._pass_time(now)
                if not self._frames and now >= end:
                    return None
        return self._frames.popleft()

    def close(self) -> None:
        """End the signalling; calls in progress are hung up."""
        if self._process is not None:
            self._process.close()
            self._process = None
            self._state.unlink(missing_ok=True)
        self._cut += [*self._ringing, *self._talking]
        self._frames.clear()
        self._ringing.clear()
        self._talking.clear()

    def _await_ready(self, end: float) -> None:
        assert self._process is not None
        while (left := end - time.monotonic()) > 0:
            packet = self._process.receive(left)
            if packet is None:
                continue
            message = messages.decode(packet)
            if isinstance(message, messages.Ready):
                log.info("happening=sip-ready backend=%s address=%s", message.backend, message.address)
                return
            self._on_message(message)
        peer = self._options.gateway or self._options.registrar
        raise DriverError(
            f"{peer} did not answer within {START_S:.0f} s: check that it has power and that its address in the "
            "line's options is right, then look with 'aminbox doctor'"
        )

    def _on_packet(self, packet: bytes) -> None:
        self._last_said = time.monotonic()
        try:
            self._on_message(messages.decode(packet))
        except msgspec.DecodeError as error:
            raise DriverError(
                f"the signalling process said nonsense ({error}); please report this"
            ) from error

    def _on_message(self, message: messages.Message) -> None:
        match message:
            case messages.Sound():
                sound = self._talking.get(message.call)
                if sound is not None:
                    self._give_sound(message.call, sound, message.at)
                    sound.put(message)
            case messages.Offered():
                self._ringing[message.call] = message.at + RING_EVERY_S
                said = CallerMessage(
                    standard="sip",
                    number=message.number,
                    name=message.name,
                    reason="P" if message.reason == "P" else None if message.number else "O",
                )
                self._say(message.call, message.at, Fact(kind="ring"), Fact(kind="message", message=said))
            case messages.Answered():
                self._ringing.pop(message.call, None)
                self._talking[message.call] = CallSound(message.at)
                self._say(message.call, message.at, Fact(kind="lifted"))
            case messages.Over():
                self._end(message)
            case messages.Registered():
                self._keep_state(message)
            case messages.Noted():
                log.log(
                    logging.getLevelNamesMapping()[message.level.upper()], "happening=sip %s", message.text
                )
            case messages.Failed():
                problem = f"{message.problem} ('aminbox doctor' shows the line's state)"
                if message.is_refusal:
                    self._refused = (time.monotonic() + REFUSED_WAIT_S, problem)
                raise DriverError(problem)

    def _end(self, message: messages.Over) -> None:
        self._ringing.pop(message.call, None)
        sound = self._talking.pop(message.call, None)
        if sound is not None:
            self._give_sound(message.call, sound, message.at + JITTER_S)
            log.info("happening=sip-sound packets=%d lost=%d", sound.received, sound.lost)
        self._say(message.call, message.at, Fact(kind="over", reason=message.reason))

    def _say(self, call: str, at: float, *facts: Fact) -> None:
        self._frames.append(Frame(samples=_SILENCE, end_monotonic=at, facts=facts, channel=call))

    def _give_sound(self, call: str, sound: CallSound, now: float) -> None:
        self._frames.extend(
            Frame(samples=samples, end_monotonic=end, lost=lost, channel=call)
            for end, samples, lost in sound.frames(now)
        )

    def _next_wake(self, now: float) -> float:
        wakes = [self._next_idle, *self._ringing.values()]
        if self._talking:
            wakes.append(now + rtp.PACKET_SAMPLES / rtp.RATE_HZ)
        return min(wakes)

    def _pass_time(self, now: float) -> None:
        if now - self._last_said > SILENT_S:
            raise DriverError("the signalling process fell silent; it is started anew")
        for call, due in self._ringing.items():
            if now >= due:
                self._ringing[call] = now + RING_EVERY_S
                self._say(call, now, Fact(kind="ring"))
        for call, sound in self._talking.items():
            self._give_sound(call, sound, now)
        if now >= self._next_idle:
            self._next_idle = now + IDLE_EVERY_S
            self._frames.append(Frame(samples=_SILENCE, end_monotonic=now))

    def _keep_state(self, message: messages.Registered) -> None:
        """Leave for the doctor that the registrar accepted us, and until when."""
        text = json.dumps({"until_monotonic": message.at + message.seconds})
        try:
            part = self._state.with_suffix(".part")
            part.write_text(text, encoding="utf-8")
            part.replace(self._state)
        except OSError as error:
            log.warning("happening=sip-state-not-kept problem=%s", error)


def state_path(runtime: Path, line: int) -> Path:
    """Give the file that says until when a line is registered; it lives as long as the line is open."""
    return runtime / f"sip-line{line}.json"


def registered_for_s(runtime: Path, line: int) -> float | None:
    """Give for how many seconds a line's registration is still good; None when it has none."""
    try:
        state = json.loads(state_path(runtime, line).read_text(encoding="utf-8"))
        left = float(state["until_monotonic"]) - time.monotonic()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return left if left > 0 else None

"""The voice modem as a line driver: bytes of its port to frames, with the moments they came at."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from serial.tools.list_ports_linux import comports

from appliance.core.config import LineSection
from callerid.drivers import DriverError, Fact, Frame
from callerid.drivers.voicemodem.dialects import RELEASE, Dialect
from callerid.drivers.voicemodem.engine import RATE_HZ
from callerid.drivers.voicemodem.following import ModemLine
from callerid.drivers.voicemodem.options import Options, read_options
from callerid.drivers.voicemodem.ports import ListPorts, device_of_usb
from callerid.drivers.voicemodem.sound import read_announcement, to_samples
from callerid.drivers.voicemodem.wire import Wire
from callerid.dsp.message import Samples

log = logging.getLogger("line")

BEAT_S: Final = 0.2
"""A quiet modem gives an empty frame so often: the call machine needs the passing of time."""
FRAME_SAMPLES: Final = RATE_HZ // 50
OPEN_S: Final = 15.0
"""A modem that is not ready by then has no use."""
HANG_UP_S: Final = 0.3


class VoiceModemDriver:
    """One voice modem. Its frames are empty but for calls the box answered itself."""

    rate_hz = RATE_HZ
    hears_line = False

    def __init__(
        self,
        line: LineSection,
        runtime: Path,
        *,
        list_ports: ListPorts = comports,
        clock: Callable[[], float] = time.monotonic,
        connect: Callable[[str], Wire] = Wire,
    ) -> None:
        """Raise ValueError for wrong options; touches no hardware."""
        self._options: Options = read_options(line.options)
        self._announcement = (
            read_announcement(self._options.announcement) if self._options.announcement else b""
        )
        self._list_ports = list_ports
        self._clock = clock
        self._connect = connect
        self._wire: Wire | None = None
        self._line: ModemLine | None = None
        self._frames: deque[Frame] = deque()
        self._last_end = 0.0
        self._can_answer = True
        self._is_over_owed = False

    @property
    def dialect(self) -> Dialect | None:
        """What the open modem was recognised as."""
        return self._line.dialect if self._line is not None else None

    def open(self) -> None:
        """Find the port by its stable name, bring the modem to take commands and switch caller ID on."""
        self.close()
        device = self._options.port or device_of_usb(self._options.usb, self._list_ports)
        self._wire = self._connect(device)
        self._line = ModemLine(self._options, self._announcement, self._clock(), can_answer=self._can_answer)
        try:
            until = self._clock() + OPEN_S
            while not self._line.is_ready:
                if self._clock() >= until:
                    raise DriverError(f"the modem at {device} is not ready; 'aminbox doctor' looks at it")
                self._exchange(self._wire, self._line, until)
        except DriverError:
            self.close()
            raise
        dialect = self._line.dialect
        log.info("happening=modem-open dialect=%s device=%s", dialect.name, Path(device).resolve())
        if self._options.answer_after_rings and not dialect.has_voice and self._can_answer:
            self._can_answer = False
            log.warning("happening=modem-without-voice dialect=%s effect=caller-id-only", dialect.name)
        if self._is_over_owed:
            self._is_over_owed = False
            self._line.facts.insert(0, Fact(kind="over", reason="line-lost"))

    def read(self, timeout_s: float) -> Frame | None:
        """Give what happened, or an empty frame when for a moment nothing did."""
        if self._wire is None or self._line is None:
            raise DriverError("the modem is not open")
        until = self._clock() + min(timeout_s, BEAT_S)
        while not self._frames:
            line, now = self._line, self._clock()
            if len(line.sound) >= FRAME_SAMPLES or line.facts or now >= until:
                self._make_frames(line, now)
                break
            self._exchange(self._wire, line, until)
        return self._frames.popleft()

    def close(self) -> None:
        """Hang up if the box had answered, and let go of the port."""
        wire, line = self._wire, self._line
        self._wire = self._line = None
        self._frames.clear()
        if line is not None:
            self._can_answer = line.can_answer and self._can_answer
            self._is_over_owed = self._is_over_owed or line.lifted is not None
        if wire is None:
            return
        if line is not None and line.lifted == "box":
            with contextlib.suppress(DriverError):
                wire.write(RELEASE)
                wire.read(HANG_UP_S)
                wire.write(b"ATH\r")
                wire.read(HANG_UP_S)
        wire.close()

    def _exchange(self, wire: Wire, line: ModemLine, until: float) -> None:
        """Send what is to be sent, wait for the modem or for the next thing due, and work on what came."""
        self._send(wire, line)
        wait_s = min(until, line.due) - self._clock()
        data = wire.read(wait_s)
        now = self._clock()
        line.feed(data, now)
        line.tick(now)
        self._send(wire, line)

    def _send(self, wire: Wire, line: ModemLine) -> None:
        out = bytes(line.engine.out)
        line.engine.out.clear()
        wire.write(out)

    def _make_frames(self, line: ModemLine, now: float) -> None:
        """Cut what came into frames of 20 ms. Facts go with the first one, unless they follow the sound."""
        facts, line.facts = tuple(line.facts), []
        lost, line.lost = line.lost, 0
        is_all = line.lifted != "box"
        count = len(line.sound) if is_all else len(line.sound) // FRAME_SAMPLES * FRAME_SAMPLES
        samples = to_samples(bytes(line.sound[:count]))
        del line.sound[:count]
        is_over = any(fact.kind == "over" for fact in facts)
        if facts and not is_over:
            self._add(_NOTHING, now, facts=facts)
        for place in range(0, count, FRAME_SAMPLES):
            piece = samples[place : place + FRAME_SAMPLES]
            self._add(piece, now - (count - place - len(piece)) / RATE_HZ, lost=lost)
            lost = 0
        if is_over or not self._frames:
            self._add(_NOTHING, now, lost=lost, facts=facts if is_over else ())

    def _add(self, samples: Samples, end: float, *, lost: int = 0, facts: tuple[Fact, ...] = ()) -> None:
        """Queue a frame; time never runs back."""
        self._last_end = max(self._last_end, end)
        self._frames.append(Frame(samples, self._last_end, lost=lost, facts=facts))


_NOTHING: Final = np.zeros(0, np.float32)

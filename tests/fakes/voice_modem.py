"""A voice modem that obeys its kind's physics: pure in `FakeModem`, behind a pseudo-terminal in `PtyModem`.

It echoes until ATE0, forgets caller ID at ATZ, refuses voice commands outside voice mode, rings only while on hook,
tells RING as DLE R in voice mode, plays and records at 8000 bytes a second, and ends a recording only for the
characters its kind knows. Faults are attributes, to be set at any moment.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import math
import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Literal

RATE = 8000
Kind = Literal["conexant", "usr5637", "other"]
IDENTITY = {"conexant": "56000", "usr5637": "5601", "other": "1234"}
STOPS = {"conexant": "!^\x1b", "usr5637": "!", "other": ""}
FORMATS = {"conexant": "+VSM=1,8000,0,0", "usr5637": "+VSM=128,8000", "other": ""}
QUIET = 0x80
BUFFER_BYTES = 32_768
"""What a modem behind a pseudo-terminal holds for a computer that does not read."""


class FakeModem:
    """The modem itself: bytes and times in, `out` to be sent to the computer."""

    def __init__(self, kind: Kind, *, blanks: bool = True) -> None:
        self.kind = kind
        self.out = bytearray()
        self.commands: list[str] = []
        """What it was told, in order."""
        self.announced = bytearray()
        """What it played on the line."""
        self.line_sound = b""
        """What the caller says once it records."""
        self.is_off_hook = False
        self.mode: Literal["command", "play", "record"] = "command"
        self.voice_class = 0
        # Faults.
        self.is_dead = False
        self.refuses: set[str] = set()
        self.doubles_rings = False
        self.tells_no_caller = False
        self.never_goes_off_hook = False
        self.off_hook_after_s = 0.0
        self.stop_codes = STOPS[kind]
        self.drops_sound_s = (0.0, 0.0)
        """Seconds of a recording between which nothing is sent."""
        self._taken = 0
        """How often the line was taken: a call that was answered rings no more."""
        self._blanks = blanks
        self._agenda: list[tuple[float, int, Callable[[float], object]]] = []
        self._count = itertools.count()
        self._line = bytearray()
        self._is_after_dle = False
        self._began = 0.0
        self._sent = 0
        self._reset()

    def at(self, when: float, what: Callable[[float], object]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self._agenda, (when, next(self._count), what))

    def call(
        self, when: float, *, number: str | None = "09121234567", rings: int = 3, name: str | None = None,
        every_s: float = 5.0, before_ring: bool = False, fields: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Somebody calls: the caller's fields come half-way to the second ring, or before the first."""
        said = {"DATE": "0805", "TIME": "1805"}
        said |= {"NMBR": number} if number is not None else {}
        said |= {"NAME": name} if name is not None else {}
        told = fields if fields is not None else said
        self.at(when - 0.6 if before_ring else when + every_s / 2, lambda at: self.tell(told))
        taken: list[int] = []

        def ring_unless_answered(at: float) -> None:
            taken.append(self._taken)
            if taken[0] == self._taken:
                self.ring(at)

        for ring in range(rings):
            self.at(when + ring * every_s, ring_unless_answered)

    def ring(self, at: float) -> None:
        """One burst of ringing arrives."""
        if self.is_off_hook:
            return
        for _ in range(2 if self.doubles_rings else 1):
            if self.voice_class == 8:
                self.out += b"\x10R"
            else:
                self._say("RING")

    def tell(self, fields: dict[str, str]) -> None:
        """The exchange sends who calls."""
        if not self._shows_callers or self.is_off_hook or self.tells_no_caller:
            return
        sign = " = " if self._blanks else "="
        for name, content in fields.items():
            self._say(f"{name}{sign}{content}")

    def code(self, code: str) -> None:
        """An event is told, as in voice mode."""
        if code in "HP":
            self._taken += 1
        if self.voice_class == 8:
            self.out += b"\x10" + code.encode("latin-1")

    def feed(self, data: bytes, at: float) -> None:
        """Take what the computer sends."""
        if self.is_dead:
            return
        for byte in data:
            if self.mode == "command":
                self._command_byte(byte, at)
            else:
                self._voice_byte(byte, at)

    def tick(self, at: float) -> None:
        """Let time pass."""
        while self._agenda and self._agenda[0][0] <= at:
            when, _, what = heapq.heappop(self._agenda)
            what(when)
        if self.mode == "record" and not self.is_dead:
            self._send_sound(at)

    def due(self, at: float) -> float:
        """Give when the modem does something by itself: within 20 ms while it records."""
        return at + 0.02 if self.mode == "record" else self._agenda[0][0] if self._agenda else math.inf

    def power_up(self) -> None:
        """It was plugged in: everything it was told is forgotten."""
        self._reset()
        self.mode = "command"
        self.out.clear()
        self._line.clear()

    def _send_sound(self, at: float) -> None:
        until = int((at - self._began) * RATE)
        first, last = (int(seconds * RATE) for seconds in self.drops_sound_s)
        piece = bytes(
            self.line_sound[place] if place < len(self.line_sound) else QUIET
            for place in range(self._sent, until)
            if not first <= place < last
        )
        self._sent = max(until, self._sent)
        self.out += piece.replace(b"\x10", b"\x10\x10")

    def _command_byte(self, byte: int, at: float) -> None:
        if self._echoes:
            self.out.append(byte)
        if byte != 0x0D:
            self._line.append(byte)
            return
        text, self._line = bytes(self._line).decode("latin-1"), bytearray()
        start = text.upper().find("AT")
        if start < 0:
            return
        self.commands.append(text[start:])
        self._obey(text[start + 2 :].upper(), at)

    def _obey(self, text: str, at: float) -> None:
        if any(text.startswith(one) for one in self.refuses):
            self._say("ERROR")
            return
        voice = text.startswith(("+VLS", "+VSM", "+VSD", "+VTX", "+VRX", "+VTS"))
        unknown = self.kind == "usr5637" and text.startswith("-")
        wrong_format = text.startswith("+VSM") and text != FORMATS[self.kind]
        if unknown or wrong_format or (voice and self.voice_class != 8):
            self._say("ERROR")
            return
        if text in ("+VTX", "+VRX", "+VRX=1"):
            if not self.is_off_hook or (text == "+VRX=1" and self.kind != "conexant"):
                self._say("ERROR")
                return
            self._say("CONNECT")
            self.mode = "play" if text == "+VTX" else "record"
            self._began, self._sent, self._is_after_dle = at, 0, False
            return
        if text == "Z":
            self._reset()
        elif text.startswith("E0"):
            self._echoes = False
        elif text == "I0":
            self._say(IDENTITY[self.kind])
        elif "+VCID=1" in text:
            self._shows_callers = True
        elif text.startswith("+FCLASS="):
            self.voice_class = int(text[8:])
        elif text == "+VLS=1":
            self.at(at + self.off_hook_after_s, self._take_line)
            return
        elif text == "H":
            self.is_off_hook = False
        self._say("OK")

    def _take_line(self, at: float) -> None:
        self.is_off_hook = not self.never_goes_off_hook
        self._taken += self.is_off_hook
        self._say("OK")

    def _voice_byte(self, byte: int, at: float) -> None:
        if not self._is_after_dle:
            if byte == 0x10:
                self._is_after_dle = True
            elif self.mode == "play":
                self.announced.append(byte)
                self._sent += 1
            return
        self._is_after_dle = False
        if self.mode == "record":
            if chr(byte) in self.stop_codes:
                self._send_sound(at)
                self.out += b"\x10\x03"
                self._back(at)
        elif byte == 0x10:
            self.announced.append(0x10)
            self._sent += 1
        elif byte == 0x18:
            self._sent = 0
        elif byte == 0x03:
            self.at(max(at, self._began + self._sent / RATE), self._back)

    def _back(self, at: float) -> None:
        self.mode = "command"
        self._say("OK")

    def _say(self, text: str) -> None:
        if not self.is_dead:
            self.out += f"\r\n{text}\r\n".encode("latin-1")

    def _reset(self) -> None:
        self._echoes = True
        self._shows_callers = False
        self.voice_class = 0
        self.is_off_hook = False


class PtyModem:
    """A `FakeModem` behind a pseudo-terminal, worked by a thread of its own."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.modem = FakeModem(kind)
        self.port = folder / "usb-a-modem-if00"
        """The name that stays its own, as udev's below /dev/serial/by-id/."""
        self.device = ""
        """Its name of today."""
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def plug(self) -> None:
        """Plug it in: it gets a new device, powered up anew."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self.device = os.ttyname(slave)
        self.modem.power_up()
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(self.device)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(master, slave), name="modem")
        self._thread.start()

    def unplug(self) -> None:
        """Pull it out; harmless when it is not plugged in."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.port.unlink(missing_ok=True)

    def do(self, what: Callable[[FakeModem, float], object]) -> None:
        """Do something to the modem between two of its thread's rounds; it is given the time."""
        with self._lock:
            what(self.modem, time.monotonic())

    def _run(self, master: int, slave: int) -> None:
        try:
            while not self._stop.is_set():
                readable = select.select([master], [], [], 0.005)[0]
                with self._lock:
                    now = time.monotonic()
                    if readable:
                        self.modem.feed(os.read(master, 4096), now)
                    self.modem.tick(now)
                    self._send(master)
        finally:
            os.close(master)
            os.close(slave)

    def _send(self, master: int) -> None:
        out = self.modem.out
        with contextlib.suppress(BlockingIOError):
            while out:
                del out[: os.write(master, out)]
        if len(out) > BUFFER_BYTES:  # nobody reads: an overrun
            out.clear()

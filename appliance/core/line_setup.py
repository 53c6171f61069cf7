"""Setting up telephone lines: what was found on this machine, and whether a line's options would do.

Only the line drivers know hardware, and no other process loads them: the panel asks ``aminbox detect``, a process of
its own that ends within seconds, whatever a device does. This is the vocabulary of its answers and the way to ask.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from appliance.core.config import LineSection

DETECT_S = 20.0
"""Longest wait for an answer: Python's start on a slow card, three seconds a silent modem, the gateway's timeout."""
GATEWAY_S = 3.0
"""How long a gateway is given to answer; on the office network it takes a few milliseconds."""
Answer = TypeVar("Answer")


class FoundCard(msgspec.Struct, frozen=True, kw_only=True):
    """A sound card that can record."""

    selector: str
    """What the option `card` takes."""
    name: str
    where: str
    """Its USB identity and port, or ALSA's name of it."""
    channels: int | None = None
    """Channels its first input delivers, where that is known."""


class FoundPort(msgspec.Struct, frozen=True, kw_only=True):
    """A serial port that is, or may be, a modem's."""

    device: str
    """Its name of today."""
    port: str = ""
    """What the option `port` takes; empty when udev made no path that stays."""
    usb: str = ""
    """What the option `usb` takes."""
    description: str = ""
    is_known: bool = False
    """Its vendor makes voice modems."""
    dialect: str = ""
    """What kind of modem answered, where it was asked."""
    problem: str = ""
    """Why it did not answer, where it was asked."""


class FoundGateway(msgspec.Struct, frozen=True, kw_only=True):
    """What a SIP gateway said to one OPTIONS."""

    address: str
    answers: bool
    agent: str = ""
    """What it calls itself."""
    problem: str = ""


class Detected(msgspec.Struct, frozen=True, kw_only=True):
    """What of telephone hardware this machine has."""

    drivers: list[str] = []
    cards: list[FoundCard] = []
    ports: list[FoundPort] = []
    board: str = ""
    """The board's model; empty when it says none."""
    pin_libraries: list[str] = []
    """Libraries that read pins here; none: pins cannot be used."""
    pin_problems: list[str] = []
    sip_libraries: list[str] = []
    has_sound_library: bool = False
    """pyalsaaudio can be imported: without it no sound card can be read."""
    gateway: FoundGateway | None = None


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a line's options would do. Nothing is opened: a card in use answers as a free one."""

    ok: bool
    problem: str = ""
    """What is wrong and what helps, for engineers."""
    option: str = ""
    """The option it is about, where that is known."""


class DetectError(RuntimeError):
    """The detection itself failed; the message says how."""


class Detection:
    """Asks ``aminbox detect`` as a process of its own."""

    def __init__(self, command: Sequence[str] = (), timeout_s: float = DETECT_S) -> None:
        self._command = list(command) or [sys.executable, "-m", "appliance.cli", "detect", "--json"]
        self._timeout_s = timeout_s

    def find(self, *, probe: bool = False, gateway: str = "") -> Detected:
        """Give what is plugged in; `probe` asks each known modem what it is. Raises `DetectError`."""
        words = ["--probe"] if probe else []
        words += ["--gateway", gateway] if gateway else []
        return self._ask(words, b"", Detected)

    def try_line(self, line: LineSection) -> Tried:
        """Tell whether a line could run with these options, beside the other lines. Raises `DetectError`."""
        return self._ask(["--try-line"], msgspec.json.encode(line), Tried)

    def _ask(self, words: list[str], given: bytes, kind: type[Answer]) -> Answer:
        try:
            done = subprocess.run(
                [*self._command, *words],
                input=given,
                capture_output=True,
                timeout=self._timeout_s,
                check=False,
            )
            return msgspec.json.decode(done.stdout, type=kind)
        except subprocess.TimeoutExpired:
            raise DetectError(f"no answer within {self._timeout_s:.0f} s") from None
        except OSError as error:
            raise DetectError(f"cannot be started: {error}") from error
        except msgspec.MsgspecError as error:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise DetectError(said[-1] if said else str(error)) from error

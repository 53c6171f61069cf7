"""The parties of a SIP call, played by sipp (Debian's sip-tester) from the scenarios in tests/data/sip."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile

from appliance.core.config import LineSection
from callerid.drivers import Fact, Frame
from callerid.drivers.sip.driver import SipDriver
from callerid.drivers.sip.headers import read_head
from tests.fakes.sip_gateway import free_port

SCENARIOS = Path(__file__).parents[1] / "data" / "sip"
NEEDS_SIPP = pytest.mark.skipif(
    shutil.which("sipp") is None,
    reason="sipp is missing; to run these tests: sudo apt-get install -y sip-tester",
)
BACKENDS = [
    "sippy",
    pytest.param(
        "pjsua2",
        marks=pytest.mark.skipif(
            find_spec("pjsua2") is None,
            reason="pjsua2 cannot be imported; on x86-64 up to Python 3.12: pip install pjsua2-python==2.15.1.post1",
        ),
    ),
]
FROM = '"علی رضایی" <sip:02188776655@127.0.0.1>'


class Party:
    """One sipp process; it ends when its calls are done."""

    def __init__(
        self,
        folder: Path,
        scenario: str,
        *,
        to: int | None = None,
        calls: int = 1,
        rate: int = 10,
        pause_ms: int = 300,
        sound_hz: int = 0,
        is_echo: bool = False,
        **keys: str,
    ) -> None:
        """`to`: port of the box for a caller, None for who waits for a request; `keys` as the scenario names them."""
        self.port = free_port()
        self._folder = folder / f"{scenario}-{self.port}"
        self._folder.mkdir()
        text = (SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8")
        if sound_hz:
            text = text.replace("{sound}", str(self._tone(sound_hz)))
        (self._folder / "scenario.xml").write_text(text, encoding="utf-8")
        self._command = [
            "sipp",
            *([f"127.0.0.1:{to}"] if to else []),
            "-sf",
            "scenario.xml",
            "-i",
            "127.0.0.1",
        ]
        self._command += ["-p", str(self.port), "-m", str(calls), "-r", str(rate), "-l", str(calls)]
        self._command += [
            "-d",
            str(pause_ms),
            "-mp",
            str(free_port() & ~1),
            "-nostdin",
            "-trace_err",
            "-timeout",
            "20",
        ]
        if is_echo:
            self._command.append("-rtp_echo")
        for key, value in keys.items():
            self._command += ["-key", key, value]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Party:
        """Begin."""
        with (self._folder / "screen").open("wb") as screen:
            self._process = subprocess.Popen(self._command, cwd=self._folder, stdout=screen, stderr=screen)
        return self

    def result(self, timeout_s: float = 8.0) -> str:
        """Wait for the end; empty when the scenario went through, else what sipp complained of."""
        assert self._process is not None
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if code == 0:
            return ""
        errors = "".join(path.read_text(errors="replace") for path in self._folder.glob("*errors.log"))
        return f"status {code}: {errors[-1500:]}"

    def stop(self) -> None:
        """End it now."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _tone(self, hz: int) -> Path:
        path = self._folder / "tone.raw"
        seconds = np.arange(8 * 8000) / 8000
        soundfile.write(path, 0.3 * np.sin(2 * np.pi * hz * seconds), 8000, format="RAW", subtype="ALAW")
        return path


class Told(msgspec.Struct):
    """What a line told of one call."""

    facts: list[Fact] = []
    at: list[float] = []
    sound: list[np.ndarray] = []
    lost: int = 0

    @property
    def kinds(self) -> list[str]:
        """The facts' kinds; a ring that goes on counts once."""
        kinds = [fact.kind for fact in self.facts]
        return [kind for place, kind in enumerate(kinds) if kind != "ring" or "ring" not in kinds[:place]]

    @property
    def number(self) -> str | None:
        """The number of the message."""
        return next(fact.message.number for fact in self.facts if fact.message is not None)

    @property
    def name(self) -> str | None:
        """The name of the message."""
        return next(fact.message.name for fact in self.facts if fact.message is not None)

    @property
    def reason(self) -> str | None:
        """Why there is no number."""
        return next(fact.message.reason for fact in self.facts if fact.message is not None)

    @property
    def end(self) -> str:
        """Why it ended; empty while it lasts."""
        return next((fact.reason for fact in self.facts if fact.kind == "over"), "")


class Line:
    """A SIP line under test."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.port = free_port()
        self.runtime = folder
        self.driver = SipDriver(
            LineSection(number=1, driver="sip", options={"port": self.port, "watch_s": 0, **options}), folder
        )
        self.calls: dict[str, Told] = {}

    def follow(self, until: Callable[[dict[str, Told]], bool], timeout_s: float = 8.0) -> dict[str, Told]:
        """Read frames until the calls are as wanted, or time is over; give the calls."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end and not until(self.calls):
            frame = self.driver.read(0.1)
            if frame is not None and frame.channel:
                self._take(frame)
        return self.calls

    def one_call(self, timeout_s: float = 8.0) -> Told:
        """Follow the only call to its end."""
        (call,) = self.follow(
            lambda calls: bool(calls) and all(call.end for call in calls.values()), timeout_s
        ).values()
        return call

    def _take(self, frame: Frame) -> None:
        call = self.calls.setdefault(frame.channel, Told())
        call.facts += frame.facts
        call.at += [frame.end_monotonic] * len(frame.facts)
        call.lost += frame.lost
        if len(frame.samples):
            call.sound.append(frame.samples)


@contextlib.contextmanager
def open_line(folder: Path, **options: Any) -> Iterator[Line]:
    """Give a line that is open, and close it afterwards."""
    line = Line(folder, **options)
    line.driver.open()
    try:
        yield line
    finally:
        line.driver.close()


def junk(seed: int, count: int) -> list[bytes]:
    """Give datagrams no SIP program should trip over: noise, cut, doubled and bent messages."""
    chance = np.random.default_rng(seed)
    whole = b"\r\n".join(
        [
            b"INVITE sip:box@127.0.0.1 SIP/2.0", b"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKjunk",
            b"From: <sip:1@x>;tag=1", b"To: <sip:box@127.0.0.1>", b"Call-ID: junk", b"CSeq: 1 INVITE",
            b"Contact: <sip:1@127.0.0.1:9>", b"", b"",
        ]
    )  # fmt: skip
    assert read_head(whole) is not None
    made = []
    for number in range(count):
        match number % 5:
            case 0:
                made.append(chance.bytes(int(chance.integers(0, 1500))))
            case 1:
                made.append(whole[: int(chance.integers(0, len(whole)))])
            case 2:
                bent = bytearray(whole)
                for place in chance.integers(0, len(whole), 6):
                    bent[place] = int(chance.integers(0, 256))
                made.append(bytes(bent))
            case 3:
                made.append(
                    whole.replace(
                        b"From: <sip:1@x>", b'From: "' + chance.bytes(40) + b"<sip:" + chance.bytes(9)
                    )
                )
            case _:
                made.append(b"SIP/2.0 200 OK\r\n" + whole.partition(b"\r\n")[2])
    return made

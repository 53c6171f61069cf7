"""Commands and answers over one port: at most one command at a time, each with its own patience.

A command that got no answer leaves the modem in an unknown state: perhaps at the prompt, perhaps about to answer
late. The next command is preceded by `recover`: ESC, which leaves the prompt *without sending*, and probing until the
modem answers in step again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from sms_modem.at.codes import Family, name_of
from sms_modem.at.lines import Line, LineSplitter
from sms_modem.at.notices import Notice, NoticeReader
from sms_modem.at.port import Port

ESC = b"\x1b"
CTRL_Z = b"\x1a"
COMMAND_S = 5.0
"""Patience with commands that the modem answers out of itself."""
PROBE_S = 1.0
PROBES = 6
QUIET_S = 0.3
"""Without a line for so long after a probe's answer, nothing late is on its way."""
LONGEST_DRAIN = 200
"""Lines thrown away at most while bringing a modem into step."""
_ERRORS = frozenset({"ERROR", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"})
_CODED: dict[str, Family] = {"+CMS ERROR": "cms", "+CME ERROR": "cme"}


class ModemError(Exception):
    """The modem answered a command with an error."""

    def __init__(self, command: str, family: Family, code: int | None) -> None:
        super().__init__(f"{command} was answered with {name_of(family, code)}")
        self.family = family
        self.code = code


class SilentModemError(TimeoutError):
    """The modem did not answer in time."""


class Channel:
    """The one speaker on a port."""

    def __init__(
        self,
        port: Port,
        hear: Callable[[Notice], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`hear` is called for each unasked line at once, also while a command waits; it must not give commands."""
        self._port = port
        self._monotonic = monotonic
        self._splitter = LineSplitter()
        self._lines: deque[Line] = deque()
        self._reader = NoticeReader(monotonic, hear)
        self._is_in_step = False

    def command(
        self, text: str, awaited: str = "", *, patience_s: float = COMMAND_S, is_raw: bool = False
    ) -> list[Line]:
        """Send a command and give the lines of its answer.

        `awaited` is what they begin with; lines after the first that began so belong to it (a PDU). With `is_raw`
        every line that is no notice and no echo does. Raises `ModemError`, `SilentModemError`, `PortGoneError`.
        """
        self._begin(text)
        lines: list[Line] = []
        self.finish(text, awaited, lines, patience_s=patience_s, is_raw=is_raw)
        return lines

    def finish(
        self, text: str, awaited: str, lines: list[Line], *, patience_s: float, is_raw: bool = False
    ) -> None:
        """Wait for the end of a command that was written; `lines` holds what came even when this raises."""
        deadline = self._monotonic() + patience_s
        while (line := self._next_line(deadline, awaited)) is not None:
            if line.text == "OK":
                self._is_in_step = True
                return
            error = _error_of(line.text)
            if error is not None:
                self._is_in_step = True
                raise ModemError(text.partition("=")[0], *error)
            is_echo = line.text.upper().startswith("AT")
            if not is_echo and (is_raw or lines or (awaited and line.text.startswith(awaited))):
                lines.append(line)
        self._is_in_step = False
        raise SilentModemError(f"{text.partition('=')[0]} was not answered within {patience_s:g} s")

    def prompt(self, text: str, *, patience_s: float) -> None:
        """Send a command that asks for data and wait for the prompt. Raises as `command` does."""
        self._begin(text)
        deadline = self._monotonic() + patience_s
        while (line := self._next_line(deadline, "", stops_at_prompt=True)) is not None:
            error = _error_of(line.text)
            if error is not None:
                raise ModemError(text.partition("=")[0], *error)
        self._is_in_step = False
        if not self._splitter.is_at_prompt:
            raise SilentModemError(f"no prompt came within {patience_s:g} s")
        self._splitter.clear()

    @property
    def is_in_step(self) -> bool:
        """Whether the last command was answered to its end."""
        return self._is_in_step

    def type(self, octets: bytes) -> None:
        """Write octets at the prompt. Raises `PortGoneError`."""
        self._is_in_step = False
        self._port.write(octets)

    def listen(self, seconds: float) -> None:
        """Wait for unasked lines. Returns at the first octets, or when woken."""
        self._pump(min(seconds, self._reader.patience_s()))
        self._let_go_answers()

    def recover(self) -> None:
        """Bring the modem into step without sending anything that waits at a prompt.

        Raises `SilentModemError` when it does not answer at all.
        """
        self._splitter.clear()
        self._port.write(ESC)
        self._drain()
        for _ in range(PROBES):
            self._port.write(b"AT\r")
            deadline = self._monotonic() + PROBE_S
            while (line := self._next_line(deadline, "")) is not None:
                if line.text == "OK":
                    self._drain()
                    self._is_in_step = True
                    return
        raise SilentModemError("the modem does not answer")

    def _begin(self, text: str) -> None:
        if not self._is_in_step:
            self.recover()
        self._pump(0)
        self._let_go_answers()
        self._is_in_step = False
        self._port.write(text.encode("ascii") + b"\r")

    def _drain(self) -> None:
        """Read until nothing has come for a while; late answers go, notices stay."""
        for _ in range(LONGEST_DRAIN):
            if self._next_line(self._monotonic() + QUIET_S, "") is None:
                return

    def _let_go_answers(self) -> None:
        """Keep the notices among the lines that wait; the others are late answers nobody waits for."""
        self._sort("")
        while self._lines:
            self._lines.popleft()
            self._sort("")

    def _next_line(self, deadline: float, awaited: str, *, stops_at_prompt: bool = False) -> Line | None:
        """Give the next line that is not unasked; None at the deadline or, if wanted, at the prompt."""
        while True:
            self._sort(awaited)
            if self._lines:
                return self._lines.popleft()
            if stops_at_prompt and self._splitter.is_at_prompt:
                return None
            left = deadline - self._monotonic()
            if left <= 0:
                return None
            self._pump(min(left, self._reader.patience_s()))

    def _pump(self, timeout_s: float) -> None:
        octets = self._port.read(timeout_s)
        if octets:
            self._lines.extend(self._splitter.feed(octets))

    def _sort(self, awaited: str) -> None:
        """Take the notices off the front of the lines, up to the first line that belongs to an answer."""
        given_back = self._reader.give_up_overdue()
        self._lines.extendleft(reversed(given_back))
        while self._lines:
            rest = self._reader.take(self._lines[0], awaited)
            if rest is None:
                return
            self._lines.popleft()
            self._lines.extendleft(reversed(rest))


def _error_of(text: str) -> tuple[Family, int | None] | None:
    """Give the family and code of an error result, None for any other line."""
    if text in _ERRORS:
        return "plain", None
    name, colon, code = text.partition(":")
    family = _CODED.get(name) if colon else None
    if family is None:
        return None
    code = code.strip()
    return family, int(code) if code.isdigit() else None

"""Unasked lines: what a modem says by itself, told apart from the answer to a command.

They may come between any two lines of an answer. None of them is ever taken for a part of it, and none is lost.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import msgspec

from sms_modem.at.lines import Line

_PARAMETER = re.compile(r'\s*"([^"]*)"?|([^,]+)|(?:^|(?<=,))(?=,|$)')
_PDU_FOLLOWS = ("+CDS", "+CMT", "+CBM")
"""Notices whose second line is a PDU."""
SECOND_LINE_S = 1.0
"""Patience with the rest of a notice that has begun."""
LONGEST_SERVICE_ANSWER = 12
"""Lines an answer to a service code may run over."""
_ALWAYS = frozenset(
    {
        "+CMTI", "+CDSI", "+CMT", "+CDS", "+CBM", "+CBMI", "+CUSD", "+CLIP", "+CRING", "+CCWA", "+COLP", "+CIEV",
        "+CTZV", "+CTZE", "+CSSU", "+CSSI", "+CGEV", "+CRC", "+QIND", "+QUSIM", "+PBREADY", "+SIMREADY", "+STIN",
        "+SIND", "+CALV", "DST", "*PSUTTZ", "*PSNWID", "*STKEV", "+XCIEV", "+WIND",
    }
)  # fmt: skip
"""Names that are unasked whatever command waits."""
_EITHER = frozenset({"+CREG", "+CGREG", "+CEREG", "+CPIN", "+CFUN", "+CSQ", "+CMGS"})
"""Names that may be answers as well: unasked unless a command waits for them. A late ``+CMGS`` is one of them."""
_WORDS = frozenset(
    {
        "RING",
        "NO CARRIER",
        "BUSY",
        "NO ANSWER",
        "RDY",
        "SMS READY",
        "SMS DONE",
        "CALL READY",
        "PB DONE",
        "NORMAL POWER DOWN",
        "UNDER-VOLTAGE WARNNING",
        "UNDER-VOLTAGE POWER DOWN",
        "OVER-VOLTAGE WARNNING",
        "SIM REMOVED",
        "^SYSSTART",
        "START",
        "READY",
    }
)


class Notice(msgspec.Struct, frozen=True):
    """One unasked line."""

    name: str
    """Such as ``+CMTI`` or ``RING``."""
    parameters: tuple[str, ...] = ()
    """What stands behind the colon, without quotation marks."""
    pdu: str = ""
    """The PDU of the second line, hexadecimal."""
    text: str = ""
    """The whole line as it came, octet for character (latin-1): service answers hold any of them."""
    is_clean: bool = True
    """Nothing had to be left out of it."""

    def number(self, place: int) -> int | None:
        """Give the parameter at a place as a number, None when there is none."""
        text = self.parameters[place] if place < len(self.parameters) else ""
        return int(text) if text.isascii() and text.isdigit() else None


def read_notice(line: Line, awaited: str) -> Notice | None:
    """Give the notice that a line is, None when it belongs to an answer.

    `awaited` is the name the waiting command's answer begins with, such as ``+CREG``; empty: none waits.
    """
    name, colon, rest = line.text.partition(":")
    if not colon:
        word = line.text.upper()
        if word not in _WORDS and not line.text.startswith("^"):
            return None
        return Notice(word, text=line.raw.decode("latin-1"), is_clean=line.is_clean)
    name = name.strip().upper()
    parameters = split_parameters(rest)
    if name.startswith("^") and name != awaited:
        is_unasked = True
    elif name in _EITHER:
        is_unasked = name != awaited or _is_unasked_form(name, parameters)
    else:
        is_unasked = name in _ALWAYS and name != awaited
    if not is_unasked:
        return None
    text = line.raw.decode("latin-1").partition(":")[2]
    return Notice(name, parameters, text=text.strip(), is_clean=line.is_clean)


def split_parameters(text: str) -> tuple[str, ...]:
    """Give the parameters of an answer: ``1,"a,b",,2`` are four, the third empty."""
    return tuple(
        (match[1] if match[1] is not None else (match[2] or "")).strip()
        for match in _PARAMETER.finditer(text.strip())
    )


def _is_unasked_form(name: str, parameters: tuple[str, ...]) -> bool:
    """Tell ``+CREG: 1,"1A2B","00C3"`` from the answer ``+CREG: 2,1,"1A2B"``: the answer has a mode in front."""
    if name not in ("+CREG", "+CGREG", "+CEREG"):
        return False
    return len(parameters) == 1 or not parameters[1].isdigit() or len(parameters[1]) > 2


class NoticeReader:
    """Takes notices out of a stream of lines; some run over two lines or more.

    A notice whose rest does not come, or is something else, is told as far as it came, marked as not clean; lines
    that were taken for its rest are given back, so that an answer among them is not lost.
    """

    def __init__(self, monotonic: Callable[[], float], told: Callable[[Notice], None]) -> None:
        self._monotonic = monotonic
        self._told = told
        self._begun: Notice | None = None
        self._rest: list[Line] = []
        self._deadline = math.inf

    def patience_s(self) -> float:
        """Give how long the rest of a begun notice is waited for; infinite when none is begun."""
        return max(self._deadline - self._monotonic(), 0.0)

    def take(self, line: Line, awaited: str) -> list[Line] | None:
        """Take a line: None when it belongs to an answer, else the lines to look at again (mostly none)."""
        if self._begun is not None:
            return self._continue(self._begun, line)
        notice = read_notice(line, awaited)
        if notice is None:
            return None
        if notice.name in _PDU_FOLLOWS or _is_open(notice):
            self._begun, self._deadline = notice, self._monotonic() + SECOND_LINE_S
        else:
            self._told(notice)
        return []

    def give_up_overdue(self) -> list[Line]:
        """Give up a begun notice whose rest did not come in time; give the lines to look at again."""
        return self._give_up() if self._begun is not None and self._monotonic() >= self._deadline else []

    def _continue(self, begun: Notice, line: Line) -> list[Line]:
        self._rest.append(line)
        if begun.name in _PDU_FOLLOWS:
            if not _is_hexadecimal(line.text):
                return self._give_up()
            is_clean = begun.is_clean and line.is_clean
            return self._finish(msgspec.structs.replace(begun, pdu=line.text, is_clean=is_clean))
        whole = "\n".join([begun.text, *(more.raw.decode("latin-1") for more in self._rest)])
        if whole.count('"') % 2 == 0:
            parameters = split_parameters(whole)
            return self._finish(msgspec.structs.replace(begun, parameters=parameters, text=whole))
        return self._give_up() if len(self._rest) >= LONGEST_SERVICE_ANSWER else []

    def _finish(self, notice: Notice) -> list[Line]:
        self._told(notice)
        self._begun, self._rest, self._deadline = None, [], math.inf
        return []

    def _give_up(self) -> list[Line]:
        assert self._begun is not None
        rest = self._rest
        self._finish(msgspec.structs.replace(self._begun, is_clean=False))
        return rest


def _is_open(notice: Notice) -> bool:
    """An answer to a service code may run over several lines, up to its closing quotation mark."""
    return notice.name == "+CUSD" and notice.text.count('"') % 2 == 1


def _is_hexadecimal(text: str) -> bool:
    return len(text) >= 16 and all(letter in "0123456789ABCDEFabcdef" for letter in text)

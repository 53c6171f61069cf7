"""What a modem says while it takes commands: lines between CR LF, and events after DLE.

Lines are as a serial port gives them: cut anywhere, with echoes, blanks and noise between.
"""

from __future__ import annotations

from typing import Final

import msgspec

LONGEST_LINE: Final = 512
"""Bytes without a line's end are noise from here on."""
DLE: Final = b"\x10"
FINAL_RESULTS: Final = frozenset(
    {"OK", "ERROR", "CONNECT", "VCON", "NO CARRIER", "NO DIALTONE", "NO DIAL TONE", "BUSY", "NO ANSWER"}
)
"""Result codes that end a command; VCON is what older voice modems say for OK."""


class Line(msgspec.Struct, frozen=True):
    """One line, without its ends and without what cannot be printed."""

    text: str


class Code(msgspec.Struct, frozen=True):
    """An event told as DLE and one character."""

    code: str


def take_item(buffer: bytearray) -> Line | Code | None:
    """Take the next item off the front of `buffer`; None while it holds none. Empty lines are skipped."""
    while buffer:
        if buffer[:1] == DLE:
            if len(buffer) < 2:
                return None
            code = chr(buffer[1])
            del buffer[:2]
            return Code(code)
        end = buffer.find(b"\n", 0, LONGEST_LINE)
        mark = buffer.find(DLE, 0, end if end >= 0 else LONGEST_LINE)
        if end < 0 and mark < 0:
            if len(buffer) < LONGEST_LINE:
                return None
            del buffer[:LONGEST_LINE]
            continue
        cut, used = (mark, mark) if mark >= 0 else (end, end + 1)
        text = _printable(bytes(buffer[:cut]))
        del buffer[:used]
        if text:
            return Line(text)
    return None


def final_result(text: str) -> str | None:
    """Give the result code a line ends a command with, None for any other line."""
    word = text.upper()
    if word.startswith("CONNECT"):
        return "CONNECT"
    if word.startswith(("+CME ERROR", "ERROR")):
        return "ERROR"
    return word if word in FINAL_RESULTS else None


def _printable(raw: bytes) -> str:
    return "".join(chr(byte) for byte in raw if 0x20 <= byte < 0x7F).strip()

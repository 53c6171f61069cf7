"""Octets from a modem become lines, whatever octets they are.

A stray octet is one that no modem means to send in this protocol: outside printable ASCII. It is left out, and the
line remembers it: ``OK`` with a stray 0xFF is still OK, but a reference or a PDU with one is not to be trusted.
"""

from __future__ import annotations

import msgspec

LONGEST_LINE = 4096
"""Octets; a PDU line has 364 at most, an answer to a service code about 400."""
_PROMPT = b">"
_ENDS = b"\r\n"


class Line(msgspec.Struct, frozen=True):
    """One line from a modem."""

    text: str
    """Its printable ASCII."""
    raw: bytes
    """As it came, without the line's end."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was left out."""
        return len(self.text) == len(self.raw)


class LineSplitter:
    """Cuts a stream into lines and sees the prompt, which has no end."""

    def __init__(self) -> None:
        self._partial = bytearray()

    def feed(self, octets: bytes) -> list[Line]:
        """Take octets and give the lines that are complete now; empty ones are left out."""
        lines = []
        for octet in octets:
            if octet in _ENDS:
                lines += self._cut()
            else:
                self._partial.append(octet)
                if len(self._partial) >= LONGEST_LINE:
                    lines += self._cut()
        return lines

    @property
    def is_at_prompt(self) -> bool:
        """Whether the unfinished line is the prompt for a PDU."""
        return _printable(self._partial) == _PROMPT

    def clear(self) -> None:
        """Forget the unfinished line."""
        self._partial.clear()

    def _cut(self) -> list[Line]:
        raw = bytes(self._partial)
        self._partial.clear()
        text = _printable(raw, keep_spaces=True).decode("ascii").strip()
        stripped = raw.strip(b" ")
        return [Line(text, stripped)] if text else []


def _printable(octets: bytes | bytearray, *, keep_spaces: bool = False) -> bytes:
    lowest = 0x20 if keep_spaces else 0x21
    return bytes(octet for octet in octets if lowest <= octet <= 0x7E)

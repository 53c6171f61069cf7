"""How a text becomes parts of a short message: alphabet, units, and where it is cut.

A text whose every letter is in the GSM 7-bit alphabet takes 160 septets, or 153 a part when it is cut; one other
letter, such as any Persian one, turns the whole of it into UCS-2: 70 units, or 67 a part (3GPP TS 23.038 6.2.1 and
TS 23.040 9.2.3.24.1: the header of a part takes six octets). There is no national table for Persian.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Encoding = Literal["gsm7", "ucs2"]

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Letters of one septet (TS 23.038 6.2.1)."""
GSM7_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Letters of two septets, which may not be cut apart (TS 23.038 6.2.1.1)."""
SINGLE: dict[Encoding, int] = {"gsm7": 160, "ucs2": 70}
"""Units of a message of one part."""
PART: dict[Encoding, int] = {"gsm7": 153, "ucs2": 67}
"""Units of each part of a longer one, with an 8-bit reference."""
_GSM7 = GSM7_BASIC | GSM7_EXTENDED


class Measure(msgspec.Struct, frozen=True):
    """What a text takes."""

    encoding: Encoding
    units: int
    """Septets, or 16-bit units: an emoji has two of these."""
    parts: int
    """0 for an empty text."""
    left: int
    """Units that still fit into the last part."""


def encoding_of(text: str) -> Encoding:
    """Give the alphabet a text needs."""
    return "gsm7" if _GSM7.issuperset(text) else "ucs2"


def measure(text: str) -> Measure:
    """Count a text as it will be sent; the parts are those `split` gives."""
    encoding = encoding_of(text)
    units = _units(text, encoding)
    if not text:
        return Measure(encoding, 0, 0, SINGLE[encoding])
    if units <= SINGLE[encoding]:
        return Measure(encoding, units, 1, SINGLE[encoding] - units)
    parts = _cut(text, encoding)
    return Measure(encoding, units, len(parts), PART[encoding] - _units(parts[-1], encoding))


def split(text: str) -> list[str]:
    """Give the text of each part, in order; a two-septet letter or a surrogate pair is never cut apart."""
    encoding = encoding_of(text)
    if not text:
        return []
    return [text] if _units(text, encoding) <= SINGLE[encoding] else _cut(text, encoding)


def sendable(text: str) -> str:
    """Give a text as it may be sent: one kind of line end, no NUL, no halves of pairs."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "gsm7":
        return len(text) + sum(letter in GSM7_EXTENDED for letter in text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, encoding: Encoding) -> list[str]:
    room = PART[encoding]
    if _units(text, encoding) == len(text):
        return [text[start : start + room] for start in range(0, len(text), room)]
    parts: list[str] = []
    start = used = 0
    for place, letter in enumerate(text):
        width = _units(letter, encoding)
        if used + width > room:
            parts.append(text[start:place])
            start, used = place, 0
        used += width
    parts.append(text[start:])
    return parts

"""UTF-16 with torn surrogate pairs: some senders cut a long message inside an emoji.

A half that stands alone can neither be stored nor shown. It is kept as a private-use character of plane 16 with
the same last 16 bits, and made whole again when the parts have been put together.
"""

from __future__ import annotations

import re

_PLANE = 0x100000
_HIGH = range(0xD800, 0xDC00)
_LOW = range(0xDC00, 0xE000)
_TORN = re.compile("[\U0010d800-\U0010dbff][\U0010dc00-\U0010dfff]")
_LONELY = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"


def to_utf16(text: str) -> bytes:
    """Give UTF-16 in network order; a lonely half, which no real text has, becomes U+FFFD."""
    return _LONELY.sub(REPLACEMENT, text).encode("utf-16-be")


def from_utf16(octets: bytes) -> str:
    """Read UTF-16 in network order; a lonely half becomes its private stand-in, an odd last octet is left out."""
    text = octets[: len(octets) // 2 * 2].decode("utf-16-be", "surrogatepass")
    return _LONELY.sub(lambda half: chr(_PLANE + ord(half[0])), text)


def mend(text: str) -> str:
    """Join the halves that stand side by side now; what stays alone becomes U+FFFD."""
    whole = _TORN.sub(_pair, text)
    return re.sub("[\U0010d800-\U0010dfff]", REPLACEMENT, whole)


def _pair(halves: re.Match[str]) -> str:
    high, low = (ord(half) - _PLANE for half in halves[0])
    return chr(0x10000 + (high - _HIGH.start) * len(_LOW) + (low - _LOW.start))

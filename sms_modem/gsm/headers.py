"""User data headers: which part of a long message a segment is (3GPP TS 23.040, clause 9.2.3.24)."""

from __future__ import annotations

import msgspec

from sms_modem.gsm.reading import PduError, Reader

CONCAT_8 = 0x00
"""Concatenation with an 8-bit reference (9.2.3.24.1)."""
CONCAT_16 = 0x08
"""Concatenation with a 16-bit reference (9.2.3.24.8)."""
PORTS_16 = 0x05
"""Application ports, 16 bits (9.2.3.24.4): not meant for people."""


class Concatenation(msgspec.Struct, frozen=True):
    """Which part of which long message."""

    reference: int
    """Shared by the parts: 0-255 or, wide, 0-65535."""
    total: int
    """Parts of the message, 1-255."""
    number: int
    """This part, from 1."""
    is_wide: bool = False
    """The reference has 16 bits."""


class Header(msgspec.Struct, frozen=True):
    """What a segment's header says."""

    concatenation: Concatenation | None = None
    port: int | None = None
    """Application port the message is for; None for people's messages."""


def encode(concatenation: Concatenation) -> bytes:
    """Give a header with its length in front: 6 octets, 7 with a wide reference."""
    part = bytes([concatenation.total, concatenation.number])
    if concatenation.is_wide:
        return bytes([6, CONCAT_16, 4]) + concatenation.reference.to_bytes(2, "big") + part
    return bytes([5, CONCAT_8, 3, concatenation.reference]) + part


def decode(octets: bytes) -> Header:
    """Read a header without its length. Unknown elements are skipped, a senseless concatenation is none.

    Raises `PduError` when an element runs over the header's end.
    """
    reader = Reader(octets)
    concatenation: Concatenation | None = None
    port: int | None = None
    while not reader.is_at_end:
        kind = reader.octet()
        if reader.is_at_end:
            raise PduError("a user data header ends inside an element")
        value = reader.octets(reader.octet())
        if kind == CONCAT_8 and len(value) == 3:
            concatenation = _sensible(Concatenation(value[0], value[1], value[2]))
        elif kind == CONCAT_16 and len(value) == 4:
            concatenation = _sensible(
                Concatenation(int.from_bytes(value[:2], "big"), value[2], value[3], True)
            )
        elif kind == PORTS_16 and len(value) == 4:
            port = int.from_bytes(value[:2], "big")
    return Header(concatenation, port)


def _sensible(part: Concatenation) -> Concatenation | None:
    """A part beyond the total, or number 0, is to be ignored (9.2.3.24.1)."""
    return part if 1 <= part.number <= part.total else None

"""Telephone numbers and names as address fields (3GPP TS 23.040, clause 9.1.2.5)."""

from __future__ import annotations

import re

from sms_modem.gsm import alphabet
from sms_modem.gsm.reading import Reader

INTERNATIONAL = 0x91
"""International number, ISDN numbering plan."""
UNKNOWN = 0x81
"""Number as dialled, ISDN numbering plan."""
_TYPE_MASK = 0x70
_TYPE_INTERNATIONAL = 0x10
_TYPE_ALPHANUMERIC = 0x50
LONGEST_NUMBER = 20
"""Semi-octets an address value has room for (10 octets)."""
_SENDABLE = re.compile(rf"\+?[0-9*#]{{1,{LONGEST_NUMBER}}}", re.ASCII)
_DIGITS = "0123456789*#abc"


def is_sendable(number: str) -> bool:
    """Say whether a number can stand in a receiver's address: ASCII digits, ``*``, ``#``, one leading ``+``."""
    return _SENDABLE.fullmatch(number) is not None


def encode_number(number: str) -> bytes:
    """Give a receiver's address: length in digits, type, semi-octets. Raises ValueError for what is no number."""
    if not is_sendable(number):
        raise ValueError(f"a receiver is up to {LONGEST_NUMBER} ASCII digits after an optional '+'")
    digits = number.removeprefix("+")
    kind = INTERNATIONAL if number.startswith("+") else UNKNOWN
    return bytes([len(digits), kind]) + semi_octets(digits)


def encode_service_centre(number: str) -> bytes:
    """Give the service centre's address in front of a PDU; an empty number leaves the SIM's own in force."""
    if not number:
        return b"\x00"
    if not is_sendable(number):
        raise ValueError("the service centre is a number such as +989110001100")
    body = semi_octets(number.removeprefix("+"))
    kind = INTERNATIONAL if number.startswith("+") else UNKNOWN
    return bytes([len(body) + 1, kind]) + body


def encode_name(name: str) -> bytes:
    """Give an alphanumeric sender of at most 11 letters of the GSM alphabet, as providers send them."""
    septets = alphabet.encode(name)
    if len(septets) > 11:
        raise ValueError("a name has room for 11 letters")
    return bytes([(len(septets) * 7 + 3) // 4, _TYPE_ALPHANUMERIC | 0x80]) + alphabet.pack(septets)


def read_address(reader: Reader) -> str:
    """Read a sender's or receiver's address: ``+98…``, digits as dialled, or a name."""
    length = reader.octet()
    kind = reader.octet()
    return _decode(kind, length, reader.octets((length + 1) // 2))


def read_service_centre(reader: Reader) -> str:
    """Read the service centre's address in front of a PDU; empty when the modem leaves it out."""
    length = reader.octet()
    if length == 0:
        return ""
    kind = reader.octet()
    return _decode(kind, (length - 1) * 2, reader.octets(length - 1))


def semi_octets(digits: str) -> bytes:
    """Give digits two to an octet, the first in the low half, filled with F (TS 23.040, 9.1.2.3)."""
    values = [_DIGITS.index(digit) for digit in digits] + [0xF] * (len(digits) % 2)
    return bytes(low | high << 4 for low, high in zip(values[::2], values[1::2], strict=True))


def _decode(kind: int, length: int, octets: bytes) -> str:
    if kind & _TYPE_MASK == _TYPE_ALPHANUMERIC:
        return alphabet.decode(alphabet.unpack(octets, length * 4 // 7)).rstrip("\r")
    digits = "".join(
        _DIGITS[half] for octet in octets for half in (octet & 0xF, octet >> 4) if half < len(_DIGITS)
    )[:length]
    return f"+{digits}" if kind & _TYPE_MASK == _TYPE_INTERNATIONAL and digits else digits

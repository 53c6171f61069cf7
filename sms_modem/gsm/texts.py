"""A segment's text as user data and back: coding scheme, header, octets (3GPP TS 23.040, 9.2.3.16 and 9.2.3.24).

Where a long text is cut, and into how many parts, is decided elsewhere; here one part is written or read.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from appliance.core import surrogates
from sms_modem.gsm import alphabet, headers
from sms_modem.gsm.headers import Concatenation, Header
from sms_modem.gsm.reading import PduError

Encoding = Literal["gsm7", "ucs2"]
Coding = Literal["gsm7", "data", "ucs2"]

USER_DATA_OCTETS = 140
"""Octets of user data in one segment, header included (TS 23.040, 9.2.3.24)."""
DCS_GSM7 = 0x00
DCS_UCS2 = 0x08
_HEADER_SEPTET = 7


class UserData(msgspec.Struct, frozen=True):
    """User data as it stands in a PDU."""

    coding_scheme: int
    """TP-DCS."""
    length: int
    """TP-UDL: septets for the 7-bit alphabet, octets otherwise; the header counts."""
    octets: bytes
    """TP-UD."""
    has_header: bool


class Content(msgspec.Struct, frozen=True):
    """What user data says."""

    text: str
    """Half a surrogate pair at an edge is kept as `surrogates` has it."""
    coding: Coding
    header: Header = Header()


def write(text: str, encoding: Encoding, concatenation: Concatenation | None = None) -> UserData:
    """Give one segment's user data. Raises ValueError when the text does not fit or is not in the alphabet."""
    header = headers.encode(concatenation) if concatenation is not None else b""
    if encoding == "gsm7":
        septets = alphabet.encode(text)
        fill_bits = -len(header) * 8 % _HEADER_SEPTET
        octets = header + alphabet.pack(septets, fill_bits)
        length = (len(header) * 8 + fill_bits) // _HEADER_SEPTET + len(septets)
        scheme = DCS_GSM7
    else:
        octets = header + surrogates.to_utf16(text)
        length = len(octets)
        scheme = DCS_UCS2
    if len(octets) > USER_DATA_OCTETS:
        raise ValueError(f"a segment has room for {USER_DATA_OCTETS} octets, the text needs {len(octets)}")
    return UserData(scheme, length, octets, bool(header))


def read(data: UserData) -> Content:
    """Give the text and header of user data. Raises `PduError` when the header is longer than the data.

    Octets that are missing at the end are borne: a cut text is better than none.
    """
    coding = coding_of(data.coding_scheme)
    if data.has_header and not data.octets:
        raise PduError("a header is announced and there is no user data")
    header_octets = data.octets[0] + 1 if data.has_header else 0
    if header_octets > len(data.octets):
        raise PduError(f"a header of {header_octets} octets stands in {len(data.octets)} octets of user data")
    header = headers.decode(data.octets[1:header_octets]) if data.has_header else Header()
    body = data.octets[header_octets:]
    if coding == "gsm7":
        fill_bits = -header_octets * 8 % _HEADER_SEPTET
        count = data.length - (header_octets * 8 + fill_bits) // _HEADER_SEPTET
        return Content(alphabet.decode(alphabet.unpack(body, max(count, 0), fill_bits)), coding, header)
    body = body[: max(data.length - header_octets, 0)]
    if coding == "ucs2":
        return Content(surrogates.from_utf16(body), coding, header)
    return Content(body.decode("latin-1"), coding, header)


def coding_of(scheme: int) -> Coding:
    """Give the alphabet of a data coding scheme (TS 23.038, clause 4); reserved ones are read as 7-bit text."""
    group = scheme >> 4
    if group < 0x8:  # general data coding, with or without automatic deletion
        return {1: "data", 2: "ucs2"}.get(scheme >> 2 & 3, "gsm7")  # type: ignore[return-value]
    if group == 0xE:  # message waiting, UCS-2
        return "ucs2"
    if group == 0xF and scheme & 0x04:
        return "data"
    return "gsm7"


def octets_of(coding: Coding, length: int) -> int:
    """Give how many octets TP-UDL announces."""
    return (length * 7 + 7) // 8 if coding == "gsm7" else length

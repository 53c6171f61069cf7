"""SMS-SUBMIT: what a modem is given to send (3GPP TS 23.040, clause 9.2.2.2)."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from sms_modem.gsm import addresses, texts
from sms_modem.gsm.headers import Concatenation
from sms_modem.gsm.reading import PduError, Reader
from sms_modem.gsm.texts import Content, Encoding, UserData

_TYPE_MASK = 0x03
_TYPE_SUBMIT = 0x01
_VALIDITY_RELATIVE = 0x10
_VALIDITY_MASK = 0x18
_REPORT_REQUESTED = 0x20
_HAS_HEADER = 0x40
_REFERENCE_BY_MODEM = 0
"""TP-MR as written; the modem puts in its own and tells it in ``+CMGS``."""


class Submit(msgspec.Struct, frozen=True):
    """One segment to be sent."""

    pdu: bytes
    """Service centre and transfer layer unit, as typed in hexadecimal."""
    length: int
    """Octets without the service centre, as ``AT+CMGS`` wants them."""

    @property
    def hexadecimal(self) -> str:
        """What is typed at the prompt."""
        return self.pdu.hex().upper()


class Submitted(msgspec.Struct, frozen=True):
    """What a SMS-SUBMIT says, read back: for the simulated network and for tests."""

    number: str
    content: Content
    wants_report: bool
    service_centre: str = ""


def build_submit(
    number: str,
    text: str,
    encoding: Encoding,
    concatenation: Concatenation | None = None,
    *,
    wants_report: bool = True,
    validity: timedelta | None = None,
    service_centre: str = "",
) -> Submit:
    """Give the PDU of one segment.

    Raises ValueError for a number that is none, a text that does not fit or is not in the alphabet.
    `validity` is rounded to what the field can say: 5 minutes to 63 weeks; None leaves it to the centre.
    """
    data = texts.write(text, encoding, concatenation)
    first = _TYPE_SUBMIT
    first |= _REPORT_REQUESTED if wants_report else 0
    first |= _HAS_HEADER if data.has_header else 0
    first |= _VALIDITY_RELATIVE if validity is not None else 0
    unit = (
        bytes([first, _REFERENCE_BY_MODEM])
        + addresses.encode_number(number)
        + bytes([0, data.coding_scheme])
        + (bytes([_relative_validity(validity)]) if validity is not None else b"")
        + bytes([data.length])
        + data.octets
    )
    return Submit(addresses.encode_service_centre(service_centre) + unit, len(unit))


def read_submit(pdu: bytes, length: int) -> Submitted:
    """Read a SMS-SUBMIT as a modem does. Raises `PduError`, also when `length` is not that of the unit."""
    reader = Reader(pdu)
    centre = addresses.read_service_centre(reader)
    unit = reader.rest()
    if len(unit) != length:
        raise PduError(f"{length} octets were announced and {len(unit)} came")
    reader = Reader(unit)
    first = reader.octet()
    if first & _TYPE_MASK != _TYPE_SUBMIT:
        raise PduError(f"a SMS-SUBMIT was expected, its first octet was {first:02X}")
    reader.octet()
    number = addresses.read_address(reader)
    reader.octet()
    scheme = reader.octet()
    reader.octets({0: 0, _VALIDITY_RELATIVE: 1}.get(first & _VALIDITY_MASK, 7))
    user_length = reader.octet()
    octets = reader.rest()
    expected = texts.octets_of(texts.coding_of(scheme), user_length)
    if len(octets) != expected:
        raise PduError(f"{expected} octets of user data were announced and {len(octets)} came")
    content = texts.read(UserData(scheme, user_length, octets, bool(first & _HAS_HEADER)))
    return Submitted(number, content, bool(first & _REPORT_REQUESTED), centre)


def _relative_validity(validity: timedelta) -> int:
    """Give TP-VP in its relative form (TS 23.040, 9.2.3.12.1), the shortest that is not below `validity`."""
    minutes = -(-validity // timedelta(minutes=1))
    if minutes <= 12 * 60:
        return max(-(-minutes // 5) - 1, 0)
    if minutes <= 24 * 60:
        return 143 + -(-(minutes - 12 * 60) // 30)
    days = -(-minutes // (24 * 60))
    if days <= 30:
        return 166 + days
    return min(192 + -(-days // 7), 255)

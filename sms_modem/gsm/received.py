"""What a modem hands out: SMS-DELIVER and SMS-STATUS-REPORT (3GPP TS 23.040, clauses 9.2.2.1 and 9.2.2.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from sms_modem.gsm import addresses, texts, timestamps
from sms_modem.gsm.reading import PduError, Reader
from sms_modem.gsm.texts import Content, UserData

_TYPE_MASK = 0x03
_TYPE_DELIVER = 0x00
_TYPE_REPORT = 0x02
_HAS_HEADER = 0x40
_IS_COMMAND_REPORT = 0x20
"""TP-SRQ: the report answers a command and not a message (9.2.3.26)."""

ReportFate = Literal["delivered", "forwarded", "trying", "failed"]


class Deliver(msgspec.Struct, frozen=True):
    """One received segment."""

    number: str
    """Sender: ``+98…``, a short number or a name."""
    sent_at: datetime | None
    """UTC instant of the service centre; None when it sent none that exists."""
    content: Content


class StatusReport(msgspec.Struct, frozen=True):
    """What became of one segment that was sent."""

    reference: int
    """TP-MR of the segment, 0-255."""
    number: str
    """Its receiver."""
    status: int
    """TP-ST (9.2.3.15)."""
    sent_at: datetime | None
    """UTC instant the service centre took the segment."""
    done_at: datetime | None
    """UTC instant of the fate."""
    is_for_command: bool = False

    @property
    def fate(self) -> ReportFate:
        """The status in one word; ``trying`` is the only one that another report may follow."""
        if self.status in (0x00, 0x02):  # received, replaced
            return "delivered"
        if self.status < 0x20:  # forwarded without confirmation, or of the centre's own making
            return "forwarded"
        return "trying" if self.status < 0x40 else "failed"


Received: TypeAlias = Deliver | StatusReport


def read_received(pdu: bytes, length: int | None = None) -> Received:
    """Read a PDU of ``+CMGL``, ``+CMGR``, ``+CMT`` or ``+CDS``.

    `length` is what the modem announced for the unit without the service centre; with it a modem that leaves the
    centre out is understood. Raises `PduError` for everything that is neither kind.
    """
    if length is not None and length == len(pdu):
        unit = pdu
    else:
        reader = Reader(pdu)
        addresses.read_service_centre(reader)
        unit = reader.rest()
        if length is not None and len(unit) != length:
            raise PduError(f"{length} octets were announced and {len(unit)} came")
    reader = Reader(unit)
    first = reader.octet()
    if first & _TYPE_MASK == _TYPE_DELIVER:
        return _read_deliver(first, reader)
    if first & _TYPE_MASK == _TYPE_REPORT:
        return _read_report(first, reader)
    raise PduError(f"neither SMS-DELIVER nor SMS-STATUS-REPORT begins with {first:02X}")


def build_deliver(number: str, sent_at: datetime, data: UserData) -> bytes:
    """Give a SMS-DELIVER with an empty service centre, as the simulated network hands it out."""
    sender = (
        addresses.encode_number(number) if addresses.is_sendable(number) else addresses.encode_name(number)
    )
    first = 0x04 | (_HAS_HEADER if data.has_header else 0)  # no more messages waiting
    return (
        bytes([0, first])
        + sender
        + bytes([0, data.coding_scheme])
        + timestamps.encode(sent_at)
        + bytes([data.length])
        + data.octets
    )


def build_status_report(
    reference: int, number: str, status: int, sent_at: datetime, done_at: datetime
) -> bytes:
    """Give a SMS-STATUS-REPORT with an empty service centre, as the simulated network hands it out."""
    return (
        bytes([0, 0x06, reference])
        + addresses.encode_number(number)
        + timestamps.encode(sent_at)
        + timestamps.encode(done_at)
        + bytes([status])
    )


def _read_deliver(first: int, reader: Reader) -> Deliver:
    number = addresses.read_address(reader)
    reader.octet()
    scheme = reader.octet()
    sent_at = timestamps.decode(reader.octets(timestamps.LENGTH))
    length = reader.octet()
    octets = reader.rest()[: texts.octets_of(texts.coding_of(scheme), length)]
    return Deliver(number, sent_at, texts.read(UserData(scheme, length, octets, bool(first & _HAS_HEADER))))


def _read_report(first: int, reader: Reader) -> StatusReport:
    reference = reader.octet()
    number = addresses.read_address(reader)
    sent_at = timestamps.decode(reader.octets(timestamps.LENGTH))
    done_at = timestamps.decode(reader.octets(timestamps.LENGTH))
    return StatusReport(reference, number, reader.octet(), sent_at, done_at, bool(first & _IS_COMMAND_REPORT))

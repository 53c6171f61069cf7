"""Caller-ID messages as bytes, made the way an exchange makes them: type, length, body, checksum.

The single-data form (SDMF) is that of Bellcore GR-30-CORE; the multiple-data form (MDMF) is shared by
GR-30-CORE and ETSI EN 300 659-3, clause 5. Nothing is checked here beyond the one-byte lengths, so that wrong
messages can be made as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from callerid.dsp.message import AbsenceReason

SDMF_CALL = 0x04
"""Message type: call set-up, single data (GR-30-CORE)."""
SDMF_MESSAGE_WAITING = 0x06
"""Message type: message waiting, single data (GR-30-CORE)."""
CALL_SETUP = 0x80
"""Message type: call set-up (EN 300 659-3, clause 5.2)."""
MESSAGE_WAITING = 0x82
"""Message type: message waiting indicator (EN 300 659-3, clause 5.2)."""
ADVICE_OF_CHARGE = 0x86
"""Message type: advice of charge (EN 300 659-3, clause 5.2)."""

DATE_AND_TIME = 0x01
CALLING_NUMBER = 0x02
REASON_FOR_ABSENCE = 0x04
CALLING_NAME = 0x07
VISUAL_INDICATOR = 0x0B
NUMBER_OF_MESSAGES = 0x13
CHARGE = 0x20
"""Parameter types of EN 300 659-3, clause 5.3."""

SDMF_INDICATOR_ON = b"\x42\x42\x42"
SDMF_INDICATOR_OFF = b"\x6f\x6f\x6f"
"""Body of an SDMF message-waiting message (GR-30-CORE)."""
INDICATOR_ON = b"\xff"
INDICATOR_OFF = b"\x00"
"""Visual indicator parameter (EN 300 659-3, clause 5.4)."""

TEXT_ENCODING = "latin-1"
"""How text becomes bytes; the decoder reads it back the same way (see ``callerid.dsp.frames``)."""


def with_checksum(data: bytes) -> bytes:
    """Append the checksum: the two's complement of the sum of all bytes, modulo 256."""
    return data + bytes([-sum(data) & 0xFF])


def message(kind: int, body: bytes) -> bytes:
    """Frame a body of at most 255 bytes: type, length, body, checksum."""
    return with_checksum(bytes([kind, len(body)]) + body)


def parameters(items: Iterable[tuple[int, bytes]]) -> bytes:
    """Concatenate parameters, each as type, length, content."""
    return b"".join(bytes([kind, len(content)]) + content for kind, content in items)


def sdmf(*, number: str | None = None, date: str = "01010000", reason: AbsenceReason | None = None) -> bytes:
    """Give an SDMF call message: 8 date digits ``MMDDhhmm``, then the number or one letter P or O."""
    return message(SDMF_CALL, (date + (number or "") + (reason or "")).encode(TEXT_ENCODING))


def mdmf(
    *,
    number: str | None = None,
    name: str | None = None,
    date: str | None = None,
    reason: AbsenceReason | None = None,
    extra: Iterable[tuple[int, bytes]] = (),
    kind: int = CALL_SETUP,
) -> bytes:
    """Give an MDMF / EN 300 659-3 message: date, number or reason, name, then ``extra`` in its own order."""
    items: list[tuple[int, bytes]] = []
    if date is not None:
        items.append((DATE_AND_TIME, date.encode(TEXT_ENCODING)))
    if number is not None:
        items.append((CALLING_NUMBER, number.encode(TEXT_ENCODING)))
    if reason is not None:
        items.append((REASON_FOR_ABSENCE, reason.encode(TEXT_ENCODING)))
    if name is not None:
        items.append((CALLING_NAME, name.encode(TEXT_ENCODING)))
    items.extend(extra)
    return message(kind, parameters(items))


def message_waiting(
    *,
    on: bool,
    single_data: bool = False,
    number: str | None = None,
    date: str | None = None,
    count: int | None = None,
    extra: Iterable[tuple[int, bytes]] = (),
) -> bytes:
    """Give a message-waiting message, 82h with a visual indicator or (``single_data``) 06h."""
    if single_data:
        return message(SDMF_MESSAGE_WAITING, SDMF_INDICATOR_ON if on else SDMF_INDICATOR_OFF)
    items = [(VISUAL_INDICATOR, INDICATOR_ON if on else INDICATOR_OFF)]
    if count is not None:
        items.append((NUMBER_OF_MESSAGES, bytes([count])))
    return mdmf(number=number, date=date, extra=[*items, *extra], kind=MESSAGE_WAITING)


def advice_of_charge(
    *,
    charge: str,
    number: str | None = None,
    date: str | None = None,
    extra: Iterable[tuple[int, bytes]] = (),
) -> bytes:
    """Give an advice-of-charge message, 86h, with the charge as its characters."""
    items = [(CHARGE, charge.encode(TEXT_ENCODING)), *extra]
    return mdmf(number=number, date=date, extra=items, kind=ADVICE_OF_CHARGE)

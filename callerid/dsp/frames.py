"""Read caller-ID frames: the bytes between the first start bit and the checksum, as fields.

Strict on purpose: the one-byte checksum lets about one double bit error in sixteen through, so lengths must
nest exactly and every field must hold only what the standard permits. A parameter whose type is not known
is skipped by its length. Sources: Bellcore GR-30-CORE (SDMF, MDMF), ETSI EN 300 659-3 clause 5.

Text is read as ISO 8859-1: EN 300 659-3 clause 5.4 names the T.50 (ASCII) characters and lets networks
use their national ones, which exchanges send as Latin-1. Control characters are refused.
"""

from __future__ import annotations

import re

import msgspec

from callerid.dsp.message import AbsenceReason, MessageType

MIN_FRAME_BYTES = 3
"""Type, length and checksum of an empty body."""

SDMF_CALL = 0x04
SDMF_MESSAGE_WAITING = 0x06
"""Single-data messages (GR-30-CORE)."""
CALL_SETUP = 0x80
MESSAGE_WAITING = 0x82
ADVICE_OF_CHARGE = 0x86
SHORT_MESSAGE = 0x89
"""Multiple-data messages (EN 300 659-3, clause 5.2); 89h carries a transfer layer of its own (ES 201 912)."""
RESERVED_MULTIPLE_DATA = frozenset({0x81, 0x83, 0x84, 0x85})
"""Multiple-data types a network may use that have no meaning here (EN 300 659-3, clause 5.2)."""

MESSAGE_TYPES: dict[int, MessageType] = {
    SDMF_CALL: "call",
    CALL_SETUP: "call",
    SDMF_MESSAGE_WAITING: "mwi",
    MESSAGE_WAITING: "mwi",
    ADVICE_OF_CHARGE: "aoc",
    SHORT_MESSAGE: "other",
    **dict.fromkeys(RESERVED_MULTIPLE_DATA, "other"),
}

DATE_AND_TIME = 0x01
CALLING_NUMBER = 0x02
REASON_FOR_ABSENCE = 0x04
CALLING_NAME = 0x07
"""Parameter types of EN 300 659-3, clause 5.3."""

NUMBER_FIELDS = {
    0x03: "called_number",
    0x0E: "last_message_number",
    0x10: "complementary_number",
    0x12: "first_called_number",
    0x1A: "redirecting_number",
}
TEXT_FIELDS = {
    0x06: "call_qualifier",
    0x08: "reason_for_absence_of_name",
    0x09: "alternate_route",
    0x20: "charge",
    0x21: "additional_charge",
    0x23: "call_duration",
    0x30: "network_provider",
    0x31: "carrier",
    0x50: "display_information",
}
BINARY_FIELDS = {
    0x05: "reason_for_redirection",
    0x0B: "visual_indicator",
    0x0D: "message_identification",
    0x0F: "complementary_date",
    0x11: "call_type",
    0x13: "message_count",
    0x15: "forwarded_call_type",
    0x16: "calling_user_type",
    0x40: "terminal_function",
    0x55: "service_information",
    0xE0: "network_extension",
}
"""Further parameters (EN 300 659-3, clause 5.3) by the name they get in ``fields``; binary ones as hex
digits."""

MAX_NUMBER_CHARACTERS = 30
"""20 by EN 300 659-3 clause 5.4; up to 30 are seen in the field."""
DATE_CHARACTERS = 8
NO_DATE = "00000000"
"""Sent by exchanges whose clock was never set: no date, but the rest is good."""
NO_NAME = b"\x08"
"""Seen in the field as the whole name: there is none."""
INDICATOR_ON = b"\xff"
INDICATOR_OFF = b"\x00"
SDMF_INDICATOR_ON = b"\x42\x42\x42"
SDMF_INDICATOR_OFF = b"\x6f\x6f\x6f"
"""Message waiting, lit and dark (EN 300 659-3, clause 5.4; GR-30-CORE)."""
DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_NUMBER = re.compile(r"[0-9*#+]*")
_TEXT = re.compile(r"[\x20-\x7e\xa0-\xff]*")
_DIGITS = re.compile(r"[0-9]+")
_REASONS: dict[str, AbsenceReason] = {"P": "P", "O": "O"}


class FrameError(ValueError):
    """The bytes are no caller-ID frame, or a damaged one."""


class FrameFields(msgspec.Struct, frozen=True, kw_only=True):
    """What one frame says; the fields mean what they mean in ``CallerMessage``."""

    type: MessageType
    number: str | None = None
    name: str | None = None
    date: str | None = None
    reason: AbsenceReason | None = None
    fields: dict[str, str] = {}


def frame_length(head: bytes) -> int | None:
    """Give the bytes of the whole frame from its first two, or None while they are not there."""
    return head[1] + MIN_FRAME_BYTES if len(head) > 1 else None


def is_known_type(kind: int) -> bool:
    """Say whether a frame may begin with this byte."""
    return kind in MESSAGE_TYPES


def parse_frame(frame: bytes) -> FrameFields:
    """Read a whole frame, checksum included; raises ``FrameError`` unless everything agrees."""
    if len(frame) < MIN_FRAME_BYTES:
        raise FrameError(f"a frame has at least {MIN_FRAME_BYTES} bytes, got {len(frame)}")
    if frame_length(frame) != len(frame):
        raise FrameError(f"length byte says {frame_length(frame)} bytes, got {len(frame)}")
    if sum(frame) & 0xFF:
        raise FrameError("checksum: the bytes do not sum to 0 modulo 256")
    kind, body = frame[0], frame[2:-1]
    if kind not in MESSAGE_TYPES:
        raise FrameError(f"unknown message type {kind:02X}h")
    if kind == SDMF_CALL:
        return _single_data_call(body)
    if kind == SDMF_MESSAGE_WAITING:
        return _single_data_message_waiting(body)
    if kind == SHORT_MESSAGE:
        return FrameFields(type="other", fields={"message_type": f"{kind:02x}", "body": body.hex()})
    return _multiple_data(kind, body)


def _single_data_call(body: bytes) -> FrameFields:
    date = _date(body[:DATE_CHARACTERS])
    rest = _text(body[DATE_CHARACTERS:])
    if rest in _REASONS:
        return FrameFields(type="call", date=date, reason=_REASONS[rest])
    return FrameFields(type="call", date=date, number=_number(rest))


def _single_data_message_waiting(body: bytes) -> FrameFields:
    states = {SDMF_INDICATOR_ON: "on", SDMF_INDICATOR_OFF: "off"}
    if body not in states:
        raise FrameError(f"message waiting body is neither on nor off: {body.hex()}")
    return FrameFields(type="mwi", fields={"visual_indicator": states[body]})


def split_parameters(body: bytes) -> list[tuple[int, bytes]]:
    """Give the parameters of a body as (type, content); raises ``FrameError`` when lengths do not nest."""
    items: list[tuple[int, bytes]] = []
    place = 0
    while place < len(body):
        if place + 2 > len(body) or place + 2 + body[place + 1] > len(body):
            raise FrameError(f"parameter at byte {place} runs over the end of the body")
        end = place + 2 + body[place + 1]
        items.append((body[place], body[place + 2 : end]))
        place = end
    return items


def _multiple_data(kind: int, body: bytes) -> FrameFields:
    number: str | None = None
    name: str | None = None
    date: str | None = None
    reason: AbsenceReason | None = None
    fields: dict[str, str] = {}
    if MESSAGE_TYPES[kind] == "other":
        fields["message_type"] = f"{kind:02x}"
    for parameter, content in split_parameters(body):
        if parameter == DATE_AND_TIME:
            date = _date(content)
        elif parameter == CALLING_NUMBER:
            text = _text(content)
            if text in _REASONS:
                reason = _REASONS[text]
            else:
                number = _number(text)
        elif parameter == REASON_FOR_ABSENCE:
            reason = _reason(content)
        elif parameter == CALLING_NAME:
            name = None if content == NO_NAME else _text(content) or None
        else:
            _keep(fields, parameter, content)
    if not (number or name or date or reason or fields):
        raise FrameError(f"a message of type {kind:02X}h says nothing that is known")
    return FrameFields(
        type=MESSAGE_TYPES[kind], number=number, name=name, date=date, reason=reason, fields=fields
    )


def _keep(fields: dict[str, str], parameter: int, content: bytes) -> None:
    """Put a further parameter under its standard's name; one that is not known is left out."""
    if parameter in NUMBER_FIELDS:
        fields[NUMBER_FIELDS[parameter]] = _number(_text(content)) or ""
    elif parameter in TEXT_FIELDS:
        fields[TEXT_FIELDS[parameter]] = _text(content)
    elif parameter in BINARY_FIELDS:
        states = {INDICATOR_ON: "on", INDICATOR_OFF: "off"}
        is_indicator = BINARY_FIELDS[parameter] == "visual_indicator"
        hexadecimal = content.hex()
        fields[BINARY_FIELDS[parameter]] = states.get(content, hexadecimal) if is_indicator else hexadecimal


def _text(content: bytes) -> str:
    text = content.decode("latin-1")
    if not _TEXT.fullmatch(text):
        raise FrameError(f"control character in text {content.hex()}")
    return text


def _number(text: str) -> str | None:
    if not _NUMBER.fullmatch(text) or len(text) > MAX_NUMBER_CHARACTERS:
        raise FrameError(
            f"a number is at most {MAX_NUMBER_CHARACTERS} of 0-9 * # +, got {len(text)} characters"
        )
    return text or None


def _reason(content: bytes) -> AbsenceReason:
    reason = _REASONS.get(_text(content))
    if reason is None:
        raise FrameError(f"reason for absence must be P or O, got {content.hex()}")
    return reason


def _date(content: bytes) -> str | None:
    text = _text(content)
    if len(text) != DATE_CHARACTERS or not _DIGITS.fullmatch(text):
        raise FrameError(f"a date is {DATE_CHARACTERS} digits, got {content.hex()}")
    if text == NO_DATE:
        return None
    month, day, hour, minute = (int(text[place : place + 2]) for place in range(0, DATE_CHARACTERS, 2))
    if not (1 <= month <= 12 and 1 <= day <= DAYS_IN_MONTH[month - 1] and hour < 24 and minute < 60):
        raise FrameError(f"no such date and time: {text}")
    return text

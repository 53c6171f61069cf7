"""The service centre's time stamp (3GPP TS 23.040, clause 9.2.3.11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

LENGTH = 7
"""Octets of a time stamp: year, month, day, hour, minute, second, quarter hours from UTC."""
_QUARTER = timedelta(minutes=15)
_NEGATIVE = 0x08
"""Sign of the offset, in the tens of its quarter hours."""
_CENTURY = 2000


def encode(at: datetime) -> bytes:
    """Give an aware instant as seven octets, in its own offset."""
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("a time stamp needs an offset from UTC")
    quarters = abs(offset) // _QUARTER
    octets = [_swapped(value) for value in (at.year % 100, at.month, at.day, at.hour, at.minute, at.second)]
    sign = _NEGATIVE if offset < timedelta(0) else 0
    return bytes([*octets, _swapped(quarters) | sign])


def decode(octets: bytes) -> datetime | None:
    """Give the instant in UTC; None for one that does not exist (centres are known to send zeros)."""
    year, month, day, hour, minute, second = (_unswapped(octet) for octet in octets[:6])
    zone = octets[6]
    quarters = (zone & 0x07) * 10 + (zone >> 4)
    offset = _QUARTER * (-quarters if zone & _NEGATIVE else quarters)
    try:
        local = datetime(_CENTURY + year, month, day, hour, minute, second, tzinfo=timezone(offset))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _swapped(value: int) -> int:
    return (value // 10) | (value % 10) << 4


def _unswapped(octet: int) -> int:
    return (octet & 0xF) * 10 + (octet >> 4)

"""RTP packets (RFC 3550, clause 5.1): reading what came, writing what is passed on. Pure."""

from __future__ import annotations

import struct

import msgspec

VERSION = 2
PLAIN_HEADER = 12
RATE_HZ = 8000
PACKET_SAMPLES = 160
"""20 ms, the default of RFC 3551, clause 4.2."""
_MARKER = 0x80


class Packet(msgspec.Struct, frozen=True):
    """One packet."""

    payload_type: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes
    has_marker: bool = False


def unpack(data: bytes) -> Packet | None:
    """Read a datagram; None when it is no RTP packet with a payload."""
    if len(data) <= PLAIN_HEADER or data[0] >> 6 != VERSION:
        return None
    first, second, sequence, timestamp, source = struct.unpack_from("!BBHII", data)
    start = PLAIN_HEADER + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int(struct.unpack_from("!H", data, start + 2)[0])
    end = len(data)
    if first & 0x20:
        end -= data[-1]
    if start >= end:
        return None
    return Packet(second & 0x7F, sequence, timestamp, source, data[start:end], bool(second & _MARKER))


def pack(packet: Packet) -> bytes:
    """Write a packet without extension, padding or contributing sources."""
    second = packet.payload_type | (_MARKER if packet.has_marker else 0)
    head = struct.pack(
        "!BBHII", VERSION << 6, second, packet.sequence & 0xFFFF, packet.timestamp & 0xFFFFFFFF, packet.source
    )
    return head + packet.payload


def ahead(later: int, earlier: int, bits: int) -> int:
    """Give how far one counter of so many bits is ahead of another, negative when behind."""
    half = 1 << (bits - 1)
    return ((later - earlier + half) & ((1 << bits) - 1)) - half

"""Ogg pages: found, checked and marked, so that a recording cut anywhere ends with a whole page.

RFC 3533 (Ogg) sections 6 and 7, RFC 7845 (Opus in Ogg) sections 4 and 5. A page carries its own checksum, so
after a crash it is certain which pages are whole; what stands between them is passed over.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Protocol

import msgspec

CAPTURE = b"OggS"
GRANULES_PER_S = 48_000
"""RFC 7845 section 4: the position of Opus counts samples of 48 kHz, whatever the input's rate was."""
FIRST, LAST = 0x02, 0x04
"""Header types of the first and the last page of a stream (RFC 3533 section 6)."""
NO_PACKET_ENDS = -1
"""Granule position of a page on which no packet ends."""
_HEADER = struct.Struct("<4sBBqIIIB")
_CRC_AT = 22
LARGEST_PAGE = 27 + 255 + 255 * 255
_HEAD = struct.Struct("<8sBBHI")
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Bytes(Protocol):
    """Stored bytes that can be read anywhere."""

    @property
    def size(self) -> int:
        """How many there are."""
        ...

    def read(self, offset: int, count: int) -> bytes:
        """Give up to `count` bytes from `offset`; fewer only at the end."""
        ...


class Page(msgspec.Struct, frozen=True):
    """A whole page whose checksum is right."""

    offset: int
    data: bytes
    flags: int
    granule: int
    serial: int
    sequence: int
    body_at: int

    @property
    def body(self) -> bytes:
        """The packets' bytes."""
        return self.data[self.body_at :]

    @property
    def end(self) -> int:
        """Offset of the byte after it."""
        return self.offset + len(self.data)


class OpusHead(msgspec.Struct, frozen=True):
    """The stream's first packet (RFC 7845 section 5.1)."""

    channels: int
    pre_skip: int
    """48 kHz samples that come before the sound."""
    rate_hz: int
    """Rate of the sound that was encoded."""


def checksum(page: bytes) -> int:
    """Give the checksum of a page whose checksum field is zero.

    Ogg's polynomial is that of zlib with the bits of every byte the other way round.
    """
    reflected = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reflected:032b}"[::-1], 2)


def with_flags(page: Page, flags: int) -> bytes:
    """Give a page's bytes with another header type and the checksum that fits."""
    data = bytearray(page.data)
    data[5] = flags
    data[_CRC_AT : _CRC_AT + 4] = bytes(4)
    data[_CRC_AT : _CRC_AT + 4] = struct.pack("<I", checksum(bytes(data)))
    return bytes(data)


def page_at(source: Bytes, offset: int) -> Page | None:
    """Give the page that begins at an offset, or None when no whole one does."""
    start = source.read(offset, 27 + 255)
    if len(start) < 27:
        return None
    capture, version, flags, granule, serial, sequence, crc, segments = _HEADER.unpack_from(start)
    if capture != CAPTURE or version != 0 or len(start) < 27 + segments:
        return None
    body_at = 27 + segments
    size = body_at + sum(start[27:body_at])
    data = start[:size] if size <= len(start) else start + source.read(offset + len(start), size - len(start))
    if len(data) < size:
        return None
    if checksum(data[:_CRC_AT] + bytes(4) + data[_CRC_AT + 4 :]) != crc:
        return None
    return Page(offset, data, flags, granule, serial, sequence, body_at)


def whole_pages(source: Bytes) -> Iterator[Page]:
    """Give the whole pages of the stream that begins the file, in order; what is damaged is passed over.

    Pages of other streams, and older ones met again behind a damaged place, are passed over too.
    """
    offset, last = 0, None
    while offset < source.size:
        page = page_at(source, offset)
        if page is None:
            offset = _next_capture(source, offset + 1)
            continue
        offset = page.end
        if last is None or (page.serial == last.serial and page.sequence > last.sequence):
            last = page
            yield page


def opus_head(page: Page) -> OpusHead | None:
    """Read the first page of an Opus stream; None when it is none."""
    if not page.flags & FIRST or len(page.body) < _HEAD.size:
        return None
    magic, version, channels, pre_skip, rate_hz = _HEAD.unpack_from(page.body)
    if magic != b"OpusHead" or version >> 4 or channels not in (1, 2):
        return None
    return OpusHead(channels, pre_skip, rate_hz)


def seconds_until(granule: int, head: OpusHead) -> float:
    """Give the length of the sound up to a page's granule position."""
    return max(granule - head.pre_skip, 0) / GRANULES_PER_S


def _next_capture(source: Bytes, offset: int) -> int:
    """Give where the next page might begin, or the end of the file."""
    while offset < source.size:
        window = source.read(offset, LARGEST_PAGE)
        found = window.find(CAPTURE)
        if found >= 0:
            return offset + found
        if len(window) < LARGEST_PAGE:
            break
        offset += len(window) - len(CAPTURE) + 1
    return source.size

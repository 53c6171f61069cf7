"""Voice data on a modem's serial line: data bytes and events in one stream, told apart by DLE.

Source: Conexant manual 102184B, table 5-3: a data byte of 10h is sent twice, DLE and another character is an event,
DLE ETX ends the stream.
"""

from __future__ import annotations

from typing import Final

DLE: Final = 0x10
ETX: Final = 0x03
TWO_DLE: Final = 0x1A
"""DLE SUB stands for two data bytes of 10h in the standard of voice modems; not confirmed for these two kinds."""


def shield(data: bytes) -> bytes:
    """Give data as it is sent: each 10h doubled."""
    return data.replace(b"\x10", b"\x10\x10")


class Unshielder:
    """Takes a received voice stream apart; block boundaries make no difference."""

    def __init__(self) -> None:
        self._is_after_dle = False

    def feed(self, block: bytes) -> tuple[bytes, str, int | None]:
        """Give the data, the event codes in order, and how many bytes were used when DLE ETX ended the stream.

        The last is None while the stream goes on; what follows the end in `block` is not looked at.
        """
        data = bytearray()
        codes = ""
        place = 0
        while place < len(block):
            if not self._is_after_dle:
                mark = block.find(DLE, place)
                end = len(block) if mark < 0 else mark
                data += block[place:end]
                if mark >= 0:
                    self._is_after_dle = True
                place = end + 1
                continue
            byte = block[place]
            place += 1
            self._is_after_dle = False
            if byte == DLE:
                data.append(DLE)
            elif byte == TWO_DLE:
                data += b"\x10\x10"
            elif byte == ETX:
                return bytes(data), codes, place
            else:
                codes += chr(byte)
        return bytes(data), codes, None

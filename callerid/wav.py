"""Read sound files strictly enough to be safe and tolerantly enough for what recorders really write.

RIFF WAV, PCM 16 bit, mono, any rate the decoders take. Chunks before, between and after are skipped; odd
sizes with or without their padding byte, WAVE_FORMAT_EXTENSIBLE, a header of a recorder that was killed
(size 0, too large, or cut off) are all read as far as there is sound. Anything else is a typed error. The
file is read in blocks: memory does not grow with it.

Source: Microsoft/IBM "Multimedia Programming Interface and Data Specifications 1.0" (RIFF), and "Multiple
Channel Audio Data and WAVE Files" (WAVE_FORMAT_EXTENSIBLE).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import numpy as np

from callerid.dsp.message import Samples

PCM: Final = 0x0001
EXTENSIBLE: Final = 0xFFFE
PCM_GUID: Final = bytes.fromhex("0100000000001000800000aa00389b71")
FORMAT_BYTES: Final = 16
EXTENSIBLE_BYTES: Final = 40
SAMPLE_BYTES: Final = 2
FULL_SCALE: Final = 32768.0
RATES_HZ: Final = (8000, 192_000)
MOST_CHUNKS: Final = 10_000
"""A file of nothing but tiny chunks is an attack, not sound."""
UNKNOWN_SIZES: Final = (0, 0xFFFFFFFF)
"""What a recorder leaves in the header when it is killed, or when it writes into a pipe."""


class WavError(ValueError):
    """This file cannot be read as sound; the message says what was found."""


class NotWavError(WavError):
    """This is no RIFF WAV file."""


class UnsupportedWavError(WavError):
    """This is a WAV file of a kind that is not read here: not PCM, not 16 bit, not mono, or an odd rate."""


class DamagedWavError(WavError):
    """This WAV file's header is cut off or contradicts itself."""


class WavReader:
    """An open WAV file: ``rate_hz`` and blocks of samples. Use as a context manager."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open ``path``. Raises :class:`WavError`, or ``OSError`` as ``open`` does."""
        self._file: BinaryIO = Path(path).open("rb")  # noqa: SIM115 - closed by __exit__
        try:
            self._size = os.fstat(self._file.fileno()).st_size
            self.rate_hz, self._left = self._find_data()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def duration_s(self) -> float:
        """Seconds of sound not read yet."""
        return self._left / SAMPLE_BYTES / self.rate_hz

    def blocks(self, samples: int) -> Iterator[Samples]:
        """Give the sound in blocks of ``samples``, the last one shorter: ``(n,) float32``, full scale ±1."""
        while self._left >= SAMPLE_BYTES:
            raw = self._file.read(min(samples * SAMPLE_BYTES, self._left))
            self._left -= len(raw)
            whole = len(raw) // SAMPLE_BYTES
            if not whole:
                return
            pcm = np.frombuffer(raw, "<i2", whole)
            yield pcm.astype(np.float32) / np.float32(FULL_SCALE)

    def _find_data(self) -> tuple[int, int]:
        """Walk the chunks up to the sound; give the rate and the number of bytes of sound."""
        head = self._file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise NotWavError("not a RIFF WAV file")
        rate_hz = 0
        for _ in range(MOST_CHUNKS):
            header = self._file.read(8)
            if len(header) < 8:
                break
            name, size = header[:4], int(struct.unpack("<I", header[4:])[0])
            at = self._file.tell()
            if name == b"data":
                if not rate_hz:
                    raise DamagedWavError("sound before the format chunk")
                left = self._size - at
                return rate_hz, left if size in UNKNOWN_SIZES else min(size, left)
            if name == b"fmt ":
                rate_hz = _format(self._file.read(min(size, EXTENSIBLE_BYTES)))
            self._skip(at, size)
        raise DamagedWavError("no sound in this WAV file")

    def _skip(self, at: int, size: int) -> None:
        """Go to the next chunk: chunks of odd size are padded, but not by every writer."""
        end = at + size
        self._file.seek(end)
        if size % 2:
            padding = self._file.read(1)
            if padding and padding != b"\0":
                self._file.seek(end)


def _format(chunk: bytes) -> int:
    """Check the format chunk and give the rate."""
    if len(chunk) < FORMAT_BYTES:
        raise DamagedWavError(f"format chunk of {len(chunk)} bytes, expected {FORMAT_BYTES} or more")
    tag, channels, rate_hz, _, frame, bits = struct.unpack("<HHIIHH", chunk[:FORMAT_BYTES])
    if tag == EXTENSIBLE:
        if len(chunk) < EXTENSIBLE_BYTES:
            raise DamagedWavError("extensible format chunk is cut off")
        if chunk[24:40] != PCM_GUID:
            raise UnsupportedWavError("extensible format is not PCM")
    elif tag != PCM:
        raise UnsupportedWavError(f"format {tag:#06x} is not PCM")
    if channels != 1:
        raise UnsupportedWavError(f"{channels} channels, expected mono")
    if bits != 8 * SAMPLE_BYTES or frame != SAMPLE_BYTES:
        raise UnsupportedWavError(f"{bits} bits in frames of {frame} bytes, expected 16 bits")
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise UnsupportedWavError(f"{rate_hz} samples a second, expected {RATES_HZ[0]}–{RATES_HZ[1]}")
    return int(rate_hz)

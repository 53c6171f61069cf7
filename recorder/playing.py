"""Opening a recording for a listener: ranges of its bytes, its length, its picture, and copies for other programs.

What is sealed is opened piece by piece as it is asked for and never lies unsealed on the disk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from recorder.encoding import Mp3Encoder, SoundFile
from recorder.errors import KeyMissingError, UnplayableError
from recorder.keys import BoxKey
from recorder.naming import SEALED
from recorder.ogg import LARGEST_PAGE, Bytes, opus_head, page_at, seconds_until
from recorder.storing import PlainBytes
from recorder.vault import SealedBytes

CONTENT_TYPE = "audio/ogg"
_READ_BYTES = 64 << 10
_READ_FRAMES = 1 << 15
_WAV = struct.Struct("<4sI4s4sIHHIIHH4sI")


class Playback:
    """A recording that somebody listens to."""

    def __init__(self, path: Path, key: BoxKey | None) -> None:
        """Open it. Raises `StorageError`, `SealBrokenError`, `KeyMissingError` or `KeyUnusableError`."""
        self.path = path
        self.is_sealed = path.name.endswith(SEALED)
        if self.is_sealed and key is None:
            raise KeyMissingError(f"{path.name} is sealed and no key is configured: set recording.key_file")
        self.key = key
        self._bytes: PlainBytes | SealedBytes = (
            SealedBytes(path, key) if self.is_sealed and key is not None else PlainBytes(path)
        )

    @property
    def size(self) -> int:
        """Bytes of the Ogg file inside."""
        return self._bytes.size

    @property
    def source(self) -> Bytes:
        """The bytes, read anywhere."""
        return self._bytes

    def read(self, start: int, count: int) -> Iterator[bytes]:
        """Give a range of the Ogg file's bytes in small parts (for answers to Range requests)."""
        end = min(start + count, self.size)
        while start < end:
            part = self._bytes.read(start, min(_READ_BYTES, end - start))
            if not part:
                return
            start += len(part)
            yield part

    @property
    def seconds(self) -> float:
        """Length of the sound, from its last page. Raises `UnplayableError` when there is none."""
        first = page_at(self._bytes, 0)
        head = opus_head(first) if first else None
        if head is None:
            raise UnplayableError(f"{self.path.name} does not begin with a page of Opus")
        tail_at = max(self.size - 2 * LARGEST_PAGE, 0)
        tail = self._bytes.read(tail_at, self.size - tail_at)
        at = len(tail)
        while (at := tail.rfind(b"OggS", 0, at)) >= 0:
            page = page_at(self._bytes, tail_at + at)
            if page is not None and first is not None and page.serial == first.serial and page.granule > 0:
                return seconds_until(page.granule, head)
        raise UnplayableError(f"{self.path.name} has no whole page of sound")

    def sound(self) -> Iterator[bytes]:
        """Give the sound as 16-bit little-endian PCM, channels interleaved."""
        file = SoundFile(self._bytes)
        try:
            while len(pcm := file.read(_READ_FRAMES)):
                yield pcm.astype("<i2").tobytes()
        finally:
            file.close()

    def wav(self) -> Iterator[bytes]:
        """Give the recording as a WAV file, in parts; its length is known from the first on."""
        rate_hz, channels, frames = self._form()
        size = frames * channels * 2
        yield _WAV.pack(
            b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels,
            rate_hz, rate_hz * channels * 2, channels * 2, 16, b"data", size,
        )  # fmt: skip
        for part in self.sound():
            yield part[:size]
            size -= len(part[:size])
        yield bytes(size)

    def wav_size(self) -> int:
        """Give the bytes `wav` has in all."""
        _rate, channels, frames = self._form()
        return _WAV.size + frames * channels * 2

    def mp3(self) -> Iterator[bytes]:
        """Give the recording as an MP3 stream of constant rate, in parts."""
        file = SoundFile(self._bytes)
        encoder = Mp3Encoder(file.rate_hz, file.channels)
        try:
            while len(pcm := file.read(_READ_FRAMES)):
                yield encoder.feed(pcm)
            yield encoder.finish()
        finally:
            file.close()

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        self._bytes.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _form(self) -> tuple[int, int, int]:
        file = SoundFile(self._bytes)
        try:
            return file.rate_hz, file.channels, file.frames
        finally:
            file.close()

"""Speech to Ogg/Opus, a whole page about every second.

libsndfile (through soundfile) encodes and makes the pages; it is loaded with the first recording and not before,
so that a line that records nothing stays small.
"""

from __future__ import annotations

import importlib
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from recorder.ogg import Bytes

Pcm = npt.NDArray[np.int16]

RATES_HZ = (8000, 12000, 16000, 24000, 48000)
"""What Opus takes (RFC 6716 section 2.1.3)."""
BITS_PER_S = 16_000
"""For each channel: 7 MB an hour, and speech of the telephone's band is clear."""
PAGE_S = 1.0
"""libsndfile ends a page after so much sound (SFC_SET_OGG_PAGE_LATENCY_MS, its default)."""
_PCM_FULL_SCALE = 32768.0
_LEAST_BITS, _MOST_BITS = 6_000, 256_000
"""What libsndfile makes of compression levels 1 and 0, for each channel."""


def preload() -> None:
    """Load libsndfile now, not while a call waits."""
    importlib.import_module("soundfile")


class OpusEncoder:
    """Turns samples into the bytes of one Ogg/Opus file."""

    def __init__(self, rate_hz: int, channels: int, *, title: str = "", comment: str = "") -> None:
        """Begin a stream. Raises ValueError for a rate or number of channels that Opus does not take."""
        import soundfile

        if rate_hz not in RATES_HZ or channels not in (1, 2):
            raise ValueError(
                f"a recording has 1 or 2 channels at {', '.join(map(str, RATES_HZ))} Hz, "
                f"not {channels} at {rate_hz}: resample it first"
            )
        self._channels = channels
        self._pages = _Pages()
        level = 1 - (BITS_PER_S - _LEAST_BITS) / (_MOST_BITS - _LEAST_BITS)
        self._file = soundfile.SoundFile(
            cast("BinaryIO", self._pages),
            "w",
            rate_hz,
            channels,
            format="OGG",
            subtype="OPUS",
            compression_level=level,
        )
        if title:
            self._file.title = title
        if comment:
            self._file.comment = comment

    def feed(self, pcm: Pcm) -> bytes:
        """Encode ``(n,)`` or ``(n, channels)`` samples; give the pages that became whole."""
        self._file.write(pcm)
        return self._pages.take()

    def finish(self) -> bytes:
        """Give the rest of the stream, its last page marked as such."""
        self._file.close()
        return self._pages.take()


class SoundFile:
    """A stored recording as sound: decoded from wherever its bytes are."""

    def __init__(self, source: Bytes) -> None:
        """Open it. Raises `recorder.errors.UnplayableError`."""
        import soundfile

        from recorder.errors import UnplayableError

        try:
            self._file = soundfile.SoundFile(cast("BinaryIO", _Reading(source)))
        except soundfile.LibsndfileError as error:
            raise UnplayableError(f"not a sound file: {error}") from error
        self.rate_hz = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.frames = int(self._file.frames)

    def read(self, count: int) -> Pcm:
        """Give up to `count` samples as ``(n, channels)``; none at the end."""
        return cast("Pcm", self._file.read(count, dtype="int16", always_2d=True))

    def close(self) -> None:
        """Let go."""
        self._file.close()


class Mp3Encoder:
    """Turns samples into an MP3 stream of constant rate, for programs that do not play Ogg."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        import soundfile

        self._pages = _Pages()
        self._file = soundfile.SoundFile(
            cast("BinaryIO", self._pages),
            "w",
            rate_hz,
            channels,
            format="MP3",
            subtype="MPEG_LAYER_III",
            bitrate_mode="CONSTANT",
            compression_level=0.5,
        )

    def feed(self, pcm: Pcm) -> bytes:
        """Encode ``(n, channels)`` samples; give the bytes that are ready."""
        # libsndfile 1.2.2 garbles 16-bit samples on their way to MP3; floating ones arrive whole.
        self._file.write(pcm.astype(np.float32) / _PCM_FULL_SCALE)
        return self._pages.take()

    def finish(self) -> bytes:
        """Give the rest of the stream."""
        self._file.close()
        return self._pages.take()


class _Pages:
    """Takes what libsndfile writes. It is a stream: going back to mend the beginning writes nothing."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._size = 0
        self._at = 0

    def take(self) -> bytes:
        taken, self._bytes = bytes(self._bytes), bytearray()
        return taken

    def write(self, data: Any) -> int:
        if self._at == self._size:
            self._bytes += data
            self._size += len(data)
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self._size)[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at


class _Reading:
    """Stored bytes as the file object libsndfile reads."""

    def __init__(self, source: Bytes) -> None:
        self._source = source
        self._at = 0

    def read(self, count: int) -> bytes:
        data = self._source.read(self._at, count)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self._source.size)[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at

"""What the installer sees of a line, live: the vocabulary and the way to ask for it.

The line daemon measures only while somebody watches. A watcher connects to ``<runtime>/scope/line-N.sock`` and
reads one JSON object a line, about ten a second.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

Advice = Literal["no-line", "gain-low", "gain-high", "clipping", "hum", "dc", "fine"]
"""What to do about the line's sound; the panel words it for people."""

FRAMES_PER_S = 10
WAVE_POINTS = 100
SPECTRUM_BINS = 64
SPECTRUM_TOP_HZ = 4000.0
LONGEST_LINE_BYTES = 1 << 16


class ScopeFrame(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of a second of a line."""

    line: int
    level_dbm0: float
    """Level of everything but direct current; -90 for silence."""
    peak: float
    """Largest sample, 0-1 of full scale."""
    clipped: int
    """Samples at full scale."""
    dc: float
    """Direct current, -1 to 1 of full scale."""
    hum_dbm0: float
    """Level at 50 Hz and its first harmonics."""
    noise_dbm0: float
    """Level of the idle line in the speech band, as learned from its quietest moments."""
    wave: list[float]
    """Lowest and highest sample of each hundredth of the time, in turn: 200 values, -1 to 1."""
    spectrum: list[float]
    """Level in 64 equal bands from 0 to 4000 Hz, dBm0."""
    ring: bool
    off_hook: bool
    heard: list[str]
    """What the detectors and decoders gave out since the last frame, in words of the standards."""
    advice: Advice


class ScopeError(ConnectionError):
    """The line daemon cannot be watched; the message says why."""


def scope_path(runtime: Path, line: int) -> Path:
    """Give the socket at which a line may be watched."""
    return runtime / "scope" / f"line-{line}.sock"


def watch(runtime: Path, line: int, timeout_s: float = 3.0) -> Iterator[ScopeFrame]:
    """Give a line's frames as they come, until the daemon ends. Raises `ScopeError`.

    Closing the generator stops the watching.
    """
    path = scope_path(runtime, line)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(str(path))
            with connection.makefile("rb") as stream:
                while text := stream.readline(LONGEST_LINE_BYTES):
                    yield msgspec.json.decode(text, type=ScopeFrame)
        except msgspec.MsgspecError as error:
            raise ScopeError(f"line {line} sent something else than its picture: {error}") from error
        except OSError as error:
            raise ScopeError(
                f"line {line} cannot be watched at {path} ({error}): is its daemon running?"
            ) from error
        finally:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

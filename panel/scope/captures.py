"""The kept sound of calls whose number was not read, as files the line daemons write.

A name from a browser is used only when it is exactly of the form the line daemon gives: no other file of the
box can be asked for.
"""

from __future__ import annotations

import re
import wave
from dataclasses import dataclass
from pathlib import Path

from appliance.core.clock import from_text

FOLDER = "captures"
"""Below the data folder; the line daemon writes there."""
MOST_LISTED = 60
_NAME = re.compile(
    r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-line([1-9]\d{0,2})-([0-9A-HJKMNP-TV-Z]{26})\.wav", re.ASCII
)


@dataclass(frozen=True)
class Capture:
    """One kept sound."""

    name: str
    line: int
    call_id: str
    at: str
    """UTC instant."""
    size_bytes: int
    seconds: float | None
    """None: the file is damaged."""


def list_captures(folder: Path, line: int) -> list[Capture]:
    """Give a line's captures, newest first; an unreadable folder has none."""
    try:
        names = sorted((entry.name for entry in folder.iterdir()), reverse=True)
    except OSError:
        return []
    found = []
    for name in names:
        capture = _read(folder, line, name)
        if capture is not None:
            found.append(capture)
            if len(found) == MOST_LISTED:
                break
    return found


def capture_path(folder: Path, line: int, name: str) -> Path | None:
    """Give the file of a line's capture, or None for anything that is none."""
    parts = _NAME.fullmatch(name)
    if parts is None or int(parts[7]) != line:
        return None
    path = folder / name
    return path if path.is_file() and not path.is_symlink() else None


def _read(folder: Path, line: int, name: str) -> Capture | None:
    path, parts = capture_path(folder, line, name), _NAME.fullmatch(name)
    if path is None or parts is None:
        return None
    year, month, day, hour, minute, second, _line, call_id = parts.groups()
    at = f"{year}-{month}-{day}T{hour}:{minute}:{second}.000Z"
    try:
        from_text(at)
        size = path.stat().st_size
    except (ValueError, OSError):
        return None  # no instant, or the file made room for a newer one meanwhile
    return Capture(name, line, call_id, at, size, _seconds(path))


def _seconds(path: Path) -> float | None:
    try:
        with wave.open(str(path), "rb") as reader:
            return reader.getnframes() / reader.getframerate()
    except (wave.Error, EOFError, OSError, ZeroDivisionError):
        return None

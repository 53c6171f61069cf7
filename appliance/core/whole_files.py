"""Files that are there whole or not at all, also after a power cut: written beside their place, flushed, then named."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int, group: int = -1) -> None:
    """Write a file whole or not at all, with exactly these permissions; `group` by number. Raises OSError."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        if group >= 0:
            os.fchown(file.fileno(), -1, group)
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    put(part, path)


def put(part: Path, path: Path) -> None:
    """Give a flushed file its name, durably. Raises OSError."""
    part.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        # Some media (FAT under certain drivers) refuse to flush a folder; the file itself was flushed.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)

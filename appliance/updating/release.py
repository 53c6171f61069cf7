"""What this system is: the model and number its image was built with."""

from __future__ import annotations

from pathlib import Path

import msgspec

RELEASE = Path("/usr/share/aminbox/release.json")


class Release(msgspec.Struct, frozen=True):
    """What this system is; written when the image is built."""

    model: str
    number: int


def read_release(path: Path = RELEASE) -> Release | None:
    """Read it; None on a machine that is no installed box."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Release)
    except (OSError, msgspec.DecodeError):
        return None

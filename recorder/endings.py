"""How a recording ended, in words the database, the events and the panel share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from recorder.errors import RecorderError

EndOfRecording = Literal[
    "on-hook", "busy-tone", "silence", "line-lost", "longest", "switched-off", "stopped", "disk-full", "crash"
]


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a recording."""

    call_id: str
    line: int
    started_at: datetime
    file_name: str | None
    """Path below the recordings' folder; None when nothing is kept, or only a ``.part`` for `recorder.repair`."""
    seconds: float = 0.0
    size_bytes: int = 0
    channels: int = 1
    is_encrypted: bool = False
    reason: EndOfRecording
    silence_s: float = 0.0
    """How much of it stands for sound that was lost."""
    problem: RecorderError | None = None
    """Why it ended before the call did."""

"""Whether the machine's clock was set by a time server since the start.

A box without a battery clock starts with the time it saved last; what it stores until the network answers is dated too
early. The panel says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd(8) makes this file when a server answered."""

ClockState = Literal["set", "not-set", "unknown"]


def clock_state(synchronized: Path = SYNCHRONIZED) -> ClockState:
    """Tell the clock's state; `unknown` on a machine that keeps time in another way."""
    if synchronized.exists():
        return "set"
    return "not-set" if synchronized.parent.is_dir() else "unknown"

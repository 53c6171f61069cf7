"""What a simulated SIM keeps while nobody simulates it: its counter, and the credit left on it.

A real SIM's counter outlives the power, and so does the operator's account; a demo office whose modem forgot both would
show more credit than its ledger at every start.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec


class Kept(msgspec.Struct, frozen=True):
    """What is kept of a SIM."""

    rial: int
    """Credit left."""
    reference: int = 255
    """Reference of the last submission (TP-MR), 0-255."""


class SimFile:
    """A file beside the modem's port; a file that cannot be read is as none."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, bought_rial: int) -> Kept:
        """Give what is kept; of a new SIM, what was bought for it."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (OSError, msgspec.DecodeError):
            return Kept(bought_rial)

    def write(self, kept: Kept) -> None:
        """Keep it. A disk that takes nothing changes nothing: the demo goes on."""
        part = self._path.with_name(f"{self._path.name}.part")
        with contextlib.suppress(OSError):
            part.write_bytes(msgspec.json.encode(kept))
            os.replace(part, self._path)

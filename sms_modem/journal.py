"""What was handed over, kept beside the database: after a restore an old backup does not know it, this file does.

A restored database would fire rules and send messages again that went out after the backup was made. So each client
key is appended here, flushed, before the irreversible act. A message that was never handed over as far as the database
knows, but whose key stands here, is shown as uncertain instead of being sent. Keys are made of the idempotency key and
the office's salt, so they are the same again after a restore.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = "messages-handed"
KEEP = timedelta(days=35)
"""Backups older than this are not restored without a look at the outbox."""


class Journal:
    """One file for each route and UTC day; keys of the last weeks in memory."""

    def __init__(self, folder: Path, route: str, now: datetime) -> None:
        self._folder = folder / FOLDER
        self._route = route
        self._keys: set[int] = set()
        self._folder.mkdir(exist_ok=True)
        oldest = (now - KEEP).date().isoformat()
        for path in self._folder.glob("*.keys"):
            if path.name[:10] < oldest:
                path.unlink(missing_ok=True)
            else:
                self._keys.update(_read(path))

    def knows(self, client_key: int) -> bool:
        """Tell whether a message was handed over, by whatever route, before this journal was opened."""
        return client_key in self._keys

    def note(self, client_keys: Iterable[int], now: datetime) -> None:
        """Keep keys before their messages are handed over. Raises OSError, and then nothing may be handed over."""
        path = self._folder / f"{now.date().isoformat()}-{self._route}.keys"
        with path.open("ab", buffering=0) as file:
            file.write("".join(f"{key}\n" for key in client_keys).encode())
            os.fsync(file.fileno())


def _read(path: Path) -> set[int]:
    """Give the keys of a file; a line that was cut off by the power is no key."""
    lines = path.read_bytes().split(b"\n")
    return {int(line) for line in lines[:-1] if line.isdigit()}

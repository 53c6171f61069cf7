"""Identifiers that sort by the time they were made (the ULID layout: 48 bits of ms, 80 of chance)."""

from __future__ import annotations

import os
import threading
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
_RANDOM_BITS = 80


class IdMaker:
    """Makes ids that never go backwards within one process, also when its clock does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def make(self, at: datetime) -> str:
        """Give a new id for something that happens at `at` (aware)."""
        # os.urandom and not `secrets`, which loads OpenSSL: 4 MB in every daemon.
        wanted = (int(at.timestamp() * 1000) << _RANDOM_BITS) | int.from_bytes(os.urandom(_RANDOM_BITS // 8))
        with self._lock:
            self._last = wanted if wanted > self._last else self._last + 1
            value = self._last
        letters = [""] * _LENGTH
        for place in range(_LENGTH - 1, -1, -1):
            letters[place] = _ALPHABET[value & 31]
            value >>= 5
        return "".join(letters)


_maker = IdMaker()


def new_id(at: datetime) -> str:
    """Give a new time-sorted id from the process's own maker."""
    return _maker.make(at)

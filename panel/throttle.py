"""Slowing down who tries passwords: per address and for the box as a whole.

The account's own lock (`domain.accounts`) stops guessing one password; this stops trying many names, and keeps
password hashing (19 MiB each) from filling the memory. Kept in memory: the panel is one process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

WINDOW_S = 60.0
TRIES_PER_ADDRESS = 20
TRIES_ALTOGETHER = 120
MOST_ADDRESSES = 1024
HASHES_AT_ONCE = 2
HASH_WAIT_S = 5.0


class TooManyTries(Exception):
    """Sign-in was tried too often; `seconds` until it may be tried again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"try again in {seconds:.0f} s")
        self.seconds = seconds


class SignInThrottle:
    """Counts tries within a sliding minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()
        self._hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)

    @contextmanager
    def trying(self, address: str, at: float) -> Iterator[None]:
        """Let one try through, or raise `TooManyTries`; `at` is monotonic seconds."""
        self._count(address, at)
        if not self._hashing.acquire(timeout=HASH_WAIT_S):
            raise TooManyTries(HASH_WAIT_S)
        try:
            yield
        finally:
            self._hashing.release()

    def forget(self, address: str) -> None:
        """Forget an address that signed in."""
        with self._lock:
            self._by_address.pop(address, None)

    def _count(self, address: str, at: float) -> None:
        with self._lock:
            mine = self._by_address.setdefault(address, deque())
            self._by_address.move_to_end(address)
            while len(self._by_address) > MOST_ADDRESSES:
                self._by_address.popitem(last=False)
            for tries, most in ((mine, TRIES_PER_ADDRESS), (self._all, TRIES_ALTOGETHER)):
                while tries and tries[0] <= at - WINDOW_S:
                    tries.popleft()
                if len(tries) >= most:
                    raise TooManyTries(tries[0] + WINDOW_S - at)
            mine.append(at)
            self._all.append(at)

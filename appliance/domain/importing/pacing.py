"""How much of an import goes into one transaction: so much that nobody else who writes waits longer than a moment.

A transaction holds the write lock. Its size follows how long the last one took, so that a slow disk or processor gets
smaller ones; between two of them there is a rest in which whoever waits gets the lock.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from db import Connection, transaction

LOCK_S = 0.12
"""What one transaction is to take."""
REST_S = 0.11
"""SQLite asks for a lock every 0.1 s at the latest, so somebody who waits asks once in every rest."""
FIRST_SIZE = 25
SMALLEST_SIZE = 10
LARGEST_SIZE = 800


class Pace:
    """The size of the next transaction, in records with all that belongs to each."""

    def __init__(
        self,
        clock: Callable[[], float],
        rest: Callable[[float], object],
        *,
        smallest: int = SMALLEST_SIZE,
        largest: int = LARGEST_SIZE,
    ) -> None:
        """`clock` gives seconds, `rest` waits so many of them."""
        self._clock = clock
        self._rest = rest
        self._smallest = smallest
        self._largest = largest
        self.begin_small()
        self.longest_s = 0.0
        """The longest time the write lock was held."""
        self.turns = 0

    def begin_small(self) -> None:
        """Forget how long other work took, before work of another kind begins."""
        self.size = max(self._smallest, min(self._largest, FIRST_SIZE))

    @contextlib.contextmanager
    def turn(self, conn: Connection) -> Iterator[None]:
        """Hold the write lock once; afterwards rest and learn from how long it took."""
        with transaction(conn):
            began = self._clock()
            yield
        took = self._clock() - began
        self.turns += 1
        self.longest_s = max(self.longest_s, took)
        change = min(2.0, LOCK_S / took) if took > 0 else 2.0
        self.size = max(self._smallest, min(self._largest, int(self.size * change)))
        self._rest(REST_S)

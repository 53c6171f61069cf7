"""One line a step: which of how many, how long the last one took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

TIMES: list[tuple[str, float]] = []
"""Steps that ended, with seconds."""


@contextmanager
def step(number: int, count: int, name: str) -> Iterator[None]:
    """Say that a step begins, and at its end how long it took."""
    started = time.monotonic()
    print(f"[{number}/{count}] {name} …", file=sys.stderr, flush=True)
    yield
    seconds = time.monotonic() - started
    TIMES.append((name, seconds))
    print(f"[{number}/{count}] {name}: {seconds:.1f} s", file=sys.stderr, flush=True)

"""Keeping a line's process small: what a call's decoding borrowed from the system goes back to it at once.

The C library learns from large blocks it gave back: the first one freed raises the size from which blocks get pages
of their own, up to 32 MB, and with it what it keeps at the heap's end. After a few callers a line kept 3 MB that
nobody used. With both limits set it learns nothing more. One heap for all threads, because they never allocate at the
same time: Python lets one of them run.
"""

from __future__ import annotations

import contextlib
import ctypes

LARGE_BLOCK_BYTES = 128 << 10
"""From this size on a block has pages of its own (glibc's first M_MMAP_THRESHOLD)."""
KEPT_BYTES = 128 << 10
"""Free bytes kept at the heap's end (glibc's first M_TRIM_THRESHOLD)."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""mallopt(3), malloc.h."""


def give_back_early() -> bool:
    """Set the C library's limits, before any thread is started; False where it knows no such thing (not glibc)."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        limits = (
            (_MMAP_THRESHOLD, LARGE_BLOCK_BYTES),
            (_TRIM_THRESHOLD, KEPT_BYTES),
            (_ARENA_MAX, 1),
        )
        return all(mallopt(name, value) == 1 for name, value in limits)
    return False

"""Files that only grow, reach the disk when asked, and get their final name when they are whole.

A file being written is locked: what a crash left is not, so repair never touches a recording in progress. What a
refused write left half done is cut off again at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self

from recorder.errors import storage_error

_CLAIMING = threading.Lock()
"""Held while a file is made and locked, and while one is claimed: repair, in another thread of the process that
records, would else take a file in the moment before it is locked."""
FILE_MODE = 0o640
FOLDER_MODE = 0o750


class GrowingFile(Protocol):
    """Where a recording's bytes go while it is written."""

    path: Path

    @property
    def size(self) -> int:
        """Bytes the file has on the disk."""
        ...

    def append(self, data: bytes) -> None:
        """Add bytes: all of them or, raising `StorageError`, none."""
        ...

    def flush(self) -> None:
        """Return when everything appended would survive a power cut. Raises `StorageError`."""
        ...

    def finish(self, final: Path) -> None:
        """Give the whole file its final name, surviving a power cut. Raises `StorageError`."""
        ...

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        ...


class PlainFile:
    """A file of just the bytes given to it."""

    def __init__(self, path: Path) -> None:
        """Make the file, and its folder when there is none. Raises `StorageError`, also when the file exists."""
        self.path = path
        self._size = 0
        self._descriptor = -1
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
                flush_folder(path.parent.parent)
            with _CLAIMING:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                self._descriptor = os.open(path, flags, FILE_MODE)
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.close()
            raise storage_error(error, f"cannot write {path}") from error

    @property
    def size(self) -> int:
        """Bytes the file has on the disk."""
        return self._size

    def append(self, data: bytes) -> None:
        """Add bytes: all of them or, raising `StorageError`, none."""
        view, written = memoryview(data), 0
        try:
            while written < len(data):
                written += os.pwrite(self._descriptor, view[written:], self._size + written)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise storage_error(error, f"cannot write {self.path}") from error
        self._size += written

    def flush(self) -> None:
        """Return when everything appended would survive a power cut. Raises `StorageError`."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise storage_error(error, f"cannot flush {self.path}") from error

    def finish(self, final: Path) -> None:
        """Give the whole file its final name, surviving a power cut. Raises `StorageError`."""
        self.flush()
        try:
            os.replace(self.path, final)
            flush_folder(final.parent)
        except OSError as error:
            raise storage_error(error, f"cannot name {final}") from error
        self.close()

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class PlainBytes:
    """A plain file's bytes, read anywhere."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises `StorageError`."""
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise storage_error(error, f"cannot read {path}") from error

    @property
    def size(self) -> int:
        """How many there are."""
        return os.fstat(self._descriptor).st_size

    def read(self, offset: int, count: int) -> bytes:
        """Give up to `count` bytes from `offset`; fewer only at the end. Raises `StorageError`."""
        try:
            return os.pread(self._descriptor, max(count, 0), offset)
        except OSError as error:
            raise storage_error(error, "cannot read a recording") from error

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Hold an existing file so that nobody else writes or mends it; gives False when somebody does."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            with _CLAIMING:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

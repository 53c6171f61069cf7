"""The card's first partition: mounted for reading, opened for writing only while bytes are replaced in place.

A file of FAT that is written anew may be lost by a power cut; one whose bytes are replaced keeps its place and length.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path("/boot/aminbox")
MOUNT = "/usr/bin/mount"


def overwrite_in_place(path: Path, data: bytes) -> None:
    """Replace a file's bytes by as many others, flushed. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        if os.fstat(descriptor).st_size != len(data):
            raise OSError(f"{path} is not {len(data)} bytes long")
        os.pwrite(descriptor, data, 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def writable(folder: Path = FOLDER) -> Iterator[None]:
    """Mount the partition for writing inside the block; any other folder is left as it is. Raises OSError."""
    if folder != FOLDER:
        yield
        return
    _remount(folder, "rw")
    try:
        yield
    finally:
        _remount(folder, "ro")


def _remount(folder: Path, how: str) -> None:
    done = subprocess.run([MOUNT, "-o", f"remount,{how}", str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"{folder} cannot be mounted {how}: {done.stderr.strip()}")

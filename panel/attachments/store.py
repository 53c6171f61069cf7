"""Where attached files lie: the data folder, outside of what is served, under random names, for this user only."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

FOLDER = "attachments"
PART_BYTES = 256 * 1024
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}")


@dataclass(frozen=True)
class Stored:
    """A file that was written."""

    name: str
    size: int
    sha256: str


class FileStore:
    """The folder of attached files."""

    def __init__(self, data_folder: str) -> None:
        self._folder = Path(data_folder) / FOLDER

    def keep(self, file: BinaryIO) -> Stored:
        """Write a file under a new random name, flushed to the disk; give what is to be known of it."""
        mark = secrets.token_hex(16)
        name = f"{mark[:2]}/{mark[2:]}"
        path = self._folder / name
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        file.seek(0)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as target:
                while part := file.read(PART_BYTES):
                    digest.update(part)
                    size += len(part)
                    target.write(part)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Stored(name=name, size=size, sha256=digest.hexdigest())

    def drop(self, name: str) -> None:
        """Remove a file whose row was not stored after all."""
        self.path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Give a stored file's path. Raises ValueError for what is no name of this folder's."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no stored file's name")
        return self._folder / name

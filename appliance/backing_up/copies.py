"""A checked copy on the card every quarter of an hour: the answer to a damaged database, not to a dead card."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from appliance.core.whole_files import put
from db import Connection, DatabaseError
from db.backup import copy_database, damage_of, file_of

KEPT = 4
MARGIN = 1.3
"""Free space wanted, as a multiple of the database's size."""
PREFIX, SUFFIX = "copy-", ".sqlite3"


class BackupError(RuntimeError):
    """A copy was not made; `code` is one of `BackupState.problem`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def make_copy(conn: Connection, folder: Path, now: datetime) -> Path:
    """Make a copy, check it, and only then let it take its place; older ones beyond `KEPT` go. Raises `BackupError`."""
    database = file_of(conn)
    require_room(folder, int(database.stat().st_size * MARGIN))
    part = folder / "copy.part"
    try:
        copy_database(conn, part)
        if damage := damage_of(part, is_quick=True):
            raise BackupError("damaged", damage)
        flush(part)
        path = folder / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
        put(part, path)
    except (DatabaseError, OSError) as error:
        raise BackupError("unwritable", str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    for old in list_copies(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def list_copies(folder: Path) -> list[Path]:
    """Give the copies, newest first."""
    return sorted(folder.glob(f"{PREFIX}*{SUFFIX}"), reverse=True)


def newest_good(folder: Path) -> Path | None:
    """Give the newest copy that is still whole."""
    return next((path for path in list_copies(folder) if not damage_of(path)), None)


def require_room(folder: Path, size: int) -> None:
    """See that a folder is there and has room. Raises `BackupError`."""
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise BackupError("unwritable", str(error)) from error
    if free < size:
        raise BackupError("full", f"{free >> 20} MiB free in {folder}, {size >> 20} MiB wanted")


def flush(path: Path) -> None:
    """Wait until a file's bytes are on the medium. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

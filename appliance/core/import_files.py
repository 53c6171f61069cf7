"""Files that wait to be imported: kept under random names, with their worker's progress and lock beside them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from appliance.core.config import Config

FOLDER = "imports"
INBOX = "inbox"
STORING = "storing.lock"
DONE, REFUSED = "taken", "refused"
"""Folders inside the watched one, for files that were taken over and files that cannot be."""
ENDINGS = (".xlsx", ".xls", ".csv", ".txt")
_CHUNK = 256 * 1024
_NICE = 10


class Kept(msgspec.Struct, frozen=True):
    """A file that was taken over."""

    stored_name: str
    sha256: str
    size: int


class Progress(msgspec.Struct, frozen=True):
    """How far a worker is."""

    phase: str = "waiting"
    done: int = 0
    all: int = 0


class TooLargeError(ValueError):
    """The file has more bytes than are taken."""


class ImportFiles:
    """The folder of imports."""

    def __init__(self, data_folder: Path | str, inbox: Path | str = "") -> None:
        self.folder = Path(data_folder) / FOLDER
        self.inbox = Path(inbox) if inbox else self.folder / INBOX

    def keep(self, file: BinaryIO, most_bytes: int) -> Kept:
        """Copy a file in, piece by piece; nothing stays when it is too large. Raises `TooLargeError`."""
        self.folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        part = self.folder / f"{name}.part"
        digest, size = hashlib.sha256(), 0
        try:
            with part.open("xb") as out:
                while piece := file.read(_CHUNK):
                    size += len(piece)
                    if size > most_bytes:
                        raise TooLargeError
                    digest.update(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            part.rename(self.folder / name)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return Kept(name, digest.hexdigest(), size)

    def path(self, stored_name: str) -> Path:
        """Give where a kept file lies."""
        return self.folder / Path(stored_name).name

    def rows(self, stored_name: str) -> Path:
        """Give where a file's compared rows lie."""
        return self.folder / f"{Path(stored_name).name}.rows"

    def drop(self, stored_name: str) -> None:
        """Forget a file and what lies beside it."""
        for ending in ("", ".rows", ".progress", ".lock"):
            (self.folder / f"{Path(stored_name).name}{ending}").unlink(missing_ok=True)

    def tell(self, stored_name: str, progress: Progress) -> None:
        """Say how far the worker is."""
        target = self.folder / f"{Path(stored_name).name}.progress"
        part = target.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(progress))
        part.rename(target)

    def progress(self, stored_name: str) -> Progress:
        """Give how far the worker is."""
        try:
            content = (self.folder / f"{Path(stored_name).name}.progress").read_bytes()
            return msgspec.json.decode(content, type=Progress)
        except (OSError, msgspec.DecodeError):
            return Progress()

    @contextlib.contextmanager
    def worked_on(self, stored_name: str) -> Iterator[bool]:
        """Hold a file's lock; gives False when a worker that lives holds it. A dead one's lock is free."""
        self.folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        with (self.folder / f"{Path(stored_name).name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True

    @contextlib.contextmanager
    def storing(self) -> Iterator[None]:
        """Wait until no other worker stores or takes back, and let none do so meanwhile."""
        self.folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        with (self.folder / STORING).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _lower_priority() -> None:
    # A service that may not change priorities still imports, only less politely.
    with contextlib.suppress(OSError):
        os.nice(_NICE)


def start_worker(config: Config, import_id: int) -> subprocess.Popen[bytes]:
    """Start the process that reads, compares or applies an import, at a lower priority than whoever asks; give it."""
    words = {
        "data": config.data.folder,
        "runtime": str(config.data.runtime_folder),
        "zone": config.office.time_zone,
        "area_code": config.office.area_code,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "appliance.import_commands", str(import_id), json.dumps(words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={
            key: value for key, value in os.environ.items() if key not in ("NOTIFY_SOCKET", "WATCHDOG_USEC")
        },
        preexec_fn=_lower_priority,
        close_fds=True,
    )

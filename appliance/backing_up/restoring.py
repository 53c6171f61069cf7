"""Bringing an office back from a sealed copy: opened and checked beside the records in force, then put in their place.

1. The copy is decrypted with the key on paper into a folder of its own, compared with its list, brought to this
   version's schema and freed of its day's sessions. Nothing of the box has changed so far; a power cut leaves the
   opened copy to go on with.
2. In one transaction its contents take the place of the box's (`db.backup.replace_contents`); then the files that stood
   beside them: lines, the office's name, and the authority its browsers trust already.
3. `restored` in the data folder tells whoever runs the roles to start them anew.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from appliance.backing_up.copies import BackupError
from appliance.backing_up.sealed import DATABASE, FILES, OWN_FILES, list_sealed, open_sealed
from appliance.core.bells import restored_bell
from appliance.core.clock import to_text
from appliance.core.whole_files import write_whole
from db import Connection, DatabaseError, connect, migrate, transaction
from db.backup import damage_of, file_of, replace_contents
from db.queries.restoring import delete_sessions, hold_due_messages
from db.schema import SchemaError

FOLDER = "restore"
RECEIVED = "received.age"
OPENED = "opened.json"
HELD = "restored"
"""Reason of messages that were due between the copy and now; somebody decides about each."""
MOST_BYTES = 16 << 30
PRIVATE = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")
"""A private key: Bech32 of 32 bytes (age, identities of X25519)."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What an opened copy holds."""

    name: str
    made_at: str
    version: str
    tables: dict[str, int]

    def rows(self, table: str) -> int:
        """Give how many rows a table has."""
        return self.tables.get(table, 0)


def restore_folder(data_folder: str | Path) -> Path:
    """Give the folder of what is being restored."""
    return Path(data_folder) / FOLDER


def list_found(media: Iterable[Path]) -> list[Path]:
    """Give the sealed copies of the media that are there, newest first; never raises."""
    found: list[Path] = []
    for folder in media:
        try:
            found += list_sealed(folder)
        except OSError:
            continue
    return sorted(found, key=lambda path: path.name, reverse=True)


def read_opened(folder: Path) -> Opened | None:
    """Give the copy that was opened and waits to be put in force."""
    try:
        opened = msgspec.json.decode((folder / OPENED).read_bytes(), type=Opened)
    except (OSError, msgspec.DecodeError):
        return None
    return opened if (folder / DATABASE).exists() else None


def open_copy(source: Path, private: str, folder: Path) -> Opened:
    """Open a sealed copy beside the records in force. Raises `BackupError`, with code `newer` for a later version's."""
    key = re.sub(r"[\s\u200c]", "", private).upper()
    if not PRIVATE.fullmatch(key):
        raise BackupError("no-key", "this is no private key of age")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in (OPENED, DATABASE):
        (folder / old).unlink(missing_ok=True)
    shutil.rmtree(folder / FILES, ignore_errors=True)
    database, manifest = open_sealed(source, key, folder)
    try:
        migrate(database)
        conn = connect(database)
        try:
            with transaction(conn):
                delete_sessions(conn)
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            conn.close()
    except SchemaError as error:
        raise BackupError("newer", str(error)) from error
    except DatabaseError as error:
        raise BackupError("torn", str(error)) from error
    opened = Opened(
        name=source.name, made_at=manifest.made_at, version=manifest.version, tables=manifest.tables
    )
    write_whole(folder / OPENED, msgspec.json.encode(opened), 0o600)
    return opened


def put_in_force(conn: Connection, folder: Path, now: datetime) -> int:
    """Put the opened copy in the place of the box's records; give how many messages are held. Raises `BackupError`."""
    if read_opened(folder) is None:
        raise BackupError("torn", "no copy is open")
    try:
        replace_contents(conn, folder / DATABASE)
        with transaction(conn):
            held = hold_due_messages(conn, to_text(now), HELD)
        if damage := damage_of(file_of(conn), is_quick=True):
            raise BackupError("damaged", damage)
        _put_files(folder)
        write_whole(restored_bell(folder.parent), f"{to_text(now)}\n".encode(), 0o640)
    except (DatabaseError, OSError) as error:
        raise BackupError("unwritable", str(error)) from error
    forget(folder)
    return held


def _put_files(folder: Path) -> None:
    """Put what stood beside the records in its place; the panel's certificate is then made anew by that authority."""
    data = folder.parent
    for name in OWN_FILES:
        source = folder / FILES / name
        if source.is_file():
            (data / name).parent.mkdir(mode=0o700, exist_ok=True)
            write_whole(data / name, source.read_bytes(), 0o640 if name == "office.toml" else 0o600)
            if name.startswith("tls/"):
                (data / "tls" / "panel.json").unlink(missing_ok=True)


def forget(folder: Path) -> None:
    """Remove what was received and opened."""
    shutil.rmtree(folder, ignore_errors=True)

"""What is known of the copies: when the last good ones were made, what failed, what a restore proved."""

from __future__ import annotations

from pathlib import Path

import msgspec

from appliance.core.whole_files import write_whole

FOLDER = "backup"
STATE_FILE = "state.json"


class BackupState(msgspec.Struct, frozen=True, kw_only=True):
    """The state the panel shows. Instants are UTC text, empty while there is none."""

    copied_at: str = ""
    """Last checked copy on the card."""
    copied_mark: str = ""
    """Mark of changes it holds."""
    sealed_at: str = ""
    """Last sealed copy on the medium, read back and compared."""
    sealed_name: str = ""
    sealed_bytes: int = 0
    drilled_at: str = ""
    """Last proven restore."""
    drilled_rows: int = 0
    """Rows counted in it."""
    problem: str = ""
    """Code of what stands in the way now: `damaged`, `full`, `no-medium`, `unwritable`, `no-key`, `no-age`, `torn`,
    `drill`; empty when nothing does."""
    problem_detail: str = ""
    """In English, for the log and the technical part of a notice."""


def backup_folder(database: Path) -> Path:
    """Give the folder of copies on the card, beside the database."""
    return database.parent / FOLDER


def read_state(folder: Path) -> BackupState:
    """Read the state; a missing or damaged file is an empty one."""
    try:
        return msgspec.json.decode((folder / STATE_FILE).read_bytes(), type=BackupState)
    except (OSError, msgspec.DecodeError):
        return BackupState()


def write_state(folder: Path, state: BackupState) -> None:
    """Keep the state, whole or not at all. Raises OSError."""
    write_whole(folder / STATE_FILE, msgspec.json.encode(state), 0o640)

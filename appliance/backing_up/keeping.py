"""What the box does by itself: copy, seal, prove. Each leaves its outcome in the state and fails loudly as a job."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from appliance.backing_up.age import RECIPIENT, make_key
from appliance.backing_up.copies import BackupError, make_copy
from appliance.backing_up.sealed import list_sealed, make_sealed, open_sealed, thin_out
from appliance.backing_up.state import BackupState, backup_folder, read_state, write_state
from appliance.core.clock import to_text
from appliance.core.whole_files import write_whole
from db import Connection
from db.backup import file_of, mark_of_changes
from db.queries.settings import read_setting

SETTING = "backup"
DRILL_KEY = "drill.key"
"""Opens the newest sealed copy only: each gets a key of its own beside the owner's, so the card opens nothing that it
does not hold itself."""


class BackupSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner chose."""

    folder: str = ""
    """Folder of the medium; empty: no sealed copies."""
    recipient: str = ""
    """The owner's public key."""

    @property
    def is_ready(self) -> bool:
        """Tell whether sealed copies can be made."""
        return bool(self.folder and RECIPIENT.fullmatch(self.recipient))


def read_settings(conn: Connection) -> BackupSettings:
    """Give what the owner chose."""
    return msgspec.convert(read_setting(conn, SETTING), BackupSettings)


def copy_when_changed(conn: Connection, now: datetime) -> str:
    """Make a checked copy on the card unless nothing happened since the last. Raises `BackupError`."""
    folder = backup_folder(file_of(conn))
    mark = mark_of_changes(conn)
    if read_state(folder).copied_mark == mark:
        return "nothing changed"

    def work(state: BackupState) -> BackupState:
        make_copy(conn, folder, now)
        return msgspec.structs.replace(state, copied_at=to_text(now), copied_mark=mark)

    _noting(folder, ("damaged", "full", "unwritable"), work)
    return "copied"


def seal_copy(conn: Connection, now: datetime) -> str:
    """Make a sealed copy on the medium and thin out old ones. Raises `BackupError`."""
    settings = read_settings(conn)
    if not settings.is_ready:
        return "no medium is set up"
    card, medium = backup_folder(file_of(conn)), Path(settings.folder)

    def work(state: BackupState) -> BackupState:
        card.mkdir(mode=0o750, parents=True, exist_ok=True)
        private, public = make_key()
        path = make_sealed(conn, medium, [settings.recipient, public], now, card)
        write_whole(card / DRILL_KEY, private.encode(), 0o600)
        thin_out(medium)
        return msgspec.structs.replace(
            state, sealed_at=to_text(now), sealed_name=path.name, sealed_bytes=path.stat().st_size
        )

    state = _noting(card, None, work)
    return f"{state.sealed_name}, {state.sealed_bytes >> 10} KiB"


def drill(conn: Connection, now: datetime) -> str:
    """Restore the newest sealed copy into a folder of its own and compare it with its list. Raises `BackupError`."""
    settings = read_settings(conn)
    card = backup_folder(file_of(conn))
    state = read_state(card)
    if not settings.is_ready or not state.sealed_name:
        return "no sealed copy yet"

    def work(state: BackupState) -> BackupState:
        medium = Path(settings.folder)
        found = next((path for path in list_sealed(medium) if path.name == state.sealed_name), None)
        if found is None:
            raise BackupError("no-medium", f"{state.sealed_name} is not in {medium}")
        try:
            private = (card / DRILL_KEY).read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise BackupError("drill", f"the drill's key cannot be read: {error}") from error
        with tempfile.TemporaryDirectory(dir=card) as place:
            _database, manifest = open_sealed(found, private, Path(place))
        return msgspec.structs.replace(
            state, drilled_at=to_text(now), drilled_rows=sum(manifest.tables.values())
        )

    return f"{_noting(card, None, work).drilled_rows} rows restored"


def _noting(
    folder: Path, own_problems: tuple[str, ...] | None, work: Callable[[BackupState], BackupState]
) -> BackupState:
    """Do the work and keep its outcome; a success takes back the problems this work can tell of."""
    state = read_state(folder)
    try:
        done = work(state)
    except BackupError as error:
        if folder.is_dir():
            write_state(folder, msgspec.structs.replace(state, problem=error.code, problem_detail=str(error)))
        raise
    if own_problems is None or done.problem in own_problems:
        done = msgspec.structs.replace(done, problem="", problem_detail="")
    write_state(folder, done)
    return done

"""What the owner sets for sealed copies: a medium that can be written, and a key whose paper he really has."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import msgspec

from appliance.backing_up.age import RECIPIENT, public_of
from appliance.backing_up.copies import BackupError
from appliance.backing_up.keeping import SETTING, BackupSettings, read_settings
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from db.queries.settings import store_setting

TAIL = 8
"""Last letters of the private key that the owner types from his paper."""
LONGEST_FOLDER = 200


def save_medium(act: Acting, *, folder: str, private: str, tail: str) -> None:
    """Keep the medium's folder and the public key of a private one that is not stored. Raises `Refused`."""
    problems: dict[str, str] = {}
    recipient = ""
    try:
        recipient = public_of(private)
    except BackupError:
        problems["private"] = "backup.key"
    if not RECIPIENT.fullmatch(recipient):
        problems["private"] = "backup.key"
    typed = re.sub(r"[\s-]", "", tail).upper()
    if typed != private.strip().upper()[-TAIL:]:
        problems["tail"] = "backup.tail"
    if problem := medium_problem(folder):
        problems["folder"] = problem
    if problems:
        raise Refused(problems, {})
    before = read_settings(act.conn)
    after = BackupSettings(folder=folder.strip(), recipient=recipient)
    store_setting(act.conn, SETTING, msgspec.to_builtins(after), act.at, act.user.id if act.user else None)
    changes = audit.differences({"folder": before.folder}, {"folder": after.folder})
    audit.note_done(act, "setting", "setting", SETTING, "پشتیبان", changes=changes)


def medium_problem(folder: str) -> str:
    """Give the code of what is wrong with a medium's folder; empty: a file can be written there."""
    text = folder.strip()
    if not text:
        return "missing"
    path = Path(text)
    if len(text) > LONGEST_FOLDER or not path.is_absolute() or not path.is_dir():
        return "backup.no-folder"
    try:
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"aminbox")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return "backup.unwritable"
    return ""

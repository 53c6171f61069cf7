"""Files attached to records: whose they are, who may add, see and take them away.

The bytes lie under a random name in the data folder, which the panel writes; here is only what is known of them. A
file that is taken away stays stored, for the log of the office, and is not shown any more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from appliance.core.errors import NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.complaints.reaching import require_complaint
from appliance.domain.fields.refused import Refused
from appliance.domain.people.reaching import require_person
from appliance.domain.policies.issuing import require_policy
from db.queries.record_files import RecordFile, find_file, list_files
from db.records import insert_row, update_row
from db.text import clean

LONGEST_NAME = 120
LONGEST_NOTE = 200
MOST_FILES = 100
"""Files one record may have."""


def require_record(act: Acting, kind: str, object_id: int) -> str:
    """Give the name of a record within the acting user's reach that takes files. Raises `NotFoundError`."""
    named = _RECORDS.get(kind)
    if named is None:
        raise NotFoundError(f"{kind} {object_id}")
    return named(act, object_id)


def attach_file(
    act: Acting,
    kind: str,
    object_id: int,
    *,
    file_name: str,
    stored_name: str,
    media_type: str,
    size: int,
    sha256: str,
    note: str = "",
) -> int:
    """Keep a stored file with a record; give its id. `size` is in bytes. Raises `Refused` and `NotFoundError`."""
    title = require_record(act, kind, object_id)
    present = list_files(act.conn, kind, object_id)
    if any(one.sha256 == sha256 for one in present):
        raise Refused({"file": "file.twice"})
    if len(present) >= MOST_FILES:
        raise Refused({"file": "file.many"})
    name = clean_name(file_name)
    file_id = insert_row(
        act.conn,
        "attachments",
        {
            "object_kind": kind,
            "object_id": object_id,
            "file_name": name,
            "stored_name": stored_name,
            "media_type": media_type,
            "bytes": size,
            "sha256": sha256,
            "note": clean(note)[:LONGEST_NOTE],
            "created_at": act.at,
            "created_by": act.user.id if act.user else None,
        },
    )
    audit.note_done(act, "change", kind, object_id, title, changes={"attachment": (None, name)})
    return file_id


def require_file(act: Acting, file_id: int) -> RecordFile:
    """Give a file of a record within the acting user's reach. Raises `NotFoundError`."""
    file = find_file(act.conn, file_id)
    if file is None:
        raise NotFoundError(f"attachment {file_id}")
    require_record(act, file.object_kind, file.object_id)
    return file


def take_away(act: Acting, file_id: int) -> RecordFile:
    """Take a file away from its record; it stays stored. Raises `NotFoundError`."""
    file = require_file(act, file_id)
    update_row(
        act.conn,
        "attachments",
        file_id,
        {"deleted_at": act.at, "deleted_by": act.user.id if act.user else None},
    )
    title = require_record(act, file.object_kind, file.object_id)
    changes = {"attachment": (file.file_name, None)}
    audit.note_done(act, "delete", file.object_kind, file.object_id, title, changes=changes)
    return file


def clean_name(text: str) -> str:
    """Give the name a file is shown and given out under: no folders, nothing unseen, its ending kept."""
    base = text.replace("\\", "/").replace(":", "/").rsplit("/", 1)[-1]
    seen = "".join(
        letter
        for letter in base
        if letter == "\u200c" or unicodedata.category(letter)[0] not in ("C", "Z") or letter == " "
    )
    name = clean(seen).lstrip(".") or "file"
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    return (
        f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"
        if dot and len(ending) < 10
        else name[:LONGEST_NAME]
    )


def _person(act: Acting, object_id: int) -> str:
    return require_person(act, object_id).full_name


def _policy(act: Acting, object_id: int) -> str:
    return str(require_policy(act, object_id)["policy_no"])


def _complaint(act: Acting, object_id: int) -> str:
    return f"شکایت {require_complaint(act, object_id)['tracking_no']}"


_RECORDS: dict[str, Callable[[Acting, int], str]] = {
    "person": _person,
    "policy": _policy,
    "complaint": _complaint,
}
"""Kinds of record that take files, and how each is reached and called."""

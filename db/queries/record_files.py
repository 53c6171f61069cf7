"""Files attached to records of the office: what is known of each; the bytes lie in the data folder."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class RecordFile(msgspec.Struct, frozen=True, kw_only=True):
    """One attached file."""

    id: int
    object_kind: str
    object_id: int
    file_name: str
    stored_name: str
    media_type: str
    bytes: int
    sha256: str
    note: str
    created_at: str
    created_by: str | None


_SELECT = """
    SELECT attachments.id, object_kind, object_id, file_name, stored_name, media_type, bytes, sha256, note,
        attachments.created_at, users.display_name AS created_by
    FROM attachments LEFT JOIN users ON users.id = attachments.created_by
    WHERE deleted_at IS NULL
"""


def find_file(conn: Connection, file_id: int) -> RecordFile | None:
    """Give a file that was not deleted."""
    return fetch_one(conn, RecordFile, f"{_SELECT} AND attachments.id = ?", (file_id,))


def list_files(conn: Connection, object_kind: str, object_id: int) -> list[RecordFile]:
    """Give a record's files, the newest first."""
    return fetch_all(
        conn,
        RecordFile,
        f"{_SELECT} AND object_kind = ? AND object_id = ? ORDER BY attachments.id DESC",
        (object_kind, object_id),
    )


def is_stored(conn: Connection, stored_name: str) -> bool:
    """Tell whether any row, deleted or not, names a stored file."""
    row = conn.execute("SELECT 1 FROM attachments WHERE stored_name = ?", (stored_name,)).fetchone()
    return row is not None

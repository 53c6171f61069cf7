"""Files that go with e-mails and faxes."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all


class AttachmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    id: int
    file_name: str
    media_type: str
    content: bytes


def insert_attachment(
    conn: Connection,
    *,
    file_name: str,
    media_type: str,
    content: bytes,
    template_version_id: int | None = None,
    message_id: str | None = None,
) -> int:
    """Keep a file with a text's version or with one message; give its id."""
    cursor = conn.execute(
        "INSERT INTO message_attachments (template_version_id, message_id, file_name, media_type, content) "
        "VALUES (?, ?, ?, ?, ?)",
        (template_version_id, message_id, file_name, media_type, content),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def list_attachments(
    conn: Connection, message_id: str, template_version_id: int | None = None
) -> list[AttachmentRow]:
    """Give the files of a message: those of its text's version, then its own."""
    return fetch_all(
        conn,
        AttachmentRow,
        "SELECT id, file_name, media_type, content FROM message_attachments "
        "WHERE message_id = ? OR template_version_id = ? ORDER BY message_id IS NOT NULL, id",
        (message_id, template_version_id),
    )

"""Files that go with e-mails and faxes: of a text's version, or of one message."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class AttachmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    id: int
    file_name: str
    media_type: str
    content: bytes


class AttachmentName(msgspec.Struct, frozen=True, kw_only=True):
    """One file without its content."""

    id: int
    file_name: str
    media_type: str
    bytes: int
    template_version_id: int | None
    message_id: str | None


_NAMED = (
    "SELECT id, file_name, media_type, length(content) AS bytes, template_version_id, message_id "
    "FROM message_attachments"
)


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


def insert_copy(conn: Connection, attachment_id: int, template_version_id: int) -> None:
    """Keep a file of one version of a text with another version, too."""
    conn.execute(
        "INSERT INTO message_attachments (template_version_id, file_name, media_type, content) "
        "SELECT ?, file_name, media_type, content FROM message_attachments WHERE id = ?",
        (template_version_id, attachment_id),
    )


def insert_message_copies(conn: Connection, message_id: str, again_id: str) -> None:
    """Keep the files of a message with the one it is sent again as."""
    conn.execute(
        "INSERT INTO message_attachments (message_id, file_name, media_type, content) "
        "SELECT ?, file_name, media_type, content FROM message_attachments WHERE message_id = ? ORDER BY id",
        (again_id, message_id),
    )


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


def list_attachment_names(
    conn: Connection, *, message_id: str | None = None, template_version_id: int | None = None
) -> list[AttachmentName]:
    """Give the files of a message, of a text's version, or of both, without their contents."""
    return fetch_all(
        conn,
        AttachmentName,
        f"{_NAMED} WHERE message_id = ? OR template_version_id = ? ORDER BY message_id IS NOT NULL, id",
        (message_id, template_version_id),
    )


def find_attachment_name(conn: Connection, attachment_id: int) -> AttachmentName | None:
    """Give what is known of one file."""
    return fetch_one(conn, AttachmentName, f"{_NAMED} WHERE id = ?", (attachment_id,))


def find_attachment(conn: Connection, attachment_id: int) -> AttachmentRow | None:
    """Give one file."""
    return fetch_one(
        conn,
        AttachmentRow,
        "SELECT id, file_name, media_type, content FROM message_attachments WHERE id = ?",
        (attachment_id,),
    )

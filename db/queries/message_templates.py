"""Texts by name, event and channel, with every version that was ever in use."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.queries.message_kinds import Channel, Kind
from db.records import fetch_all, fetch_one

_COLUMNS = """message_templates.id, name, event, channel, kind, is_default, is_active, version, subject, body,
    message_template_versions.id AS version_id, message_template_versions.created_at AS changed_at"""
_NEWEST = """FROM message_templates
        JOIN message_template_versions ON message_template_versions.template_id = message_templates.id
        WHERE version = (SELECT MAX(version) FROM message_template_versions AS newest
            WHERE newest.template_id = message_templates.id)"""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template with one of its versions, the newest unless said otherwise."""

    id: int
    name: str
    event: str
    """Code of the event it is for; empty: none in particular."""
    channel: Channel
    kind: Kind
    is_default: bool
    is_active: bool
    version_id: int
    version: int
    subject: str
    body: str
    changed_at: str


def insert_template(
    conn: Connection, *, name: str, event: str, channel: str, kind: str, at: str, user_id: int | None
) -> int:
    """Store a template without a text yet; give its id."""
    cursor = conn.execute(
        "INSERT INTO message_templates (name, event, channel, kind, created_at, created_by) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (name, event, channel, kind, at, user_id),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def insert_version(
    conn: Connection, template_id: int, *, subject: str, body: str, at: str, user_id: int | None
) -> int:
    """Store the next version of a template's text; give the version's id."""
    cursor = conn.execute(
        "INSERT INTO message_template_versions (template_id, version, subject, body, created_at, created_by) "
        "VALUES (?1, 1 + (SELECT COUNT(*) FROM message_template_versions WHERE template_id = ?1), ?2, ?3, ?4, ?5)",
        (template_id, subject, body, at, user_id),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update_template(conn: Connection, template_id: int, *, name: str, kind: str, is_active: bool) -> bool:
    """Change a template's name, kind and whether it is offered."""
    cursor = conn.execute(
        "UPDATE message_templates SET name = ?, kind = ?, is_active = ? WHERE id = ?",
        (name, kind, is_active, template_id),
    )
    return cursor.rowcount == 1


def update_default(conn: Connection, template_id: int, event: str, channel: str) -> None:
    """Make a template the default of its event and channel."""
    conn.execute(
        "UPDATE message_templates SET is_default = 0 WHERE event = ? AND channel = ? AND is_default = 1",
        (event, channel),
    )
    conn.execute("UPDATE message_templates SET is_default = 1 WHERE id = ?", (template_id,))


def find_template(conn: Connection, template_id: int) -> Template | None:
    """Give a template with its newest text."""
    return fetch_one(
        conn, Template, f"SELECT {_COLUMNS} {_NEWEST} AND message_templates.id = ?", (template_id,)
    )


def find_default(conn: Connection, event: str, channel: str) -> Template | None:
    """Give the default template of an event and channel."""
    return fetch_one(
        conn,
        Template,
        f"SELECT {_COLUMNS} {_NEWEST} AND event = ? AND channel = ? AND is_default = 1 AND is_active = 1",
        (event, channel),
    )


def find_template_by_name(conn: Connection, channel: str, name: str) -> Template | None:
    """Give the template of a name."""
    return fetch_one(
        conn, Template, f"SELECT {_COLUMNS} {_NEWEST} AND channel = ? AND name = ?", (channel, name)
    )


def list_templates(
    conn: Connection, *, event: str | None = None, channel: str | None = None, is_active: bool | None = None
) -> list[Template]:
    """Give templates with their newest texts, by name."""
    return fetch_all(
        conn,
        Template,
        f"SELECT {_COLUMNS} {_NEWEST} AND (?1 IS NULL OR event = ?1) AND (?2 IS NULL OR channel = ?2) "
        "AND (?3 IS NULL OR is_active = ?3) ORDER BY name, message_templates.id",
        (event, channel, is_active),
    )


def list_versions(conn: Connection, template_id: int) -> list[Template]:
    """Give every version of a template, newest first."""
    return fetch_all(
        conn,
        Template,
        f"SELECT {_COLUMNS} FROM message_templates "
        "JOIN message_template_versions ON message_template_versions.template_id = message_templates.id "
        "WHERE message_templates.id = ? ORDER BY version DESC",
        (template_id,),
    )

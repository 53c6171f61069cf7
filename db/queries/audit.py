"""The log of who did what."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody did."""

    id: int
    at: str
    user_id: int | None
    user_name: str | None
    action: str
    object_kind: str
    object_id: str | None
    title: str
    changes: str
    row_count: int | None

    @property
    def differences(self) -> dict[str, list[Any]]:
        """[before, after] by field."""
        return dict(json.loads(self.changes))


def insert_entry(conn: Connection, *, changes: dict[str, list[Any]], **values: Any) -> int:
    """Store an entry; give its id."""
    cursor = conn.execute(
        "INSERT INTO audit_log (at, user_id, action, object_kind, object_id, title, changes, row_count) "
        "VALUES (:at, :user_id, :action, :object_kind, :object_id, :title, :changes, :row_count)",
        values | {"changes": json.dumps(changes, ensure_ascii=False)},
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def list_entries(
    conn: Connection,
    *,
    object_kind: str | None = None,
    object_id: str | None = None,
    user_id: int | None = None,
    action: str | None = None,
    from_at: str | None = None,
    until_at: str | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[AuditEntry]:
    """Give entries newest first; `before_id` is the last one already shown."""
    wanted = {
        "object_kind = :object_kind": object_kind,
        "object_id = :object_id": object_id,
        "user_id = :user_id": user_id,
        "action = :action": action,
        "at >= :from_at": from_at,
        "at < :until_at": until_at,
        "audit_log.id < :before_id": before_id,
    }
    where = " AND ".join(["1", *(sql for sql, value in wanted.items() if value is not None)])
    return fetch_all(
        conn,
        AuditEntry,
        f"""
        SELECT audit_log.id, at, user_id, users.display_name AS user_name, action, object_kind, object_id, title,
            changes, row_count
        FROM audit_log
        LEFT JOIN users ON users.id = audit_log.user_id
        WHERE {where}
        ORDER BY audit_log.id DESC
        LIMIT :limit
        """,
        {sql.rsplit(":", 1)[1]: value for sql, value in wanted.items()} | {"limit": limit},
    )

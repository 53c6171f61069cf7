"""What an office set about its policies: the four fields it names itself."""

from __future__ import annotations

import json
from typing import Any

from db.connection import Connection

FIELDS = "policies.fields"


def read_user_fields(conn: Connection) -> list[dict[str, Any]]:
    """Give what is stored of the four fields; empty when nobody set them yet."""
    row = conn.execute("SELECT value FROM settings WHERE key = ?", (FIELDS,)).fetchone()
    return list(json.loads(row["value"])) if row is not None else []


def store_user_fields(conn: Connection, fields: list[dict[str, Any]], at: str, user_id: int | None) -> None:
    """Keep the four fields."""
    conn.execute(
        "INSERT INTO settings (key, value, changed_at, changed_by) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE "
        "SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        (FIELDS, json.dumps(fields, ensure_ascii=False), at, user_id),
    )

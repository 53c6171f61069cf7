"""What an office set, as one JSON value under a name."""

from __future__ import annotations

import json
from typing import Any

from db.connection import Connection


def read_setting(conn: Connection, key: str) -> dict[str, Any]:
    """Give what is stored under a name; empty when nobody set it yet."""
    row = conn.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return dict(json.loads(row["value"])) if row is not None else {}


def store_setting(conn: Connection, key: str, value: dict[str, Any], at: str, user_id: int | None) -> None:
    """Keep a value under a name."""
    conn.execute(
        "INSERT INTO settings (key, value, changed_at, changed_by) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE "
        "SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        (key, json.dumps(value, ensure_ascii=False), at, user_id),
    )

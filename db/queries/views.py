"""What a user keeps for a list: its columns, and views (conditions, order and columns under a name)."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A list as somebody likes to see it."""

    id: int
    user_id: int
    listing: str
    title: str
    query: str
    """Query of the list's address."""
    is_shared: bool


_COLUMNS = "id, user_id, listing, title, query, is_shared"


def list_views(conn: Connection, user_id: int, listing: str) -> list[SavedView]:
    """Give a user's own views of a list and those others share, one's own first."""
    return fetch_all(
        conn,
        SavedView,
        f"SELECT {_COLUMNS} FROM saved_views WHERE listing = ? AND (user_id = ? OR is_shared = 1) "
        "ORDER BY user_id <> ?, id",
        (listing, user_id, user_id),
    )


def find_view(conn: Connection, view_id: int) -> SavedView | None:
    """Give one view."""
    return fetch_one(conn, SavedView, f"SELECT {_COLUMNS} FROM saved_views WHERE id = ?", (view_id,))


def count_views(conn: Connection, user_id: int, listing: str) -> int:
    """Count a user's own views of a list."""
    sql = "SELECT COUNT(*) FROM saved_views WHERE user_id = ? AND listing = ?"
    return int(conn.execute(sql, (user_id, listing)).fetchone()[0])


def upsert_view(
    conn: Connection, *, user_id: int, listing: str, title: str, query: str, is_shared: bool
) -> int:
    """Store a view under a name of the user's own; the same name is stored anew. Give its id."""
    row = conn.execute(
        "INSERT INTO saved_views (user_id, listing, title, query, is_shared) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (user_id, listing, title) DO UPDATE SET query = excluded.query, "
        "is_shared = excluded.is_shared RETURNING id",
        (user_id, listing, title, query, is_shared),
    ).fetchone()
    return int(row["id"])


def delete_view(conn: Connection, view_id: int) -> None:
    """Take a view away."""
    conn.execute("DELETE FROM saved_views WHERE id = ?", (view_id,))


def find_user_setting(conn: Connection, user_id: int, key: str) -> Any:
    """Give what a user chose under a key, or None."""
    row = conn.execute(
        "SELECT value FROM user_settings WHERE user_id = ? AND key = ?", (user_id, key)
    ).fetchone()
    return None if row is None else json.loads(row["value"])


def upsert_user_setting(conn: Connection, user_id: int, key: str, value: Any) -> None:
    """Store what a user chose under a key."""
    conn.execute(
        "INSERT INTO user_settings (user_id, key, value) VALUES (?, ?, ?) "
        "ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value",
        (user_id, key, json.dumps(value, ensure_ascii=False)),
    )


def delete_user_setting(conn: Connection, user_id: int, key: str) -> None:
    """Forget what a user chose."""
    conn.execute("DELETE FROM user_settings WHERE user_id = ? AND key = ?", (user_id, key))

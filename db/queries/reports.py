"""What reports are headed by, and the filters kept under a name."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the agency."""

    id: int
    title: str
    unit_code: str
    agent_code: str


class SavedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report's filters under a name."""

    id: int
    report: str
    title: str
    filters: str
    """JSON object of an address's arguments."""
    user_id: int | None
    is_shared: bool

    @property
    def arguments(self) -> dict[str, str]:
        """Give the filters as an address has them."""
        kept: dict[str, str] = json.loads(self.filters)
        return kept


_SAVED = "id, report, title, filters, user_id, is_shared"


def list_units(conn: Connection) -> list[Unit]:
    """Give the units that are in use, the office's first one first."""
    return fetch_all(
        conn, Unit, "SELECT id, title, unit_code, agent_code FROM units WHERE is_active = 1 ORDER BY id"
    )


def list_saved(conn: Connection, user_id: int, report: str = "") -> list[SavedReport]:
    """Give a user's own saved filters and those others share, one's own first; of one report when it is named."""
    return fetch_all(
        conn,
        SavedReport,
        f"SELECT {_SAVED} FROM saved_reports WHERE (user_id = :user OR is_shared = 1) "
        "AND (:report = '' OR report = :report) ORDER BY user_id IS NOT :user, report, id",
        {"user": user_id, "report": report},
    )


def find_saved(conn: Connection, saved_id: int) -> SavedReport | None:
    """Give one."""
    return fetch_one(conn, SavedReport, f"SELECT {_SAVED} FROM saved_reports WHERE id = ?", (saved_id,))


def count_saved(conn: Connection, user_id: int) -> int:
    """Count a user's own."""
    row = conn.execute("SELECT COUNT(*) FROM saved_reports WHERE user_id = ?", (user_id,)).fetchone()
    return int(row[0])


def upsert_saved(
    conn: Connection,
    *,
    report: str,
    title: str,
    filters: dict[str, Any],
    user_id: int,
    is_shared: bool,
    at: str,
) -> int:
    """Store filters under a name of the user's own; the same name is stored anew. Give its id."""
    row = conn.execute(
        "INSERT INTO saved_reports (report, title, filters, user_id, is_shared, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, report, title) DO UPDATE SET filters = excluded.filters, "
        "is_shared = excluded.is_shared RETURNING id",
        (report, title, json.dumps(filters, ensure_ascii=False), user_id, is_shared, at),
    ).fetchone()
    return int(row["id"])


def delete_saved(conn: Connection, saved_id: int) -> None:
    """Take one away."""
    conn.execute("DELETE FROM saved_reports WHERE id = ?", (saved_id,))

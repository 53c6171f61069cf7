"""The money of messages: every movement once, never changed, and what providers say is left."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = "id, entry_key, route, kind, amount_rial, at, message_id, campaign_id, note, created_by"


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """Money that came to a route's account or left it."""

    id: int
    entry_key: str
    route: str
    kind: str
    amount_rial: int
    """Negative when it left."""
    at: str
    message_id: str | None
    campaign_id: int | None
    note: str
    created_by: int | None


class RouteBalance(msgspec.Struct, frozen=True):
    """The sum of a route's movements."""

    route: str
    balance_rial: int


class BalanceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider said was left, beside what the movements said then."""

    route: str
    at: str
    amount: float
    unit: str
    booked_rial: int
    detail: str = ""


class _Sum(msgspec.Struct, frozen=True):
    rial: int


def insert_movement(
    conn: Connection,
    *,
    entry_key: str,
    route: str,
    kind: str,
    amount_rial: int,
    at: str,
    message_id: str | None = None,
    campaign_id: int | None = None,
    note: str = "",
    created_by: int | None = None,
) -> bool:
    """Book a movement unless one of its key is booked; tell whether it was new."""
    cursor = conn.execute(
        "INSERT INTO message_movements (entry_key, route, kind, amount_rial, at, message_id, campaign_id, note, "
        "created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entry_key) DO NOTHING",
        (entry_key, route, kind, amount_rial, at, message_id, campaign_id, note, created_by),
    )
    return cursor.rowcount == 1


def find_movement(conn: Connection, entry_key: str) -> Movement | None:
    """Give the movement of a key."""
    return fetch_one(
        conn, Movement, f"SELECT {_COLUMNS} FROM message_movements WHERE entry_key = ?", (entry_key,)
    )


def list_movements(
    conn: Connection, route: str | None = None, *, since: str = "", before: str = "9", limit: int = 200
) -> list[Movement]:
    """Give movements of one route or all, newest first."""
    return fetch_all(
        conn,
        Movement,
        f"SELECT {_COLUMNS} FROM message_movements WHERE (? IS NULL OR route = ?) AND at >= ? AND at < ? "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (route, route, since, before, limit),
    )


def list_message_movements(conn: Connection, message_id: str) -> list[Movement]:
    """Give what was booked for a message, oldest first."""
    return fetch_all(
        conn,
        Movement,
        f"SELECT {_COLUMNS} FROM message_movements WHERE message_id = ? ORDER BY id",
        (message_id,),
    )


def list_balances(conn: Connection) -> list[RouteBalance]:
    """Give the balance of every route money was booked for."""
    return fetch_all(
        conn,
        RouteBalance,
        "SELECT route, SUM(amount_rial) AS balance_rial FROM message_movements GROUP BY route ORDER BY route",
    )


def sum_movements(conn: Connection, route: str) -> int:
    """Give a route's balance in rials."""
    found = fetch_one(
        conn,
        _Sum,
        "SELECT IFNULL(SUM(amount_rial), 0) AS rial FROM message_movements WHERE route = ?",
        (route,),
    )
    return found.rial if found else 0


def sum_campaign(conn: Connection, campaign_id: int) -> int:
    """Give what a campaign has cost so far, in rials, as a positive amount."""
    found = fetch_one(
        conn,
        _Sum,
        "SELECT -IFNULL(SUM(amount_rial), 0) AS rial FROM message_movements WHERE campaign_id = ?",
        (campaign_id,),
    )
    return found.rial if found else 0


def insert_balance_check(conn: Connection, check: BalanceCheck) -> None:
    """Keep what a provider said was left."""
    conn.execute(
        "INSERT INTO message_balance_checks (route, at, amount, unit, booked_rial, detail) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (check.route, check.at, check.amount, check.unit, check.booked_rial, check.detail),
    )


def find_balance_check(conn: Connection, route: str) -> BalanceCheck | None:
    """Give the last answer of a provider about what is left."""
    return fetch_one(
        conn,
        BalanceCheck,
        "SELECT route, at, amount, unit, booked_rial, detail FROM message_balance_checks "
        "WHERE route = ? ORDER BY at DESC, id DESC LIMIT 1",
        (route,),
    )

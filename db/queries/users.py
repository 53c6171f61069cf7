"""Users of the panel."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = (
    "users.id, username, display_name, role, roles.title AS role_title, scope, unit_id, marketer_id, mobile, email, "
    "password_hash, is_active, failed_sign_ins, locked_until, must_change_password, last_sign_in_at, revision"
)
_FROM = "FROM users JOIN roles ON roles.name = users.role"


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user as stored."""

    id: int
    username: str
    display_name: str
    role: str
    role_title: str
    scope: str
    unit_id: int | None
    marketer_id: int | None
    mobile: str
    email: str
    password_hash: str
    is_active: bool
    failed_sign_ins: int
    locked_until: str | None
    must_change_password: bool
    last_sign_in_at: str | None
    revision: int


def insert_user(conn: Connection, *, username: str, display_name: str, role: str, password_hash: str) -> int:
    """Store a user; give its id."""
    cursor = conn.execute(
        "INSERT INTO users (username, display_name, role, password_hash) VALUES (?, ?, ?, ?)",
        (username, display_name, role, password_hash),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def find_user(conn: Connection, user_id: int) -> UserRow | None:
    """Give one user."""
    return fetch_one(conn, UserRow, f"SELECT {_COLUMNS} {_FROM} WHERE users.id = ?", (user_id,))


def find_user_by_name(conn: Connection, username: str) -> UserRow | None:
    """Give the user of a sign-in name."""
    return fetch_one(conn, UserRow, f"SELECT {_COLUMNS} {_FROM} WHERE username = ?", (username,))


def list_users(conn: Connection) -> list[UserRow]:
    """Give all users."""
    return fetch_all(conn, UserRow, f"SELECT {_COLUMNS} {_FROM} ORDER BY users.id")


def update_sign_in_failure(conn: Connection, user_id: int, failures: int, locked_until: str | None) -> None:
    """Note wrong passwords in a row, and until when the account is closed."""
    conn.execute(
        "UPDATE users SET failed_sign_ins = ?, locked_until = ? WHERE id = ?",
        (failures, locked_until, user_id),
    )


def update_signed_in(conn: Connection, user_id: int, at: str) -> None:
    """Note when a user signed in last."""
    conn.execute("UPDATE users SET last_sign_in_at = ? WHERE id = ?", (at, user_id))

"""Roles, and how they differ from what the product defines."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class RoleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A role as stored."""

    name: str
    title: str
    scope: str
    is_builtin: bool


def find_role(conn: Connection, name: str) -> RoleRow | None:
    """Give one role."""
    return fetch_one(
        conn, RoleRow, "SELECT name, title, scope, is_builtin FROM roles WHERE name = ?", (name,)
    )


def list_roles(conn: Connection) -> list[RoleRow]:
    """Give all roles, the built-in ones first."""
    return fetch_all(
        conn, RoleRow, "SELECT name, title, scope, is_builtin FROM roles ORDER BY is_builtin DESC, title"
    )


def list_differences(conn: Connection, name: str) -> dict[str, bool]:
    """Give what was granted (True) or taken (False) beside a role's definition."""
    rows = conn.execute("SELECT permission, is_granted FROM role_permissions WHERE role = ?", (name,))
    return {row["permission"]: bool(row["is_granted"]) for row in rows}


def upsert_role(conn: Connection, *, name: str, title: str, scope: str) -> None:
    """Store a role's title and scope."""
    conn.execute(
        "INSERT INTO roles (name, title, scope) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET title = excluded.title, scope = excluded.scope",
        (name, title, scope),
    )


def replace_differences(conn: Connection, name: str, differences: dict[str, bool]) -> None:
    """Store how a role differs; what was stored before is forgotten."""
    conn.execute("DELETE FROM role_permissions WHERE role = ?", (name,))
    conn.executemany(
        "INSERT INTO role_permissions (role, permission, is_granted) VALUES (?, ?, ?)",
        [(name, permission, is_granted) for permission, is_granted in differences.items()],
    )


def delete_role(conn: Connection, name: str) -> bool:
    """Remove a role nobody has; a built-in one stays. Tell whether it was removed."""
    return bool(
        conn.execute(
            "DELETE FROM roles WHERE name = ? AND is_builtin = 0 "
            "AND NOT EXISTS (SELECT 1 FROM users WHERE role = roles.name)",
            (name,),
        ).rowcount
    )

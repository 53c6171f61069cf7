"""Entries of the lists an owner may extend; tables and columns come from code, never from a request."""

from __future__ import annotations

from typing import Any

from db.connection import Connection

Key = int | str
Entry = dict[str, Any]


def list_rows(conn: Connection, table: str, fixed: dict[str, str], order: tuple[str, ...]) -> list[Entry]:
    """Give every entry, also those switched off; a leading ``-`` turns a column's order round."""
    by = ", ".join(f"{column[1:]} DESC" if column.startswith("-") else column for column in order)
    rows = conn.execute(f"SELECT * FROM {table} WHERE {_where(fixed)} ORDER BY {by}", fixed)
    return [dict(row) for row in rows]


def find_row(conn: Connection, table: str, fixed: dict[str, str], key_column: str, key: Key) -> Entry | None:
    """Give one entry of a list."""
    row = conn.execute(
        f"SELECT * FROM {table} WHERE {_where(fixed)} AND {key_column} = :own_key", fixed | {"own_key": key}
    ).fetchone()
    return None if row is None else dict(row)


def change_row(conn: Connection, table: str, key_column: str, key: Key, values: Entry) -> None:
    """Change named columns of one entry."""
    sets = ", ".join(f"{name} = :{name}" for name in values)
    conn.execute(f"UPDATE {table} SET {sets} WHERE {key_column} = :own_key", values | {"own_key": key})


def delete_row(conn: Connection, table: str, key_column: str, key: Key) -> None:
    """Remove one entry nothing refers to."""
    conn.execute(f"DELETE FROM {table} WHERE {key_column} = ?", (key,))


def find_empty_values(conn: Connection, table: str) -> Entry:
    """Give what stands for nothing in the columns that take no NULL."""
    columns = conn.execute(f"PRAGMA table_info({table})")
    return {row["name"]: 0 if row["type"] == "INTEGER" else "" for row in columns if row["notnull"]}


def count_entries(conn: Connection, table: str, fixed: dict[str, str]) -> int:
    """Tell how many entries a list has."""
    return int(
        conn.execute(f"SELECT COUNT(*) AS n FROM {table} WHERE {_where(fixed)}", fixed).fetchone()["n"]
    )


def _where(fixed: dict[str, str]) -> str:
    return " AND ".join(f"{name} = :{name}" for name in fixed) or "1"

"""Rows as frozen records: the one way from `sqlite3.Row` to a typed struct."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from db.connection import Connection

Record = TypeVar("Record", bound=msgspec.Struct)
Parameters = dict[str, Any] | tuple[Any, ...]


def fetch_all(conn: Connection, record: type[Record], sql: str, parameters: Parameters = ()) -> list[Record]:
    """Give every row of a SELECT as `record`; column names are field names, 0/1 become booleans."""
    return [
        msgspec.convert(dict(row), record, strict=False) for row in conn.execute(sql, parameters).fetchall()
    ]


def fetch_one(conn: Connection, record: type[Record], sql: str, parameters: Parameters = ()) -> Record | None:
    """Give the first row of a SELECT as `record`, or None."""
    row = conn.execute(sql, parameters).fetchone()
    return None if row is None else msgspec.convert(dict(row), record, strict=False)


def insert_row(conn: Connection, table: str, values: dict[str, Any]) -> int:
    """Store a row of named columns; give its id. Table and columns come from code, never from a request."""
    names = _names(table, values)
    cursor = conn.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})", values
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update_row(
    conn: Connection, table: str, row_id: int, values: dict[str, Any], *, revision: int | None = None
) -> bool:
    """Change named columns of one row; with `revision`, only when it is still that one, and count it up.

    Gives False when there is no such row or somebody else changed it first: nothing was changed then.
    """
    names = _names(table, values)
    sets = [f"{name} = :{name}" for name in names]
    where = "id = :row_id"
    if revision is not None:
        sets.append("revision = revision + 1")
        where += " AND revision = :known_revision"
    cursor = conn.execute(
        f"UPDATE {table} SET {', '.join(sets)} WHERE {where}",
        values | {"row_id": row_id, "known_revision": revision},
    )
    return cursor.rowcount == 1


def find_row(conn: Connection, table: str, row_id: int) -> dict[str, Any] | None:
    """Give every column of one row."""
    _names(table, {})
    row = conn.execute(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).fetchone()
    return None if row is None else dict(row)


def _names(table: str, values: dict[str, Any]) -> list[str]:
    for name in (table, *values):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(f"{name!r} is no name of the schema")
    return list(values)

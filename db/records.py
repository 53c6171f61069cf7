"""Rows as frozen records: the one way from `sqlite3.Row` to a typed struct."""

from __future__ import annotations

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

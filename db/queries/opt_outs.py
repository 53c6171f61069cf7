"""Who does not want advertising, by number, and since when."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_CHUNK = 500


class OptOut(msgspec.Struct, frozen=True, kw_only=True):
    """One number that stopped advertising."""

    id: int
    number: str
    source: str
    """``reply``: a message came from it; ``provider``: its block list says so; ``panel``: somebody entered it."""
    detail: str
    since: str
    until: str | None
    created_by: int | None


_COLUMNS = "id, number, source, detail, since, until, created_by"


def insert_opt_out(
    conn: Connection, number: str, source: str, since: str, detail: str = "", created_by: int | None = None
) -> bool:
    """Stop advertising to a number; False when it is stopped already."""
    cursor = conn.execute(
        "INSERT INTO message_opt_outs (number, source, detail, since, created_by) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (number, source, detail, since, created_by),
    )
    return cursor.rowcount == 1


def update_opt_out_ended(conn: Connection, number: str, until: str) -> bool:
    """Let advertising go to a number again; False when it was not stopped."""
    cursor = conn.execute(
        "UPDATE message_opt_outs SET until = ? WHERE number = ? AND until IS NULL", (until, number)
    )
    return cursor.rowcount == 1


def find_opt_out(conn: Connection, number: str) -> OptOut | None:
    """Give the open stop of a number."""
    return fetch_one(
        conn,
        OptOut,
        f"SELECT {_COLUMNS} FROM message_opt_outs WHERE number = ? AND until IS NULL",
        (number,),
    )


def list_opt_outs(conn: Connection, limit: int = 1000) -> list[OptOut]:
    """Give the open stops, newest first."""
    return fetch_all(
        conn,
        OptOut,
        f"SELECT {_COLUMNS} FROM message_opt_outs WHERE until IS NULL ORDER BY since DESC, id DESC LIMIT ?",
        (limit,),
    )


def stopped_among(conn: Connection, numbers: Iterable[str]) -> set[str]:
    """Give those of the numbers that stopped advertising."""
    asked = list(numbers)
    stopped: set[str] = set()
    for start in range(0, len(asked), _CHUNK):
        chunk = asked[start : start + _CHUNK]
        rows = conn.execute(
            "SELECT number FROM message_opt_outs WHERE until IS NULL AND number IN "
            f"({', '.join('?' * len(chunk))})",
            chunk,
        )
        stopped.update(row["number"] for row in rows)
    return stopped

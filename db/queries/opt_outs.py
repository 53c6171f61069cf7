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


class OptOutLine(msgspec.Struct, frozen=True, kw_only=True):
    """One number that stopped advertising, with whose it is and who entered it."""

    number: str
    source: str
    detail: str
    since: str
    person_name: str
    maker: str


def list_opt_out_lines(conn: Connection, text: str = "", limit: int = 100) -> list[OptOutLine]:
    """Give the open stops whose number contains `text`, newest first."""
    return fetch_all(
        conn,
        OptOutLine,
        """
        SELECT number, source, detail, since, IFNULL(users.display_name, '') AS maker,
            IFNULL((SELECT TRIM(first_name || ' ' || last_name) FROM person_phones
                JOIN persons ON persons.id = person_phones.person_id
                WHERE person_phones.number = message_opt_outs.number ORDER BY persons.id LIMIT 1), '') AS person_name
        FROM message_opt_outs
        LEFT JOIN users ON users.id = message_opt_outs.created_by
        WHERE until IS NULL AND instr(number, ?1) ORDER BY since DESC, message_opt_outs.id DESC LIMIT ?2
        """,
        (text, limit),
    )


def count_opt_outs(conn: Connection) -> int:
    """Count the numbers that stopped advertising."""
    row = conn.execute("SELECT COUNT(*) AS n FROM message_opt_outs WHERE until IS NULL").fetchone()
    return int(row["n"])


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

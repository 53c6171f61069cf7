"""What the invented offices ask of the records before they add to them."""

from __future__ import annotations

from db.connection import Connection
from db.records import _names


def has_claim(conn: Connection, number: str) -> bool:
    """Tell whether a claim of a number is there."""
    return conn.execute("SELECT 1 FROM claims WHERE number = ?", (number,)).fetchone() is not None


def has_policy(conn: Connection, core_code: str, issue_year: int) -> bool:
    """Tell whether a policy of a core code was issued in a Jalali year."""
    sql = "SELECT 1 FROM policies WHERE core_code = ? AND issue_year = ?"
    return conn.execute(sql, (core_code, issue_year)).fetchone() is not None


def id_of(conn: Connection, table: str, column: str, value: str) -> int:
    """Give the id of the row that has a value; names come from code, never from a request."""
    _names(table, {column: None})
    return int(conn.execute(f"SELECT id FROM {table} WHERE {column} = ?", (value,)).fetchone()[0])


def id_of_choice(conn: Connection, name: str, code: str) -> int:
    """Give the id of an entry of one of the office's own lists."""
    sql = "SELECT id FROM choices WHERE list = ? AND code = ?"
    return int(conn.execute(sql, (name, code)).fetchone()[0])

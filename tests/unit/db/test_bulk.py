"""Storing many rows: indexes that were put aside come back, whatever happens meanwhile."""

from __future__ import annotations

import pytest

from db import Connection, DatabaseError
from db.queries.bulk import indexed_afterwards

TABLES = ("policies", "calls")


def indexes(conn: Connection) -> dict[str, str]:
    rows = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
    return {row["name"]: row["sql"] for row in rows}


def test_indexes_are_away_while_rows_come_and_back_afterwards(conn: Connection) -> None:
    before = indexes(conn)
    with indexed_afterwards(conn, TABLES):
        meanwhile = indexes(conn)
    assert "policies_end" in before.keys() - meanwhile.keys()
    assert "persons_sort" in meanwhile
    assert indexes(conn) == before


def test_what_must_be_unique_is_unique_also_meanwhile(conn: Connection) -> None:
    with indexed_afterwards(conn, TABLES):
        assert {name for name, sql in indexes(conn).items() if sql and "UNIQUE" in sql} >= {
            "policies_core_code", "policies_number",
        }  # fmt: skip


def test_indexes_come_back_after_a_failure(conn: Connection) -> None:
    before = indexes(conn)
    with pytest.raises(DatabaseError), indexed_afterwards(conn, TABLES):
        conn.execute("INSERT INTO policies (id) VALUES (1)")
    assert indexes(conn) == before

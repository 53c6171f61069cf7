"""What the schema looks like, read from a migrated database: tables, columns, and what refers to what."""

from __future__ import annotations

import msgspec

from db.connection import Connection


class Column(msgspec.Struct, frozen=True):
    """A column."""

    name: str
    type: str
    is_key: bool
    is_required: bool


class Table(msgspec.Struct, frozen=True):
    """A table with its columns and the tables it refers to, by column."""

    name: str
    columns: list[Column]
    references: list[tuple[str, str]]


def read_tables(conn: Connection) -> list[Table]:
    """Give every table of the product, without SQLite's and the search index's own."""
    names = [
        row["name"]
        for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if not row["name"].startswith(("sqlite_", "_sqlite", "person_search"))
    ]
    return [_table(conn, name) for name in names]


def _table(conn: Connection, name: str) -> Table:
    columns = [
        Column(row["name"], row["type"], bool(row["pk"]), bool(row["notnull"]) or bool(row["pk"]))
        for row in conn.execute(f"PRAGMA table_info({name})")
    ]
    references = sorted(
        {(row["from"], row["table"]) for row in conn.execute(f"PRAGMA foreign_key_list({name})")}
    )
    return Table(name, columns, references)

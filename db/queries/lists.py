"""The office's own lists as pairs of key and title: what forms, filters and settings choose from."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all

_QUERIES = {
    "provinces": "SELECT area_code AS key, name AS title FROM provinces ORDER BY name",
    "cities": "SELECT id AS key, name AS title FROM cities ORDER BY sort_key",
    "regions": "SELECT id AS key, title FROM regions WHERE is_active = 1 ORDER BY sort_key",
    "insurers": "SELECT id AS key, title FROM insurers WHERE is_active = 1 ORDER BY is_ours DESC, sort_key",
    "units": "SELECT id AS key, title FROM units WHERE is_active = 1 ORDER BY id",
    "marketers": "SELECT id AS key, name AS title FROM marketers WHERE is_active = 1 ORDER BY sort_key",
    "lines": "SELECT code AS key, short_title AS title FROM lines_of_business WHERE is_active = 1 ORDER BY place",
    "users": "SELECT id AS key, display_name AS title FROM users WHERE is_active = 1 ORDER BY id",
    "roles": "SELECT name AS key, title FROM roles ORDER BY is_builtin DESC, title",
    "relation-codes": "SELECT code AS key, title FROM choices WHERE list = 'relation' AND code IS NOT NULL "
    "AND is_active = 1 ORDER BY place, id",
    "groups": "SELECT id AS key, title FROM person_groups ORDER BY title",
}


class Entry(msgspec.Struct, frozen=True):
    """One entry of a list."""

    key: str
    title: str


def list_entries(conn: Connection, listing: str) -> list[Entry]:
    """Give the active entries of a list; ``choices:NAME`` is a list the owner extends. Raises KeyError."""
    name, _, own = listing.partition(":")
    if own:
        return fetch_all(
            conn,
            Entry,
            "SELECT CAST(id AS TEXT) AS key, title FROM choices WHERE list = ? AND is_active = 1 ORDER BY place, id",
            (own,),
        )
    rows = conn.execute(_QUERIES[name]).fetchall()
    return [Entry(str(row["key"]), row["title"]) for row in rows]


def find_title(conn: Connection, listing: str, key: str | int) -> str:
    """Give the title of an entry, also of one that is not active any more; empty when there is none."""
    tables = {
        "provinces": ("provinces", "area_code", "name"),
        "cities": ("cities", "id", "name"),
        "regions": ("regions", "id", "title"),
        "insurers": ("insurers", "id", "title"),
        "units": ("units", "id", "title"),
        "marketers": ("marketers", "id", "name"),
        "lines": ("lines_of_business", "code", "title"),
        "users": ("users", "id", "display_name"),
        "roles": ("roles", "name", "title"),
        "groups": ("person_groups", "id", "title"),
        "relation-codes": ("(SELECT code, title FROM choices WHERE list = 'relation')", "code", "title"),
        "choices": ("choices", "id", "title"),
    }
    name = listing.partition(":")[0]
    if name not in tables:
        return ""
    table, column, title = tables[name]
    row = conn.execute(f"SELECT {title} AS title FROM {table} WHERE {column} = ?", (key,)).fetchone()
    return row["title"] if row else ""

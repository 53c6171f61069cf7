"""Whose calls a typed name or number may mean, found before any call is read.

A log of a million calls is walked newest first. When few calls fit, that walk goes through all of them; so the few
persons or numbers that fit are found first, by their own indexes, and their calls are put in order.
"""

from __future__ import annotations

from db.connection import Connection
from db.queries.search import SHORTEST_PART, match_text
from db.text import like_part

MOST = 2_000
"""Persons or numbers that are asked for one by one; of more, the walk finds a page soon enough."""


def persons_named(conn: Connection, name_part: str) -> list[int] | None:
    """Give the persons whose folded name has a text; None when they are many, or the text is too short to tell."""
    words = name_part.split()
    if not words or max(len(word) for word in words) < SHORTEST_PART:
        return None
    rows = conn.execute(
        "SELECT persons.id FROM person_search CROSS JOIN persons ON persons.id = person_search.rowid "
        "WHERE person_search MATCH :words AND persons.search_key LIKE '%' || :part || '%' ESCAPE '\\' LIMIT :most",
        {"words": match_text(("names",), words), "part": like_part(name_part), "most": MOST + 1},
    ).fetchall()
    return None if len(rows) > MOST else [row["id"] for row in rows]


def numbers_with(conn: Connection, digits: str) -> list[str] | None:
    """Give the numbers of calls that have some digits; None when they are many. A ``+`` stands at the start alone."""
    begins = "number >= :digits AND number < :digits || ':'"
    has = "number LIKE '%' || :digits || '%'"
    rows = conn.execute(
        f"SELECT DISTINCT number FROM calls WHERE {begins if digits.startswith('+') else has} LIMIT :most",
        {"digits": digits, "most": MOST + 1},
    ).fetchall()
    return None if len(rows) > MOST else [row["number"] for row in rows]

"""Persons to issue a policy for, found by parts of name, number, identity or plate."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.queries.search import SHORTEST_PART, match_text
from db.records import fetch_all
from db.text import like_part, sort_key

LAST_LETTER = "\U0010ffff"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One person that was found."""

    id: int
    name: str
    standing: str
    city: str | None
    number: str | None
    policies: int


_SELECT = """
    SELECT persons.id, TRIM(persons.first_name || ' ' || persons.last_name) AS name, persons.standing,
        cities.name AS city,
        (SELECT number FROM person_phones WHERE person_id = persons.id
            ORDER BY is_preferred DESC, number LIKE '+989%' DESC, number LIMIT 1) AS number,
        (SELECT COUNT(*) FROM policies WHERE policies.person_id = persons.id) AS policies
"""


def search_persons(
    conn: Connection, words: list[str], condition: str, values: dict[str, Any], limit: int
) -> list[Found]:
    """Give persons in whose names, numbers or policies every word stands; `condition` is on ``persons``.

    When all words are shorter than the index finds, they begin a first or a last name.
    """
    plain = [word.removeprefix("+98") for word in words]
    match = match_text(("names", "digits", "policies"), plain)
    if match:
        short = [word for word in plain if len(word) < SHORTEST_PART]
        source = "person_search CROSS JOIN persons ON persons.id = person_search.rowid"
        tests = ["person_search MATCH :match"]
        tests += [
            f"persons.search_key LIKE '%' || :w{place} || '%' ESCAPE '\\'" for place in range(len(short))
        ]
        named = {f"w{place}": like_part(word) for place, word in enumerate(short)} | {"match": match}
    else:
        # One or two letters begin a name, as the indexes of names can tell; anywhere else they say too little.
        source, first, last = "persons", " ".join(plain), sort_key(" ".join(plain))
        tests = [
            "persons.id IN (SELECT id FROM persons WHERE archived_at IS NULL AND search_key >= :a AND search_key < :b "
            "UNION SELECT id FROM persons WHERE archived_at IS NULL AND sort_key >= :c AND sort_key < :d)"
        ]
        named = {"a": first, "b": first + LAST_LETTER, "c": last, "d": last + LAST_LETTER}
    where = [*tests, "persons.archived_at IS NULL", condition]
    return fetch_all(
        conn,
        Found,
        f"{_SELECT} FROM {source} LEFT JOIN cities ON cities.id = persons.city_id "
        f"WHERE {' AND '.join(f'({one})' for one in where)} ORDER BY +persons.sort_key LIMIT :limit",
        values | named | {"limit": limit},
    )


def list_newest(conn: Connection, condition: str, values: dict[str, Any], limit: int) -> list[Found]:
    """Give the persons entered last."""
    return fetch_all(
        conn,
        Found,
        f"{_SELECT} FROM persons LEFT JOIN cities ON cities.id = persons.city_id "
        f"WHERE persons.archived_at IS NULL AND ({condition}) ORDER BY persons.id DESC LIMIT :limit",
        values | {"limit": limit},
    )

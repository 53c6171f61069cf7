"""Persons to issue a policy for, found by parts of name, number, identity or plate."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.queries.search import SHORTEST_PART, match_text
from db.records import fetch_all
from db.text import like_part


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
    """Give persons in whose names, numbers or policies every word stands; `condition` is on ``persons``."""
    plain = [word.removeprefix("+98") for word in words]
    match = match_text(("names", "digits", "policies"), plain)
    short = [word for word in plain if len(word) < SHORTEST_PART or not match]
    tests = [f"persons.search_key LIKE '%' || :w{place} || '%' ESCAPE '\\'" for place in range(len(short))]
    source = "person_search CROSS JOIN persons ON persons.id = person_search.rowid" if match else "persons"
    where = [
        *(["person_search MATCH :match"] if match else []),
        *tests,
        "persons.archived_at IS NULL",
        f"({condition})",
    ]
    return fetch_all(
        conn,
        Found,
        f"{_SELECT} FROM {source} LEFT JOIN cities ON cities.id = persons.city_id "
        f"WHERE {' AND '.join(where)} ORDER BY persons.sort_key LIMIT :limit",
        values
        | {f"w{place}": like_part(word) for place, word in enumerate(short)}
        | {"match": match, "limit": limit},
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

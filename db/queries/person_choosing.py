"""Persons somebody may mean by a few words or digits."""

from __future__ import annotations

from typing import Any

from db.connection import Connection
from db.queries.persons import Person
from db.records import fetch_all
from db.text import like_part

TRIGRAM = 3
"""Letters of the shortest word the index finds."""
_COLUMNS = (
    "persons.id, kind, standing, first_name, last_name, "
    "IFNULL((SELECT name FROM cities WHERE id = city_id), city) AS city, note, persons.created_at"
)


def list_persons_by_key(
    conn: Connection, digits: str, number: str, reach: str, values: dict[str, Any], limit: int
) -> list[Person]:
    """Give persons with exactly this national id or telephone number, or this number of their own."""
    return fetch_all(
        conn,
        Person,
        f"""
        SELECT {_COLUMNS} FROM persons
        WHERE archived_at IS NULL AND ({reach}) AND persons.id IN (
            SELECT id FROM persons WHERE national_id = :digits
            UNION SELECT person_id FROM person_phones WHERE number = :number
            UNION SELECT id FROM persons WHERE id = CAST(:digits AS INTEGER) AND length(:digits) <= 7)
        ORDER BY persons.id LIMIT :limit
        """,
        values | {"digits": digits, "number": number, "limit": limit},
    )


def list_persons_by_words(
    conn: Connection, words: list[str], reach: str, values: dict[str, Any], limit: int
) -> list[Person]:
    """Give persons whose folded name has every word, by name; the trigram index narrows them where it can."""
    parts = {f"word_{place}": like_part(word) for place, word in enumerate(words)}
    likes = " AND ".join(f"search_key LIKE '%' || :{name} || '%' ESCAPE '\\'" for name in parts)
    long = [word.replace('"', '""') for word in words if len(word) >= TRIGRAM]
    index = ""
    if long:
        index = "persons.id IN (SELECT rowid FROM person_search WHERE person_search MATCH :match) AND"
        parts["match"] = "names : (" + " AND ".join(f'"{word}"' for word in long) + ")"
    return fetch_all(
        conn,
        Person,
        f"SELECT {_COLUMNS} FROM persons WHERE {index} archived_at IS NULL AND ({reach}) AND {likes} "
        "ORDER BY sort_key, persons.id LIMIT :limit",
        values | parts | {"limit": limit},
    )

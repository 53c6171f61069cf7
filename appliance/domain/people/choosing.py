"""Finding the one person somebody means, by name, telephone, national id or number in the office."""

from __future__ import annotations

from appliance.core.phone import parse_phone
from appliance.domain.access import User
from appliance.domain.people.reaching import reach_condition
from db import Connection
from db.queries.person_choosing import list_persons_by_key, list_persons_by_words
from db.queries.persons import Person
from db.text import ascii_digits, fold

MOST = 8


def persons_meant(conn: Connection, user: User, text: str, *, limit: int = MOST) -> list[Person]:
    """Give the persons within the user's reach that a text may mean."""
    condition, values = reach_condition(user.reach)
    plain = ascii_digits(text).strip()
    digits = "".join(letter for letter in plain if letter in "0123456789")
    if digits and not any(letter.isalpha() for letter in plain):
        number = parse_phone(plain)
        return list_persons_by_key(conn, digits, number.key if number else digits, condition, values, limit)
    words = fold(text).split()[:MOST]
    if not words:
        return []
    return list_persons_by_words(conn, words, condition, values, limit)

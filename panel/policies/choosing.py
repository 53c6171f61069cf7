"""Finding the person a policy is issued for, by whatever is known: name, telephone, identity number, plate."""

from __future__ import annotations

from typing import Any

from appliance.domain.access import User
from appliance.domain.people.reaching import reach_condition
from db import Connection
from db.queries import policy_persons
from db.text import fold

MOST_FOUND = 20


def find_persons(conn: Connection, user: User, text: str) -> list[policy_persons.Found]:
    """Give the persons within a user's reach that a text names, or those last entered when it is empty."""
    condition, values = reach_condition(user.reach)
    words = fold(text).split()[:6]
    found: dict[str, Any] = dict(values)
    if not words:
        return policy_persons.list_newest(conn, condition, found, MOST_FOUND)
    return policy_persons.search_persons(conn, words, condition, found, MOST_FOUND)

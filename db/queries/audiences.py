"""Receivers read from records: what is asked of each person and each policy, and the members of segments."""

from __future__ import annotations

from typing import Any

from db.connection import Connection

_MOBILE = (
    "(SELECT number FROM person_phones WHERE person_phones.person_id = {person} AND is_wrong = 0 "
    "AND number LIKE '+989%' ORDER BY is_preferred DESC, number LIMIT 1)"
)
_NAME = "TRIM(persons.first_name || ' ' || persons.last_name)"
PERSON_COLUMNS: tuple[tuple[str, str], ...] = (
    ("person_id", "persons.id"),
    ("name", _NAME),
    ("number", _MOBILE.format(person="persons.id")),
)
"""What a message to a person needs, over the table `persons`."""
POLICY_COLUMNS: tuple[tuple[str, str], ...] = (
    ("person_id", "policies.person_id"),
    ("name", _NAME),
    ("number", _MOBILE.format(person="policies.person_id")),
    ("line", "lines.title"),
    ("policy_no", "policies.policy_no"),
    ("issue_date", "policies.issue_date"),
    ("end_date", "policies.end_date"),
    *((f"field_{number}", f"policies.field_{number}") for number in range(1, 5)),
)
"""What a message about a policy needs, over the table `policies` with the joins of its description."""


def is_undisturbed(conn: Connection, person_id: int) -> bool:
    """Tell whether a person's record says that he wants no advertising."""
    row = conn.execute("SELECT do_not_disturb FROM persons WHERE id = ?", (person_id,)).fetchone()
    return row is not None and bool(row["do_not_disturb"])


def ids_of_grade(conn: Connection, grade: str, today: str) -> set[int]:
    """Give the customers whose rank is of a grade on a day; one set by hand counts until its own day."""
    rows = conn.execute(
        "SELECT person_id FROM person_ranks WHERE CASE WHEN override_grade IS NOT NULL "
        "AND (override_until IS NULL OR override_until >= ?) THEN override_grade ELSE grade END = ?",
        (today, grade),
    )
    return {row["person_id"] for row in rows}


def ids_within(conn: Connection, condition: tuple[str, dict[str, Any]]) -> set[int]:
    """Give the persons a condition (SQL over persons, and its values) holds for."""
    rows = conn.execute(f"SELECT persons.id FROM persons WHERE {condition[0]}", condition[1])
    return {row["id"] for row in rows}

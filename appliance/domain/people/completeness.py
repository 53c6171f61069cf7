"""How complete a person's data is: the worth of the fields that are filled, of all that carry one."""

from __future__ import annotations

import json
from collections.abc import Iterable

from appliance.domain.fields import Field
from appliance.domain.people.fields import PERSONS
from db import Connection

WORTHY = tuple(field for field in PERSONS.fields if field.worth)
_ALL = sum(field.worth for field in WORTHY)


def missing_fields(conn: Connection, person_id: int) -> list[Field]:
    """Give the fields of worth that are not filled, the worthiest first."""
    filled = _filled(conn, person_id)
    return sorted((field for field in WORTHY if field.key not in filled), key=lambda field: -field.worth)


def refresh_completeness(conn: Connection, person_id: int) -> int:
    """Store how complete a person is, in percent; give it."""
    filled = _filled(conn, person_id)
    percent = round(100 * sum(field.worth for field in WORTHY if field.key in filled) / _ALL)
    conn.execute("UPDATE persons SET completeness = ? WHERE id = ?", (percent, person_id))
    return percent


def refresh_many(conn: Connection, ids: Iterable[int]) -> None:
    """Store how complete many persons are."""
    worths = " + ".join(f"(IFNULL({PERSONS.sql_of(field)}, '') <> '') * {field.worth}" for field in WORTHY)
    rows = conn.execute(
        f"SELECT id, {worths} FROM persons WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(set(ids))),),
    ).fetchall()
    conn.executemany(
        "UPDATE persons SET completeness = ? WHERE id = ?",
        [(round(100 * row[1] / _ALL), row[0]) for row in rows],
    )


def completeness_of(filled: Iterable[str]) -> int:
    """Give how complete somebody is of whom these fields are known, in percent."""
    known = set(filled)
    return round(100 * sum(field.worth for field in WORTHY if field.key in known) / _ALL)


def _filled(conn: Connection, person_id: int) -> set[str]:
    columns = ", ".join(f"IFNULL({PERSONS.sql_of(field)}, '') <> '' AS {field.key}" for field in WORTHY)
    row = conn.execute(f"SELECT {columns} FROM persons WHERE id = ?", (person_id,)).fetchone()
    return {field.key for field in WORTHY if row is not None and row[field.key]}

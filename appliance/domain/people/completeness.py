"""How complete a person's data is: the worth of the fields that are filled, of all that carry one."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.domain.fields import Field
from appliance.domain.people.fields import PERSONS
from db import Connection
from db.queries.person_completeness import iterate_filled, store_completeness

WORTHY = tuple(field for field in PERSONS.fields if field.worth)
_ALL = sum(field.worth for field in WORTHY)
_VALUES = {field.key: PERSONS.sql_of(field) for field in WORTHY}


def missing_fields(conn: Connection, person_id: int) -> list[Field]:
    """Give the fields of worth that are not filled, the worthiest first."""
    filled = _filled(conn, person_id)
    return sorted((field for field in WORTHY if field.key not in filled), key=lambda field: -field.worth)


def refresh_completeness(conn: Connection, person_id: int) -> int:
    """Store how complete a person is, in percent; give it."""
    percent = completeness_of(_filled(conn, person_id))
    store_completeness(conn, [(person_id, percent)])
    return percent


def refresh_many(conn: Connection, ids: Iterable[int]) -> None:
    """Store how complete many persons are."""
    store_completeness(
        conn, ((key, completeness_of(filled)) for key, filled in iterate_filled(conn, _VALUES, ids))
    )


def completeness_of(filled: Iterable[str]) -> int:
    """Give how complete somebody is of whom these fields are known, in percent."""
    known = set(filled)
    return round(100 * sum(field.worth for field in WORTHY if field.key in known) / _ALL)


def _filled(conn: Connection, person_id: int) -> set[str]:
    return next((filled for _key, filled in iterate_filled(conn, _VALUES, [person_id])), set())

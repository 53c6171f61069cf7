"""What belongs to a person and is kept in rows of its own: read by fields, within the user's reach, logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Code, Value
from appliance.domain.fields.reading import MISSING, read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.people.completeness import refresh_completeness
from db.queries import search
from db.queries.persons import Person


def read_part(
    fields: Iterable[Field], texts: Mapping[str, str], *, is_new: bool, plain: frozenset[str] = frozenset()
) -> dict[str, Value]:
    """Read the fields `texts` has; a new record needs every required one. Raises `Refused`.

    `plain` names codes whose column takes no NULL: nothing is stored as the empty text there.
    """
    known = tuple(fields)
    read = read_fields(known, texts)
    problems = dict(read.problems)
    if is_new:
        problems |= {
            one.key: MISSING for one in known if one.is_required and not texts.get(one.key, "").strip()
        }
    if problems:
        raise Refused(problems, read.values)
    return {
        one.key: "" if read.values[one.key] is None and one.key in plain else read.values[one.key]
        for one in known
        if one.key in read.values
    }


def settle_person(act: Acting, person_id: int) -> None:
    """Bring what follows from a person's data up to date: how complete it is, and how it is found."""
    refresh_completeness(act.conn, person_id)
    search.refresh_person(act.conn, person_id)


def note_part(act: Acting, person: Person, key: str, before: Any, after: Any) -> None:
    """Log that something of a person was added, changed or taken away."""
    if before != after:
        audit.note_done(act, "change", "person", person.id, person.full_name, changes={key: (before, after)})


def shown_values(fields: Iterable[Field], values: Mapping[str, Any], *keys: str) -> str:
    """Give the named values as people read them, for the log."""
    by_key = {one.key: one for one in fields}
    texts = (
        str(values[key]) if isinstance(by_key[key].kind, Code) else by_key[key].kind.show(values[key])
        for key in keys
        if values.get(key)
    )
    return " ".join(texts)

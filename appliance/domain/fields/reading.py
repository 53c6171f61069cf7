"""Reading what somebody typed into a form: every field by its own rule, every problem beside its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from appliance.domain.fields.field import Field
from appliance.domain.fields.kinds import FieldProblem, Flag, Text, Value

MISSING = "missing"


class Read(msgspec.Struct, frozen=True):
    """What was read."""

    values: dict[str, Value]
    """Every given field by key; an emptied one is None, or the empty text where the column takes no NULL."""
    problems: dict[str, str]
    """Code of the problem by key."""


def read_fields(fields: Iterable[Field], texts: Mapping[str, str]) -> Read:
    """Read the fields that `texts` has; one that is missing from it stays as it is stored.

    A flag is there when its form was sent: browsers leave out what is not ticked, so forms send ``0`` beside it.
    """
    values: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for field in fields:
        if field.key not in texts:
            continue
        text = texts[field.key].strip()
        if not text:
            values[field.key] = empty_of(field)
            if field.is_required:
                problems[field.key] = MISSING
            continue
        try:
            values[field.key] = field.kind.read(text)
        except FieldProblem as problem:
            problems[field.key] = str(problem)
    return Read(values, problems)


def empty_of(field: Field) -> Value:
    """Give what is stored for nothing: texts are never NULL, everything else is."""
    if isinstance(field.kind, Flag):
        return 0
    return "" if isinstance(field.kind, Text) else None

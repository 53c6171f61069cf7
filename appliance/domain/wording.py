"""Short texts people type as names and notes: cleaned, and refused with a reason where they are no such text."""

from __future__ import annotations

from appliance.core.errors import InvalidInputError
from db.text import clean, is_printable


def short_text(field: str, text: str, longest: int) -> str:
    """Give a text as it is stored, empty if it was. Raises `InvalidInputError` naming the field."""
    words = clean(text)
    if len(words) > longest:
        raise InvalidInputError(field, f"longer than {longest} characters")
    if not is_printable(words):
        raise InvalidInputError(field, "has control characters")
    return words


def wanted_text(field: str, text: str, longest: int) -> str:
    """Give a text as it is stored. Raises `InvalidInputError`, also where there is none."""
    words = short_text(field, text, longest)
    if not words:
        raise InvalidInputError(field, "missing")
    return words

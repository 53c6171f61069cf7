"""The policy's fields an office named itself, as fields of messages that speak of a policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from appliance.domain.messaging.rendering import Value
from appliance.domain.policies.userfields import UserField, user_fields
from db import Connection


def shown_fields(conn: Connection) -> tuple[UserField, ...]:
    """Give those of the four that are in use."""
    return tuple(one for one in user_fields(conn) if one.is_on)


def own_titles(conn: Connection) -> tuple[str, ...]:
    """Give what they are called, as a text names them."""
    return tuple(one.title for one in shown_fields(conn))


def own_values(fields: tuple[UserField, ...], stored: Mapping[str, str]) -> dict[str, Value]:
    """Give a policy's values by title, from its columns; empty ones are None, for a text that must have them."""
    return {one.title: _value(one, stored[one.key]) for one in fields}


def _value(one: UserField, text: str) -> Value:
    if one.type == "day" and text:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text or None

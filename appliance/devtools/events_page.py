"""docs/events.md, from `appliance/core/events.py`."""

from __future__ import annotations

import typing

import msgspec

from appliance.core.events import EVENT_TYPES, CallSnapshot, Event, event_name
from appliance.devtools.attributes import field_meanings, meaning_of_class
from appliance.devtools.types import type_in_words

_INTRODUCTION = """\
Everything that can happen in the office, in one vocabulary. The same names are used on the bus between
processes, in the `events` table and in the browser.

*Live* events are told first and recorded after: a ring must not wait for a disk. *Facts* are recorded in the
same transaction as the change they tell of, and told after the commit ([architecture](architecture.md) has the
reasons). Every event carries an `id`; whoever handled it once ignores it the next time. On the wire an event is
one JSON object whose `name` says which of these it is. Fields are added, never renamed or re-used; a reader
passes over fields it does not know.
"""


def events_page() -> str:
    """Give the page."""
    parts = ["# Events\n", _INTRODUCTION, _overview(), _common()]
    parts += [_section(event_type) for event_type in EVENT_TYPES]
    parts.append(f"## {CallSnapshot.__name__}\n\n{meaning_of_class(CallSnapshot)}\n\n{_fields(CallSnapshot)}")
    return "\n".join(parts)


def _overview() -> str:
    rows = [
        f"| [`{event_name(one)}`](#{event_name(one).replace('.', '')}) | {_kind(one)} | {meaning_of_class(one)} |"
        for one in EVENT_TYPES
    ]
    return "\n".join(["| event | kind | meaning |", "|---|---|---|", *rows, ""])


def _common() -> str:
    return f"## Every event\n\n{_fields(Event)}"


def _section(event_type: type[Event]) -> str:
    own = [field.name for field in msgspec.structs.fields(event_type) if field.name not in ("id", "at")]
    head = (
        f"## `{event_name(event_type)}`\n\n{_kind(event_type).capitalize()}. {meaning_of_class(event_type)}\n"
    )
    return f"{head}\n{_fields(event_type, own)}"


def _kind(event_type: type[Event]) -> str:
    return "live" if event_type.live else "fact"


def _fields(struct: type[msgspec.Struct], wanted: list[str] | None = None) -> str:
    meanings, kinds = field_meanings(struct), typing.get_type_hints(struct, include_extras=True)
    rows = [
        f"| `{field.name}` | {type_in_words(kinds[field.name])} | {meanings[field.name]} |"
        for field in msgspec.structs.fields(struct)
        if wanted is None or field.name in wanted
    ]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows, ""])

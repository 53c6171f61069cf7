"""Filling a text: ``{نام بیمه‌گذار}`` becomes the value, as people write it.

A field must have a value, or that receiver is blocked with the reason; ``{نام؟}`` with a question mark may be empty.
``{{`` and ``}}`` are braces. Values are put in once and never read as fields again, so nobody's name can insert one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TypeAlias

import msgspec

from appliance.core.jalali import DEFAULT_ZONE, format_date, format_moment, persian_digits

SEPARATOR = "٬"
"""U+066C, between groups of three digits."""
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}\n]{1,60})\}")
_OPTIONAL = ("?", "؟")


class Rial(msgspec.Struct, frozen=True):
    """An amount in rials."""

    amount: int


class Verbatim(msgspec.Struct, frozen=True):
    """A text whose digits stay as they are: a link, a code, an address."""

    text: str


Value: TypeAlias = str | int | date | datetime | Rial | Verbatim | None
"""What a field may hold; None and an empty text are no value."""


class Field(msgspec.Struct, frozen=True):
    """One field of a text."""

    name: str
    is_optional: bool


class Rendered(msgspec.Struct, frozen=True):
    """A filled text."""

    text: str
    missing: tuple[str, ...] = ()
    """Fields that must have a value and have none: the receiver is blocked."""

    @property
    def is_complete(self) -> bool:
        """Whether it may be sent."""
        return not self.missing


def fields_in(body: str) -> list[Field]:
    """Give the fields of a text in order, each once; required when it stands anywhere as required."""
    found: dict[str, bool] = {}
    for match in _FIELD.finditer(body):
        if match[1] is not None:
            name, is_optional = _named(match[1])
            found[name] = found.get(name, True) and is_optional
    return [Field(name, is_optional) for name, is_optional in found.items()]


def unknown_fields(body: str, known: Collection[str]) -> list[str]:
    """Give the fields of a text that an event does not have."""
    return [field.name for field in fields_in(body) if field.name not in known]


def stray_braces(body: str) -> bool:
    """Tell whether a brace of the text belongs to no field: a slip that would be sent as it stands."""
    rest = _FIELD.sub("", body)
    return "{" in rest or "}" in rest


def render(body: str, values: Mapping[str, Value], zone: str = DEFAULT_ZONE) -> Rendered:
    """Fill a text with Persian digits, Jalali dates and separated amounts."""
    missing: dict[str, None] = {}

    def fill(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        name, is_optional = _named(match[1])
        shown = show(values.get(name), zone)
        if not shown and not is_optional:
            missing[name] = None
        return shown

    text = _FIELD.sub(fill, body)
    return Rendered(text, tuple(missing))


def show(value: Value, zone: str = DEFAULT_ZONE) -> str:
    """Write a value as people read it."""
    match value:
        case None:
            return ""
        case Verbatim(text):
            return text
        case Rial(amount):
            return f"{separated(amount)} ریال"
        case datetime():
            return format_moment(value, zone)
        case date():
            return format_date(value)
        case _:
            return persian_digits(value).strip()


def separated(number: int) -> str:
    """Write a whole number in groups of three with Persian digits: ``۱۲٬۵۰۰``; a minus stands before it."""
    return persian_digits(f"{number:,}".replace(",", SEPARATOR).replace("-", "\u2212"))


def _named(inside: str) -> tuple[str, bool]:
    name = " ".join(inside.split())
    if name.endswith(_OPTIONAL):
        return name[:-1].rstrip(), True
    return name, False

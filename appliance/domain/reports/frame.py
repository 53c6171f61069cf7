"""What a report is: its title, conditions, columns, groups and totals. One small file describes one report.

The frame does the rest for each of them: the bar of filters, the screen, paper, PDF, spreadsheets, saved filters and
messages to those on it. A report reads one subject's fields (`domain.fields`), so what a user may not see is missing
from its rows, and what lies outside of his reach is not on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from appliance.domain.fields import Field, Subject

Row = Mapping[str, Any]
"""Values of the fields a report reads, by key; a field the user may not see is not there."""
Opens = Literal["", "record", "person", "later"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One of the texts that stand above each other in a column."""

    title: str
    """Its line in the column's heading."""
    write: Callable[[Row], str]
    """Gives the text as people read it, with Persian digits."""
    reads: tuple[str, ...]
    """Keys of the fields it is written from."""
    opens: Opens = ""
    """What it leads to on the screen."""
    day: str = ""
    """Key of a date it shows whose distance from today matters to who works with the report."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column as it is printed: one row of the report has one line in it for each part."""

    parts: tuple[Part, ...]
    share: int
    """Its part of the paper's width, beside the other columns'."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What rows are gathered by."""

    title: str
    """Persian, stands before each group's own name: «رشته»."""
    key_sql: str
    """SQL of what rows of one group have in common."""
    name_sql: str
    """SQL of the group's name; its parts apart by TAB when `name` puts them together."""
    name: Callable[[str], str] = str
    """Gives the name as people read it."""


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """A sum at the foot of every group and of the report."""

    title: str
    field: str
    """Key of a field in rials."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The day a report is asked by: so many days from today, or from one day to another."""

    field: str
    title: str
    """«تاریخ انقضاء»."""
    is_ahead: bool = False
    """Days are counted forwards from today, else back."""
    days: int | None = None
    """Days it is asked for before anybody chooses; None: every day."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One report."""

    key: str
    """Name in addresses and saved filters."""
    title: str
    """Stands at the head of the paper."""
    short_title: str
    about: str
    """One sentence on what is on it, for those who choose a report."""
    icon: str
    section: str
    """Heading it stands under in the list of reports."""
    subject: Subject
    where: str
    """SQL condition of every row; may name ``:today``."""
    span: Span | None = None
    filters: tuple[str, ...] = ()
    """Conditions offered in the bar, as ``field.operator``; the first may be a search."""
    further: tuple[str, ...] = ()
    """Conditions offered below it."""
    groups: tuple[Group, ...] = ()
    order: tuple[tuple[str, bool], ...]
    """Pairs of SQL and whether it descends, inside the last group."""
    columns: tuple[Column, ...]
    flat: tuple[str, ...]
    """Keys of the fields that are the columns of a spreadsheet, one row a record."""
    totals: tuple[Total, ...] = ()
    person_field: str = "person_id"
    """Field with the id of whom a message about a row goes to."""
    unit_sql: str = "policies.unit_id"
    """SQL of the unit a row belongs to, for «واحد جاری»."""
    list_of: Subject | None = None
    """Subject whose own list has the same rows by `listed`, the span and the filters: what messages to those on the
    report are addressed by. None: there is no such list."""
    listed: dict[str, str] = {}
    """Conditions of that list, as its address has them."""
    empty: str = "با این شرط‌ها چیزی نیست."

    @property
    def reads(self) -> tuple[str, ...]:
        """Give the keys of the fields its columns are written from."""
        keys = [key for column in self.columns for part in column.parts for key in part.reads]
        return tuple(dict.fromkeys([*keys, self.person_field]))

    @property
    def heads(self) -> int:
        """Give the lines of its heading, and so of a row."""
        return max(len(column.parts) for column in self.columns)

    def field(self, key: str) -> Field:
        """Give a field of its subject. Raises KeyError."""
        found = self.subject.field(key)
        if found is None:
            raise KeyError(f"report {self.key}: {self.subject.key} has no field {key!r}")
        return found

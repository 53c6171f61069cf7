"""A field and the subject it belongs to."""

from __future__ import annotations

import msgspec

from appliance.domain.access import Permission, Scope, User
from appliance.domain.fields.kinds import Kind


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing known of a record."""

    key: str
    """Name in forms, addresses and message texts, and the column unless `sql` says otherwise."""
    title: str
    """Persian label."""
    kind: Kind
    sql: str = ""
    """SQL of the value among the subject's tables; empty: the subject's own column of that name."""
    shown_sql: str = ""
    """SQL of what is shown instead of the value (the title of a list's row)."""
    sort_sql: str = ""
    """SQL it is sorted by, where the value itself has no Persian order."""
    ties_sql: str = ""
    """SQL that orders equal values, ascending in either direction; empty: by their ids."""
    folded_sql: str = ""
    """SQL of its folded spelling, where one is stored; else it is folded while asked for."""
    search_column: str = ""
    """Column of the search index (`db.queries.search`) whose trigrams narrow a search for part of the text."""
    narrowing: dict[str, str] = {}
    """SQL by value that follows from the value and that an index knows, where the value itself is computed."""
    counted_sql: str = ""
    """SELECT of the ids of records that have at least one of what the field counts."""
    is_entered: bool = True
    """Stands in the subject's form."""
    is_required: bool = False
    is_listed: bool = False
    """A column of the list unless the user chooses otherwise."""
    is_filtered: bool = True
    is_sorted: bool = False
    """Needs an index: lists of half a million rows are sorted by it."""
    is_exported: bool = True
    in_messages: bool = False
    needs: Permission | None = None
    """Who may see it; None: everybody who sees the subject."""
    section: str = ""
    """Heading it stands under in the form."""
    hint: str = ""
    worth: int = 0
    """Share in how complete a record counts as."""

    def may_be_seen_by(self, user: User) -> bool:
        """Tell whether a user's rights include it."""
        return self.needs is None or user.may(self.needs)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of record with its fields: what lists, filters and exports are made of."""

    key: str
    title: str
    """Persian plural."""
    table: str
    fields: tuple[Field, ...]
    joins: dict[str, str] = {}
    """JOIN clauses by the alias they bring; only those a question needs are used."""
    always: str = ""
    """SQL condition every question carries (records that are archived stay out)."""
    reach: dict[Scope, str] = {}
    """SQL condition of each narrower scope, with ``:reach_user``, ``:reach_unit``, ``:reach_marketer``."""
    either: dict[Scope, tuple[str, ...]] = {}
    """The alternatives a scope's condition in `reach` is made of, where each has an index of its own."""
    search_lead: str = ""
    """FROM clause that leads from the search index to `table`."""
    search_row: str = ""
    """SQL of the person a row belongs to, whom the search index knows."""
    sorting: str
    """Key of the field lists are sorted by first; a leading ``-`` turns it round."""
    view: Permission
    export: Permission

    def field(self, key: str) -> Field | None:
        """Give a field by its key."""
        return next((field for field in self.fields if field.key == key), None)

    def seen_by(self, user: User) -> tuple[Field, ...]:
        """Give the fields a user may see."""
        return tuple(field for field in self.fields if field.may_be_seen_by(user))

    def sql_of(self, field: Field) -> str:
        """Give the SQL of a field's value."""
        return field.sql or f"{self.table}.{field.key}"

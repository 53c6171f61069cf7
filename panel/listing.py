"""A list of records: its filters, order, columns, pages and exports, all from the address, all from described fields.

The address of a list is its whole state (``f.end_date.next=30&sort=-end_date&page=2``), so a list can be kept,
sent, bookmarked and saved as a view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import render_template
from flask.typing import ResponseReturnValue

from appliance.core.jalali import persian_digits
from appliance.domain.access import User
from appliance.domain.fields import Asked, Condition, Field, Subject, ask
from appliance.domain.fields.asking import OPERATOR_TITLES, Answerable, words_of
from appliance.domain.fields.kinds import Choice, Flag, Listed
from appliance.domain.list_views import chosen_columns
from appliance.domain.settings.office import read_office
from db import Connection
from db.listing import Page, count_matches, read_page
from db.queries import lists
from db.queries.lists import Entry
from db.queries.views import SavedView, list_views
from panel.context import now, office
from panel.exporting import export_list
from panel.problems import field_problem

PAGE_ROWS = 50
LAST_PAGE = 200
"""A list is paged through up to here; who looks further wants another condition or order."""
PREFIX = "f."


@dataclass(frozen=True)
class FilterInput:
    """One condition a user may set."""

    field: Field
    operator: str
    text: str
    problem: str
    choices: list[Entry]

    @property
    def name(self) -> str:
        """Name in the address."""
        return f"{PREFIX}{self.field.key}.{self.operator}"

    @property
    def title(self) -> str:
        """Persian label."""
        plain = self.operator in ("is", "any", "contains")
        return self.field.title if plain else f"{self.field.title} {OPERATOR_TITLES[self.operator]}"


class Listing:
    """One page of a list as a user asked for it."""

    def __init__(
        self,
        conn: Connection,
        subject: Subject,
        user: User,
        arguments: Mapping[str, str],
        *,
        path: str,
        extra: tuple[str, dict[str, Any]] | None = None,
        keep: Mapping[str, str] | None = None,
        key: str = "",
    ) -> None:
        """`arguments` is the query of the request, `extra` a condition of its own, `keep` goes along in links.

        Columns and views are kept under `key`, the subject's own when empty.
        """
        self._conn, self._user, self._path, self._keep = conn, user, path, dict(keep or {})
        self.key = key or subject.key
        self.subject = subject
        self.arguments = {key: value for key, value in arguments.items() if value}
        self.conditions = _conditions(self.arguments)
        wanted = [name for name in self.arguments.get("columns", "").split(",") if name]
        wanted = wanted or chosen_columns(conn, user.id, self.key)
        asked = Asked(conditions=self.conditions, sorting=self.arguments.get("sort", ""), columns=wanted)
        self.answerable: Answerable = ask(
            subject,
            asked,
            user,
            now(),
            office().zone,
            extra=extra,
            expiring_days=read_office(conn).expiring_days,
        )
        self.page = _page(self.arguments.get("page", ""))

    @cached_property
    def _read(self) -> Page:
        offset = (self.page - 1) * PAGE_ROWS
        return read_page(self._conn, self.answerable.question, limit=PAGE_ROWS, offset=offset)

    def count_words(self, seconds: float) -> str:
        """Say how many rows there are without reading any, as far as some processor seconds allow."""
        return _total_words(*count_matches(self._conn, self.answerable.question, seconds=seconds))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Give the page's rows."""
        return self._read.rows

    @property
    def total(self) -> int:
        """Give how many rows there are, as far as they were counted."""
        return self._read.total

    @property
    def columns(self) -> tuple[Field, ...]:
        """Give the shown fields."""
        return self.answerable.columns

    @property
    def is_narrowed(self) -> bool:
        """Tell whether any condition is set."""
        return bool(self.conditions)

    @property
    def total_words(self) -> str:
        """Say how many rows there are."""
        return _total_words(self.total, self._read.is_more)

    @property
    def is_more(self) -> bool:
        """Tell whether there are more rows than were counted."""
        return self._read.is_more

    @property
    def pages(self) -> int:
        """Give how many pages there are; a list is paged through up to `LAST_PAGE`."""
        if self._read.is_more:
            return LAST_PAGE
        return max(1, min(LAST_PAGE, -(-self.total // PAGE_ROWS)))

    @property
    def has_next(self) -> bool:
        """Tell whether a further page can be shown."""
        return self.page < self.pages and len(self.rows) == PAGE_ROWS

    @property
    def user_id(self) -> int:
        """Give whose list it is."""
        return self._user.id

    @property
    def offered_columns(self) -> list[tuple[Field, bool]]:
        """Give the fields that may be columns, those shown first and in their order, and whether each is shown."""
        shown = {field.key for field in self.columns}
        others = [
            field
            for field in self.subject.seen_by(self._user)
            if field.key not in shown and (field.is_exported or field.is_listed)
        ]
        return [*((field, True) for field in self.columns), *((field, False) for field in others)]

    @cached_property
    def views(self) -> list[SavedView]:
        """Give the views of this list the user may choose from."""
        return list_views(self._conn, self._user.id, self.key)

    @property
    def view_id(self) -> int:
        """Give the id of the chosen view; 0 without one."""
        text = self.arguments.get("view", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0

    def view_link(self, view: SavedView) -> str:
        """Give the address of a view."""
        return f"{self._path}?{view.query}&view={view.id}" if view.query else f"{self._path}?view={view.id}"

    @property
    def path(self) -> str:
        """Give the list's address without conditions."""
        return self.link(**dict.fromkeys(self.arguments))

    @property
    def may_export(self) -> bool:
        """Tell whether the user may take the list out as a file."""
        return self._user.may(self.subject.export)

    def export_link(self, kind: str) -> str:
        """Give the address of the list as a file."""
        return self.link(export=kind, page=None, view=None)

    def answer(self, template: str, **values: Any) -> ResponseReturnValue:
        """Give the page of the list, or the file its address asks for (``export=xlsx``)."""
        kind = self.arguments.get("export")
        if kind:
            words = "، ".join(text for text, _without in self.chips)
            return export_list(self.subject, self.answerable, kind, words)
        return render_template(template, listing=self, **values)

    def shown(self, field: Field, row: Mapping[str, Any]) -> str:
        """Give a cell's text."""
        value = row[field.key]
        if field.shown_sql:
            return "" if value is None else str(value)
        return field.kind.show(value)

    def sort_link(self, field: Field) -> str:
        """Give the address sorted by a field, turned round when it is already."""
        is_by_it = self.answerable.sorting == field.key
        return self.link(sort=f"-{field.key}" if is_by_it else field.key, page=None)

    def sort_state(self, field: Field) -> str:
        """Give the ``aria-sort`` of a column."""
        if self.answerable.sorting.removeprefix("-") != field.key:
            return "none"
        return "descending" if self.answerable.sorting.startswith("-") else "ascending"

    def link(self, **changes: str | int | None) -> str:
        """Give the list's address with some arguments changed; None takes one out."""
        merged: dict[str, Any] = {**self.arguments, **self._keep, **changes}
        kept = {key: value for key, value in merged.items() if value not in (None, "")}
        return f"{self._path}?{urlencode(kept)}" if kept else self._path

    def filters(self, *names: str) -> list[FilterInput]:
        """Give the inputs of conditions named ``field.operator``; those a user may not ask for are left out."""
        seen = {field.key: field for field in self.subject.seen_by(self._user)}
        inputs = []
        for name in names:
            key, operator = name.split(".")
            if key in seen and seen[key].is_filtered:
                inputs.append(
                    FilterInput(
                        field=seen[key],
                        operator=operator,
                        text=self.arguments.get(f"{PREFIX}{name}", ""),
                        problem=self._problem(name),
                        choices=self._choices(seen[key]),
                    )
                )
        return inputs

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Give each set condition in words, with the address that takes it away."""
        chips = []
        for condition in self.conditions:
            field = self.subject.field(condition.field)
            if field is None or not field.may_be_seen_by(self._user):
                continue
            name = f"{PREFIX}{condition.field}.{condition.operator}"
            chips.append((self._words(field, condition), self.link(**{name: None, "page": None})))
        return chips

    def _words(self, field: Field, condition: Condition) -> str:
        if isinstance(field.kind, Listed) and condition.operator in ("is", "any"):
            titles = [
                lists.find_title(self._conn, field.kind.listing, key) for key in condition.text.split(",")
            ]
            return f"{field.title}: {'، '.join(titles)}"
        return words_of(field, condition)

    def _problem(self, name: str) -> str:
        code = self.answerable.problems.get(name)
        return field_problem(code) if code else ""

    def _choices(self, field: Field) -> list[Entry]:
        if isinstance(field.kind, Choice | Flag):
            return [Entry(key, title) for key, title in field.kind.titles.items()]
        if isinstance(field.kind, Listed) and field.kind.listing != "persons":
            return lists.list_entries(self._conn, field.kind.listing)
        return []


def _total_words(total: int, is_more: bool) -> str:
    words = persian_digits(f"{total:,}".replace(",", "٬"))
    return f"بیش از {words}" if is_more else words


def _conditions(arguments: Mapping[str, str]) -> list[Condition]:
    found = []
    for name, text in arguments.items():
        parts = name.removeprefix(PREFIX).split(".")
        if name.startswith(PREFIX) and len(parts) == 2 and text.strip():
            found.append(Condition(parts[0], parts[1], text))
    return found


def _page(text: str) -> int:
    return max(1, min(LAST_PAGE, int(text))) if text.isascii() and text.isdecimal() else 1

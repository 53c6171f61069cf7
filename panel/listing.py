"""A list of records: its filters, order, columns, pages and exports, all from the address, all from described fields.

The address of a list is its whole state (``f.end_date.next=30&sort=-end_date&page=2``), so a list can be kept,
sent, bookmarked and saved as a view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from appliance.domain.access import User
from appliance.domain.fields import Asked, Condition, Field, Subject, ask
from appliance.domain.fields.asking import OPERATOR_TITLES, Answerable, words_of
from appliance.domain.fields.kinds import Choice, Flag, Listed
from db import Connection
from db.listing import MOST_COUNTED, count_rows, select_page
from db.queries import lists
from db.queries.lists import Entry
from panel.context import now, office
from panel.problems import field_problem

PAGE_ROWS = 50
LAST_PAGE = MOST_COUNTED // PAGE_ROWS
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
    ) -> None:
        """`arguments` is the query of the request, `extra` a condition of its own, `keep` goes along in links."""
        self._conn, self._user, self._path, self._keep = conn, user, path, dict(keep or {})
        self.subject = subject
        self.arguments = {key: value for key, value in arguments.items() if value}
        self.conditions = _conditions(self.arguments)
        wanted = [key for key in self.arguments.get("columns", "").split(",") if key]
        asked = Asked(conditions=self.conditions, sorting=self.arguments.get("sort", ""), columns=wanted)
        self.answerable: Answerable = ask(subject, asked, user, now(), office().zone, extra=extra)
        self.page = _page(self.arguments.get("page", ""))
        self.total = count_rows(conn, self.answerable.question)
        self.rows = select_page(
            conn, self.answerable.question, limit=PAGE_ROWS, offset=(self.page - 1) * PAGE_ROWS
        )

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
        from appliance.core.jalali import persian_digits

        if self.total > MOST_COUNTED:
            return f"بیش از {persian_digits(f'{MOST_COUNTED:,}'.replace(',', '٬'))}"
        return persian_digits(f"{self.total:,}".replace(",", "٬"))

    @property
    def pages(self) -> int:
        """Give how many pages there are; a list is paged through up to `LAST_PAGE`."""
        return max(1, min(LAST_PAGE, -(-self.total // PAGE_ROWS)))

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


def _conditions(arguments: Mapping[str, str]) -> list[Condition]:
    found = []
    for name, text in arguments.items():
        parts = name.removeprefix(PREFIX).split(".")
        if name.startswith(PREFIX) and len(parts) == 2 and text.strip():
            found.append(Condition(parts[0], parts[1], text))
    return found


def _page(text: str) -> int:
    return max(1, min(LAST_PAGE, int(text))) if text.isascii() and text.isdecimal() else 1

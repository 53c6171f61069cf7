"""A form made of described fields: what stands in each input, what is wrong with it, and what may be chosen.

Routes pass the texts of the request on to a service of the domain, which reads them by the same fields; when it
refuses, the form is shown again with what was typed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, Day, Flag, Listed, Text
from db import Connection
from db.queries import lists
from db.queries.lists import Entry
from panel.problems import field_problem

LONG_LIST = 400
"""A list longer than this is asked for by typing and not shown whole."""


@dataclass(frozen=True)
class Input:
    """One field as a template shows it."""

    field: Field
    text: str
    problem: str = ""
    choices: list[Entry] = dataclasses.field(default_factory=list)

    @property
    def key(self) -> str:
        """Name in the form."""
        return self.field.key

    @property
    def control(self) -> str:
        """Which control it is: ``select``, ``area``, ``tick``, ``day`` or ``line``."""
        kind = self.field.kind
        if isinstance(kind, Choice | Listed):
            return "select"
        if isinstance(kind, Flag):
            return "tick"
        if isinstance(kind, Day):
            return "day"
        return "area" if isinstance(kind, Text) and kind.name == "note" else "line"


class RecordForm:
    """A form of several fields."""

    def __init__(
        self,
        conn: Connection,
        fields: Iterable[Field],
        *,
        values: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
        problems: Mapping[str, str] | None = None,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        """`values` is the stored record, `texts` what was typed over it, `problems` the code by field; `titles`
        replaces labels (the four fields an office names itself)."""
        self._conn = conn
        self._values, self._texts = values or {}, texts or {}
        self._problems, self._titles = problems or {}, titles or {}
        self.inputs = {one.key: self._input(one) for one in fields}

    def __getitem__(self, key: str) -> Input:
        return self.inputs[key]

    def __contains__(self, key: str) -> bool:
        return key in self.inputs

    @property
    def sections(self) -> list[tuple[str, list[Input]]]:
        """Give the inputs under their headings, in the order of the fields."""
        found: dict[str, list[Input]] = {}
        for one in self.inputs.values():
            found.setdefault(one.field.section, []).append(one)
        return list(found.items())

    @property
    def other_problems(self) -> list[str]:
        """Say the problems of what has no input here."""
        return [field_problem(code) for key, code in self._problems.items() if key not in self.inputs]

    def _input(self, one: Field) -> Input:
        text = self._texts.get(one.key)
        if text is None:
            text = one.kind.edit(self._values.get(one.key))
        code = self._problems.get(one.key, "")
        return Input(
            field=one, text=text, problem=field_problem(code) if code else "", choices=self._choices(one)
        )

    def title(self, one: Field) -> str:
        """Give a field's label."""
        return self._titles.get(one.key, one.title)

    def _choices(self, one: Field) -> list[Entry]:
        if isinstance(one.kind, Choice):
            return [Entry(key, title) for key, title in one.kind.titles.items()]
        if isinstance(one.kind, Listed) and one.kind.listing != "persons":
            entries = lists.list_entries(self._conn, one.kind.listing)
            current = self._values.get(one.key)
            if current is not None and str(current) not in {entry.key for entry in entries}:
                title = lists.find_title(self._conn, one.kind.listing, current)
                entries = [Entry(str(current), title), *entries]
            return entries[:LONG_LIST]
        return []

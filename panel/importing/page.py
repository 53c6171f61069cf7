"""What the page of one import shows, by its state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.core.import_files import ImportFiles, Progress
from appliance.domain.importing import mapping as columns
from appliance.domain.importing import work
from appliance.domain.importing.profiles import PROFILES, header_key
from appliance.domain.importing.targets import TARGETS
from appliance.domain.importing.undoing import UndoPlan, plan_undo
from appliance.domain.policies.userfields import user_fields
from db.queries import imports, lists
from db.queries.import_rows import ComparedRow, count_reasons, list_rows
from db.queries.import_undoing import has_rests
from db.queries.imports import Import
from db.text import fold
from panel.context import conn, office
from panel.importing.words import ROW_STATES, WORKING, row_problem

ROWS = 50
_FIRST = ("error", "differs", "changed", "new", "same", "foreign", "double")


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a file, to be told what it is."""

    place: int
    title: str
    samples: list[str]
    target: str
    problem: str


def import_files() -> ImportFiles:
    """Give the folder of imports."""
    config = office().config
    return ImportFiles(config.data.folder, config.imports.folder)


class ImportPage:
    """One import."""

    def __init__(self, one: Import, arguments: Mapping[str, str], problems: Mapping[str, str] | None = None,
                 form: Mapping[str, str] | None = None) -> None:  # fmt: skip
        self.one = one
        self.problems = dict(problems or {})
        self._form = form
        self._arguments = arguments
        self.files = import_files()

    @property
    def is_working(self) -> bool:
        """Whether a worker is to do something: also when what it stored is being taken back."""
        return self.one.state in WORKING or (self.one.state != "applied" and has_rests(conn(), self.one.id))

    @property
    def told(self) -> Progress:
        """How far the worker of the step at hand is; what an earlier step told is over."""
        told = self.files.progress(self.one.stored_name)
        is_undoing = self.one.state in ("undone", "failed")
        is_old = self.one.state == "waiting" or is_undoing != (told.phase == "undoing")
        return Progress() if is_old and self.one.state != "applying" else told

    @property
    def has_rows(self) -> bool:
        """Whether its rows can be looked at."""
        return self.one.state in ("previewed", "applied", "undone")

    # The columns

    @property
    def profile(self) -> str:
        """The profile that is chosen."""
        if self._form is not None:
            return self._form.get("profile", "")
        asked = self._arguments.get("profile", "")
        return asked if asked in PROFILES else self.one.profile

    @property
    def insurer_id(self) -> str:
        """The insurer that is chosen; the only one when there is one."""
        if self._form is not None:
            return self._form.get("insurer_id", "")
        if self.one.insurer_id:
            return str(self.one.insurer_id)
        known = self.insurers
        return str(known[0].key) if len(known) == 1 else ""

    @property
    def insurers(self) -> list[Any]:
        """Give the insurers to choose from."""
        return list(lists.list_entries(conn(), "insurers"))

    @property
    def columns(self) -> list[Column]:
        """Give the columns with what they are taken for."""
        titles: list[str] = self.one.found("titles") or []
        profile = PROFILES.get(self.profile)
        chosen: dict[str, str] = {}
        if profile is not None:
            saved = work.saved_mapping(conn(), self.one.insurer_id, profile.key)
            if profile.key == self.one.profile and self.one.mapping != "{}":
                saved = msgspec.json.decode(self.one.mapping, type=columns.Mapping)
            chosen = columns.suggest(profile, titles, saved).columns
        found, seen = [], set()
        for place, title in enumerate(titles):
            key = header_key(title)
            if not key or key in seen:
                continue
            seen.add(key)
            target = chosen.get(key, "")
            if self._form is not None:
                target = self._form.get(f"column.{place}", target)
            samples = [
                row[place] for row in self.one.found("sample") or [] if place < len(row) and row[place]
            ]
            found.append(
                Column(place=place, title=title, samples=samples[:2], target=target,
                       problem=self.problems.get(f"column.{place}", ""))
            )  # fmt: skip
        return found

    @property
    def targets(self) -> dict[str, list[Any]]:
        """Give what a column can be, in groups."""
        groups: dict[str, list[Any]] = {}
        own = {one.key: one for one in user_fields(conn())}
        for one in TARGETS.values():
            if one.key not in own:
                groups.setdefault(one.section, []).append(one)
            elif own[one.key].is_on:
                named = msgspec.structs.replace(one, title=own[one.key].title)
                groups.setdefault(one.section, []).append(named)
        return groups

    @property
    def agencies(self) -> list[tuple[int, str, int, bool]]:
        """Give (place, agency, rows, whether it is ours)."""
        known = work.agencies_of(conn(), json.loads(self.one.findings))
        return [(place, name, count, is_ours) for place, (name, count, is_ours) in enumerate(known)]

    @property
    def unknown_lines(self) -> list[tuple[int, str, int, str]]:
        """Give (place, words, rows, line that is chosen) of the lines that mean nothing yet."""
        found = json.loads(self.one.findings)
        mapping = msgspec.json.decode(self.one.mapping, type=columns.Mapping)
        unknown = set(work.unknown_words(conn(), found, columns.Mapping()))
        codes = mapping.lines
        return [
            (place, name, count, (self._form or {}).get(f"line.{place}", codes.get(fold(name), "")))
            for place, (name, count) in enumerate(found.get("lines", []))
            if name in unknown
        ]

    @property
    def lines(self) -> list[Any]:
        """Give the lines of business to choose from."""
        return list(lists.list_entries(conn(), "lines"))

    # The rows

    @property
    def tabs(self) -> list[tuple[str, str, str, str, int]]:
        """Give (state, words, tone, icon, rows) of the states that occur, the gravest first."""
        return [
            (state, *ROW_STATES[state], self.one.count(state)) for state in _FIRST if self.one.count(state)
        ]

    @property
    def tab(self) -> str:
        """The state whose rows are shown."""
        states = [tab[0] for tab in self.tabs]
        asked = self._arguments.get("state", "")
        return asked if asked in states else states[0] if states else ""

    @property
    def rows(self) -> list[ComparedRow]:
        """Give the rows of the page, and one more when there are more."""
        after = self._arguments.get("after", "")
        start = int(after) if after.isascii() and after.isdecimal() else 0
        return list_rows(self.files.rows(self.one.stored_name), (self.tab,), after=start, limit=ROWS + 1)

    @property
    def reasons(self) -> list[tuple[str, int, int]]:
        """Give (why, rows, first row) of the errors."""
        found = count_reasons(self.files.rows(self.one.stored_name))
        return [(row_problem(reason), count, first) for reason, count, first in found[:6]]

    @property
    def is_last(self) -> bool:
        """Whether it is the import that may be undone."""
        last = imports.find_last_applied(conn())
        return last is not None and last.id == self.one.id

    @property
    def undo(self) -> UndoPlan:
        """Say what undoing would do."""
        return plan_undo(conn(), self.one)

    @property
    def open_discrepancies(self) -> int:
        """Count what still waits for a decision."""
        return imports.count_discrepancies(conn(), "open", self.one.id)

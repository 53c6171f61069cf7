"""An office that is handed files: writes them, answers what they are, and lets the worker do its steps."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import xlsxwriter

from appliance.core.clock import Clock
from appliance.core.import_files import ImportFiles
from appliance.core.sheets_limits import MOST_BYTES
from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from appliance.domain.importing import work
from appliance.domain.importing.pacing import Pace
from appliance.domain.importing.undoing import UndoPlan, undo_import
from appliance.domain.importing.values import Cell
from appliance.import_commands import work_on
from db import Connection
from db.queries import imports
from db.queries.imports import Import


def write_workbook(path: Path, table: list[list[Cell]]) -> Path:
    """Write a table as an xlsx file."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("NewDataSet1")
    for place, row in enumerate(table):
        for column, cell in enumerate(row):
            if cell is not None:
                page.write(place, column, cell)
    book.close()
    return path


class Intake:
    """Hands files in and moves them on, step by step."""

    def __init__(self, conn: Connection, database: Path, user: User, clock: Clock) -> None:
        self.conn = conn
        self.user = user
        self.clock = clock
        self.files = ImportFiles(database.parent)
        self._database = database

    def act(self) -> Any:
        """Give a change of the records by the user."""
        return acting(self.conn, self.clock.now(), self.user, lambda _event: None)

    def reading(self) -> Acting:
        """Give what reads as the user."""
        return Acting(self.conn, self.clock.now(), self.user)

    def hand_in(self, path: Path, *, origin: str = "upload") -> int:
        """Take a file up; give the import's id."""
        with path.open("rb") as file:
            kept = self.files.keep(file, MOST_BYTES)
        with self.act() as act:
            return work.receive_file(
                act, file_name=path.name, stored_name=kept.stored_name, sha256=kept.sha256, size=kept.size,
                origin=origin,
            )  # fmt: skip

    def go_on(self, import_id: int, pace: Pace | None = None) -> Import:
        """Let the worker do its step; give the import then."""
        work_on(self._database, self.files, import_id, self.clock, "021", pace or hasty_pace())
        found = imports.find_import(self.conn, import_id)
        assert found is not None
        return found

    def undo(self, import_id: int, pace: Pace | None = None) -> UndoPlan:
        """Take the last import back; give what was announced."""
        with self.act() as act:
            plan = undo_import(act, import_id)
        self.go_on(import_id, pace)
        return plan

    def preview(self, path: Path, insurer_id: int = 1, **answers: str) -> Import:
        """Hand a file in, say what it is, and compare it."""
        one = self.go_on(self.hand_in(path))
        assert one.state == "asking", (one.state, one.problem)
        with self.act() as act:
            work.answer(act, one.id, {"profile": one.profile, "insurer_id": str(insurer_id), **answers})
        return self.go_on(one.id)

    def bring_in(self, path: Path, insurer_id: int = 1, **answers: str) -> Import:
        """Hand a file in and store what it brings."""
        one = self.preview(path, insurer_id, **answers)
        assert one.state == "previewed", (one.state, one.problem)
        with self.act() as act:
            work.apply(act, one.id)
        return self.go_on(one.id)


def hasty_pace(size: int = 100) -> Pace:
    """Give a pace that rests for no time, with transactions of one size."""
    return Pace(time.monotonic, lambda _seconds: None, smallest=size, largest=size)


def counts(one: Import) -> dict[str, int]:
    """Give an import's counts but those of nothing."""
    return {key: value for key, value in json.loads(one.counts).items() if value}

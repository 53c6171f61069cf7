"""The process that reads, compares or applies one import: ``python -m appliance.import_commands ID SETTINGS``.

A file that somebody hands in is opened here and nowhere else, with a bound on memory. The process may die at any
moment: the next one takes back what was stored by then, and begins its step anew. One worker at a time stores.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.core.clock import Clock, SystemClock, to_text
from appliance.core.import_files import ImportFiles, Progress
from appliance.core.sheets import SheetError, Table, bound_memory, read_table
from appliance.domain.access import User
from appliance.domain.accounts import active_user
from appliance.domain.acting import Acting
from appliance.domain.importing import work
from appliance.domain.importing.changes import Changes
from appliance.domain.importing.comparing import compare
from appliance.domain.importing.mapping import Header
from appliance.domain.importing.pacing import Pace
from appliance.domain.importing.profiles import PROFILES
from appliance.domain.importing.rows import Row, read_rows, sample
from appliance.domain.importing.settings import read_settings
from appliance.domain.importing.storing import StaleError, store
from appliance.domain.importing.undoing import take_back
from db import Connection, connect, transaction
from db.queries import import_undoing, imports
from db.queries.bulk import enlarge_cache, update_statistics
from db.queries.import_rows import write_rows
from db.queries.imports import Import

log = logging.getLogger("import")

STEPS = {"read": "reading", "compare": "comparing", "apply": "applying"}
MOST_TRIES = 3
"""How often an import is compared anew when records change under it."""
MANY_RECORDS = 2_000
"""New persons and policies from which on the database looks anew at what its tables hold."""


def work_on(
    database: Path,
    files: ImportFiles,
    import_id: int,
    clock: Clock,
    area_code: str = "",
    pace: Pace | None = None,
) -> str:
    """Do the step an import waits for, and those that follow by themselves; give its state then."""
    conn = connect(database)
    try:
        while True:
            one = imports.find_import(conn, import_id)
            if one is None:
                return ""
            is_over = one.state not in ("waiting", *STEPS.values())
            if is_over and (one.state == "applied" or not import_undoing.has_rests(conn, import_id)):
                return one.state
            with files.worked_on(one.stored_name) as is_mine:
                if not is_mine:
                    return one.state
                worker = _Worker(conn, files, one, clock, area_code, pace or Pace(time.monotonic, time.sleep))
                if is_over:
                    worker.take_back()
                else:
                    worker.step()
    finally:
        conn.close()


class _Worker:
    def __init__(
        self, conn: Connection, files: ImportFiles, one: Import, clock: Clock, area_code: str, pace: Pace
    ) -> None:
        self.conn = conn
        self.files = files
        self.one = one
        self.clock = clock
        self.area_code = area_code
        self.pace = pace

    def step(self) -> None:
        """Do what is wanted; whatever goes wrong is said on the import and changes nothing else."""
        state = STEPS[self.one.wanted]
        with transaction(self.conn):
            if not imports.update_import(
                self.conn,
                self.one.id,
                ("waiting", *STEPS.values()),
                {"state": state, "started_at": to_text(self.clock.now())},
            ):
                return
        try:
            getattr(self, f"_{self.one.wanted}")()
        except SheetError as problem:
            self._fail(str(problem))
        except MemoryError:
            self._fail("file.heavy")
        except Exception:  # the process's outermost loop: the import says that it failed, the log says why
            log.exception("happening=import-failed import=%d step=%s", self.one.id, self.one.wanted)
            self._fail("worker.failed")

    def take_back(self) -> None:
        """Take back an import that was undone or has failed."""
        with self.files.storing():
            self._tell("undoing", 0, 0)
            self._take_back_rests()
        log.info(
            "happening=import-taken-back import=%d turns=%d longest_lock_ms=%.0f",
            self.one.id, self.pace.turns, 1000 * self.pace.longest_s,
        )  # fmt: skip

    def _take_back_rests(self) -> None:
        """Take back whatever imports that are not applied left: nobody else stores, so their workers are dead."""
        for import_id in import_undoing.list_with_rests(self.conn):
            take_back(self.conn, import_id, self.pace, lambda done, whole: self._tell("undoing", done, whole))

    def _read(self) -> None:
        table = self._table()
        found = work.describe(self.conn, self.one, table.rows, table.sheet, to_text(self.clock.now()))
        with transaction(self.conn):
            work.settle_reading(Acting(self.conn, self.clock.now(), None), self.one.id, found)

    def _compare(self) -> None:
        changes, rows = self._compared()
        self._write_rows(changes, rows)
        counts = changes.counts()
        is_automatic = (
            self.one.origin == "folder"
            and read_settings(self.conn).is_automatic
            and not counts["error"]
            and rows
        )
        after = {"state": "waiting", "wanted": "apply"} if is_automatic else {"state": "previewed"}
        with transaction(self.conn):
            values = {"counts": json.dumps(counts), "problem": ""} | after
            imports.update_import(self.conn, self.one.id, ("comparing",), values)

    def _apply(self) -> None:
        with self.files.storing():
            for attempt in range(MOST_TRIES):
                self._tell("undoing", 0, 0)
                self._take_back_rests()
                changes, rows = self._compared()
                try:
                    self._store(changes)
                except StaleError as error:
                    log.warning(
                        "happening=import-stale import=%d attempt=%d problem=%s", self.one.id, attempt, error
                    )
                    continue
                except Exception:
                    self._tell("undoing", 0, 0)
                    self._take_back_rests()
                    raise
                self._write_rows(changes, rows)
                return
            self._fail("worker.busy")
            self._take_back_rests()

    def _store(self, changes: Changes) -> None:
        counts = changes.counts()
        enlarge_cache(self.conn)
        act = Acting(self.conn, self.clock.now(), self._user())
        has_plans = PROFILES[self.one.profile].subject == "instalments"
        self.pace.begin_small()
        store(act, self.one.id, changes, counts, self.pace, has_plans=has_plans, tell=self._tell_stored)
        if counts["policies"] + counts["persons"] >= MANY_RECORDS:
            for table in (*import_undoing.MADE, "person_phones", "commissions"):
                with self.pace.turn(self.conn):
                    update_statistics(self.conn, table)
        log.info(
            "happening=import-applied import=%d rows=%d turns=%d longest_lock_ms=%.0f",
            self.one.id, counts["rows"], self.pace.turns, 1000 * self.pace.longest_s,
        )  # fmt: skip

    def _tell_stored(self, done: int, whole: int) -> None:
        self._tell("storing", done, whole)

    def _compared(self) -> tuple[Changes, list[Row]]:
        table = self._table()
        header = Header(int(self.one.found("header_row")), list(self.one.found("titles")))
        self._tell("checking", 0, len(table.rows))
        rows = list(read_rows(table.rows, header, work.setup_of(self.conn, self.one, self.area_code)))
        assert self.one.insurer_id is not None
        changes = compare(
            self.conn,
            rows,
            work.setup_of(self.conn, self.one, self.area_code),
            insurer_id=self.one.insurer_id,
            now=self.clock.now(),
            user_id=self.one.created_by,
            period=str(self.one.found("period") or ""),
            tell=lambda done, whole: self._tell("comparing", done, whole),
        )
        return changes, rows

    def _table(self) -> Table:
        self._tell("reading", 0, 0)
        path = self.files.path(self.one.stored_name)
        if not path.exists():
            raise SheetError("file.gone")
        return read_table(path)

    def _write_rows(self, changes: Changes, rows: list[Row]) -> None:
        def one(row: Row) -> dict[str, Any]:
            outcome = changes.outcomes[row.no]
            return sample(row) | {
                "no": row.no, "state": outcome.state, "reason": outcome.reason, "person": outcome.person,
                "policy": outcome.policy,
            }  # fmt: skip

        write_rows(self.files.rows(self.one.stored_name), map(one, rows))

    def _user(self) -> User | None:
        return active_user(self.conn, self.one.created_by) if self.one.created_by else None

    def _fail(self, problem: str) -> None:
        with transaction(self.conn):
            values = {"state": "failed", "problem": problem}
            imports.update_import(self.conn, self.one.id, tuple(STEPS.values()), values)

    def _tell(self, phase: str, done: int, whole: int) -> None:
        self.files.tell(self.one.stored_name, Progress(phase, done, whole))


def main(arguments: list[str], limit: Callable[[], None] = bound_memory) -> None:
    """Run the step of one import."""
    from appliance.core.service import set_up_logging

    set_up_logging("import")
    limit()
    settings = json.loads(arguments[1])
    data = Path(settings["data"])
    work_on(
        data / "aminbox.sqlite3",
        ImportFiles(data),
        int(arguments[0]),
        SystemClock(),
        settings.get("area_code", ""),
    )


if __name__ == "__main__":
    main(sys.argv[1:])

"""How long an import takes, how long it holds the write lock, and how long others wait for it meanwhile.

``python -m tests.bench importing --rows 20000`` imports invented files of F1 and F2 into an empty office, or into a
copy of ``--database``, twice each, with a second process that saves a form of the panel every 50 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import resource
import shutil
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from appliance.core.clock import SystemClock
from appliance.domain.demo_data.import_samples import Sample
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.importing import work
from appliance.domain.importing.pacing import Pace
from appliance.domain.importing.profiles import PROFILES
from db import connect, migrate, transaction
from db.queries.users import find_user_by_name, insert_user
from panel.app import create_app
from tests.fakes.imports import Intake, counts, write_workbook
from tests.fakes.office import furnish
from tests.panel.world import LocalBus, Person, office_config

EVERY_S = 0.05
USER = "bench-owner"
FIRST_CORE = 30_000_000


def save_all_the_time(
    folder: str, ready: Event, stop: Event, waits: multiprocessing.Queue[list[float]]
) -> None:
    """Save a page's form again and again; give how long each took until the answer was there."""
    found: list[float] = []
    with contextlib.closing(connect(Path(folder) / "aminbox.sqlite3")) as conn:
        person = Person(create_app(office_config(Path(folder)), bus=LocalBus()), conn, USER)
        token = person.token()
        ready.set()
        while not stop.is_set() or not found:
            began = time.monotonic()
            answer = person.client.post(
                "/persons/1/electronic",
                data={"kind": "email", "address": f"nemune{time.monotonic_ns()}@example.ir"},
                headers={"X-CSRFToken": token},
            )
            found.append(time.monotonic() - began)
            if answer.status_code != 303:
                raise SystemExit(f"a page was not saved: {answer.status_code} {answer.text[:500]}")
            time.sleep(EVERY_S)
    waits.put(found)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--database", type=Path, help="a large office to be copied; empty without")
    parser.add_argument("--profiles", default="F1,F2")
    given = parser.parse_args(arguments or [])
    folder = Path(tempfile.mkdtemp(prefix="bench-import-"))
    try:
        database = folder / "aminbox.sqlite3"
        if given.database:
            shutil.copy(given.database, database)
        migrate(database)
        conn = connect(database)
        if not given.database:
            with transaction(conn):
                furnish(conn)
        with transaction(conn):
            enter_structure(conn)
            if find_user_by_name(conn, USER) is None:
                insert_user(conn, username=USER, display_name=USER, role="owner", password_hash="-")
        intake = Intake(conn, database, None, SystemClock())  # type: ignore[arg-type]
        print(
            "| profile | step | s | CPU s | transactions | longest write lock s | saving a form, median s | p99 "
            "| longest | rows |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        for key in given.profiles.split(","):
            path = folder / f"{key}.xlsx"
            write_workbook(path, Sample(key, given.rows, first_core=FIRST_CORE).table())
            for step in ("first", "second"):
                measure(intake, database, path, f"{PROFILES[key].key} | {step}")
            for last in conn.execute(
                "SELECT id FROM imports WHERE state = 'applied' ORDER BY id DESC"
            ).fetchall():
                undo(intake, database, last["id"], f"{PROFILES[key].key} | undone")
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"\nlargest memory of the process: {size} MB")
        conn.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Others:
    """Another process that writes meanwhile, as somebody at the panel does."""

    def __init__(self, database: Path) -> None:
        self._ready: Event = multiprocessing.Event()
        self._stop: Event = multiprocessing.Event()
        self._waits: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
        self._writer = multiprocessing.Process(
            target=save_all_the_time, args=(str(database.parent), self._ready, self._stop, self._waits)
        )

    def __enter__(self) -> Others:
        self._writer.start()
        self._ready.wait(120)
        self.began, self.began_cpu = time.monotonic(), time.process_time()
        return self

    def __exit__(self, *_error: object) -> None:
        self.took, self.worked = time.monotonic() - self.began, time.process_time() - self.began_cpu
        self._stop.set()
        self.waited = sorted(self._waits.get())
        self._writer.join()

    def line(self, name: str, storing_s: float, pace: Pace, rows: str) -> str:
        """Write what was measured as a row of the table."""
        middle, late = (self.waited[int(len(self.waited) * share)] for share in (0.5, 0.99))
        return (
            f"| {name} | {self.took:.1f} (storing {storing_s:.1f}) | {self.worked:.1f} | {pace.turns} "
            f"| {pace.longest_s:.3f} | {middle:.3f} | {late:.3f} | {self.waited[-1]:.3f} | {rows} |"
        )


def new_pace() -> Pace:
    """Give a worker's own pace."""
    return Pace(time.monotonic, time.sleep)


def measure(intake: Intake, database: Path, path: Path, name: str) -> None:
    """Import one file and print how long everything took."""
    pace = new_pace()
    with Others(database) as others:
        one = intake.go_on(intake.hand_in(path))
        with intake.act() as act:
            work.answer(act, one.id, {"profile": one.profile, "insurer_id": "1"})
        intake.go_on(one.id)
        with intake.act() as act:
            work.apply(act, one.id)
        applying = time.monotonic()
        one = intake.go_on(one.id, pace)
        took = time.monotonic() - applying
    print(others.line(name, took, pace, json.dumps(counts(one), ensure_ascii=False)), flush=True)


def undo(intake: Intake, database: Path, import_id: int, name: str) -> None:
    """Take an import back and print how long it took."""
    pace = new_pace()
    with Others(database) as others:
        plan = intake.undo(import_id, pace)
    print(others.line(name, others.took, pace, f"{plan.policies} policies"), flush=True)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

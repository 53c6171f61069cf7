"""How long an import takes, how long it holds the write lock, and how long others wait for it meanwhile.

``python -m tests.bench importing --rows 20000`` imports invented files of F1 and F2 into an empty office, or into a
copy of ``--database``, twice each, with a second process that stores a row every 50 ms as a line daemon does.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import shutil
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from appliance.core.clock import SystemClock, to_text
from appliance.domain.demo_data.import_samples import Sample
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.importing import storing, work
from appliance.domain.importing.profiles import PROFILES
from appliance.domain.importing.undoing import undo_import
from db import connect, migrate, transaction
from tests.fakes.imports import Intake, counts, write_workbook
from tests.fakes.office import furnish

EVERY_S = 0.05
FIRST_CORE = 30_000_000


def write_all_the_time(database: str, stop: Event, waits: multiprocessing.Queue[list[float]]) -> None:
    """Store a row again and again; give how long each took."""
    conn = connect(database)
    found, number = [], 0
    while not stop.is_set():
        number += 1
        began = time.monotonic()
        while True:
            try:
                with transaction(conn):
                    conn.execute(
                        "INSERT INTO job_runs (job, started_at, result) VALUES (?, ?, '') "
                        "ON CONFLICT (job) DO UPDATE SET started_at = excluded.started_at",
                        ("bench", to_text(SystemClock().now())),
                    )
                break
            except Exception as error:
                if "locked" not in str(error):
                    raise
        found.append(time.monotonic() - began)
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
        intake = Intake(conn, database, None, SystemClock())  # type: ignore[arg-type]
        print(
            "| profile | step | s | CPU s | write lock s | CPU s of it | longest wait of another writer s | rows |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for key in given.profiles.split(","):
            path = folder / f"{key}.xlsx"
            write_workbook(path, Sample(key, given.rows, first_core=FIRST_CORE).table())
            for step in ("first", "second"):
                measure(intake, database, path, f"{PROFILES[key].key} | {step}")
            for last in conn.execute(
                "SELECT id FROM imports WHERE state = 'applied' ORDER BY id DESC"
            ).fetchall():
                began = time.monotonic()
                with intake.act() as act:
                    plan = undo_import(act, last["id"])
                print(
                    f"| {key} | undone: {plan.policies} policies | {time.monotonic() - began:.2f} | | | | | |"
                )
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"\nlargest memory of the process: {size} MB")
        conn.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(intake: Intake, database: Path, path: Path, name: str) -> None:
    """Import one file and print how long everything took."""
    stop: Event = multiprocessing.Event()
    waits: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
    writer = multiprocessing.Process(target=write_all_the_time, args=(str(database), stop, waits))
    writer.start()
    began, began_cpu = time.monotonic(), time.process_time()
    one = intake.go_on(intake.hand_in(path))
    with intake.act() as act:
        work.answer(act, one.id, {"profile": one.profile, "insurer_id": "1"})
    intake.go_on(one.id)
    with intake.act() as act:
        work.apply(act, one.id)
    locks: list[float] = []
    locks_cpu: list[float] = []
    plain = storing._Storing.run

    def timed(self: storing._Storing, counted: dict[str, int]) -> None:
        start, worked = time.monotonic(), time.process_time()
        plain(self, counted)
        locks.append(time.monotonic() - start)
        locks_cpu.append(time.process_time() - worked)

    storing._Storing.run = timed  # type: ignore[method-assign]
    try:
        applying = time.monotonic()
        one = intake.go_on(one.id)
        took = time.monotonic() - applying
    finally:
        storing._Storing.run = plain  # type: ignore[method-assign]
    total, total_cpu = time.monotonic() - began, time.process_time() - began_cpu
    stop.set()
    waited = waits.get()
    writer.join()
    print(
        f"| {name} | {total:.1f} (storing {took:.1f}) | {total_cpu:.1f} | {max(locks):.2f} | {max(locks_cpu):.2f} | "
        f"{max(waited):.2f} | "
        f"{json.dumps(counts(one), ensure_ascii=False)} |"
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

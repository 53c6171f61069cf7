"""How long everybody's rank takes in a large office, and what pages notice of it.

Ranks everybody in a process of its own and at the lower priority the scheduler's unit has, while customers' pages and
lists are asked for through Flask's test client; then once more a night later, and at last changes of single customers.
The same pages are asked for before, between and after, with nothing beside them.

    python -m tests.bench.ranking --persons 20000
    python -m tests.bench.ranking --database /srv/copy-of-an-office.sqlite3
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from appliance.domain.ranking.computing import compute_everybody, compute_queued
from appliance.domain.ranking.standing import badge_of
from appliance.scheduler.ranks import compute_ranks
from db import Connection, connect, transaction
from panel.app import create_app
from tests.bench.large_office import Address, ask, person_address, persons_address, prepare
from tests.bench.tables import distribution
from tests.panel.world import LocalBus, Person, office_config

PERSONS = 200_000
CHANGES = 200
ALONE = 60
"""Pages asked for while nothing is computed."""
NICENESS = 10
"""Difference between the scheduler's unit and the panel's."""


def main(arguments: list[str] | None = None) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="ranking")
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--database", type=Path, help="measure a copy of this one and make none")
    options = parser.parse_args(arguments or [])
    folder = Path(tempfile.mkdtemp(prefix="aminbox-bench-"))
    try:
        prepare(folder, options.database, options.persons)
        measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path) -> None:
    """Rank everybody twice with pages asked for meanwhile, then single customers."""
    database = folder / "aminbox.sqlite3"
    tonight = datetime.now(UTC)
    with contextlib.closing(connect(database)) as conn:
        add_incidents(conn)
        owner = Person(create_app(office_config(folder), bus=LocalBus()), conn, "bench-owner")
        kinds = {"customer page": person_address(conn), "customers: filter, sort, page": persons_address}
        alone(owner, kinds, "before")
        for title, now in (("first", tonight), ("a night later", tonight + timedelta(days=1))):
            run = multiprocessing.get_context("spawn").Process(target=rank, args=(database, title, now))
            run.start()
            found: dict[str, list[float]] = {kind: [] for kind in kinds}
            random = Random(11)
            while run.is_alive():
                for kind, address in kinds.items():
                    began = time.perf_counter()
                    owner.get(address(random))
                    found[kind].append(time.perf_counter() - began)
                time.sleep(0.1)
            for kind, walls in found.items():
                print(distribution(f"{kind}, during {title}", walls))
            alone(owner, kinds, f"after {title}")
        changes(database, tonight + timedelta(days=1))


def alone(owner: Person, kinds: dict[str, Address], title: str) -> None:
    """Ask for pages while nothing is computed."""
    for kind, address in kinds.items():
        walls, _works, _slowest = ask(owner, address, {}, ALONE)
        print(distribution(f"{kind}, {title}", walls))


def add_incidents(conn: Connection) -> None:
    """Give every eighth policy a claim and every tenth person a cheque, half of those bounced; an invented office has
    none."""
    with transaction(conn):
        conn.execute(
            """
            INSERT OR IGNORE INTO claims (number, policy_id, event_date, reported_date, state, outstanding, created_at)
            SELECT 'bench-' || id, id, start_date, start_date, 'paid', id % 5 * 1000000, created_at
            FROM policies WHERE id % 8 = 0
            """
        )
        conn.execute(
            """
            INSERT INTO claim_payments (claim_id, on_date, amount, created_at)
            SELECT id, event_date, policy_id % 400 * 1000000 + 1000000, created_at FROM claims
            WHERE number LIKE 'bench-%' AND id NOT IN (SELECT claim_id FROM claim_payments)
            """
        )
        conn.execute(
            """
            INSERT INTO cheques (direction, person_id, amount, due_date, received_date, state, created_at)
            SELECT 'received', id, 1000000, date('now', '-' || (id % 900) || ' days'), '2025-01-01',
                CASE id % 40 WHEN 0 THEN 'bounced' WHEN 10 THEN 'settled' ELSE 'cleared' END, created_at
            FROM persons WHERE id % 10 = 0
            """
        )


def rank(database: Path, title: str, now: datetime) -> None:
    """Rank everybody as the scheduler's job does, and print what it cost."""
    os.nice(NICENESS)
    with contextlib.closing(connect(database)) as conn:
        conn.execute("UPDATE rank_book SET is_stale = 1")
        began, worked = time.monotonic(), time.process_time()
        said = compute_ranks(conn, now)
        wall, work = time.monotonic() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"everybody, {title}: {said}, {wall:.1f} s, processor {work:.1f} s, memory {peak:.0f} MB", flush=True
    )


def changes(database: Path, now: datetime) -> None:
    """Change single customers, compute them, and read their badges."""
    with contextlib.closing(connect(database)) as conn:
        if not conn.execute("SELECT 1 FROM rank_book").fetchone():
            compute_everybody(conn, now)
        largest = conn.execute("SELECT MAX(id) FROM policies").fetchone()[0]
        random, single, badges = Random(5), list[float](), list[float]()
        for _ in range(CHANGES):
            policy_id = random.randint(1, largest)
            conn.execute("UPDATE policies SET net_premium = net_premium + 1000 WHERE id = ?", (policy_id,))
            person_id = conn.execute("SELECT person_id FROM policies WHERE id = ?", (policy_id,)).fetchone()[
                0
            ]
            began = time.perf_counter()
            badge_of(conn, person_id, now.date())
            badges.append(time.perf_counter() - began)
            began = time.perf_counter()
            compute_queued(conn, now)
            single.append(time.perf_counter() - began)
        print(distribution("one customer's badge, read", badges))
        print(distribution("one customer computed and stored", single))


if __name__ == "__main__":
    main(sys.argv[1:])

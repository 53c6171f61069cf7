"""What a request costs the server in a large office: search, a customer's page, lists, the call log.

Runs the panel inside this process through Flask's test client, over a database of the asked size (made by
``aminbox demo-data``, or a copy of one that is given). Prints wall time and processor time of each kind of request:
on a busy machine only the second says what the panel did.

    python -m tests.bench.large_office --persons 20000
    python -m tests.bench.large_office --database /srv/copy-of-an-office.sqlite3
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from appliance.domain.accounts import active_user
from db import Connection, connect, migrate
from db.queries.users import find_user_by_name, insert_user
from panel.app import create_app
from panel.server import forget_what_stays
from tests.bench.tables import distribution
from tests.panel.world import FETCH, LocalBus, Person, office_config

PERSONS = 200_000
REQUESTS = 200
"""Of each kind, after a tenth as many that are not counted."""
STATUSES = ("current", "expiring", "expired", "renewed", "cancelled", "not-started", "lost")
SORTS = ("end_date", "-end_date", "issue_date", "-issue_date", "net_premium", "-net_premium", "-premium")
LINES = ("TPL", "HUL", "FIR-R", "LIF-S", "HLT-I", "LIA", "TRV")
Address = Callable[[Random], str]


def main(arguments: list[str] | None = None) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="large-office")
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--database", type=Path, help="measure a copy of this one and make none")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    options = parser.parse_args(arguments or [])
    folder = Path(tempfile.mkdtemp(prefix="aminbox-bench-"))
    try:
        prepare(folder, options.database, options.persons)
        measure(folder, options.requests)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def prepare(folder: Path, given: Path | None, persons: int) -> None:
    """Put a database of the asked size into a folder, and say how long it took."""
    target = folder / "aminbox.sqlite3"
    if given is not None:
        shutil.copyfile(given, target)
        migrate(target)
    else:
        config = folder / "bench.toml"
        config.write_text(f'[data]\nfolder = "{folder}"\nruntime = "{folder}/run"\n', encoding="utf-8")
        began = time.monotonic()
        command = [
            Path(sys.executable).with_name("aminbox"),
            "demo-data",
            "--persons",
            str(persons),
            "--config",
            config,
        ]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        print(f"demo-data --persons {persons}: {time.monotonic() - began:.0f} s")
    with contextlib.closing(connect(target)) as conn:
        for username, role in (("bench-owner", "owner"), ("bench-marketer", "marketer")):
            if find_user_by_name(conn, username) is None:
                user_id = insert_user(
                    conn, username=username, display_name=username, role=role, password_hash="-"
                )
                assert active_user(conn, user_id) is not None
        conn.execute("UPDATE users SET marketer_id = 2 WHERE username = 'bench-marketer'")
        counts = [
            conn.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
            for name in ("persons", "policies", "calls")
        ]
    megabytes = target.stat().st_size / 2**20
    print(f"{counts[0]:,} persons, {counts[1]:,} policies, {counts[2]:,} calls, {megabytes:,.0f} MB")


def measure(folder: Path, requests: int) -> None:
    """Ask for every kind of page and print what it cost."""
    with contextlib.closing(connect(folder / "aminbox.sqlite3")) as conn:
        app = create_app(office_config(folder), bus=LocalBus())
        forget_what_stays()
        owner = Person(app, conn, "bench-owner")
        marketer = Person(app, conn, "bench-marketer")
        kinds: list[tuple[str, Person, Address, dict[str, str]]] = [
            ("search, while typing", owner, search_address(conn), FETCH),
            ("search, within one's own", marketer, search_address(conn), FETCH),
            ("customer page", owner, person_address(conn), {}),
            ("customers: filter, sort, page", owner, persons_address, {}),
            ("customers, within one's own", marketer, persons_address, {}),
            ("policies: filter, sort, page", owner, policies_address, {}),
            ("policies, within one's own", marketer, policies_address, {}),
            ("call log", owner, calls_address(conn), {}),
        ]
        for title, person, address, headers in kinds:
            walls, works, slowest = ask(person, address, headers, requests)
            print(distribution(f"{title}, wall", walls))
            print(distribution("  processor", works))
            print(f"  slowest: {slowest}")
    print(memory())


def ask(
    person: Person, address: Address, headers: dict[str, str], requests: int
) -> tuple[list[float], list[float], str]:
    """Send the requests; give wall and processor seconds of each, and the address of the slowest."""
    random, walls, works = Random(7), [], []
    slowest = (0.0, "")
    for place in range(requests + requests // 10):
        path = address(random)
        wall, work = time.perf_counter(), time.process_time()
        answer = person.get(path, headers=headers)
        work, wall = time.process_time() - work, time.perf_counter() - wall
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        if place >= requests // 10:
            walls.append(wall)
            works.append(work)
            slowest = max(slowest, (work, path))
    return walls, works, f"{slowest[0] * 1000:.0f} ms {slowest[1]}"


def search_address(conn: Connection) -> Address:
    """Give a maker of searches: what people type, letter by letter, of persons that exist."""
    largest = conn.execute("SELECT MAX(id) FROM persons").fetchone()[0]

    def make(random: Random) -> str:
        row = conn.execute(
            "SELECT search_key, national_id, "
            "(SELECT number FROM person_phones WHERE person_id = persons.id) AS number, "
            "(SELECT policy_no || ' ' || IFNULL((SELECT plate FROM insured_objects WHERE policy_id = policies.id), '') "
            "FROM policies WHERE person_id = persons.id) AS marks FROM persons WHERE id >= ? LIMIT 1",
            (random.randint(1, largest),),
        ).fetchone()
        texts = [row["search_key"], row["search_key"], row["search_key"].split()[-1]]
        texts += [row["number"].replace("+98", "0")] if row["number"] else []
        texts += [row["national_id"]] if row["national_id"] else []
        texts += row["marks"].split() if row["marks"] else []
        text = random.choice(texts)
        return f"/search?q={quote(text[: random.randint(2, len(text))])}"

    return make


def person_address(conn: Connection) -> Address:
    """Give a maker of customer pages."""
    largest = conn.execute("SELECT MAX(id) FROM persons").fetchone()[0]
    return lambda random: f"/persons/{random.randint(largest // 2, largest)}"


def persons_address(random: Random) -> str:
    """Give a list of customers."""
    chosen: dict[str, object] = {"sort": random.choice(("name", "-name", "-created_at", "completeness"))}
    conditions = {
        "f.name.contains": lambda: random.choice(
            ("رضا", "محمدی", "زهرا", "علی احمد", "مریم صادق", "نژاد", "کری")
        ),
        "f.standing.is": lambda: random.choice(("customer", "prospect")),
        "f.city_id.is": lambda: random.randint(1, 31),
        "f.job.is": lambda: random.choice(("پزشک", "معلم", "وکیل")),
        "f.unit_id.is": lambda: random.randint(1, 3),
    }
    for name in random.sample(sorted(conditions), random.randint(0, 2)):
        chosen[name] = conditions[name]()
    return f"/persons?{urlencode(chosen | {'page': random.choice((1, 1, 2, 5, 40))})}"


def policies_address(random: Random) -> str:
    """Give a list of policies."""
    chosen: dict[str, object] = {"sort": random.choice(SORTS)}
    conditions = {
        "f.status.is": lambda: random.choice(STATUSES),
        "f.line_code.is": lambda: random.choice(LINES),
        "f.marketer_id.is": lambda: random.randint(1, 6),
        "f.unit_id.is": lambda: random.randint(1, 3),
        "f.end_date.next": lambda: random.choice((7, 15, 30, 60)),
        "f.person.contains": lambda: random.choice(("رضا", "محمدی", "زهرا احمد", "کریم")),
        "f.policy_no.is": lambda: random.randint(1000, 90_000),
    }
    for name in random.sample(sorted(conditions), random.randint(1, 2)):
        chosen[name] = conditions[name]()
    return f"/policies?{urlencode(chosen | {'page': random.choice((1, 1, 1, 2, 5, 40))})}"


def calls_address(conn: Connection) -> Address:
    """Give a maker of call log pages: the newest, older ones, by outcome."""
    rows = conn.execute("SELECT started_at, id FROM calls ORDER BY started_at DESC LIMIT 20000").fetchall()

    def make(random: Random) -> str:
        chosen: dict[str, object] = {}
        if random.random() < 0.5:
            row = random.choice(rows)
            chosen["before"] = f"{row['started_at']}~{row['id']}"
        if random.random() < 0.5:
            chosen["outcome"] = random.choice(("missed", "answered", "out"))
        return f"/calls?{urlencode(chosen)}"

    return make


def memory() -> str:
    """Give this process's memory: the panel's, with the measurement's own little."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return f"panel and measurement: RSS {kib['VmRSS'] / 1024:.0f} MB, at most {kib['VmHWM'] / 1024:.0f} MB"


if __name__ == "__main__":
    main(sys.argv[1:])

"""Last bit of a known caller's number on the line → the complete card painted in Chromium, in a large office.

Each caller has a rank, policies, a claim, a complaint, a task, a cheque, money due, a need, earlier contacts and
missing data, so that every section of the card has something to show. Socket browsers listen beside the
Chromium pages, as other desks do. A card counts as painted in the second frame after its last section came. The
stages on the way are printed apart, and the processor time each call took, which other work on the machine changes
little.

    python -m tests.bench.ring_to_card --persons 20000
    python -m tests.bench.ring_to_card --database /srv/copy-of-an-office.sqlite3
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.core.clock import to_text
from appliance.core.events import CallIdentified
from appliance.core.exchange_client import ExchangeError
from appliance.core.phone import parse_phone
from appliance.domain.accounts import create_user
from appliance.domain.demo import PASSWORD, USERS
from db import Connection, connect, transaction
from db.queries.users import find_user_by_name
from db.records import insert_row
from tests.bench.card_pages import Pages, Seen
from tests.bench.large_office import prepare
from tests.bench.listening_sockets import be_sockets
from tests.bench.ring_to_browser import last_bits, sign_in
from tests.bench.tables import distribution, percentile
from tests.integration.office import RunningOffice

PERSONS = 20_000
CALLS = 40
LINES = 4
SOCKETS = 18
PAGES = 2
GAP_S = 1.5
"""Pause between two rings, in which the card of the call before is closed."""
LONGEST_CALL_S = 12.0
GOAL_MEDIAN_S, GOAL_P95_S = 0.150, 0.300
STANDARD = "fsk-v23"


def main(arguments: list[str] | None = None) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="ring-to-card")
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--database", type=Path, help="measure a copy of this one and make none")
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    parser.add_argument("--pages", type=int, default=PAGES)
    options = parser.parse_args(arguments or [])
    if shutil.which("chromium") is None:
        print("there is no chromium on this machine; 'make browser' says how to get it")
        return
    folder = Path(tempfile.mkdtemp(prefix="aminbox-bench-"))
    try:
        data = folder / "data"
        data.mkdir()
        prepare(data, options.database, options.persons)
        numbers = furnish(data / "aminbox.sqlite3", options.calls)
        _measure(data, numbers, options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def furnish(database: Path, count: int) -> list[str]:
    """Add demo users, and something of everything for `count` customers; give their numbers as dialled."""
    conn = connect(database)
    now = datetime.now(UTC)
    try:
        with transaction(conn):
            for username, display_name, role in USERS:
                if find_user_by_name(conn, username) is None:
                    create_user(
                        conn, username=username, display_name=display_name, role=role, password=PASSWORD
                    )
            return [_furnish_one(conn, row["id"], row["number"], now) for row in _customers(conn, count)]
    finally:
        conn.close()


def _customers(conn: Connection, count: int) -> list[Any]:
    """Give customers with a current policy of ours and a mobile of their own."""
    return conn.execute(
        """
        SELECT persons.id, MIN(person_phones.number) AS number
        FROM policies
        JOIN persons ON persons.id = policies.person_id
        JOIN person_phones ON person_phones.person_id = persons.id AND number LIKE '+989%'
        WHERE policies.end_date BETWEEN date('now', '+5 days') AND date('now', '+25 days')
            AND policies.is_ours = 1 AND persons.kind = 'natural' AND persons.archived_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM person_phones AS others WHERE others.number = person_phones.number
                AND others.person_id <> persons.id)
        GROUP BY persons.id
        ORDER BY persons.id
        LIMIT ?
        """,
        (count,),
    ).fetchall()


def _furnish_one(conn: Connection, person_id: int, key: str, now: datetime) -> str:
    at, today = to_text(now), now.date()
    soon = (today + timedelta(days=6)).isoformat()
    policy = conn.execute(
        "SELECT id FROM policies WHERE person_id = ? ORDER BY end_date DESC LIMIT 1", (person_id,)
    ).fetchone()["id"]
    task = conn.execute(
        "SELECT id FROM choices WHERE list = 'activity-kind' AND code = 'meeting'"
    ).fetchone()["id"]
    conn.execute("UPDATE persons SET job = '', birth_date = NULL WHERE id = ?", (person_id,))
    conn.execute(
        "INSERT OR REPLACE INTO person_ranks (person_id, score, grade, computed_at) VALUES (?, 72, 'silver', ?)",
        (person_id, at),
    )
    claim = {
        "number": f"B{person_id}", "policy_id": policy, "event_date": today.isoformat(), "state": "documents",
        "reported_date": today.isoformat(), "created_at": at,
    }  # fmt: skip
    insert_row(conn, "claims", claim)
    complaint = {
        "tracking_no": f"B{person_id}",
        "person_id": person_id,
        "text": "تأخیر در صدور",
        "created_at": at,
    }
    insert_row(conn, "complaints", complaint)
    held = {"kind_id": task, "title": "جلسه", "person_id": person_id, "created_at": at}
    insert_row(conn, "activities", held | {"start_at": at})
    insert_row(
        conn,
        "activities",
        held | {"start_at": at, "state": "done", "done_at": at, "result": "تمدید با پوشش بیشتر"},
    )
    cheque = {
        "direction": "received", "person_id": person_id, "amount": 50_000_000, "due_date": soon, "serial": "B1",
        "received_date": today.isoformat(), "state": "on-hand", "created_at": at,
    }  # fmt: skip
    insert_row(conn, "cheques", cheque)
    debit = {
        "number": 1_000_000 + person_id, "person_id": person_id, "issue_date": today.isoformat(), "due_date": soon,
        "amount": 20_000_000, "reason": "مابه‌التفاوت", "created_at": at,
    }  # fmt: skip
    insert_row(conn, "debit_notes", debit)
    insert_row(conn, "person_needs", {"person_id": person_id, "line_code": "FIR-R", "created_at": at})
    number = parse_phone(key)
    assert number is not None
    return number.local.replace(" ", "")


def _measure(data: Path, numbers: list[str], options: argparse.Namespace, folder: Path) -> None:
    office = RunningOffice(data, lines=LINES)
    try:
        cookie = sign_in(office.url)
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        clients = context.Process(target=be_sockets, args=(office.url, cookie, options.sockets, theirs))
        clients.start()
        theirs.close()
        assert ours.recv() == "connected"
        pages = Pages(office.url, cookie, options.pages, folder)
        before = _panel_cpu(office)
        with _Bus(office) as bus:
            _ring(office, numbers)
            time.sleep(2.0)
        panel = _panel_cpu(office) - before
        ours.send("stop")
        ours.recv()
        clients.join()
        seen, spent = pages.seen(), pages.spent()
        pages.close()
        bits = {entry: due + late for entry, (due, late) in last_bits(office).items()}
    finally:
        office.close()
    print(f"{len(numbers)} calls on {LINES} lines, {options.sockets} socket browsers, {options.pages} pages")
    _report(seen, bits, bus.told)
    print(f"    cards not seen: {len(numbers) * options.pages - sum(1 for one in seen if one.painted)}")
    print(f"    processor time of the panel, all messages of a call: {panel / len(numbers) * 1000:.1f} ms")
    for name, seconds in spent.items():
        print(f"    processor time of a page, {name}: {seconds / max(1, len(seen)) * 1000:.1f} ms a call")


def _report(seen: list[Seen], bits: dict[str, float], told: dict[str, float]) -> None:
    """Print the whole way and its stages; each stage begins where the one before ended."""
    known = [one for one in seen if one.number in bits]
    spans = [one.painted - bits[one.number] for one in known if one.painted]
    print(distribution("last bit -> complete card painted", spans))
    median, p95 = percentile(spans, 0.5), percentile(spans, 0.95)
    print(
        f"    p95 {p95 * 1000:.1f} ms; goals: median {GOAL_MEDIAN_S * 1000:.0f} ms "
        f"{'met' if median <= GOAL_MEDIAN_S else 'missed'}, p95 {GOAL_P95_S * 1000:.0f} ms "
        f"{'met' if p95 <= GOAL_P95_S else 'missed'}"
    )
    stages = {
        "last bit -> number told on the bus": [
            told[number] - at for number, at in bits.items() if number in told
        ],
        "bus -> its message in the page": [
            one.identified - told[one.number] for one in known if one.identified and one.number in told
        ],
        "that -> message with the last section": [
            one.complete - one.identified for one in known if one.complete and one.identified
        ],
        "that -> last section in the page": [
            one.whole - one.complete for one in known if one.whole and one.complete
        ],
        "that -> second frame": [one.painted - one.whole for one in known if one.painted and one.whole],
    }
    for title, seconds in stages.items():
        print(distribution(f"    {title}", seconds))
    if known:
        parts = [one.sections for one in known]
        followed = sum(1 for one in known if one.detailed)
        print(
            f"    parts on a card: {min(parts)} to {max(parts)}; cards that came in two messages: {followed}"
        )


def _panel_cpu(office: RunningOffice) -> float:
    """Give the seconds of processor time the panel's two processes have used."""
    master = office.pid_of("panel")
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if master in (int(path.parent.name), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class _Bus:
    """Notes when the bus told each number."""

    def __init__(self, office: RunningOffice) -> None:
        self.told: dict[str, float] = {}
        self._listening = office.listen("bench")
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._hear)

    def __enter__(self) -> _Bus:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._listening.close()

    def _hear(self) -> None:
        while not self._is_over.is_set():
            event = self._listening.receive(0.2)
            if isinstance(event, CallIdentified) and event.call.number_raw:
                self.told.setdefault(event.call.number_raw, time.monotonic())


def _ring(office: RunningOffice, numbers: list[str]) -> None:
    """Ring each number once, the lines in turn."""
    for place, number in enumerate(numbers):
        line = place % LINES + 1
        end = time.monotonic() + LONGEST_CALL_S
        while time.monotonic() < end:
            try:
                office.order(do="ring", number=number, line=line, standard=STANDARD, rings=1)
                break
            except ExchangeError:  # the line's call before is not over yet
                time.sleep(0.2)
        time.sleep(GAP_S)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

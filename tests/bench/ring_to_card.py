"""Last bit of a known caller's number on the line → the complete card painted in Chromium, in a large office.

Each caller has a rank, policies, a claim, a complaint, a task, a cheque, money due, a need, earlier contacts and
missing data, so that every section of the card has something to show. Socket browsers listen beside the
Chromium pages, as other desks do. A card counts as painted in the second frame after its last section came.

    python -m tests.bench.ring_to_card --persons 20000
    python -m tests.bench.ring_to_card --database /srv/copy-of-an-office.sqlite3
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.core.clock import to_text
from appliance.core.exchange_client import ExchangeError
from appliance.core.phone import parse_phone
from appliance.domain.accounts import create_user
from appliance.domain.demo import PASSWORD, USERS
from db import Connection, connect, transaction
from db.queries.users import find_user_by_name
from db.records import insert_row
from tests.bench.large_office import prepare
from tests.bench.listening_sockets import be_sockets
from tests.bench.ring_to_browser import last_bits, ordinary_chromium, sign_in
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
WATCH = """
window.aminboxPainted = {};
new MutationObserver(() => {
  for (const part of document.querySelectorAll('[data-call-number]')) {
    const number = part.dataset.callNumber;
    if (!number || number in window.aminboxPainted) continue;
    if (part.closest('[data-call-card]').querySelector('[data-waiting]')) continue;
    window.aminboxPainted[number] = 0;
    const sections = part.querySelectorAll('[data-section]').length;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.aminboxPainted[number] = [Date.now() / 1000, sections];
      setTimeout(() => part.closest('[data-call-card]').querySelector('[data-card-close]').click(), 500);
    }));
  }
}).observe(document, {subtree: true, childList: true, attributes: true});
"""


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
        pages = _Pages(office.url, cookie, options.pages, folder)
        _ring(office, numbers)
        time.sleep(2.0)
        ours.send("stop")
        ours.recv()
        clients.join()
        painted = pages.close()
        bits = {entry: due + late for entry, (due, late) in last_bits(office).items()}
    finally:
        office.close()
    spans = [at - bits[number] for number, at, _sections in painted if number in bits]
    sections = [count for _number, _at, count in painted]
    print(f"{len(numbers)} calls on {LINES} lines, {options.sockets} socket browsers, {options.pages} pages")
    print(distribution("last bit -> complete card painted", spans))
    median, p95 = percentile(spans, 0.5), percentile(spans, 0.95)
    print(
        f"    p95 {p95 * 1000:.1f} ms; goals: median {GOAL_MEDIAN_S * 1000:.0f} ms "
        f"{'met' if median <= GOAL_MEDIAN_S else 'missed'}, p95 {GOAL_P95_S * 1000:.0f} ms "
        f"{'met' if p95 <= GOAL_P95_S else 'missed'}"
    )
    if sections:
        print(f"    parts on a card: {min(sections)} to {max(sections)}; ", end="")
    print(f"cards not seen: {len(numbers) * options.pages - len(painted)}")


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


class _Pages:
    """Real Chromium pages that wait for cards."""

    def __init__(self, url: str, cookie: str, count: int, folder: Path) -> None:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=ordinary_chromium(folder),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        self._pages: list[Any] = []
        for _ in range(count):
            context = self._browser.new_context(viewport={"width": 1366, "height": 768})
            for name, _, value in (part.partition("=") for part in cookie.split("; ")):
                context.add_cookies([{"name": name, "value": value, "url": url}])
            page = context.new_page()
            page.add_init_script(WATCH)
            page.goto(f"{url}/about")
            self._pages.append(page)
        time.sleep(1.5)

    def close(self) -> list[tuple[str, float, int]]:
        """Give (number, monotonic seconds, parts) of every card painted in any page, and end the browser."""
        offset = time.time() - time.monotonic()
        painted = []
        for page in self._pages:
            for number, seen in page.evaluate("window.aminboxPainted").items():
                if seen:
                    painted.append(("0" + number.removeprefix("+98"), seen[0] - offset, seen[1]))
        self._browser.close()
        self._playwright.stop()
        return painted


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

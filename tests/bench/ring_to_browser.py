"""Last bit of the caller's number on the line → event in the browser, on a running demo office.

The exchange notes when the last bit of each number was due on the line, and how late it was itself in sending that
block: a real line is never late, so its lateness is printed and taken off. Twenty browsers listen: signed-in Socket.IO
connections in a process of their own, and real Chromium pages, in which the moment is taken at which the card with
the number stands in the page.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import requests

from appliance.core.events import CallIdentified, CallMissed
from appliance.domain.demo import PASSWORD
from callerid.exchange.plans import STANDARDS
from tests.bench.listening_sockets import be_sockets
from tests.bench.tables import distribution
from tests.integration.office import Listening, RunningOffice

CALLS = 200
LINES = 4
"""As in the other measurements of a whole office; `--lines 8` has twice as many ring at once on the same cores."""
SOCKETS = 18
PAGES = 2
STEP = 8
"""So many calls one after the other are of one standard."""
GAP_S = 0.2
"""Pause between two calls on a line; several lines keep several calls open at once."""
LONGEST_CALL_S = 15.0


def main(arguments: list[str] | None = None) -> None:
    """Run the measurement and print its distributions."""
    options = _options(arguments or [])
    folder = Path(tempfile.mkdtemp(prefix="aminbox-bench-"))
    office = RunningOffice(folder / "data", lines=options.lines)
    try:
        _measure(office, options, folder)
    finally:
        office.close()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(office: RunningOffice, options: argparse.Namespace, folder: Path) -> None:
    cookie = sign_in(office.url)
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    clients = context.Process(target=be_sockets, args=(office.url, cookie, options.sockets, theirs))
    clients.start()
    theirs.close()
    assert ours.recv() == "connected"
    pages = _Pages(office.url, cookie, options.pages, folder)
    bus = office.listen("bench")
    bits, told = _ring(office, bus, options.calls, options.lines)
    time.sleep(2.0)
    ours.send("stop")
    seen: list[tuple[str, float]] = ours.recv()
    clients.join()
    shown = pages.close()
    bus.close()
    by_event = {event_id: number for number, (event_id, _at) in told.items()}
    _report(options, bits, told, [(by_event.get(event, ""), at) for event, at in seen], shown)


def _report(
    options: argparse.Namespace,
    sent: dict[str, tuple[float, float]],
    told: dict[str, tuple[str, float]],
    seen: list[tuple[str, float]],
    shown: list[tuple[str, float]],
) -> None:
    print(f"{options.calls} calls on {options.lines} lines, {options.sockets} socket browsers, ", end="")
    print(f"{options.pages} Chromium pages")
    print(
        distribution("the exchange's own lateness (taken off below)", [late for _due, late in sent.values()])
    )
    bits = {number: due + late for number, (due, late) in sent.items()}
    on_bus = [at - bits[number] for number, (_event, at) in told.items() if number in bits]
    in_socket = [at - bits[number] for number, at in seen if number in bits]
    in_page = [at - bits[number] for number, at in shown if number in bits]
    print(distribution("last bit -> event on the bus", on_bus))
    for standard in STANDARDS:
        of_it = [
            at - bits[n] for n, (_e, at) in told.items() if n in bits and _standard(int(n[4:])) == standard
        ]
        print(distribution(f"    {standard}", of_it))
    print(distribution("last bit -> event in a browser's socket", in_socket))
    if options.pages:
        print(distribution("last bit -> card with the number in Chromium", in_page))
    print(f"lost: {options.calls - len(told)} calls not told, ", end="")
    print(f"{options.calls * options.sockets - len(in_socket)} socket events, ", end="")
    print(f"{options.calls * options.pages - len(in_page)} cards")


def _ring(
    office: RunningOffice, bus: Listening, calls: int, lines: int
) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[str, float]]]:
    """Make `calls` calls, each line one after the other; give when each number's last bit was on the line, and
    its event's id and when the bus told it."""
    told: dict[str, tuple[str, float]] = {}
    free = dict.fromkeys(range(1, lines + 1), 0.0)
    is_over = threading.Event()

    def hear() -> None:
        while not is_over.is_set():
            event = bus.receive(0.2)
            if isinstance(event, CallIdentified) and event.call.number_raw:
                told[event.call.number_raw] = (event.id, time.monotonic())
            elif isinstance(event, CallMissed):
                free[event.call.line] = time.monotonic()

    thread = threading.Thread(target=hear)
    thread.start()
    made, end = 0, time.monotonic() + calls * LONGEST_CALL_S
    while made < calls and time.monotonic() < end:
        ready = [line for line, at in free.items() if time.monotonic() >= at + GAP_S]
        if ready:
            line = ready[0]
            free[line] = float("inf")
            plan = {"number": f"0912{made:07}", "line": line, "standard": _standard(made), "rings": 1}
            office.order(do="ring", **plan)
            made += 1
        time.sleep(GAP_S)
    while max(free.values()) == float("inf") and time.monotonic() < end:
        time.sleep(GAP_S)
    is_over.set()
    thread.join()
    return last_bits(office), told


def _standard(call: int) -> str:
    return STANDARDS[call // STEP % len(STANDARDS)]


def last_bits(office: RunningOffice) -> dict[str, tuple[float, float]]:
    """Give for each number when its last bit was due on the line and how late the exchange sent it."""
    numbers: Any = office.order(do="state")["numbers"]
    return {entry["number"]: (entry["monotonic"], entry["late_s"]) for entry in numbers}


def sign_in(url: str) -> str:
    """Sign in to the demo as the front desk; give the session cookie as a header."""
    with requests.Session() as session:
        page = session.get(f"{url}/sign-in", timeout=10).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None, "no CSRF token on the sign-in page"
        answer = session.post(
            f"{url}/sign-in",
            data={"username": "monshi", "password": PASSWORD, "csrf_token": token[1]},
            headers={"Origin": url},
            timeout=10,
        )
        assert answer.ok, answer.text[:200]
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)


WATCH = """
window.aminboxSeen = {};
new MutationObserver(() => {
  for (const node of document.querySelectorAll('[data-call-number]')) {
    const number = node.dataset.callNumber;
    if (number && !(number in window.aminboxSeen)) window.aminboxSeen[number] = Date.now() / 1000;
  }
}).observe(document, {subtree: true, childList: true, attributes: true});
setInterval(() => {  // as people do: an ended call's card is closed
  for (const card of document.querySelectorAll('[data-call-card][data-open="no"]')) {
    card.querySelector('[data-card-close]').click();
  }
}, 3000);
"""


def ordinary_chromium(folder: Path) -> str:
    """Give a Chromium that cannot raise its own priority, as no ordinary user's can.

    Started by root it sets its painting threads above the services it is measured with.
    """
    chromium, without = shutil.which("chromium"), shutil.which("setpriv")
    assert chromium is not None
    if os.geteuid() != 0 or without is None:
        return chromium
    start = folder / "chromium"
    start.write_text(f'#!/bin/sh\nexec {without} --bounding-set -sys_nice "{chromium}" "$@"\n')
    start.chmod(0o755)
    return str(start)


class _Pages:
    """Real Chromium pages that wait for cards."""

    def __init__(self, url: str, cookie: str, count: int, folder: Path) -> None:
        self._pages: list[Any] = []
        if not count:
            return
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=ordinary_chromium(folder),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        for _ in range(count):
            context = self._browser.new_context()
            for name, _, value in (part.partition("=") for part in cookie.split("; ")):
                context.add_cookies([{"name": name, "value": value, "url": url}])
            page = context.new_page()
            page.add_init_script(WATCH)
            page.goto(url)
            self._pages.append(page)

    def close(self) -> list[tuple[str, float]]:
        """Give (number, monotonic seconds) of every card seen in any page, and end the browser."""
        offset = time.time() - time.monotonic()
        shown = []
        for page in self._pages:
            for number, at in page.evaluate("window.aminboxSeen").items():
                shown.append(("0" + number.removeprefix("+98"), at - offset))
        if self._pages:
            self._browser.close()
            self._playwright.stop()
        return shown


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    parser.add_argument("--pages", type=int, default=PAGES if shutil.which("chromium") else 0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

"""The pictures of the guides, made by our own panel: ``python -m tests.browser.guide_pictures`` writes them.

The names and numbers of the machine they are made on are replaced by those of an office.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from appliance.backing_up.age import make_key
from appliance.backing_up.restoring import open_copy, restore_folder
from appliance.backing_up.sealed import make_sealed
from appliance.certificates.addresses import own_names
from appliance.core.clock import SystemClock
from appliance.domain.acting import acting
from appliance.domain.demo import furnish
from appliance.domain.demo_data.reference import enter_reference
from appliance.provisioning.owner import enter_owner
from appliance.provisioning.sections import OwnerSection
from db import connect, migrate
from tests.browser.office import PanelProcess
from tests.fakes.chromium import find_chromium

TARGET = Path(__file__).parents[2] / "docs/guides/pictures"
SIZE: ViewportSize = {"width": 1120, "height": 700}
PASSWORD = "سیب زمینی با ماست"
SAID = {"127.0.0.1": "192.168.1.20", "localhost": "aminbox.local"}
REPLACE = """(pairs) => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    for (const [from, to] of pairs) node.textContent = node.textContent.replaceAll(from, to);
}"""


def take(page: Page, name: str) -> None:
    """Write one picture."""
    host, *others = own_names()
    pairs = [[host, "aminbox.local"], *([one, SAID.get(one, "192.168.1.20")] for one in others)]
    page.wait_for_load_state("networkidle")
    page.evaluate(REPLACE, pairs)
    page.screenshot(path=TARGET / f"{name}.png")


def fresh_database(folder: Path) -> tuple[Path, str]:
    """Give records nobody owns, and their code."""
    database = folder / "fresh.sqlite3"
    migrate(database)
    conn = connect(database)
    code = enter_owner(conn, OwnerSection()) or ""
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    return database, code


def sealed_copy(folder: Path) -> tuple[Path, str]:
    """Give a sealed copy of an invented office, and its key."""
    database = folder / "aminbox.sqlite3"
    migrate(database)
    conn, now = connect(database), SystemClock().now()
    furnish(conn, now)
    with acting(conn, now, None, lambda _fact: None) as act:
        enter_reference(act, "Asia/Tehran")
    private, public = make_key()
    copy = make_sealed(conn, folder, [public], now, folder)
    conn.close()
    return copy, private


def walk(page: Page, box: PanelProcess, code: str, folder: Path) -> None:
    """Go the way of a technician and take a picture at each step."""
    page.goto(f"{box.plain}/trust")
    take(page, "trust")
    page.goto(f"{box.url}/")
    take(page, "code")
    page.fill("#code", code)
    page.click("button.btn-primary")
    copy, private = sealed_copy(folder)
    open_copy(copy, private, restore_folder(box.folder))
    page.goto(f"{box.url}/restore")
    take(page, "restore")
    page.get_by_role("button", name="نسخهٔ دیگری").click()
    page.goto(f"{box.url}/setup")
    for name, text in {"display_name": "زهرا امینی", "username": "amini", "password": PASSWORD}.items():
        page.fill(f"[name={name}]", text)
    page.fill("[name=again]", PASSWORD)
    take(page, "owner")
    page.click("button.btn-primary")
    page.fill("[name=name]", "نمایندگی بیمهٔ امینی")
    page.fill("[name=area_code]", "031")
    take(page, "office")
    page.click("button.btn-primary")
    take(page, "network")
    page.get_by_role("button", name="درست است؛ ادامه").click()
    box.call().ring().identify("09121234567").miss()
    page.reload()
    take(page, "lines")
    for step in ("lines", "messages", "import"):
        page.goto(f"{box.url}/setup/{step}")
        page.get_by_role("button", name="بعداً").click()
    page.goto(f"{box.url}/setup/backup")
    take(page, "backup")
    page.get_by_role("button", name="ساختن کلید پشتیبان").click()
    page.wait_for_selector(".box-key")
    page.evaluate(
        "document.querySelectorAll('.box-key span').forEach((one) => { one.textContent = 'XXXXXX'; })"
    )
    take(page, "key")
    page.goto(f"{box.url}/setup/sheet")
    take(page, "sheet")
    page.goto(f"{box.url}/box")
    take(page, "box")


def main() -> None:
    """Make every picture anew."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("there is no chromium on this machine")
    TARGET.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="guide-"))
    database, code = fresh_database(folder)
    box = PanelProcess(folder / "data", database, https=True, is_demo=False)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            context = browser.new_context(
                viewport=SIZE, locale="fa-IR", ignore_https_errors=True, reduced_motion="reduce"
            )
            context.set_default_timeout(30_000)
            page = context.new_page()
            # The page of trust would go on by itself: this browser takes any certificate.
            page.route("**/trust/reached", lambda route: route.abort())
            walk(page, box, code, folder)
            browser.close()
    finally:
        box.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

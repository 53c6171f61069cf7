"""Every screen in light and dark: axe-core finds no breach of accessibility."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from appliance.core.clock import to_text
from appliance.core.events import CallMissed, CallSnapshot
from appliance.domain.accounts import active_user
from appliance.domain.acting import acting
from appliance.domain.call_storing import record_call
from appliance.domain.complaints.opening import open_complaint
from appliance.domain.demo_data.reference import enter_reference
from db import Connection, connect
from db.queries.person_needs import find_choice
from panel.app import create_app
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.office import PanelProcess
from tests.fakes.clock import FakeClock
from tests.panel.world import LocalBus, office_config

FOLDER = Path(__file__).parents[1] / "data" / "axe"
NO_PAGES = {
    "static.favicon",
    "start.home",
    "start.session",
    "start.health",
    "callbacks.waiting",
    "complaints.about",
    "persons.choose",
    "policies.following",
    "sms.count_unread",
    "trust.show",
    "trust.certificate",
    "trust.reached",
    "updates.state",
}
"""Routes that answer no screen of their own."""
REFUSED = {"/calls?from_day=x": (422,), "/nowhere": (404,)}
WITH_IDS = (
    "/persons/1", "/persons/1?tab=contacts&open=contacts:new", "/persons/1/edit", "/policies/1", "/policies/1/edit",
    "/policies/1/endorse", "/policies/1/cancel", "/policies/1/renew", "/users/2", "/roles/desk", "/roles/new?like=desk",
    "/lines/1/edit", "/lines/1/scope", "/settings/phone-kind", "/settings/lines/TPL", "/settings/vat",
    "/settings/vat/1", "/settings/commissions/new", "/settings/marketers/new", *REFUSED,
    "/reports/not-renewed", "/reports/not-expired?scope=all", "/reports/cancelled", "/reports/renewed/paper",
    "/search?q=%D8%B1%D8%B6%D8%A7", "/audit?action=setting", "/persons/1/rank",
    "/callbacks?open=1", "/complaints/1", "/complaints/1?open=refer", "/complaints/1?open=close",
    "/complaints/new?person=1",
    "/setup/office", "/setup/network", "/setup/lines", "/setup/messages", "/setup/import", "/setup/backup",
    "/setup/sheet",
)  # fmt: skip
"""Screens of a record, and screens with something wrong on them."""
RUN = """async () => {
  const found = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return found.violations.map((one) => [
    one.id, one.help, one.nodes.length, one.nodes[0].target.join(" "), one.nodes[0].failureSummary,
  ]);
}"""

SETTLED = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  await Promise.allSettled(document.getAnimations().map((one) => one.finished));
}"""
"""Waits until the colours of the other theme stand."""


@pytest.fixture(scope="module")
def panel(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelProcess]:
    """Give a panel over the reference office: every list has rows."""
    folder = tmp_path_factory.mktemp("axe")
    database = folder / "reference.sqlite3"
    shutil.copy(furnished, database)
    conn = connect(database)
    with acting(conn, datetime.now(UTC), None, lambda _event: None) as act:
        enter_reference(act, "Asia/Tehran")
    miss_and_complain(conn)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    running = PanelProcess(folder / "data", database)
    yield running
    running.close()


def miss_and_complain(conn: Connection) -> None:
    """Let a known number ring in vain, and its owner complain of it."""
    now = datetime.now(UTC)
    call = CallSnapshot(
        id="01KA00000000000000000000AX", line=1, direction="in", state="missed", revision=2, number="+989120000001",
        number_state="known", started_at=to_text(now - timedelta(hours=3)), ended_at=to_text(now - timedelta(hours=3)),
    )  # fmt: skip
    record_call(conn, CallMissed(id="01KA00000000000000000000AY", at=to_text(now), call=call))
    owner = active_user(conn, 1)
    texts = {
        "who": "+989120000001", "subject_id": str(find_choice(conn, "complaint-subject", "delay")), "severity": "high",
        "text": "کسی پاسخ نداد", "assignee_id": "1",
    }  # fmt: skip
    with acting(conn, now, owner, lambda _event: None) as act:
        open_complaint(act, texts, "Asia/Tehran")
    conn.execute("UPDATE complaints SET due_at = ?", (to_text(now - timedelta(days=1)),))


@pytest.fixture(scope="module")
def axe() -> str:
    """Give axe-core's text, unaltered since it was fetched."""
    text = (FOLDER / "axe.min.js").read_bytes()
    known = re.search(r"sha256 of axe.min.js \| (\w+)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert known
    assert hashlib.sha256(text).hexdigest() == known[1]
    return text.decode("utf-8")


def screens(app: Flask) -> list[str]:
    """Give the address of every screen that needs no record."""
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint not in NO_PAGES
    )


def breaches(page: Page, axe: str, name: str) -> list[Any]:
    """Give what axe finds in light and in dark."""
    page.evaluate(axe)
    found = []
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        page.evaluate(SETTLED)
        found += [(name, theme, *one) for one in page.evaluate(RUN)]
    return found


def test_the_owner_s_screens_breach_nothing(
    panel: PanelProcess, open_page: OpenPage, axe: str, watch: Any, tmp_path: Path
) -> None:
    watch.may_fail = True  # pages that do not exist are among them
    app = create_app(office_config(tmp_path), clock=FakeClock(), bus=LocalBus(), is_demo=True)
    page = open_page(user="modir", color_scheme="light")
    found = []
    for address in (*screens(app), *WITH_IDS):
        answer = page.goto(panel.url + address)
        assert answer is not None
        assert answer.status in (200, *REFUSED.get(address, ())), address
        found += breaches(page, axe, address)
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("user", "addresses"),
    [
        (None, ("/sign-in",)),
        ("monshi", ("/calls", "/persons", "/policies")),
        ("bazaryab", ("/persons", "/persons/1")),
        ("hesabdar", ("/policies/1",)),
        ("nassab", ("/lines", "/users")),
    ],
    ids=str,
)
def test_what_others_see_on_a_telephone_breaches_nothing(
    panel: PanelProcess,
    open_page: OpenPage,
    axe: str,
    watch: Any,
    user: str | None,
    addresses: tuple[str, ...],
) -> None:
    watch.may_fail = True  # what a role may not see is refused
    page = open_page("/sign-in" if user is None else "/", user=user, viewport=PHONE)
    found = []
    for address in addresses:
        page.goto(panel.url + address)
        found += breaches(page, axe, f"{user} {address}")
    assert not found, "\n".join(map(str, found))


def test_the_keys_and_an_open_card_breach_nothing(panel: PanelProcess, open_page: OpenPage, axe: str) -> None:
    page = open_page("/persons", color_scheme="light")
    panel.call().ring().identify("09121234567")
    page.locator("[data-dock] [data-call-card]").wait_for()
    found = breaches(page, axe, "card")
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()
    found += breaches(page, axe, "keys")
    assert not found, "\n".join(map(str, found))

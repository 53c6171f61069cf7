"""Real Chromium before a real panel; every page is watched for foreign requests and console errors."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from appliance.domain.demo import furnish
from db import connect
from tests.browser.office import PanelProcess
from tests.fakes.chromium import INSTALL, find_chromium

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
WAIT_MS = 5000

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the machine's own Chromium, or skip with the way to get it."""
    path = find_chromium()
    if path is None:
        pytest.skip(f"there is no chromium on this machine; install it: {INSTALL}")
    return {"executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def furnished(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of the demo office's database; to be copied, never opened."""
    database = tmp_path_factory.mktemp("browser-template") / "aminbox.sqlite3"
    shutil.copy(template_database, database)
    conn = connect(database)
    furnish(conn, datetime.now(UTC))
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    return database


@pytest.fixture(scope="session")
def panel(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelProcess]:
    """Give the running panel; tests share it."""
    running = PanelProcess(tmp_path_factory.mktemp("p") / "data", furnished)
    yield running
    running.close()


class Watch:
    """What must not happen on any page."""

    def __init__(self, own: str) -> None:
        self.own = own
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.may_fail = False
        """Set by a test that takes the panel away."""

    def attach(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("request", lambda request: self._note(request.url))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", lambda message: self._hear(message.type, message.text))

    def _note(self, url: str) -> None:
        if not url.startswith((self.own, self.own.replace("http", "ws"), "data:", "blob:")):
            self.foreign.append(url)

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.errors.append(text)


@pytest.fixture
def watch(panel: PanelProcess) -> Iterator[Watch]:
    """Fail the test whose pages asked another host for something or complained on the console."""
    watching = Watch(panel.url)
    yield watching
    assert watching.foreign == []
    if not watching.may_fail:
        assert watching.errors == []


@pytest.fixture
def open_page(browser: Browser, panel: PanelProcess, watch: Watch) -> Iterator[OpenPage]:
    """Give a maker of browsers: each call is somebody else's computer, signed in and at a page."""
    panel.ensure()
    panel.forget_calls()
    contexts: list[BrowserContext] = []

    def make(path: str = "/calls", *, user: str | None = "monshi", **how: Any) -> Page:
        context = browser.new_context(
            **{"viewport": DESK, "locale": "fa-IR", "reduced_motion": "reduce", **how}
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        watch.attach(context)
        if user:
            context.add_cookies([{"name": "aminbox", "value": panel.cookie(user), "url": panel.url}])
        page = context.new_page()
        page.goto(panel.url + path)
        if user and how.get("java_script_enabled", True) and page.locator("[data-dock]").count():
            wait_until_live(page)
        return page

    yield make
    for context in contexts:
        context.close()


def wait_until_live(page: Page) -> None:
    """Wait for the page's live connection."""
    expect(page.locator("[data-dock]")).to_have_attribute("data-live", "yes")


def overflows(page: Page) -> bool:
    """Tell whether a page is wider than its window."""
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
    return wide

"""What every suite shares: a database per test, marks by folder, and a loud answer when a browser is required.

The schema is built once per run; each test works on its own copy of that file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from db import Connection, connect, migrate
from tests.fakes.chromium import INSTALL, find_chromium
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office, furnish

TESTS = Path(__file__).parent
MARKS = {
    "unit": "unit",
    "panel": "unit",
    "contracts": "contracts",
    "integration": "integration",
    "browser": "browser",
}
"""Mark of the tests below each folder."""
REQUIRE_BROWSER = os.environ.get("AMINBOX_REQUIRE_BROWSER") == "1"
_skipped_in_browser: list[str] = []

hypothesis.settings.register_profile("aminbox", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("aminbox")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to start without a browser when one is required."""
    if REQUIRE_BROWSER and find_chromium() is None:
        raise pytest.UsageError(
            "AMINBOX_REQUIRE_BROWSER=1, but there is no chromium on this machine: the browser tests cannot "
            f"run. Install it ({INSTALL}), or unset the variable to skip them."
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the folder it lies in."""
    for item in items:
        try:
            folder = item.path.relative_to(TESTS).parts[0]
        except ValueError:
            continue
        if mark := MARKS.get(folder):
            item.add_marker(mark)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember browser tests that were skipped."""
    if report.skipped and "browser" in report.keywords:
        _skipped_in_browser.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when browser tests are required and one was skipped."""
    if REQUIRE_BROWSER and _skipped_in_browser and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why a run failed although no test did."""
    if REQUIRE_BROWSER and _skipped_in_browser:
        terminalreporter.section("browser tests are required", red=True)
        for nodeid in _skipped_in_browser:
            terminalreporter.line(f"skipped although AMINBOX_REQUIRE_BROWSER=1: {nodeid}")


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of an empty database with the current schema; to be copied, never opened."""
    path = tmp_path_factory.mktemp("template") / "aminbox.sqlite3"
    migrate(path)
    return path


@pytest.fixture
def database(template_database: Path, tmp_path: Path) -> Path:
    """Give the file of this test's own empty database."""
    path = tmp_path / "aminbox.sqlite3"
    shutil.copy(template_database, path)
    return path


@pytest.fixture
def conn(database: Path) -> Iterator[Connection]:
    """Give a connection to this test's own database; it is closed afterwards.

    It does not wait for the disk: a test's database need not outlive a power cut, and a kill takes nothing.
    """
    connection = connect(database)
    connection.execute("PRAGMA synchronous = OFF")
    yield connection
    connection.close()


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that stands still until it is moved."""
    return FakeClock()


@pytest.fixture
def office(conn: Connection) -> Office:
    """Give the known office, entered into this test's database."""
    return furnish(conn)

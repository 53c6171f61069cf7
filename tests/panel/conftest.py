"""A furnished office, made once and copied for each test, and the panel that serves it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jinja2 import FileSystemBytecodeCache

from appliance.domain.demo import furnish
from db import Connection, connect
from panel.app import create_app
from tests.fakes.clock import START, FakeClock
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import LocalBus, Person, World, office_config


@pytest.fixture(scope="session")
def furnished_database(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of the demo office's database; to be copied, never opened."""
    path = tmp_path_factory.mktemp("furnished") / "aminbox.sqlite3"
    shutil.copy(template_database, path)
    conn = connect(path)
    furnish(conn, START)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    return path


@pytest.fixture
def data_folder(furnished_database: Path, tmp_path: Path) -> Path:
    """Give a data folder with this test's own office."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(furnished_database, folder / "aminbox.sqlite3")
    return folder


@pytest.fixture
def office_conn(data_folder: Path) -> Iterator[Connection]:
    """Give a connection to the office's database."""
    conn = connect(data_folder / "aminbox.sqlite3")
    yield conn
    conn.close()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Give the place where templates are kept compiled between tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_world(
    data_folder: Path,
    office_conn: Connection,
    clock: FakeClock,
    compiled_templates: FileSystemBytecodeCache,
) -> Callable[..., World]:
    """Give a maker of panels over the office's data."""

    def make(*, is_demo: bool = False, **panel: Any) -> World:
        bus = LocalBus()
        app = create_app(office_config(data_folder, **panel), clock=clock, bus=bus, is_demo=is_demo)
        app.jinja_env.bytecode_cache = compiled_templates
        return World(app, office_conn, clock, bus)

    return make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Give the office with its panel."""
    return make_world()


@pytest.fixture
def desk(world: World) -> Person:
    """Give the front desk's browser."""
    return world.person("monshi")


@pytest.fixture
def call(world: World) -> Callable[..., SimulatedCall]:
    """Give a maker of calls that begin now."""

    def make(*, started: datetime | None = None, line: int = 1, is_outgoing: bool = False) -> SimulatedCall:
        at = started or world.clock.now()
        return SimulatedCall(world.bus, world.conn, at, ids=world.ids, line=line, is_outgoing=is_outgoing)

    return make

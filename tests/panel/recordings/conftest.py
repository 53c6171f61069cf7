"""An office that records line 1, with one recorded call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from appliance.core.config import Config
from db import Connection
from db.queries.recordings import RecordingRow
from panel.app import create_app
from tests.fakes.clock import FakeClock
from tests.panel.recordings.kept import keep, recording_config
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import LocalBus, World


@pytest.fixture
def config(data_folder: Path) -> Config:
    return recording_config(data_folder)


@pytest.fixture
def make_world_of(
    office_conn: Connection, clock: FakeClock, compiled_templates: FileSystemBytecodeCache
) -> Callable[[Config], World]:
    """Give a maker of panels for a configuration."""

    def make(config: Config) -> World:
        bus = LocalBus()
        app = create_app(config, clock=clock, bus=bus)
        app.jinja_env.bytecode_cache = compiled_templates
        return World(app, office_conn, clock, bus)

    return make


@pytest.fixture
def world(make_world_of: Callable[[Config], World], config: Config) -> World:
    """Give the office with its panel."""
    return make_world_of(config)


@pytest.fixture
def ended(call: Callable[..., SimulatedCall]) -> SimulatedCall:
    """Give a known customer's call that was answered and is over."""
    return call().ring().identify("09121234567").answer().end()


@pytest.fixture
def recording(world: World, config: Config, clock: FakeClock, ended: SimulatedCall) -> RecordingRow:
    """Give its recording."""
    return keep(world.conn, config, clock, ended)

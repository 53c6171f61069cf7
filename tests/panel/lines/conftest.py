"""A panel that follows the lines set up in it, and a detection that finds what the test plugs in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from jinja2 import FileSystemBytecodeCache

from appliance.core.config import Config, LineSection, with_own_lines
from appliance.core.line_setup import Detected, DetectError, FoundGateway, Tried
from callerid.detecting import try_line
from db import Connection
from panel.app import create_app
from panel.context import office_of
from panel.lines.wizard import EXTENSION
from tests.fakes.clock import FakeClock
from tests.panel.world import LocalBus, Person, World, office_config

PARTS = Detected(
    drivers=["alsa", "sim", "sip", "voice-modem"], sip_libraries=["sippy"], has_sound_library=True
)


class Bench:
    """What is plugged in; options are checked by the drivers themselves, in this process."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self.parts = PARTS
        self.asked: list[tuple[bool, str]] = []
        self.is_broken = False
        self._config = config

    def find(self, *, probe: bool = False, gateway: str = "") -> Detected:
        if self.is_broken:
            raise DetectError("no answer within 20 s")
        self.asked.append((probe, gateway))
        answer = FoundGateway(address=gateway, answers=True, agent="HT813 1.0.23") if gateway else None
        return msgspec.structs.replace(self.parts, gateway=answer)

    def try_line(self, line: LineSection) -> Tried:
        if self.is_broken:
            raise DetectError("no answer within 20 s")
        return try_line(self._config(), line)


class LinesWorld(World):
    """An office whose panel reads its lines again when they were set up."""

    bench: Bench

    @property
    def folder(self) -> Path:
        return Path(office_of(self.app).config.data.folder)

    @property
    def lines(self) -> dict[int, LineSection]:
        """The lines that run after the next request."""
        return {line.number: line for line in with_own_lines(office_config(self.folder)).lines}


@pytest.fixture
def world(
    data_folder: Path, office_conn: Connection, clock: FakeClock, compiled_templates: FileSystemBytecodeCache
) -> LinesWorld:
    bus = LocalBus()

    def reload() -> Config:
        return with_own_lines(office_config(data_folder))

    app = create_app(reload(), clock=clock, bus=bus, reload=reload)
    app.jinja_env.bytecode_cache = compiled_templates
    made = LinesWorld(app, office_conn, clock, bus)
    made.bench = Bench(reload)
    app.extensions[EXTENSION] = made.bench
    return made


@pytest.fixture
def nassab(world: LinesWorld) -> Person:
    """Give the installer's browser."""
    return world.person("nassab")

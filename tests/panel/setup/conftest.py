"""A box nobody owns yet: its database, its code, its panel."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from appliance.provisioning.owner import enter_owner
from appliance.provisioning.sections import OwnerSection
from db import connect
from panel.app import create_app
from tests.fakes.clock import FakeClock
from tests.panel.world import LocalBus, Person, World, office_config

PASSWORD = "سیب زمینی با ماست"
OWNER = {"display_name": "زهرا امینی", "username": "amini", "password": PASSWORD, "again": PASSWORD}


@dataclass
class Fresh:
    """The box with what its screen shows."""

    world: World
    code: str
    folder: Path

    def browser(self) -> Person:
        """Give somebody's browser."""
        return self.world.person(None)

    def entered(self) -> Person:
        """Give the browser of somebody who typed the code."""
        person = self.browser()
        answer = post(person, "/setup", {"code": self.code})
        assert answer.location == "/setup/owner"
        return person

    def owned(self) -> Person:
        """Give the browser of the owner."""
        person = self.entered()
        assert post(person, "/setup/owner", OWNER).status_code == 303
        return person


def post(person: Person, path: str, data: dict[str, str]):  # type: ignore[no-untyped-def]
    """Send a form; the token of the session is put there as a page would."""
    with person.client.session_transaction() as session:
        session["csrf_token"] = "0" * 40
    page = person.client.get("/setup", follow_redirects=True).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return person.client.post(path, data=data | {"csrf_token": token})


@pytest.fixture
def fresh(
    template_database: Path, tmp_path: Path, clock: FakeClock, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Fresh]:
    """Give the box, started for the first time."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    shutil.copy(template_database, folder / "aminbox.sqlite3")
    conn = connect(folder / "aminbox.sqlite3")
    code = enter_owner(conn, OwnerSection())
    assert code
    bus = LocalBus()
    app = create_app(office_config(folder), clock=clock, bus=bus)
    app.jinja_env.bytecode_cache = compiled_templates
    yield Fresh(World(app, conn, clock, bus), code, folder)
    conn.close()

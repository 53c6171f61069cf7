"""An office with its structure, and somebody who hands files in."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.domain.demo_data.structure import enter_structure
from db import Connection, transaction
from tests.fakes.clock import FakeClock
from tests.fakes.imports import Intake
from tests.fakes.office import Office


@pytest.fixture
def intake(conn: Connection, database: Path, office: Office, clock: FakeClock) -> Intake:
    """Give who hands files in: the owner."""
    with transaction(conn):
        enter_structure(conn)
    return Intake(conn, database, office.owner, clock)

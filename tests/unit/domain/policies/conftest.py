"""An office with its structure, changed by whom a test names."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from appliance.domain.demo_data.structure import enter_structure
from db import Connection, transaction
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

As = Callable[[User], AbstractContextManager[Acting]]


@pytest.fixture
def acting_as(conn: Connection, clock: FakeClock, office: Office) -> As:
    with transaction(conn):
        enter_structure(conn)
    return lambda user: acting(conn, clock.now(), user, lambda fact: None)

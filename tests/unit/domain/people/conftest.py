"""Acting as one of the office's users."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from db import Connection
from tests.fakes.clock import FakeClock

As = Callable[[User], AbstractContextManager[Acting]]


@pytest.fixture
def acting_as(conn: Connection, clock: FakeClock) -> As:
    """Give a maker of changes in somebody's name."""
    return lambda user: acting(conn, clock.now(), user, lambda fact: None)

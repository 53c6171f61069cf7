"""How long a role may be silent."""

from __future__ import annotations

import pytest

from appliance.supervisor import START_S, WATCHDOG_S, Child, Role


@pytest.fixture
def child() -> Child:
    child = Child(Role("one", ("no-such-command",)), {"PATH": "/usr/bin"}, "/nowhere/notify.sock")
    child.start(100.0)
    assert child.process is not None
    child.process.kill()
    child.process.wait(10)
    return child


def test_a_role_that_loads_slowly_is_not_taken_for_a_silent_one(child: Child) -> None:
    assert not child.is_silent(100.0 + WATCHDOG_S + 1.0)
    assert child.is_silent(100.0 + START_S + 1.0)
    child.is_ready = True
    assert not child.is_silent(100.0 + WATCHDOG_S - 1.0)
    assert child.is_silent(100.0 + WATCHDOG_S + 1.0)

"""Messages of the furnished office, in every state the screens show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import Letter, queue_letter
from db import transaction
from tests.panel.world import World

MOBILE = "+989121112233"


@pytest.fixture
def message(world: World) -> Callable[..., str]:
    """Give a maker of messages; what is not of a letter is set on the row."""
    made = iter(range(1, 1000))

    def make(body: str = "متن آزمایشی", *, number: str = MOBILE, kind: Any = "service",
             person_id: int | None = None, **columns: Any) -> str:  # fmt: skip
        with acting(world.conn, world.clock.now(), None, lambda _fact: None) as act:
            letter = Letter(number=number, body=body, kind=kind, person_id=person_id)
            message_id = queue_letter(act, letter, idempotency_key=f"test:{next(made)}")
        assert message_id is not None
        if columns:
            named = ", ".join(f"{name} = ?" for name in columns)
            with transaction(world.conn):
                world.conn.execute(f"UPDATE outbox SET {named} WHERE id = ?", (*columns.values(), message_id))
        return message_id

    return make


@pytest.fixture
def person_id(world: World) -> int:
    """Give a customer with a mobile number."""
    row = world.conn.execute(
        "SELECT person_id FROM person_phones WHERE number LIKE '+989%' ORDER BY person_id LIMIT 1"
    ).fetchone()
    return int(row["person_id"])

"""The office with insurers, units and marketers, and a policy to begin with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.domain.accounts import active_user
from appliance.domain.acting import acting
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.policies.issuing import issue_policy
from db import transaction
from db.queries.users import find_user_by_name
from tests.panel.world import World

THIRD_PARTY = {
    "line_code": "TPL", "insurer_id": "1", "issue_date": "1405/01/10", "net_premium": "100,000,000", "policy_no": "194",
    "object_plate": "۱۲ ب ۳۴۵ ایران ۶۷",
}  # fmt: skip
Issue = Callable[..., int]


@pytest.fixture
def issue(world: World) -> Issue:
    """Give a maker of policies of the first person, entered by the owner."""
    with transaction(world.conn):
        enter_structure(world.conn)
    row = find_user_by_name(world.conn, "modir")
    assert row is not None
    owner = active_user(world.conn, row.id)

    def make(*, person_id: int = 1, is_ours: bool = True, **changes: str) -> int:
        with acting(world.conn, world.clock.now(), owner, lambda fact: None) as act:
            return issue_policy(act, person_id, THIRD_PARTY | changes, is_ours=is_ours)

    return make

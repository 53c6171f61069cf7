"""Policies within a user's reach: what lies outside is not there."""

from __future__ import annotations

from typing import Any

from appliance.core.errors import NotFoundError
from appliance.domain.access import User
from appliance.domain.acting import Acting
from appliance.domain.policies.fields import POLICIES
from appliance.domain.policies.issuing import require_policy
from db.queries.policy_overview import PolicyHead, find_head
from panel.context import conn, now
from panel.identity import require_user


def reachable_head(policy_id: int) -> PolicyHead:
    """Give a policy the signed-in user may know of. Raises `NotFoundError`."""
    require_policy(Acting(conn(), now(), require_user()), policy_id)
    head = find_head(conn(), policy_id)
    if head is None:
        raise NotFoundError(f"policy {policy_id}")
    return head


def reach_of(user: User) -> tuple[str, dict[str, Any]]:
    """Give the condition over ``policies`` of what a user may know of, with its values."""
    reach = user.reach
    if reach.scope == "all":
        return "1", {}
    return POLICIES.reach[reach.scope], {
        "reach_user": reach.user_id,
        "reach_unit": reach.unit_id,
        "reach_marketer": reach.marketer_id,
    }

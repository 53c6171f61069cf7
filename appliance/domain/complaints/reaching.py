"""Whether a complaint is within a user's reach: of a person he may know, entered by him, or ever referred to him."""

from __future__ import annotations

from typing import Any

from appliance.core.errors import NotFoundError
from appliance.domain.access import Reach, require
from appliance.domain.acting import Acting
from appliance.domain.complaints.fields import COMPLAINTS
from db.queries import complaints


def complaint_reach(reach: Reach) -> tuple[str, dict[str, Any]]:
    """Give the condition (SQL over ``complaints``, and its values) of those somebody may know of."""
    return "1" if reach.scope == "all" else COMPLAINTS.reach[reach.scope], {
        "reach_user": reach.user_id,
        "reach_unit": reach.unit_id,
        "reach_marketer": reach.marketer_id,
    }


def require_complaint(act: Acting, complaint_id: int) -> dict[str, Any]:
    """Give a complaint within the acting user's reach, every column. Raises `NotFoundError`."""
    reach = complaint_reach(act.user.reach) if act.user is not None else ("1", {})
    if act.user is not None:
        require(act.user, "complaints.view")
    row = complaints.find_within(act.conn, complaint_id, reach)
    if row is None:
        raise NotFoundError(f"complaint {complaint_id}")
    return row

"""A call as the line tells it and as it is stored."""

from __future__ import annotations

import msgspec

from appliance.core.events import CallSnapshot
from db.queries.calls import CallRow


def row_of(snapshot: CallSnapshot, person_id: int | None = None) -> CallRow:
    """Give the row that stores a snapshot."""
    return CallRow(**msgspec.structs.asdict(snapshot), person_id=person_id)


def snapshot_of(row: CallRow) -> CallSnapshot:
    """Give the call that a row stores."""
    return msgspec.convert(row, CallSnapshot, from_attributes=True)

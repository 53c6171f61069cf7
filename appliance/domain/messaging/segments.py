"""Which segments of customers a limit may be for: a rank, or a group; and who is in them.

A segment's code is ``grade:A`` or ``group:7``; the empty code stands for everybody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from appliance.core.jalali import DEFAULT_ZONE, local
from appliance.domain.messaging.limits import SegmentsOf
from appliance.domain.people.groups import members_condition
from db import Connection
from db.queries.audiences import ids_of_grade, ids_within
from db.queries.groups import find_group
from db.queries.message_settings import list_limits

GRADE, GROUP = "grade:", "group:"


def segments_of(conn: Connection, now: datetime, kind: str, zone: str = DEFAULT_ZONE) -> SegmentsOf:
    """Give who is in which of the segments that have a limit for a kind of message, read once for many receivers."""
    members: dict[str, Collection[int]] = {}
    for limit in list_limits(conn):
        if limit.kind == kind and limit.segment and limit.segment not in members:
            members[limit.segment] = _members(conn, limit.segment, now, zone)
    return lambda person_id: [code for code, ids in members.items() if person_id in ids]


def _members(conn: Connection, segment: str, now: datetime, zone: str) -> Collection[int]:
    if segment.startswith(GRADE):
        return ids_of_grade(conn, segment.removeprefix(GRADE), local(now, zone).date().isoformat())
    group = find_group(conn, int(segment.removeprefix(GROUP)))
    return ids_within(conn, members_condition(group, now, zone)) if group else ()

"""Bringing running campaigns into the outbox, a piece at a time, and ending those that are over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from appliance.core.events import Event
from appliance.domain.acting import acting
from appliance.domain.messaging.campaigns import expand, finish_if_over
from db import Connection
from db.queries.campaigns import list_campaigns_in


def advance(conn: Connection, now: datetime, tell: Callable[[Event], object], zone: str) -> bool:
    """Give the next piece of each running campaign its messages; tell whether there is more to do at once."""
    has_more = False
    for campaign in list_campaigns_in(conn, "running"):
        with acting(conn, now, None, tell) as act:
            if expand(act, campaign.id, zone=zone):
                has_more = True
            else:
                finish_if_over(act, campaign.id)
    return has_more

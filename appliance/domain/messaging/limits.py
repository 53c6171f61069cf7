"""Who may not be written to now: those who stopped advertising, and those who got enough of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from appliance.core.clock import to_text
from db import Connection
from db.queries import message_settings, opt_outs
from db.queries.audiences import is_undisturbed
from db.queries.message_settings import Limit

OPTED_OUT = "opted-out"
ENOUGH = "limit"
SegmentsOf = Callable[[int], Collection[str]]
"""Codes of the segments (ranks, groups) a person is in."""


def no_segments(_person_id: int) -> Collection[str]:
    """Say that a person is in no segment: only limits for everybody apply."""
    return ()


class Gate:
    """Tells for many receivers at once who is not to get a message of a kind, and why."""

    def __init__(
        self,
        conn: Connection,
        kind: str,
        numbers: Iterable[str],
        now: datetime,
        segments_of: SegmentsOf = no_segments,
    ) -> None:
        asked = list(dict.fromkeys(numbers))
        self._conn = conn
        self._is_advertising = kind == "advertising"
        self._segments_of = segments_of
        self._stopped = opt_outs.stopped_among(conn, asked) if self._is_advertising else set()
        self._limits: list[tuple[Limit, dict[str, int]]] = []
        for limit in message_settings.list_limits(conn):
            if limit.kind == kind:
                since = to_text(now - timedelta(days=limit.days))
                counts = message_settings.count_to_numbers(conn, asked, kind, since)
                self._limits.append((limit, counts))

    def refusal(self, number: str, person_id: int | None) -> str:
        """Give why a number is not to get the message, or nothing."""
        if number in self._stopped:
            return OPTED_OUT
        if self._is_advertising and person_id is not None and is_undisturbed(self._conn, person_id):
            return OPTED_OUT
        segments = set(self._segments_of(person_id)) if person_id is not None and self._limits else set()
        for limit, counts in self._limits:
            if (not limit.segment or limit.segment in segments) and counts.get(number, 0) >= limit.most:
                return ENOUGH
        return ""

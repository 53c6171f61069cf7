"""What a line's own calls teach about its signalling; worked out anew each time, nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db import Connection
from db.queries.calls import SignallingRow, list_signalling
from panel.scope.words import STANDARDS

NEWEST_CALLS = 50
MOSTLY = 0.9
"""From this share on, the few others are exceptions."""
Timing = Literal["before", "after", "both"]


@dataclass(frozen=True)
class Share:
    """One signalling among the newest identified calls."""

    title: str
    calls: int
    percent: int


@dataclass(frozen=True)
class Learned:
    """The signalling of one line."""

    calls: int
    """Identified calls looked at; 0: not known yet."""
    shares: list[Share]
    timing: Timing | None
    """When the number comes: before the first ring, after it, or now so, now so."""
    last_read_at: str | None
    last_unread_at: str | None


def learned_signalling(conn: Connection, line: int) -> Learned:
    """Give what is known of a line."""
    return learn(list_signalling(conn, line, NEWEST_CALLS))


def learn(rows: list[SignallingRow]) -> Learned:
    """Make the counts readable."""
    known = [row for row in rows if row.standard]
    calls = sum(row.calls for row in known)
    return Learned(
        calls=calls,
        shares=[
            Share(
                STANDARDS.get(row.standard or "", row.standard or ""),
                row.calls,
                round(100 * row.calls / calls),
            )
            for row in known
        ],
        timing=_timing(sum(row.before_ring for row in known) / calls) if calls else None,
        last_read_at=max((row.last_read_at for row in known if row.last_read_at), default=None),
        last_unread_at=rows[0].last_unread_at if rows else None,
    )


def _timing(before: float) -> Timing:
    if before >= MOSTLY:
        return "before"
    return "after" if before <= 1 - MOSTLY else "both"

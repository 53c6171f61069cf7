"""Calls entered by hand are few among a million: the log finds them by an index of their own."""

from __future__ import annotations

from sqlite_utils import Database


def step(db: Database) -> None:
    """Apply the step."""
    db.execute("CREATE INDEX calls_by_hand ON calls (started_at DESC, id DESC) WHERE is_by_hand = 1")

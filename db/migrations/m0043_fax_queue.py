"""Faxes that wait for the printer are few among a campaign's messages: their list has an index of its own."""

from __future__ import annotations

from sqlite_utils import Database


def step(db: Database) -> None:
    """Apply the step."""
    db.execute("CREATE INDEX outbox_faxes ON outbox (due_at, id) WHERE state = 'queued' AND channel = 'fax'")

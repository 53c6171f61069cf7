"""How many short messages went out in a month is counted in the index alone: a campaign may be a hundred thousand."""

from __future__ import annotations

from sqlite_utils import Database


def step(db: Database) -> None:
    """Apply the step."""
    db.execute("DROP INDEX outbox_sent")
    db.execute("CREATE INDEX outbox_sent ON outbox (sent_at, channel) WHERE sent_at IS NOT NULL")

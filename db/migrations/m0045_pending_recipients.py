"""Who of a campaign has no message yet is found by an index: for each piece all were looked through from the first."""

from __future__ import annotations

from sqlite_utils import Database


def step(db: Database) -> None:
    """Apply the step."""
    db.execute(
        "CREATE INDEX campaign_recipients_pending ON campaign_recipients (campaign_id, place) WHERE state = 'pending'"
    )

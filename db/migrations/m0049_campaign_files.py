"""The file a campaign's numbers were read from, when its maker asked that it be kept."""

from __future__ import annotations

from sqlite_utils import Database


def step(db: Database) -> None:
    """Apply the step."""
    db.execute(
        """
        CREATE TABLE campaign_files (
            campaign_id INTEGER PRIMARY KEY REFERENCES campaigns (id) ON DELETE CASCADE,
            file_name TEXT NOT NULL CHECK (file_name <> ''),
            content BLOB NOT NULL
        ) STRICT
        """
    )

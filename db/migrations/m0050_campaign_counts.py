"""What the texts of a draft come to in parts is counted once: each look at a draft of 100,000 measured all of them."""

from __future__ import annotations

from sqlite_utils import Database


def step(db: Database) -> None:
    """Apply the step."""
    db.execute("ALTER TABLE campaigns ADD COLUMN counted TEXT NOT NULL DEFAULT ''")

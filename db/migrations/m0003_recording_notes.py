"""Notes at a moment of a recording: what was promised, where the address is said.

A note that is taken back keeps its row, so that who wrote and who removed what stays known.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE recording_notes (
        id INTEGER PRIMARY KEY,
        recording_id TEXT NOT NULL REFERENCES recordings (id),
        user_id INTEGER NOT NULL REFERENCES users (id),
        seconds REAL NOT NULL CHECK (seconds >= 0),
        text TEXT NOT NULL CHECK (text <> ''),
        created_at TEXT NOT NULL,
        deleted_at TEXT,
        deleted_by INTEGER REFERENCES users (id) ON DELETE SET NULL
    ) STRICT
    """,
    "CREATE INDEX recording_notes_recording ON recording_notes (recording_id, seconds) WHERE deleted_at IS NULL",
)


def step(db: Database) -> None:
    """Create the table of notes."""
    for statement in STATEMENTS:
        db.execute(statement)

"""Recordings of calls, who listened to them, and who is never recorded.

A recording names its call without a foreign key: a call is told before it is stored, so after a crash a recording
may be found whose call never was, and it must not be lost for that. A row stays when the file is deleted, and what
was listened to cannot be changed or taken out afterwards.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE recordings (
        id TEXT PRIMARY KEY,
        call_id TEXT NOT NULL,
        line INTEGER NOT NULL,
        file_name TEXT NOT NULL UNIQUE CHECK (file_name <> ''),
        started_at TEXT NOT NULL,
        seconds REAL NOT NULL CHECK (seconds >= 0),
        bytes INTEGER NOT NULL CHECK (bytes >= 0),
        channels INTEGER NOT NULL CHECK (channels IN (1, 2)),
        codec TEXT NOT NULL CHECK (codec IN ('opus')),
        is_encrypted INTEGER NOT NULL CHECK (is_encrypted IN (0, 1)),
        is_on_hold INTEGER NOT NULL DEFAULT 0 CHECK (is_on_hold IN (0, 1)),
        reason TEXT NOT NULL,
        created_at TEXT NOT NULL,
        deleted_at TEXT,
        deleted_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        CHECK (deleted_at IS NULL OR is_on_hold = 0)
    ) STRICT
    """,
    "CREATE INDEX recordings_call ON recordings (call_id, started_at)",
    "CREATE INDEX recordings_kept ON recordings (started_at, id) WHERE deleted_at IS NULL",
    """
    CREATE TABLE recording_listenings (
        id INTEGER PRIMARY KEY,
        recording_id TEXT NOT NULL REFERENCES recordings (id),
        user_id INTEGER NOT NULL REFERENCES users (id),
        kind TEXT NOT NULL CHECK (kind IN ('listen', 'download')),
        at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX recording_listenings_recording ON recording_listenings (recording_id, at)",
    """
    CREATE TRIGGER recording_listenings_stay BEFORE DELETE ON recording_listenings
    BEGIN SELECT RAISE(ABORT, 'what was listened to stays known'); END
    """,
    """
    CREATE TRIGGER recording_listenings_are_true BEFORE UPDATE ON recording_listenings
    BEGIN SELECT RAISE(ABORT, 'what was listened to is not changed'); END
    """,
    """
    CREATE TABLE recording_refusals (
        id INTEGER PRIMARY KEY,
        person_id INTEGER UNIQUE REFERENCES persons (id) ON DELETE CASCADE,
        number TEXT UNIQUE CHECK (number <> ''),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        CHECK ((person_id IS NULL) <> (number IS NULL))
    ) STRICT
    """,
)


def step(db: Database) -> None:
    """Create the tables of recordings."""
    for statement in STATEMENTS:
        db.execute(statement)

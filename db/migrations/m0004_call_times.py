"""Calls that were going on when the box first looked, and times that were judged and not sensed.

A table's check cannot be changed, so `calls` is built anew; at this step nothing refers to it yet.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE calls_new (
        id TEXT PRIMARY KEY,
        line INTEGER NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'unknown')),
        state TEXT NOT NULL CHECK (state IN ('ringing', 'answered', 'missed', 'dialling', 'ended')),
        revision INTEGER NOT NULL,
        started_at TEXT NOT NULL,
        identified_at TEXT,
        answered_at TEXT,
        ended_at TEXT,
        end_reason TEXT,
        number TEXT,
        number_raw TEXT,
        number_state TEXT NOT NULL
            CHECK (number_state IN ('pending', 'known', 'withheld', 'unavailable', 'absent')),
        name_sent TEXT,
        standard TEXT,
        ring_count INTEGER NOT NULL DEFAULT 0,
        confidence REAL,
        is_estimated INTEGER NOT NULL DEFAULT 0 CHECK (is_estimated IN (0, 1)),
        estimate_confidence REAL CHECK (estimate_confidence BETWEEN 0 AND 1),
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL
    ) STRICT
    """,
    """
    INSERT INTO calls_new (
        id, line, direction, state, revision, started_at, identified_at, answered_at, ended_at, end_reason,
        number, number_raw, number_state, name_sent, standard, ring_count, confidence, person_id
    )
    SELECT
        id, line, direction, state, revision, started_at, identified_at, answered_at, ended_at, end_reason,
        number, number_raw, number_state, name_sent, standard, ring_count, confidence, person_id
    FROM calls
    """,
    "DROP TABLE calls",
    "ALTER TABLE calls_new RENAME TO calls",
    "CREATE INDEX calls_started_at ON calls (started_at DESC, id DESC)",
    "CREATE INDEX calls_number ON calls (number, started_at DESC)",
    "CREATE INDEX calls_person ON calls (person_id, started_at DESC)",
    "CREATE INDEX calls_open ON calls (line) WHERE ended_at IS NULL",
)


def step(db: Database) -> None:
    """Build the table of calls anew."""
    for statement in STATEMENTS:
        db.execute(statement)

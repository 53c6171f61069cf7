"""Calls to be returned, one open task a number, and what people write of a call."""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    # Counts the changes of note and result alone: `revision` is the line's.
    "ALTER TABLE calls ADD COLUMN note_revision INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE calls ADD COLUMN noted_at TEXT",
    "CREATE INDEX calls_result ON calls (result_id, started_at DESC, id DESC) WHERE result_id IS NOT NULL",
    "CREATE INDEX calls_noted ON calls (started_at DESC, id DESC) WHERE note <> ''",
    "CREATE INDEX calls_user ON calls (user_id, started_at DESC, id DESC) WHERE user_id IS NOT NULL",
    "CREATE INDEX activities_call ON activities (call_id) WHERE call_id IS NOT NULL",
    """
    CREATE TABLE callbacks (
        id INTEGER PRIMARY KEY,
        number TEXT NOT NULL CHECK (number <> ''),
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL,
        line INTEGER NOT NULL,
        grade TEXT,
        missed_count INTEGER NOT NULL DEFAULT 1 CHECK (missed_count >= 1),
        first_missed_at TEXT NOT NULL,
        last_missed_at TEXT NOT NULL,
        due_at TEXT NOT NULL,
        overdue_told_at TEXT,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dropped')),
        closed_at TEXT,
        closed_by INTEGER REFERENCES users (id),
        closing_call_id TEXT REFERENCES calls (id) ON DELETE SET NULL,
        result_id INTEGER REFERENCES choices (id),
        note TEXT NOT NULL DEFAULT '',
        revision INTEGER NOT NULL DEFAULT 1,
        CHECK ((state = 'open') = (closed_at IS NULL))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX callbacks_open_number ON callbacks (number) WHERE state = 'open'",
    "CREATE INDEX callbacks_open ON callbacks (due_at, id) WHERE state = 'open'",
    "CREATE INDEX callbacks_due ON callbacks (due_at, id)",
    "CREATE INDEX callbacks_missed ON callbacks (last_missed_at, id)",
    "CREATE INDEX callbacks_closed ON callbacks (closed_at, id)",
    "CREATE INDEX callbacks_number ON callbacks (number, first_missed_at DESC)",
    "CREATE INDEX callbacks_person ON callbacks (person_id) WHERE person_id IS NOT NULL",
    # A call that is here was dealt with: looking at it a second time changes nothing.
    """
    CREATE TABLE callback_calls (
        call_id TEXT PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
        callback_id INTEGER NOT NULL REFERENCES callbacks (id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX callback_calls_callback ON callback_calls (callback_id)",
)


def step(db: Database) -> None:
    """Apply the step."""
    for statement in STATEMENTS:
        db.execute(statement)

"""A complaint may come from a number nobody knows yet, weighs more or less, and its result is told.

SQLite cannot take NOT NULL from a column, so `complaints` is built anew, with its steps, which refer to it.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    "CREATE TEMP TABLE kept_steps AS SELECT * FROM complaint_steps",
    "DROP TABLE complaint_steps",
    """
    CREATE TABLE complaints_new (
        id INTEGER PRIMARY KEY,
        tracking_no TEXT NOT NULL UNIQUE CHECK (tracking_no <> ''),
        person_id INTEGER REFERENCES persons (id),
        number TEXT,
        subject_id INTEGER REFERENCES choices (id),
        severity TEXT NOT NULL DEFAULT 'normal' CHECK (severity IN ('low', 'normal', 'high')),
        policy_id INTEGER REFERENCES policies (id),
        claim_id INTEGER REFERENCES claims (id),
        call_id TEXT REFERENCES calls (id) ON DELETE SET NULL,
        text TEXT NOT NULL CHECK (text <> ''),
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'satisfied', 'unsatisfied', 'withdrawn')),
        assignee_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
        due_at TEXT,
        overdue_told_at TEXT,
        result TEXT NOT NULL DEFAULT '',
        closed_at TEXT,
        revision INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        CHECK ((state = 'open') = (closed_at IS NULL)),
        CHECK (person_id IS NOT NULL OR number IS NOT NULL)
    ) STRICT
    """,
    """
    INSERT INTO complaints_new (
        id, tracking_no, person_id, subject_id, policy_id, claim_id, call_id, text, state, assignee_id, due_at,
        result, closed_at, revision, created_at, created_by
    )
    SELECT
        id, tracking_no, person_id, subject_id, policy_id, claim_id, call_id, text, state, assignee_id, due_at,
        result, closed_at, revision, created_at, created_by
    FROM complaints
    """,
    "DROP TABLE complaints",
    "ALTER TABLE complaints_new RENAME TO complaints",
    "CREATE INDEX complaints_person ON complaints (person_id)",
    "CREATE INDEX complaints_number ON complaints (number) WHERE number IS NOT NULL",
    "CREATE INDEX complaints_open ON complaints (assignee_id, due_at) WHERE state = 'open'",
    "CREATE INDEX complaints_due ON complaints (due_at, id)",
    "CREATE INDEX complaints_created ON complaints (created_at, id)",
    "CREATE INDEX complaints_closed ON complaints (closed_at) WHERE closed_at IS NOT NULL",
    """
    CREATE TABLE complaint_steps (
        id INTEGER PRIMARY KEY,
        complaint_id INTEGER NOT NULL REFERENCES complaints (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('opened', 'referred', 'note', 'closed', 'reopened', 'told')),
        from_user_id INTEGER REFERENCES users (id),
        to_user_id INTEGER REFERENCES users (id),
        note TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL
    ) STRICT
    """,
    "INSERT INTO complaint_steps SELECT * FROM kept_steps",
    "DROP TABLE kept_steps",
    "CREATE INDEX complaint_steps_complaint ON complaint_steps (complaint_id, id)",
)


def step(db: Database) -> None:
    """Build the two tables anew."""
    for statement in STATEMENTS:
        db.execute(statement)

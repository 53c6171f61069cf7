"""The first schema: what a call needs to reach a browser with the caller's data.

Instants are UTC ISO-8601 text with milliseconds; numbers are E.164 text; every key that orders events is an
integer sequence, because clocks jump.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        at TEXT NOT NULL,
        body TEXT NOT NULL CHECK (json_valid(body))
    ) STRICT
    """,
    """
    CREATE TABLE persons (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('natural', 'legal')),
        standing TEXT NOT NULL CHECK (standing IN ('prospect', 'customer')),
        first_name TEXT NOT NULL DEFAULT '',
        last_name TEXT NOT NULL CHECK (last_name <> ''),
        city TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        search_key TEXT NOT NULL,
        sort_key TEXT NOT NULL,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    """
    CREATE TABLE person_phones (
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        number TEXT NOT NULL CHECK (number <> ''),
        label TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (person_id, number)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX person_phones_number ON person_phones (number)",
    """
    CREATE TABLE calls (
        id TEXT PRIMARY KEY,
        line INTEGER NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
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
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL
    ) STRICT
    """,
    "CREATE INDEX calls_started_at ON calls (started_at DESC, id DESC)",
    "CREATE INDEX calls_number ON calls (number, started_at DESC)",
    "CREATE INDEX calls_person ON calls (person_id, started_at DESC)",
    "CREATE INDEX calls_open ON calls (line) WHERE ended_at IS NULL",
    """
    CREATE TABLE users (
        id INTEGER PRIMARY KEY,
        username TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('owner', 'desk', 'marketer', 'accountant', 'installer')),
        password_hash TEXT NOT NULL,
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        failed_sign_ins INTEGER NOT NULL DEFAULT 0,
        locked_until TEXT
    ) STRICT
    """,
    """
    CREATE TABLE sessions (
        token_hash TEXT PRIMARY KEY,
        user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
        body TEXT NOT NULL CHECK (json_valid(body)),
        created_at TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        expires_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX sessions_user ON sessions (user_id)",
    """
    CREATE TABLE outbox (
        id TEXT PRIMARY KEY,
        idempotency_key TEXT NOT NULL UNIQUE,
        number TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'armed', 'sent', 'failed', 'uncertain')),
        route TEXT,
        reason TEXT,
        created_at TEXT NOT NULL,
        armed_at TEXT,
        sent_at TEXT
    ) STRICT
    """,
    "CREATE INDEX outbox_waiting ON outbox (created_at, id) WHERE state IN ('queued', 'armed')",
    """
    CREATE TABLE job_runs (
        job TEXT PRIMARY KEY,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        result TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE line_states (
        line INTEGER PRIMARY KEY,
        is_up INTEGER NOT NULL CHECK (is_up IN (0, 1)),
        driver TEXT NOT NULL,
        detail TEXT NOT NULL DEFAULT '',
        since TEXT NOT NULL
    ) STRICT
    """,
)


def step(db: Database) -> None:
    """Create the tables of the first release."""
    for statement in STATEMENTS:
        db.execute(statement)

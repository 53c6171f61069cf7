"""Imports as work that is taken up, looked at, applied, undone: the first tables had room for the result only.

Nothing had been stored in the three tables of `m0017_reports`, so they are made anew.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    "DROP TABLE discrepancies",
    "DROP TABLE imports",
    "DROP TABLE import_profiles",
    """
    CREATE TABLE import_profiles (
        id INTEGER PRIMARY KEY,
        insurer_id INTEGER NOT NULL REFERENCES insurers (id),
        profile TEXT NOT NULL CHECK (profile <> ''),
        mapping TEXT NOT NULL CHECK (json_valid(mapping)),
        changed_at TEXT NOT NULL,
        changed_by INTEGER REFERENCES users (id),
        UNIQUE (insurer_id, profile)
    ) STRICT
    """,
    """
    CREATE TABLE imports (
        id INTEGER PRIMARY KEY,
        origin TEXT NOT NULL CHECK (origin IN ('upload', 'folder')),
        file_name TEXT NOT NULL CHECK (file_name <> ''),
        stored_name TEXT NOT NULL UNIQUE CHECK (stored_name <> ''),
        sha256 TEXT NOT NULL,
        bytes INTEGER NOT NULL CHECK (bytes >= 0),
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'reading', 'asking', 'comparing',
            'previewed', 'applying', 'applied', 'undone', 'failed', 'dropped')),
        wanted TEXT NOT NULL DEFAULT 'read' CHECK (wanted IN ('read', 'compare', 'apply')),
        profile TEXT NOT NULL DEFAULT '',
        insurer_id INTEGER REFERENCES insurers (id),
        mapping TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(mapping)),
        findings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(findings)),
        counts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
        undo TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(undo)),
        problem TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        started_at TEXT,
        applied_at TEXT,
        applied_by INTEGER REFERENCES users (id),
        undone_at TEXT,
        undone_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX imports_profile ON imports (profile, applied_at) WHERE applied_at IS NOT NULL",
    "CREATE INDEX imports_state ON imports (state)",
    # What an import changed of records that were there; what it made anew is a range of ids in `undo`.
    """
    CREATE TABLE import_changes (
        import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        table_name TEXT NOT NULL,
        row_id INTEGER NOT NULL,
        before TEXT NOT NULL CHECK (json_valid(before)),
        after TEXT NOT NULL CHECK (json_valid(after)),
        PRIMARY KEY (import_id, place)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE discrepancies (
        id INTEGER PRIMARY KEY,
        import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        row_no INTEGER NOT NULL,
        object_kind TEXT NOT NULL CHECK (object_kind IN ('policy', 'person')),
        object_id INTEGER NOT NULL,
        field TEXT NOT NULL,
        ours TEXT,
        theirs TEXT,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'kept')),
        decided_at TEXT,
        decided_by INTEGER REFERENCES users (id),
        CHECK ((state = 'open') = (decided_at IS NULL))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX discrepancies_open ON discrepancies (object_kind, object_id, field) WHERE state = 'open'",
    "CREATE INDEX discrepancies_object ON discrepancies (object_kind, object_id, field, state)",
    "CREATE INDEX discrepancies_import ON discrepancies (import_id)",
    # Lines of the insurer's statements of commission; what a policy earned is their sum.
    """
    CREATE TABLE commission_lines (
        id INTEGER PRIMARY KEY,
        import_id INTEGER REFERENCES imports (id) ON DELETE CASCADE,
        policy_id INTEGER NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
        key TEXT NOT NULL CHECK (key <> ''),
        on_date TEXT,
        received INTEGER NOT NULL DEFAULT 0,
        amount INTEGER NOT NULL,
        UNIQUE (policy_id, key)
    ) STRICT
    """,
    "CREATE INDEX commission_lines_import ON commission_lines (import_id)",
)


def step(db: Database) -> None:
    """Make the tables of imports anew."""
    for statement in STATEMENTS:
        db.execute(statement)

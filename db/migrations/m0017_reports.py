"""What is looked at and brought in: tariffs and estimates, saved reports, charts, feeds, imports and discrepancies."""

from __future__ import annotations

from sqlite_utils import Database

DAY = "GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'"
"""A Gregorian date as stored; the Jalali calendar is for people."""


STATEMENTS = (
    f"""
    CREATE TABLE tariffs (
        id INTEGER PRIMARY KEY,
        line_code TEXT NOT NULL REFERENCES lines_of_business (code),
        version TEXT NOT NULL CHECK (version <> ''),
        body TEXT NOT NULL CHECK (json_valid(body)),
        valid_from TEXT NOT NULL CHECK (valid_from {DAY}),
        valid_to TEXT CHECK (valid_to {DAY} AND valid_to >= valid_from),
        source TEXT NOT NULL,
        confidence TEXT NOT NULL CHECK (confidence IN ('published', 'practice', 'derived', 'general', 'user')),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        UNIQUE (line_code, version)
    ) STRICT
    """,
    """
    CREATE TABLE estimates (
        id INTEGER PRIMARY KEY,
        tariff_id INTEGER NOT NULL REFERENCES tariffs (id),
        person_id INTEGER REFERENCES persons (id) ON DELETE CASCADE,
        inputs TEXT NOT NULL CHECK (json_valid(inputs)),
        result TEXT NOT NULL CHECK (json_valid(result)),
        payable INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX estimates_person ON estimates (person_id)",
    """
    CREATE TABLE saved_reports (
        id INTEGER PRIMARY KEY,
        report TEXT NOT NULL CHECK (report <> ''),
        title TEXT NOT NULL CHECK (title <> ''),
        filters TEXT NOT NULL CHECK (json_valid(filters)),
        user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
        is_shared INTEGER NOT NULL DEFAULT 0 CHECK (is_shared IN (0, 1)),
        created_at TEXT NOT NULL,
        UNIQUE (user_id, report, title)
    ) STRICT
    """,
    """
    CREATE TABLE charts (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL CHECK (title <> ''),
        dataset TEXT NOT NULL,
        definition TEXT NOT NULL CHECK (json_valid(definition)),
        user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
        is_builtin INTEGER NOT NULL DEFAULT 0 CHECK (is_builtin IN (0, 1)),
        created_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE desk_charts (
        user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        chart_id INTEGER NOT NULL REFERENCES charts (id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
        PRIMARY KEY (user_id, chart_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE UNIQUE INDEX desk_charts_default ON desk_charts (user_id) WHERE is_default = 1",
    """
    CREATE TABLE feeds (
        id INTEGER PRIMARY KEY,
        user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
        title TEXT NOT NULL CHECK (title <> ''),
        address TEXT NOT NULL CHECK (address <> ''),
        place INTEGER NOT NULL DEFAULT 100,
        every_minutes INTEGER NOT NULL DEFAULT 60 CHECK (every_minutes BETWEEN 5 AND 10080),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        fetched_at TEXT,
        problem TEXT NOT NULL DEFAULT '',
        UNIQUE (user_id, address)
    ) STRICT
    """,
    """
    CREATE TABLE feed_items (
        feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
        guid TEXT NOT NULL,
        title TEXT NOT NULL,
        link TEXT NOT NULL DEFAULT '',
        published_at TEXT,
        fetched_at TEXT NOT NULL,
        PRIMARY KEY (feed_id, guid)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE import_profiles (
        id INTEGER PRIMARY KEY,
        insurer_id INTEGER REFERENCES insurers (id),
        profile TEXT NOT NULL,
        title TEXT NOT NULL,
        mapping TEXT NOT NULL CHECK (json_valid(mapping)),
        created_at TEXT NOT NULL,
        UNIQUE (insurer_id, profile, title)
    ) STRICT
    """,
    """
    CREATE TABLE imports (
        id INTEGER PRIMARY KEY,
        profile TEXT NOT NULL,
        file_name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('previewed', 'applied', 'undone', 'failed')),
        counts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
        undo TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(undo)),
        problem TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL,
        user_id INTEGER REFERENCES users (id)
    ) STRICT
    """,
    """
    CREATE TABLE discrepancies (
        id INTEGER PRIMARY KEY,
        import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        object_kind TEXT NOT NULL,
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
    """
    CREATE TABLE requests (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        contact TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL CHECK (text <> ''),
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'closed')),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
)


def step(db: Database) -> None:
    """Create the tables of reports and imports."""
    for statement in STATEMENTS:
        db.execute(statement)

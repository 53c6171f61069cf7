"""The office at the service of its customers: claims, cases, activities, complaints, gifts, files, results of calls."""

from __future__ import annotations

from sqlite_utils import Database

DAY = "GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'"
"""A Gregorian date as stored; the Jalali calendar is for people."""


STATEMENTS = (
    "ALTER TABLE calls ADD COLUMN user_id INTEGER REFERENCES users (id)",
    "ALTER TABLE calls ADD COLUMN result_id INTEGER REFERENCES choices (id)",
    "ALTER TABLE calls ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE calls ADD COLUMN is_by_hand INTEGER NOT NULL DEFAULT 0 CHECK (is_by_hand IN (0, 1))",
    "CREATE INDEX calls_missed ON calls (started_at DESC, id DESC) WHERE state = 'missed'",
    """
    CREATE TABLE call_subjects (
        call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        object_kind TEXT NOT NULL CHECK (object_kind IN ('policy', 'claim', 'complaint', 'case', 'cheque')),
        object_id INTEGER NOT NULL,
        PRIMARY KEY (call_id, object_kind, object_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX call_subjects_object ON call_subjects (object_kind, object_id)",
    f"""
    CREATE TABLE claims (
        id INTEGER PRIMARY KEY,
        number TEXT NOT NULL UNIQUE CHECK (number <> ''),
        policy_id INTEGER NOT NULL REFERENCES policies (id),
        claimant_id INTEGER REFERENCES persons (id),
        event_date TEXT NOT NULL CHECK (event_date {DAY}),
        reported_date TEXT NOT NULL CHECK (reported_date {DAY}),
        cause TEXT NOT NULL DEFAULT '',
        place TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL CHECK (state IN ('reported', 'opened', 'documents', 'assessment', 'approved',
            'refused', 'ordered', 'paid', 'closed')),
        claimed INTEGER CHECK (claimed >= 0),
        assessed INTEGER CHECK (assessed >= 0),
        deductible INTEGER CHECK (deductible >= 0),
        payable INTEGER CHECK (payable >= 0),
        outstanding INTEGER NOT NULL DEFAULT 0 CHECK (outstanding >= 0),
        property_count INTEGER NOT NULL DEFAULT 0 CHECK (property_count >= 0),
        bodily_count INTEGER NOT NULL DEFAULT 0 CHECK (bodily_count >= 0),
        driver_count INTEGER NOT NULL DEFAULT 0 CHECK (driver_count >= 0),
        assignee_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
        note TEXT NOT NULL DEFAULT '',
        revision INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        changed_at TEXT,
        changed_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX claims_policy ON claims (policy_id)",
    "CREATE INDEX claims_open ON claims (state, event_date) WHERE state NOT IN ('closed', 'refused')",
    """
    CREATE TABLE claim_steps (
        id INTEGER PRIMARY KEY,
        claim_id INTEGER NOT NULL REFERENCES claims (id) ON DELETE CASCADE,
        from_state TEXT,
        to_state TEXT NOT NULL,
        amount INTEGER CHECK (amount >= 0),
        note TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL,
        user_id INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX claim_steps_claim ON claim_steps (claim_id, id)",
    f"""
    CREATE TABLE claim_payments (
        id INTEGER PRIMARY KEY,
        claim_id INTEGER NOT NULL REFERENCES claims (id) ON DELETE CASCADE,
        order_no TEXT NOT NULL DEFAULT '',
        on_date TEXT NOT NULL CHECK (on_date {DAY}),
        amount INTEGER NOT NULL CHECK (amount > 0),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX claim_payments_claim ON claim_payments (claim_id)",
    """
    CREATE TABLE claim_documents (
        claim_id INTEGER NOT NULL REFERENCES claims (id) ON DELETE CASCADE,
        title TEXT NOT NULL CHECK (title <> ''),
        received_at TEXT,
        PRIMARY KEY (claim_id, title)
    ) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE cases (
        id INTEGER PRIMARY KEY,
        kind_id INTEGER NOT NULL REFERENCES choices (id),
        stage_id INTEGER REFERENCES choices (id),
        title TEXT NOT NULL CHECK (title <> ''),
        person_id INTEGER REFERENCES persons (id),
        policy_id INTEGER REFERENCES policies (id),
        need_id INTEGER REFERENCES person_needs (id) ON DELETE SET NULL,
        assignee_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
        due_date TEXT CHECK (due_date {DAY}),
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'won', 'lost', 'closed')),
        result TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        revision INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        closed_at TEXT,
        CHECK ((state = 'open') = (closed_at IS NULL))
    ) STRICT
    """,
    "CREATE INDEX cases_person ON cases (person_id)",
    "CREATE INDEX cases_assignee ON cases (assignee_id, due_date) WHERE state = 'open'",
    """
    CREATE TABLE activities (
        id INTEGER PRIMARY KEY,
        case_id INTEGER REFERENCES cases (id) ON DELETE CASCADE,
        kind_id INTEGER NOT NULL REFERENCES choices (id),
        title TEXT NOT NULL CHECK (title <> ''),
        person_id INTEGER REFERENCES persons (id),
        policy_id INTEGER REFERENCES policies (id),
        claim_id INTEGER REFERENCES claims (id),
        need_id INTEGER REFERENCES person_needs (id) ON DELETE CASCADE,
        call_id TEXT REFERENCES calls (id) ON DELETE SET NULL,
        start_at TEXT NOT NULL,
        end_at TEXT,
        is_all_day INTEGER NOT NULL DEFAULT 0 CHECK (is_all_day IN (0, 1)),
        remind_minutes INTEGER CHECK (remind_minutes >= 0),
        reminded_at TEXT,
        remind_by_sms INTEGER NOT NULL DEFAULT 0 CHECK (remind_by_sms IN (0, 1)),
        assignee_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'not-done', 'cancelled')),
        result_id INTEGER REFERENCES choices (id),
        result TEXT NOT NULL DEFAULT '',
        next_step TEXT NOT NULL DEFAULT '',
        done_at TEXT,
        note TEXT NOT NULL DEFAULT '',
        revision INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        CHECK ((state = 'open') = (done_at IS NULL)),
        CHECK (end_at IS NULL OR end_at >= start_at)
    ) STRICT
    """,
    "CREATE INDEX activities_person ON activities (person_id, start_at DESC)",
    "CREATE INDEX activities_case ON activities (case_id, start_at)",
    "CREATE INDEX activities_assignee ON activities (assignee_id, start_at) WHERE state = 'open'",
    "CREATE INDEX activities_start ON activities (start_at) WHERE state = 'open'",
    "CREATE UNIQUE INDEX activities_need ON activities (need_id) WHERE need_id IS NOT NULL",
    """
    CREATE TABLE complaints (
        id INTEGER PRIMARY KEY,
        tracking_no TEXT NOT NULL UNIQUE CHECK (tracking_no <> ''),
        person_id INTEGER NOT NULL REFERENCES persons (id),
        subject_id INTEGER REFERENCES choices (id),
        policy_id INTEGER REFERENCES policies (id),
        claim_id INTEGER REFERENCES claims (id),
        call_id TEXT REFERENCES calls (id) ON DELETE SET NULL,
        text TEXT NOT NULL CHECK (text <> ''),
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'satisfied', 'unsatisfied', 'withdrawn')),
        assignee_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
        due_at TEXT,
        result TEXT NOT NULL DEFAULT '',
        closed_at TEXT,
        revision INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        CHECK ((state = 'open') = (closed_at IS NULL))
    ) STRICT
    """,
    "CREATE INDEX complaints_person ON complaints (person_id)",
    "CREATE INDEX complaints_open ON complaints (assignee_id, due_at) WHERE state = 'open'",
    """
    CREATE TABLE complaint_steps (
        id INTEGER PRIMARY KEY,
        complaint_id INTEGER NOT NULL REFERENCES complaints (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('opened', 'referred', 'note', 'closed', 'reopened')),
        from_user_id INTEGER REFERENCES users (id),
        to_user_id INTEGER REFERENCES users (id),
        note TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX complaint_steps_complaint ON complaint_steps (complaint_id, id)",
    """
    CREATE TABLE gift_kinds (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL UNIQUE CHECK (title <> ''),
        cost INTEGER NOT NULL DEFAULT 0 CHECK (cost >= 0),
        stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
        occasion TEXT NOT NULL DEFAULT '',
        grades TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(grades)),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
    ) STRICT
    """,
    """
    CREATE TABLE gift_plans (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL CHECK (title <> ''),
        occasion TEXT NOT NULL DEFAULT '',
        budget INTEGER NOT NULL CHECK (budget >= 0),
        rules TEXT NOT NULL CHECK (json_valid(rules)),
        state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'approved', 'done')),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    """
    CREATE TABLE gifts (
        id INTEGER PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        kind_id INTEGER NOT NULL REFERENCES gift_kinds (id),
        plan_id INTEGER REFERENCES gift_plans (id) ON DELETE SET NULL,
        occasion TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'given', 'dropped')),
        reason TEXT NOT NULL DEFAULT '',
        given_at TEXT,
        reception INTEGER CHECK (reception BETWEEN 1 AND 5),
        reception_note TEXT NOT NULL DEFAULT '',
        reception_at TEXT,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        CHECK ((state = 'given') = (given_at IS NOT NULL)),
        CHECK (reception IS NULL OR state = 'given')
    ) STRICT
    """,
    "CREATE INDEX gifts_person ON gifts (person_id, given_at)",
    # What a file belongs to is named, not referenced: one table serves every kind of record.
    """
    CREATE TABLE attachments (
        id INTEGER PRIMARY KEY,
        object_kind TEXT NOT NULL
            CHECK (object_kind IN ('person', 'policy', 'claim', 'case', 'activity', 'complaint', 'cheque', 'receipt')),
        object_id INTEGER NOT NULL,
        file_name TEXT NOT NULL CHECK (file_name <> ''),
        stored_name TEXT NOT NULL UNIQUE CHECK (stored_name <> ''),
        media_type TEXT NOT NULL,
        bytes INTEGER NOT NULL CHECK (bytes >= 0),
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        deleted_at TEXT,
        deleted_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX attachments_object ON attachments (object_kind, object_id) WHERE deleted_at IS NULL",
)


def step(db: Database) -> None:
    """Create the tables of the office's service."""
    for statement in STATEMENTS:
        db.execute(statement)

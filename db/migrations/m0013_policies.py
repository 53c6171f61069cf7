"""Policies, endorsements, insured objects, covers and deliveries.

A policy's status is never stored: it follows from its dates, its cancellation, its loss and the policy that renews
it (`insurance-domain` facts, section 3).
"""

from __future__ import annotations

from sqlite_utils import Database

DAY = "GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'"
"""A Gregorian date as stored; the Jalali calendar is for people."""


STATEMENTS = (
    f"""
    CREATE TABLE policies (
        id INTEGER PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES persons (id),
        is_ours INTEGER NOT NULL DEFAULT 1 CHECK (is_ours IN (0, 1)),
        insurer_id INTEGER NOT NULL REFERENCES insurers (id),
        line_code TEXT NOT NULL REFERENCES lines_of_business (code),
        sub_line TEXT NOT NULL DEFAULT '',
        unit_id INTEGER REFERENCES units (id),
        marketer_id INTEGER REFERENCES marketers (id),
        policy_no TEXT NOT NULL DEFAULT '',
        core_code TEXT NOT NULL DEFAULT '',
        unique_code TEXT NOT NULL DEFAULT '',
        issue_year INTEGER NOT NULL CHECK (issue_year BETWEEN 1300 AND 1500),
        issue_date TEXT NOT NULL CHECK (issue_date {DAY}),
        start_date TEXT NOT NULL CHECK (start_date {DAY}),
        end_date TEXT NOT NULL CHECK (end_date {DAY}),
        is_end_estimated INTEGER NOT NULL DEFAULT 0 CHECK (is_end_estimated IN (0, 1)),
        renews_id INTEGER UNIQUE REFERENCES policies (id),
        cancel_date TEXT CHECK (cancel_date {DAY}),
        cancel_reason TEXT NOT NULL DEFAULT '',
        lost_at TEXT CHECK (lost_at {DAY}),
        lost_reason_id INTEGER REFERENCES choices (id),
        net_premium INTEGER NOT NULL DEFAULT 0 CHECK (net_premium >= 0),
        vat INTEGER NOT NULL DEFAULT 0 CHECK (vat >= 0),
        commission INTEGER NOT NULL DEFAULT 0 CHECK (commission >= 0),
        sum_insured INTEGER CHECK (sum_insured >= 0),
        no_claim_years INTEGER CHECK (no_claim_years BETWEEN 0 AND 30),
        discount_percent INTEGER CHECK (discount_percent BETWEEN 0 AND 100),
        pays_by TEXT NOT NULL DEFAULT 'cash' CHECK (pays_by IN ('cash', 'instalments')),
        field_1 TEXT NOT NULL DEFAULT '',
        field_2 TEXT NOT NULL DEFAULT '',
        field_3 TEXT NOT NULL DEFAULT '',
        field_4 TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        source TEXT NOT NULL DEFAULT 'panel' CHECK (source IN ('panel', 'import', 'demo')),
        revision INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        changed_at TEXT,
        changed_by INTEGER REFERENCES users (id),
        CHECK (start_date <= end_date),
        CHECK (renews_id IS NULL OR renews_id <> id),
        CHECK ((lost_at IS NULL) = (lost_reason_id IS NULL)),
        CHECK (lost_at IS NULL OR cancel_date IS NULL)
    ) STRICT
    """,
    """
    CREATE UNIQUE INDEX policies_core_code ON policies (insurer_id, core_code)
        WHERE core_code <> '' AND is_ours = 1
    """,
    """
    CREATE UNIQUE INDEX policies_number ON policies (insurer_id, line_code, policy_no, issue_year, unit_id)
        WHERE core_code = '' AND policy_no <> '' AND is_ours = 1
    """,
    "CREATE INDEX policies_person ON policies (person_id, end_date DESC)",
    "CREATE INDEX policies_end ON policies (end_date, id)",
    "CREATE INDEX policies_issue ON policies (issue_date, id)",
    "CREATE INDEX policies_line_end ON policies (line_code, end_date, id)",
    "CREATE INDEX policies_unit_end ON policies (unit_id, end_date, id)",
    "CREATE INDEX policies_marketer_end ON policies (marketer_id, end_date, id)",
    "CREATE INDEX policies_policy_no ON policies (policy_no) WHERE policy_no <> ''",
    "CREATE INDEX policies_core ON policies (core_code) WHERE core_code <> ''",
    "CREATE INDEX policies_unique_code ON policies (unique_code) WHERE unique_code <> ''",
    "CREATE INDEX policies_premium ON policies (net_premium, id)",
    "CREATE INDEX policies_cancelled ON policies (cancel_date) WHERE cancel_date IS NOT NULL",
    f"""
    CREATE TABLE endorsements (
        id INTEGER PRIMARY KEY,
        policy_id INTEGER NOT NULL REFERENCES policies (id),
        number INTEGER NOT NULL CHECK (number >= 1),
        kind TEXT NOT NULL CHECK (kind IN ('additional', 'return', 'correction', 'cancel')),
        issue_date TEXT NOT NULL CHECK (issue_date {DAY}),
        effective_date TEXT NOT NULL CHECK (effective_date {DAY}),
        net_change INTEGER NOT NULL DEFAULT 0,
        vat_change INTEGER NOT NULL DEFAULT 0,
        commission_change INTEGER NOT NULL DEFAULT 0,
        core_code TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        UNIQUE (policy_id, number),
        CHECK (kind <> 'additional' OR (net_change > 0 AND vat_change >= 0)),
        CHECK (kind NOT IN ('return', 'cancel') OR (net_change <= 0 AND vat_change <= 0)),
        CHECK (kind <> 'correction' OR (net_change = 0 AND vat_change = 0))
    ) STRICT
    """,
    """
    CREATE TABLE insured_objects (
        id INTEGER PRIMARY KEY,
        policy_id INTEGER NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
        kind TEXT NOT NULL
            CHECK (kind IN ('vehicle', 'place', 'person', 'group', 'shipment', 'project', 'other')),
        title TEXT NOT NULL DEFAULT '',
        person_id INTEGER REFERENCES persons (id),
        plate TEXT CHECK (plate <> ''),
        vin TEXT CHECK (vin <> ''),
        engine_no TEXT NOT NULL DEFAULT '',
        model TEXT NOT NULL DEFAULT '',
        usage TEXT NOT NULL DEFAULT '',
        production_year INTEGER CHECK (production_year BETWEEN 1300 AND 2100),
        address TEXT NOT NULL DEFAULT '',
        postal_code TEXT NOT NULL DEFAULT '' CHECK (postal_code = '' OR length(postal_code) = 10),
        area_m2 INTEGER CHECK (area_m2 > 0),
        value INTEGER CHECK (value >= 0),
        details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details))
    ) STRICT
    """,
    "CREATE INDEX insured_objects_policy ON insured_objects (policy_id)",
    "CREATE INDEX insured_objects_plate ON insured_objects (plate) WHERE plate IS NOT NULL",
    "CREATE INDEX insured_objects_vin ON insured_objects (vin) WHERE vin IS NOT NULL",
    "CREATE INDEX insured_objects_postal_code ON insured_objects (postal_code) WHERE postal_code <> ''",
    "CREATE INDEX insured_objects_person ON insured_objects (person_id) WHERE person_id IS NOT NULL",
    """
    CREATE TABLE policy_covers (
        policy_id INTEGER NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
        title TEXT NOT NULL CHECK (title <> ''),
        ceiling INTEGER CHECK (ceiling >= 0),
        deductible_percent INTEGER CHECK (deductible_percent BETWEEN 0 AND 100),
        PRIMARY KEY (policy_id, title)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE renewal_proposals (
        old_id INTEGER NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
        new_id INTEGER NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'refused')),
        reason TEXT NOT NULL,
        decided_at TEXT,
        decided_by INTEGER REFERENCES users (id),
        PRIMARY KEY (old_id, new_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX renewal_proposals_new ON renewal_proposals (new_id)",
    """
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY,
        policy_id INTEGER NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
        endorsement_id INTEGER REFERENCES endorsements (id) ON DELETE CASCADE,
        method TEXT NOT NULL CHECK (method IN ('post', 'courier', 'own-courier', 'in-person')),
        state TEXT NOT NULL DEFAULT 'waiting'
            CHECK (state IN ('waiting', 'ready', 'on-the-way', 'delivered', 'returned')),
        due_at TEXT,
        address_id INTEGER REFERENCES person_addresses (id) ON DELETE SET NULL,
        address TEXT NOT NULL DEFAULT '',
        postal_code TEXT NOT NULL DEFAULT '',
        courier_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
        tracking_no TEXT NOT NULL DEFAULT '',
        delivered_at TEXT,
        receiver TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        CHECK ((state = 'delivered') = (delivered_at IS NOT NULL))
    ) STRICT
    """,
    "CREATE INDEX deliveries_policy ON deliveries (policy_id)",
    "CREATE INDEX deliveries_open ON deliveries (method, due_at) WHERE state <> 'delivered'",
)


def step(db: Database) -> None:
    """Create the tables of policies."""
    for statement in STATEMENTS:
        db.execute(statement)

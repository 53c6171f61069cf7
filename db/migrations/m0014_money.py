"""What policyholders owe and pay: plans, instalments, receipts, cheques, notes, debit notes.

All amounts are whole rials. What is paid is the sum of allocations and never stored beside them; the insurer's plan
and the customer's own are two plans and never merged.
"""

from __future__ import annotations

from sqlite_utils import Database

DAY = "GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'"
"""A Gregorian date as stored; the Jalali calendar is for people."""


STATEMENTS = (
    """
    CREATE TABLE bank_accounts (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL UNIQUE CHECK (title <> ''),
        bank TEXT NOT NULL DEFAULT '',
        kind TEXT NOT NULL DEFAULT 'bank' CHECK (kind IN ('bank', 'cash', 'card-reader')),
        iban TEXT NOT NULL DEFAULT '',
        account_no TEXT NOT NULL DEFAULT '',
        card_no TEXT NOT NULL DEFAULT '',
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
    ) STRICT
    """,
    """
    CREATE TABLE instalment_plans (
        id INTEGER PRIMARY KEY,
        policy_id INTEGER NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
        side TEXT NOT NULL CHECK (side IN ('insurer', 'customer')),
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        UNIQUE (policy_id, side)
    ) STRICT
    """,
    f"""
    CREATE TABLE instalments (
        id INTEGER PRIMARY KEY,
        plan_id INTEGER NOT NULL REFERENCES instalment_plans (id) ON DELETE CASCADE,
        endorsement_id INTEGER REFERENCES endorsements (id),
        number INTEGER NOT NULL CHECK (number >= 0),
        due_date TEXT NOT NULL CHECK (due_date {DAY}),
        amount INTEGER NOT NULL CHECK (amount > 0),
        waived_at TEXT,
        waived_by INTEGER REFERENCES users (id),
        waive_reason TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        UNIQUE (plan_id, number)
    ) STRICT
    """,
    "CREATE INDEX instalments_due ON instalments (due_date) WHERE waived_at IS NULL",
    f"""
    CREATE TABLE debit_notes (
        id INTEGER PRIMARY KEY,
        number INTEGER NOT NULL UNIQUE,
        core_code TEXT NOT NULL DEFAULT '',
        person_id INTEGER NOT NULL REFERENCES persons (id),
        policy_id INTEGER REFERENCES policies (id),
        side TEXT NOT NULL DEFAULT 'agency' CHECK (side IN ('agency', 'insurer')),
        issue_date TEXT NOT NULL CHECK (issue_date {DAY}),
        due_date TEXT NOT NULL CHECK (due_date {DAY}),
        amount INTEGER NOT NULL CHECK (amount > 0),
        reason TEXT NOT NULL CHECK (reason <> ''),
        cancelled_at TEXT,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX debit_notes_person ON debit_notes (person_id)",
    "CREATE INDEX debit_notes_due ON debit_notes (due_date) WHERE cancelled_at IS NULL",
    f"""
    CREATE TABLE cheques (
        id INTEGER PRIMARY KEY,
        direction TEXT NOT NULL CHECK (direction IN ('received', 'given')),
        person_id INTEGER REFERENCES persons (id),
        sayad_id TEXT UNIQUE CHECK (sayad_id GLOB '[0-9]*' AND length(sayad_id) = 16),
        serial TEXT NOT NULL DEFAULT '',
        bank TEXT NOT NULL DEFAULT '',
        branch TEXT NOT NULL DEFAULT '',
        iban TEXT NOT NULL DEFAULT '',
        drawer_name TEXT NOT NULL DEFAULT '',
        drawer_national_id TEXT NOT NULL DEFAULT '',
        amount INTEGER NOT NULL CHECK (amount > 0),
        due_date TEXT NOT NULL CHECK (due_date {DAY}),
        received_date TEXT NOT NULL CHECK (received_date {DAY}),
        is_guarantee INTEGER NOT NULL DEFAULT 0 CHECK (is_guarantee IN (0, 1)),
        state TEXT NOT NULL CHECK (state IN
            ('on-hand', 'deposited', 'cleared', 'bounced', 'handed-over', 'returned', 'settled', 'legal')),
        sayad_state TEXT NOT NULL DEFAULT 'unregistered'
            CHECK (sayad_state IN ('unregistered', 'registered', 'confirmed', 'refused', 'transferred')),
        credit_colour TEXT NOT NULL DEFAULT ''
            CHECK (credit_colour IN ('', 'white', 'yellow', 'orange', 'brown', 'red')),
        bank_account_id INTEGER REFERENCES bank_accounts (id),
        handed_to TEXT NOT NULL DEFAULT '',
        place TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        revision INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        changed_at TEXT,
        changed_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX cheques_person ON cheques (person_id, state)",
    "CREATE INDEX cheques_due ON cheques (state, due_date)",
    f"""
    CREATE TABLE cheque_steps (
        id INTEGER PRIMARY KEY,
        cheque_id INTEGER NOT NULL REFERENCES cheques (id) ON DELETE CASCADE,
        from_state TEXT,
        to_state TEXT NOT NULL,
        on_date TEXT NOT NULL CHECK (on_date {DAY}),
        reason TEXT NOT NULL DEFAULT '',
        certificate_no TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL,
        user_id INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX cheque_steps_cheque ON cheque_steps (cheque_id, id)",
    """
    CREATE TABLE cheque_policies (
        cheque_id INTEGER NOT NULL REFERENCES cheques (id) ON DELETE CASCADE,
        policy_id INTEGER NOT NULL REFERENCES policies (id),
        PRIMARY KEY (cheque_id, policy_id)
    ) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE promissory_notes (
        id INTEGER PRIMARY KEY,
        direction TEXT NOT NULL DEFAULT 'received' CHECK (direction IN ('received', 'given')),
        person_id INTEGER REFERENCES persons (id),
        policy_id INTEGER REFERENCES policies (id),
        number TEXT NOT NULL CHECK (number <> ''),
        ceiling INTEGER CHECK (ceiling > 0),
        amount INTEGER NOT NULL CHECK (amount > 0),
        drawer_name TEXT NOT NULL DEFAULT '',
        guarantor_name TEXT NOT NULL DEFAULT '',
        due_date TEXT CHECK (due_date {DAY}),
        is_guarantee INTEGER NOT NULL DEFAULT 1 CHECK (is_guarantee IN (0, 1)),
        state TEXT NOT NULL DEFAULT 'on-hand'
            CHECK (state IN ('on-hand', 'paid', 'returned', 'protested', 'legal')),
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        CHECK (ceiling IS NULL OR amount <= ceiling)
    ) STRICT
    """,
    "CREATE INDEX promissory_notes_person ON promissory_notes (person_id)",
    "CREATE INDEX promissory_notes_due ON promissory_notes (due_date) WHERE state = 'on-hand'",
    f"""
    CREATE TABLE receipts (
        id INTEGER PRIMARY KEY,
        number INTEGER NOT NULL UNIQUE,
        person_id INTEGER NOT NULL REFERENCES persons (id),
        on_date TEXT NOT NULL CHECK (on_date {DAY}),
        method TEXT NOT NULL CHECK (method IN ('cash', 'card', 'transfer', 'cheque', 'discount', 'refund')),
        amount INTEGER NOT NULL CHECK (amount > 0),
        bank_account_id INTEGER REFERENCES bank_accounts (id),
        cheque_id INTEGER REFERENCES cheques (id),
        reference TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        reverses_id INTEGER UNIQUE REFERENCES receipts (id),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        CHECK ((method = 'cheque') = (cheque_id IS NOT NULL))
    ) STRICT
    """,
    "CREATE INDEX receipts_person ON receipts (person_id, on_date)",
    "CREATE INDEX receipts_date ON receipts (on_date)",
    "CREATE INDEX receipts_cheque ON receipts (cheque_id) WHERE cheque_id IS NOT NULL",
    """
    CREATE TABLE allocations (
        id INTEGER PRIMARY KEY,
        receipt_id INTEGER NOT NULL REFERENCES receipts (id),
        instalment_id INTEGER REFERENCES instalments (id),
        debit_note_id INTEGER REFERENCES debit_notes (id),
        amount INTEGER NOT NULL CHECK (amount <> 0),
        at TEXT NOT NULL,
        user_id INTEGER REFERENCES users (id),
        CHECK ((instalment_id IS NULL) <> (debit_note_id IS NULL))
    ) STRICT
    """,
    "CREATE INDEX allocations_receipt ON allocations (receipt_id)",
    "CREATE INDEX allocations_instalment ON allocations (instalment_id) WHERE instalment_id IS NOT NULL",
    "CREATE INDEX allocations_debit_note ON allocations (debit_note_id) WHERE debit_note_id IS NOT NULL",
    f"""
    CREATE TABLE payment_promises (
        id INTEGER PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        amount INTEGER CHECK (amount > 0),
        due_date TEXT NOT NULL CHECK (due_date {DAY}),
        assignee_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept', 'broken')),
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX payment_promises_due ON payment_promises (due_date) WHERE state = 'open'",
    "CREATE INDEX payment_promises_person ON payment_promises (person_id)",
    """
    CREATE TABLE commissions (
        id INTEGER PRIMARY KEY,
        policy_id INTEGER NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
        endorsement_id INTEGER REFERENCES endorsements (id) ON DELETE CASCADE,
        expected INTEGER NOT NULL,
        earned INTEGER NOT NULL DEFAULT 0,
        marketer_id INTEGER REFERENCES marketers (id),
        marketer_per_mille INTEGER NOT NULL DEFAULT 0 CHECK (marketer_per_mille BETWEEN 0 AND 1000),
        marketer_amount INTEGER NOT NULL DEFAULT 0,
        statement_line_id INTEGER,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX commissions_source ON commissions (policy_id, IFNULL(endorsement_id, 0))",
    "CREATE INDEX commissions_marketer ON commissions (marketer_id) WHERE marketer_id IS NOT NULL",
    f"""
    CREATE TABLE marketer_payments (
        id INTEGER PRIMARY KEY,
        marketer_id INTEGER NOT NULL REFERENCES marketers (id),
        on_date TEXT NOT NULL CHECK (on_date {DAY}),
        amount INTEGER NOT NULL CHECK (amount > 0),
        tax INTEGER NOT NULL DEFAULT 0 CHECK (tax >= 0),
        is_advance INTEGER NOT NULL DEFAULT 0 CHECK (is_advance IN (0, 1)),
        bank_account_id INTEGER REFERENCES bank_accounts (id),
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX marketer_payments_marketer ON marketer_payments (marketer_id, on_date)",
)


def step(db: Database) -> None:
    """Create the tables of money between the agency, its customers and its marketers."""
    for statement in STATEMENTS:
        db.execute(statement)

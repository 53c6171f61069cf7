"""The agency's books: chart of accounts, fiscal years, vouchers.

The rules are the database's own: a confirmed voucher balances, and what is confirmed or lies in a closed year is
neither changed nor deleted; it is reversed by another voucher.
"""

from __future__ import annotations

from sqlite_utils import Database

DAY = "GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'"
"""A Gregorian date as stored; the Jalali calendar is for people."""


STATEMENTS = (
    """
    CREATE TABLE accounts (
        code TEXT PRIMARY KEY CHECK (code GLOB '[1-9]*'),
        parent TEXT REFERENCES accounts (code),
        title TEXT NOT NULL CHECK (title <> ''),
        nature TEXT NOT NULL CHECK (nature IN ('debit', 'credit', 'both')),
        detail_kind TEXT CHECK (detail_kind IN ('person', 'bank', 'insurer', 'marketer', 'line')),
        is_memo INTEGER NOT NULL DEFAULT 0 CHECK (is_memo IN (0, 1)),
        is_builtin INTEGER NOT NULL DEFAULT 0 CHECK (is_builtin IN (0, 1)),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        CHECK (parent IS NULL OR parent <> code)
    ) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE fiscal_years (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL UNIQUE CHECK (title <> ''),
        first_day TEXT NOT NULL UNIQUE CHECK (first_day {DAY}),
        last_day TEXT NOT NULL UNIQUE CHECK (last_day {DAY}),
        closed_at TEXT,
        closed_by INTEGER REFERENCES users (id),
        CHECK (first_day < last_day)
    ) STRICT
    """,
    f"""
    CREATE TABLE vouchers (
        id INTEGER PRIMARY KEY,
        year_id INTEGER NOT NULL REFERENCES fiscal_years (id),
        number INTEGER CHECK (number > 0),
        on_date TEXT NOT NULL CHECK (on_date {DAY}),
        state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'confirmed')),
        kind TEXT NOT NULL DEFAULT 'manual' CHECK (kind IN ('manual', 'event', 'opening', 'closing', 'reversal')),
        event TEXT,
        object_kind TEXT,
        object_id INTEGER,
        reverses_id INTEGER UNIQUE REFERENCES vouchers (id),
        text TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id),
        confirmed_at TEXT,
        confirmed_by INTEGER REFERENCES users (id),
        UNIQUE (year_id, number),
        UNIQUE (event, object_kind, object_id),
        CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL)),
        CHECK (state = 'draft' OR number IS NOT NULL),
        CHECK ((kind = 'event') = (event IS NOT NULL))
    ) STRICT
    """,
    "CREATE INDEX vouchers_object ON vouchers (object_kind, object_id)",
    "CREATE INDEX vouchers_date ON vouchers (on_date, id)",
    """
    CREATE TABLE voucher_lines (
        voucher_id INTEGER NOT NULL REFERENCES vouchers (id) ON DELETE CASCADE,
        place INTEGER NOT NULL CHECK (place >= 1),
        account TEXT NOT NULL REFERENCES accounts (code),
        detail_id INTEGER,
        debit INTEGER NOT NULL DEFAULT 0 CHECK (debit >= 0),
        credit INTEGER NOT NULL DEFAULT 0 CHECK (credit >= 0),
        text TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (voucher_id, place),
        CHECK ((debit = 0) <> (credit = 0))
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX voucher_lines_account ON voucher_lines (account, detail_id)",
    """
    CREATE TRIGGER vouchers_balance BEFORE UPDATE OF state ON vouchers
    WHEN NEW.state = 'confirmed' AND (
        SELECT IFNULL(SUM(debit), 0) <> IFNULL(SUM(credit), 0) OR COUNT(*) < 2
        FROM voucher_lines WHERE voucher_id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a voucher balances'); END
    """,
    """
    CREATE TRIGGER vouchers_begin_as_draft BEFORE INSERT ON vouchers WHEN NEW.state <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a voucher begins as a draft'); END
    """,
    """
    CREATE TRIGGER vouchers_stay BEFORE UPDATE ON vouchers WHEN OLD.state = 'confirmed'
    BEGIN SELECT RAISE(ABORT, 'a confirmed voucher is not changed'); END
    """,
    """
    CREATE TRIGGER vouchers_are_kept BEFORE DELETE ON vouchers WHEN OLD.state = 'confirmed'
    BEGIN SELECT RAISE(ABORT, 'a confirmed voucher is not deleted'); END
    """,
    """
    CREATE TRIGGER vouchers_lie_in_their_year BEFORE INSERT ON vouchers
    WHEN NOT EXISTS (SELECT 1 FROM fiscal_years
        WHERE id = NEW.year_id AND closed_at IS NULL AND NEW.on_date BETWEEN first_day AND last_day)
    BEGIN SELECT RAISE(ABORT, 'a voucher lies in an open fiscal year'); END
    """,
    """
    CREATE TRIGGER vouchers_move_in_their_year BEFORE UPDATE ON vouchers
    WHEN NOT EXISTS (SELECT 1 FROM fiscal_years
        WHERE id = NEW.year_id AND closed_at IS NULL AND NEW.on_date BETWEEN first_day AND last_day)
    BEGIN SELECT RAISE(ABORT, 'a voucher lies in an open fiscal year'); END
    """,
    """
    CREATE TRIGGER voucher_lines_added BEFORE INSERT ON voucher_lines
    WHEN (SELECT state FROM vouchers WHERE id = NEW.voucher_id) = 'confirmed'
    BEGIN SELECT RAISE(ABORT, 'a confirmed voucher is not changed'); END
    """,
    """
    CREATE TRIGGER voucher_lines_changed BEFORE UPDATE ON voucher_lines
    WHEN (SELECT state FROM vouchers WHERE id = OLD.voucher_id) = 'confirmed'
    BEGIN SELECT RAISE(ABORT, 'a confirmed voucher is not changed'); END
    """,
    """
    CREATE TRIGGER voucher_lines_taken BEFORE DELETE ON voucher_lines
    WHEN (SELECT state FROM vouchers WHERE id = OLD.voucher_id) = 'confirmed'
    BEGIN SELECT RAISE(ABORT, 'a confirmed voucher is not changed'); END
    """,
)


def step(db: Database) -> None:
    """Create the tables of the books."""
    for statement in STATEMENTS:
        db.execute(statement)

"""A policy knows that another one renews it, so that lists by status need not look for that other one row by row.

`renews_id` stays the link; `is_renewed` is its other end, kept by triggers and never written by anything else. The
lists' indexes carry it, as what else a status follows from (`m0029`).
"""

from __future__ import annotations

from sqlite_utils import Database

_LAST = "issue_date, net_premium, vat, is_renewed"
OF_POLICIES = (
    "start_date, cancel_date, lost_at, line_code, unit_id, marketer_id, created_by, person_id, is_renewed"
)
INDEXES = {
    "end": f"(end_date, id, {OF_POLICIES}, issue_date, net_premium, vat)",
    "issue": f"(issue_date, id, end_date, {OF_POLICIES})",
    "premium": f"(net_premium, id, end_date, {OF_POLICIES})",
    "charged": f"(net_premium + vat, id, end_date, {OF_POLICIES})",
    "line_end": "(line_code, end_date, id, start_date, cancel_date, lost_at, unit_id, marketer_id, created_by, "
    f"person_id, {_LAST})",
    "unit_end": "(unit_id, end_date, id, start_date, cancel_date, lost_at, line_code, marketer_id, created_by, "
    f"person_id, {_LAST})",
    "marketer_end": "(marketer_id, end_date, id, start_date, cancel_date, lost_at, line_code, unit_id, created_by, "
    f"person_id, {_LAST})",
    "created_by": "(created_by, end_date, id, start_date, cancel_date, lost_at, line_code, unit_id, marketer_id, "
    f"person_id, {_LAST}) WHERE created_by IS NOT NULL",
    "start": "(start_date, id, end_date, cancel_date, lost_at, line_code, unit_id, marketer_id, created_by, person_id, "
    f"{_LAST})",
    "cancelled": "(cancel_date, id, end_date, start_date, lost_at, line_code, unit_id, marketer_id, created_by, "
    f"person_id, {_LAST}) WHERE cancel_date IS NOT NULL",
}
STATEMENTS = (
    "ALTER TABLE policies ADD COLUMN is_renewed INTEGER NOT NULL DEFAULT 0 CHECK (is_renewed IN (0, 1))",
    "UPDATE policies SET is_renewed = 1 WHERE id IN (SELECT renews_id FROM policies WHERE renews_id IS NOT NULL)",
    """
    CREATE TRIGGER policies_renewal_entered AFTER INSERT ON policies WHEN NEW.renews_id IS NOT NULL BEGIN
        UPDATE policies SET is_renewed = 1 WHERE id = NEW.renews_id;
    END
    """,
    """
    CREATE TRIGGER policies_renewal_changed AFTER UPDATE OF renews_id ON policies
    WHEN OLD.renews_id IS NOT NEW.renews_id BEGIN
        UPDATE policies SET is_renewed = 0 WHERE id = OLD.renews_id;
        UPDATE policies SET is_renewed = 1 WHERE id = NEW.renews_id;
    END
    """,
    """
    CREATE TRIGGER policies_renewal_left AFTER DELETE ON policies WHEN OLD.renews_id IS NOT NULL BEGIN
        UPDATE policies SET is_renewed = 0 WHERE id = OLD.renews_id;
    END
    """,
    *(f"DROP INDEX policies_{name}" for name in INDEXES),
    *(f"CREATE INDEX policies_{name} ON policies {columns}" for name, columns in INDEXES.items()),
    f"CREATE INDEX policies_renewed ON policies (end_date, id, {OF_POLICIES}, issue_date, net_premium, vat) "
    "WHERE is_renewed = 1",
)


def step(db: Database) -> None:
    """Add the link's other end and make the indexes anew, and let SQLite look at them where it knew the old ones."""
    for statement in STATEMENTS:
        db.execute(statement)
    if db["sqlite_stat1"].exists():
        db.execute("PRAGMA analysis_limit = 1000")
        db.execute("ANALYZE policies")

"""Reminders of renewals: an activity the box itself makes, one for each policy.

`origin` says what made an activity; somebody's own are of no origin. The kind «پیگیری تمدید» is a built-in entry of the
list of kinds.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    "ALTER TABLE activities ADD COLUMN origin TEXT NOT NULL DEFAULT '' CHECK (origin IN ('', 'renewal'))",
    "CREATE UNIQUE INDEX activities_renewal ON activities (policy_id) WHERE origin = 'renewal'",
    "CREATE INDEX activities_policy ON activities (policy_id) WHERE policy_id IS NOT NULL",
    "INSERT INTO choices (list, code, title, place, details, is_builtin) "
    "SELECT 'activity-kind', 'renewal', 'پیگیری تمدید', 90, '{}', 1 "
    "WHERE NOT EXISTS (SELECT 1 FROM choices WHERE list = 'activity-kind' AND code = 'renewal')",
    # What a calendar asks for beside activities and promises, which have such an index.
    "CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX cases_due ON cases (due_date) WHERE state = 'open' AND due_date IS NOT NULL",
    "CREATE INDEX complaints_due ON complaints (due_at) WHERE state = 'open' AND due_at IS NOT NULL",
    "CREATE INDEX activities_day ON activities (start_at)",
)


def step(db: Database) -> None:
    """Let activities say what made them, and index what a calendar reads."""
    for statement in STATEMENTS:
        db.execute(statement)

"""The orders of the policy list carry what a status follows from, so that walking them reads no policy in vain.

A status often lies far from the list's beginning (what expires soon was issued a year ago); passing the others by
their index alone took a tenth of the time.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = tuple(
    statement
    for name, column in (("issue", "issue_date"), ("premium", "net_premium"))
    for statement in (
        f"DROP INDEX policies_{name}",
        f"CREATE INDEX policies_{name} ON policies ({column}, id, end_date, start_date, cancel_date, lost_at)",
    )
)


def step(db: Database) -> None:
    """Make the two indexes anew."""
    for statement in STATEMENTS:
        db.execute(statement)

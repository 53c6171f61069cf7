"""Indexes for what a line's page asks of its calls: the newest ones, and the newest whose number was not read."""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    "CREATE INDEX calls_line ON calls (line, started_at DESC, id DESC)",
    "CREATE INDEX calls_unread ON calls (line, started_at DESC, id DESC) "
    "WHERE number_state = 'absent' AND direction = 'in'",
)


def step(db: Database) -> None:
    """Apply the step."""
    for statement in STATEMENTS:
        db.execute(statement)

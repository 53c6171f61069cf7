"""Numbers marked as a nuisance, and numbers found by their last eight digits without reading all of them."""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE spam_numbers (
        number TEXT PRIMARY KEY CHECK (number <> ''),
        at TEXT NOT NULL,
        user_id INTEGER REFERENCES users (id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX person_phones_ending ON person_phones (substr(number, -8))",
)


def step(db: Database) -> None:
    """Apply the step."""
    for statement in STATEMENTS:
        db.execute(statement)

"""What one person has instead of a rule of messages may also be other times, not only another text or nothing.

The old table allowed a row only with a text of its own, so it is made anew; days before and after stand in a table
beside it, as those of the rules do.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE message_rule_overrides_new (
        rule_id INTEGER NOT NULL REFERENCES message_rules (id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        is_off INTEGER NOT NULL DEFAULT 0 CHECK (is_off IN (0, 1)),
        template_id INTEGER REFERENCES message_templates (id),
        at_minute INTEGER CHECK (at_minute BETWEEN 0 AND 1439),
        PRIMARY KEY (rule_id, person_id)
    ) STRICT, WITHOUT ROWID
    """,
    "INSERT INTO message_rule_overrides_new (rule_id, person_id, is_off, template_id) "
    "SELECT rule_id, person_id, is_off, template_id FROM message_rule_overrides",
    "DROP TABLE message_rule_overrides",
    "ALTER TABLE message_rule_overrides_new RENAME TO message_rule_overrides",
    "CREATE INDEX message_rule_overrides_person ON message_rule_overrides (person_id)",
    """
    CREATE TABLE message_rule_own_offsets (
        rule_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        unit TEXT NOT NULL CHECK (unit IN ('day', 'minute')),
        amount INTEGER NOT NULL CHECK (amount BETWEEN -525600 AND 525600),
        PRIMARY KEY (rule_id, person_id, unit, amount),
        FOREIGN KEY (rule_id, person_id) REFERENCES message_rule_overrides (rule_id, person_id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID
    """,
)


def step(db: Database) -> None:
    """Make the table anew, and the one of times beside it."""
    for statement in STATEMENTS:
        db.execute(statement)

"""Imports are stored and taken back in small transactions: what each of them made is written down with it.

Until now an import was one transaction, and what it made one range of ids in `imports.undo`. The indexes are for
taking back: deleting a person, a policy or an endorsement looks for everything that refers to it.
"""

from __future__ import annotations

from sqlite_utils import Database

_LOOKED_FOR = (
    ("instalments", "endorsement_id"), ("commissions", "endorsement_id"), ("deliveries", "endorsement_id"),
    ("message_firings", "person_id"), ("campaign_recipients", "person_id"), ("message_threads", "person_id"),
    ("claims", "claimant_id"), ("debit_notes", "policy_id"), ("cheque_policies", "policy_id"),
    ("promissory_notes", "policy_id"), ("cases", "policy_id"), ("complaints", "policy_id"),
)  # fmt: skip

STATEMENTS = (
    # One row for each table a transaction of an import made rows of; `audit_log` has its own entries.
    """
    CREATE TABLE import_batches (
        import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        table_name TEXT NOT NULL,
        first_id INTEGER NOT NULL,
        last_id INTEGER NOT NULL CHECK (last_id >= first_id),
        place INTEGER NOT NULL,
        PRIMARY KEY (import_id, table_name, first_id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO import_batches (import_id, table_name, first_id, last_id, place)
    SELECT imports.id, made.key, json_extract(made.value, '$[0]'), json_extract(made.value, '$[1]'), 0
    FROM imports, json_each(imports.undo, '$.ranges') AS made
    WHERE imports.state = 'applied'
    """,
    """
    INSERT INTO import_batches (import_id, table_name, first_id, last_id, place)
    SELECT id, 'audit_log', json_extract(undo, '$.log'), json_extract(undo, '$.log'), 0
    FROM imports WHERE state = 'applied' AND json_extract(undo, '$.log') > 0
    """,
    "DELETE FROM import_changes WHERE import_id IN (SELECT id FROM imports WHERE state <> 'applied')",
    *(
        f"CREATE INDEX {table}_{column.removesuffix('_id')}_refers ON {table} ({column}) WHERE {column} IS NOT NULL"
        for table, column in _LOOKED_FOR
    ),
)


def step(db: Database) -> None:
    """Make the table of what imports made, and the indexes."""
    for statement in STATEMENTS:
        db.execute(statement)

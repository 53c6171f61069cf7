"""Ranks of customers: what lists sort and filter by, the whole book they are measured against, and who waits.

A rank is computed for everybody each night (`appliance.domain.ranking`). Whose policies, claims or cheques change
before that is put into `rank_queue` by triggers, so that no writer, an import included, can forget it.
"""

from __future__ import annotations

from sqlite_utils import Database


def _queued(person: str) -> str:
    return f"""
        INSERT INTO rank_queue (person_id) SELECT id FROM persons
        WHERE id = {person} AND NOT EXISTS (SELECT 1 FROM rank_queue WHERE person_id = persons.id);
    """


def _of_policy(policy: str) -> str:
    return f"(SELECT person_id FROM policies WHERE id = {policy})"


def _of_claim(claim: str) -> str:
    return f"(SELECT person_id FROM policies WHERE id = (SELECT policy_id FROM claims WHERE claims.id = {claim}))"


_WATCHED = (
    (
        "policies",
        "person_id, is_ours, net_premium, commission, issue_date, cancel_date",
        "{row}.person_id",
        str,
    ),
    ("endorsements", "policy_id, net_change, commission_change", "{row}.policy_id", _of_policy),
    ("claims", "policy_id, event_date, outstanding", "{row}.policy_id", _of_policy),
    ("claim_payments", "claim_id, amount", "{row}.claim_id", _of_claim),
    ("cheques", "person_id, direction, state, due_date", "{row}.person_id", str),
)
"""Table, the columns whose change counts, what leads to the person, and how."""


STATEMENTS = (
    "ALTER TABLE persons ADD COLUMN rank_score REAL CHECK (rank_score BETWEEN 0 AND 100)",
    "ALTER TABLE persons ADD COLUMN rank_grade TEXT "
    "CHECK (rank_grade IN ('gold', 'silver', 'bronze', 'ordinary', 'attention', 'new'))",
    # In basis points; NULL where there is no premium to divide by.
    "ALTER TABLE persons ADD COLUMN loss_ratio INTEGER CHECK (loss_ratio >= 0)",
    "CREATE INDEX persons_rank ON persons (rank_score DESC, sort_key) WHERE archived_at IS NULL",
    "CREATE INDEX persons_grade ON persons (rank_grade, rank_score DESC, sort_key) "
    "WHERE archived_at IS NULL AND rank_grade IS NOT NULL",
    "CREATE INDEX persons_loss_ratio ON persons (loss_ratio) WHERE archived_at IS NULL",
    "DROP INDEX person_ranks_score",
    "CREATE INDEX person_ranks_override ON person_ranks (override_until) WHERE override_grade IS NOT NULL",
    """
    CREATE TABLE rank_book (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        body TEXT NOT NULL CHECK (json_valid(body)),
        on_day TEXT NOT NULL,
        computed_at TEXT NOT NULL,
        is_stale INTEGER NOT NULL DEFAULT 0 CHECK (is_stale IN (0, 1))
    ) STRICT
    """,
    """
    CREATE TABLE rank_queue (
        person_id INTEGER PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE
    ) STRICT
    """,
    *(
        f"CREATE TRIGGER {table}_rank_{name} AFTER {event} ON {table} BEGIN {body} END"
        for table, columns, key, person in _WATCHED
        for name, event, body in (
            ("entered", "INSERT", _queued(person(key.format(row="NEW")))),
            (
                "changed",
                f"UPDATE OF {columns}",
                _queued(person(key.format(row="OLD"))) + _queued(person(key.format(row="NEW"))),
            ),
            ("left", "DELETE", _queued(person(key.format(row="OLD")))),
        )
    ),
    f"CREATE TRIGGER cheque_steps_rank_entered AFTER INSERT ON cheque_steps WHEN NEW.to_state = 'bounced' BEGIN "
    f"{_queued('(SELECT person_id FROM cheques WHERE id = NEW.cheque_id)')} END",
    f"CREATE TRIGGER persons_rank_changed AFTER UPDATE OF archived_at ON persons BEGIN {_queued('NEW.id')} END",
)


def step(db: Database) -> None:
    """Create what ranks are kept in, and the triggers that tell whose rank is to be computed anew."""
    for statement in STATEMENTS:
        db.execute(statement)

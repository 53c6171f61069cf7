"""Plans of instalments and what is expected as commission, as a policy's own rows."""

from __future__ import annotations

from db.connection import Connection


def ensure_plan(conn: Connection, policy_id: int, side: str, at: str, user_id: int | None) -> int:
    """Give the id of a policy's plan of a side, made when there is none."""
    row = conn.execute(
        "INSERT INTO instalment_plans (policy_id, side, created_at, created_by) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (policy_id, side) DO UPDATE SET note = note RETURNING id",
        (policy_id, side, at, user_id),
    ).fetchone()
    return int(row["id"])


def is_settled_in_part(conn: Connection, policy_id: int) -> bool:
    """Tell whether anything was paid or waived of a policy's plans."""
    row = conn.execute(
        """
        SELECT 1 FROM instalment_plans JOIN instalments ON instalments.plan_id = instalment_plans.id
        WHERE instalment_plans.policy_id = ? AND (waived_at IS NOT NULL
            OR EXISTS (SELECT 1 FROM allocations WHERE instalment_id = instalments.id))
        LIMIT 1
        """,
        (policy_id,),
    ).fetchone()
    return row is not None


def delete_own_parts(conn: Connection, plan_id: int) -> None:
    """Take away a plan's instalments but those of endorsements."""
    conn.execute("DELETE FROM instalments WHERE plan_id = ? AND endorsement_id IS NULL", (plan_id,))
    # Numbers the policy's own parts need stand free: those of endorsements move behind.
    conn.execute(
        "UPDATE instalments SET number = number + 1000 WHERE plan_id = ? AND number < 1000", (plan_id,)
    )


def next_number(conn: Connection, plan_id: int) -> int:
    """Give the number of a plan's next instalment."""
    row = conn.execute(
        "SELECT IFNULL(MAX(number), 0) + 1 FROM instalments WHERE plan_id = ?", (plan_id,)
    ).fetchone()
    return int(row[0])


def list_own_parts(conn: Connection, policy_id: int, side: str) -> list[tuple[int, str, int]]:
    """Give (number, due date, amount) of the instalments of the policy itself, by number."""
    rows = conn.execute(
        "SELECT instalments.number, due_date, amount FROM instalments JOIN instalment_plans AS plans "
        "ON plans.id = instalments.plan_id WHERE policy_id = ? AND side = ? AND endorsement_id IS NULL "
        "ORDER BY instalments.number",
        (policy_id, side),
    )
    return [(int(row["number"]), str(row["due_date"]), int(row["amount"])) for row in rows]


def upsert_commission(
    conn: Connection,
    *,
    policy_id: int,
    endorsement_id: int | None,
    expected: int,
    marketer_id: int | None,
    marketer_per_mille: int,
    marketer_amount: int,
    created_at: str,
) -> None:
    """Store what is expected of a policy or an endorsement; what was earned of it already stays."""
    conn.execute(
        """
        INSERT INTO commissions (policy_id, endorsement_id, expected, marketer_id, marketer_per_mille,
            marketer_amount, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (policy_id, IFNULL(endorsement_id, 0)) DO UPDATE SET expected = excluded.expected,
            marketer_id = excluded.marketer_id, marketer_per_mille = excluded.marketer_per_mille,
            marketer_amount = excluded.marketer_amount
        """,
        (policy_id, endorsement_id, expected, marketer_id, marketer_per_mille, marketer_amount, created_at),
    )

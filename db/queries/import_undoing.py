"""What undoing an import asks and changes, beside the ranges of `import_storing`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from db.connection import Connection


def list_paid_policies(conn: Connection, first_id: int, last_id: int) -> set[int]:
    """Give the policies of a range of whose instalments something was paid or waived."""
    rows = conn.execute(
        """
        SELECT DISTINCT plans.policy_id FROM instalment_plans AS plans
        JOIN instalments ON instalments.plan_id = plans.id
        WHERE plans.policy_id BETWEEN ? AND ? AND (instalments.waived_at IS NOT NULL
            OR EXISTS (SELECT 1 FROM allocations WHERE instalment_id = instalments.id))
        """,
        (first_id, last_id),
    )
    return {int(row[0]) for row in rows}


def list_holders(conn: Connection, policy_ids: Iterable[int]) -> set[int]:
    """Give the persons of some policies."""
    rows = conn.execute(
        "SELECT DISTINCT person_id FROM policies WHERE id IN (SELECT value FROM json_each(?))",
        (_json(policy_ids),),
    )
    return {int(row[0]) for row in rows}


def list_holders_between(conn: Connection, first_id: int, last_id: int) -> set[int]:
    """Give the persons of the policies of a range."""
    sql = "SELECT DISTINCT person_id FROM policies WHERE id BETWEEN ? AND ?"
    return {int(row[0]) for row in conn.execute(sql, (first_id, last_id))}


def list_holders_of_objects(conn: Connection, first_id: int, last_id: int) -> set[int]:
    """Give the persons whose policies insure the objects of a range."""
    rows = conn.execute(
        "SELECT DISTINCT person_id FROM policies "
        "WHERE id IN (SELECT policy_id FROM insured_objects WHERE id BETWEEN ? AND ?)",
        (first_id, last_id),
    )
    return {int(row[0]) for row in rows}


def list_addressed(conn: Connection, first_id: int, last_id: int) -> set[int]:
    """Give the persons of the addresses of a range."""
    sql = "SELECT DISTINCT person_id FROM person_addresses WHERE id BETWEEN ? AND ?"
    return {int(row[0]) for row in conn.execute(sql, (first_id, last_id))}


def list_renewed_by(conn: Connection, policy_ids: Iterable[int], first_id: int, last_id: int) -> set[int]:
    """Give the policies of a range that some policies renew."""
    rows = conn.execute(
        "SELECT renews_id FROM policies WHERE id IN (SELECT value FROM json_each(?)) AND renews_id BETWEEN ? AND ?",
        (_json(policy_ids), first_id, last_id),
    )
    return {int(row[0]) for row in rows}


def unlink_renewals(conn: Connection, first_id: int, last_id: int) -> None:
    """Let no policy of a range renew another of it, but those in ``temp.kept_policies``."""
    conn.execute(
        "UPDATE policies SET renews_id = NULL WHERE id BETWEEN :first AND :last "
        "AND renews_id BETWEEN :first AND :last AND id NOT IN (SELECT id FROM temp.kept_policies)",
        {"first": first_id, "last": last_id},
    )


def delete_open_discrepancies(conn: Connection, import_id: int) -> None:
    """Forget what an import asked and nobody has decided."""
    conn.execute("DELETE FROM discrepancies WHERE import_id = ? AND state = 'open'", (import_id,))


def refresh_all_earned(conn: Connection) -> None:
    """Let what any policy earned be the sum of its lines in statements."""
    conn.execute(
        "UPDATE commissions SET earned = IFNULL((SELECT SUM(amount) FROM commission_lines AS lines "
        "WHERE lines.policy_id = commissions.policy_id), 0) WHERE endorsement_id IS NULL AND earned <> 0"
    )


def delete_number(conn: Connection, person_id: int, number: str) -> None:
    """Take a number from a person."""
    conn.execute("DELETE FROM person_phones WHERE person_id = ? AND number = ?", (person_id, number))


def has_own_parts(conn: Connection, plan_id: int) -> bool:
    """Tell whether a plan has instalments of the policy itself."""
    sql = "SELECT 1 FROM instalments WHERE plan_id = ? AND endorsement_id IS NULL LIMIT 1"
    return conn.execute(sql, (plan_id,)).fetchone() is not None


def _json(ids: Iterable[int]) -> str:
    return json.dumps(sorted(set(ids)))

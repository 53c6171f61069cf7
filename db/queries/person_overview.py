"""What a customer's page says of policies and money, counted where it is asked for."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class PolicyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A policy in a customer's list."""

    id: int
    policy_no: str
    core_code: str
    line: str
    insurer: str
    start_date: str
    end_date: str
    status: str
    net_premium: int
    vat: int
    is_ours: bool
    thing: str | None
    """Plate, or what else the insured object is called by."""


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer owes, in rials."""

    due: int = 0
    """Instalments and debit notes whose day has come, less what was paid."""
    later: int = 0
    """The same of later days."""
    next_date: str | None = None
    next_amount: int = 0
    """The next one that is not due yet."""
    on_hand: int = 0
    """Cheques of the customer that are not cleared yet."""
    bounced: int = 0
    bounced_amount: int = 0


class MoneyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One instalment or debit note that is not paid in full."""

    kind: str
    """``instalment`` or ``debit-note``."""
    id: int
    policy_id: int | None
    title: str
    due_date: str
    amount: int
    left: int


class ChequeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One cheque of a customer."""

    id: int
    serial: str
    bank: str
    amount: int
    due_date: str
    state: str


_STATUS_COLUMNS = """
    policies.id, policy_no, core_code, lines.short_title AS line, insurers.title AS insurer, start_date, end_date,
    net_premium, vat, policies.is_ours,
    (SELECT IFNULL(plate, NULLIF(title, '')) FROM insured_objects WHERE policy_id = policies.id
        ORDER BY id LIMIT 1) AS thing
"""
# What is owed by the customer's own plan, or the insurer's where there is none, and by debit notes.
_OWED = """
    SELECT 'instalment' AS kind, instalments.id, policies.id AS policy_id,
        lines.short_title || IIF(policies.policy_no <> '', ' ' || policies.policy_no, '') AS title,
        instalments.due_date, instalments.amount,
        instalments.amount - IFNULL((SELECT SUM(amount) FROM allocations
            WHERE instalment_id = instalments.id), 0) AS left
    FROM policies
    JOIN instalment_plans AS plans ON plans.policy_id = policies.id
    JOIN instalments ON instalments.plan_id = plans.id AND instalments.waived_at IS NULL
    JOIN lines_of_business AS lines ON lines.code = policies.line_code
    WHERE policies.person_id = :person_id AND (plans.side = 'customer' OR NOT EXISTS (
        SELECT 1 FROM instalment_plans AS own WHERE own.policy_id = policies.id AND own.side = 'customer'))
    UNION ALL
    SELECT 'debit-note', debit_notes.id, policy_id, 'اعلامیهٔ بدهکار ' || number || ' - ' || reason, due_date, amount,
        amount - IFNULL((SELECT SUM(amount) FROM allocations WHERE debit_note_id = debit_notes.id), 0)
    FROM debit_notes
    WHERE person_id = :person_id AND cancelled_at IS NULL
"""


def list_policy_lines(
    conn: Connection,
    person_id: int,
    status_sql: str,
    days: dict[str, str],
    reach: tuple[str, dict[str, Any]] = ("1", {}),
    limit: int = 100,
) -> list[PolicyLine]:
    """Give a customer's policies within reach, those that end last first; `status_sql` is the rule of their status."""
    return fetch_all(
        conn,
        PolicyLine,
        f"""
        SELECT {_STATUS_COLUMNS}, {status_sql} AS status
        FROM policies
        JOIN lines_of_business AS lines ON lines.code = policies.line_code
        JOIN insurers ON insurers.id = policies.insurer_id
        WHERE policies.person_id = :person_id AND ({reach[0]})
        ORDER BY end_date DESC, policies.id DESC
        LIMIT :limit
        """,
        days | reach[1] | {"person_id": person_id, "limit": limit},
    )


def count_current_policies(conn: Connection, person_id: int, today: str) -> int:
    """Count a person's policies of ours in force on a day, or to begin later."""
    row = conn.execute(
        "SELECT COUNT(*) AS n FROM policies WHERE person_id = ? AND is_ours = 1 AND cancel_date IS NULL "
        "AND end_date >= ?",
        (person_id, today),
    ).fetchone()
    return int(row["n"])


def find_money(conn: Connection, person_id: int, today: str) -> Money:
    """Sum up what a customer owes on a day."""
    money = fetch_one(
        conn,
        Money,
        f"""
        WITH owed AS (SELECT due_date, left FROM ({_OWED}) WHERE left > 0),
            later AS (SELECT due_date, SUM(left) AS left FROM owed WHERE due_date > :today GROUP BY due_date
                ORDER BY due_date LIMIT 1)
        SELECT
            IFNULL((SELECT SUM(left) FROM owed WHERE due_date <= :today), 0) AS due,
            IFNULL((SELECT SUM(left) FROM owed WHERE due_date > :today), 0) AS later,
            (SELECT due_date FROM later) AS next_date,
            IFNULL((SELECT left FROM later), 0) AS next_amount,
            IFNULL(SUM(amount) FILTER (WHERE state IN ('on-hand', 'deposited')), 0) AS on_hand,
            COUNT(*) FILTER (WHERE state IN ('bounced', 'legal')) AS bounced,
            IFNULL(SUM(amount) FILTER (WHERE state IN ('bounced', 'legal')), 0) AS bounced_amount
        FROM cheques
        WHERE person_id = :person_id AND direction = 'received'
        """,
        {"person_id": person_id, "today": today},
    )
    assert money is not None
    return money


def list_owed(conn: Connection, person_id: int) -> list[MoneyLine]:
    """Give what a customer has not paid in full, by day."""
    return fetch_all(
        conn,
        MoneyLine,
        f"SELECT kind, id, policy_id, title, due_date, amount, left FROM ({_OWED}) WHERE left > 0 "
        "ORDER BY due_date, kind, id",
        {"person_id": person_id},
    )


def list_cheques(conn: Connection, person_id: int) -> list[ChequeLine]:
    """Give a customer's cheques: the ones that bounced, then by day."""
    return fetch_all(
        conn,
        ChequeLine,
        "SELECT id, serial, bank, amount, due_date, state FROM cheques "
        "WHERE person_id = ? AND direction = 'received' "
        "ORDER BY state NOT IN ('bounced', 'legal'), due_date DESC, id DESC",
        (person_id,),
    )

"""How a customer has paid: what was due, what was paid of it and when, bounced cheques, and credit left over."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One instalment or debit note, with one day's payments of it; a part nobody paid has one row without a day."""

    kind: str
    """``instalment`` or ``debit-note``."""
    id: int
    due_date: str
    amount: int
    """Rials that are due, of the whole part."""
    paid_on: str | None
    """Day of the receipt; what was taken back counts against the day it had come on."""
    paid: int


class Cheques(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's cheques that bounced."""

    unsettled: int
    unsettled_amount: int
    settled_since: int
    """Bounced within the window and settled since."""


_PAID = """
    LEFT JOIN receipts ON receipts.id = allocations.receipt_id
    LEFT JOIN receipts AS taken_back ON taken_back.id = receipts.reverses_id
"""
_PAID_ON = "IFNULL(taken_back.on_date, receipts.on_date) AS paid_on"


def list_payments(conn: Connection, person_id: int) -> list[Payment]:
    """Give everything a customer has had to pay, with the days it was paid on.

    It is the customer's own plan of a policy, or the insurer's where there is no other, as on the customer's page.
    """
    return fetch_all(
        conn,
        Payment,
        f"""
        SELECT 'instalment' AS kind, instalments.id AS id, instalments.due_date AS due_date,
            instalments.amount AS amount, {_PAID_ON}, IFNULL(SUM(allocations.amount), 0) AS paid
        FROM policies
        JOIN instalment_plans AS plans ON plans.policy_id = policies.id
        JOIN instalments ON instalments.plan_id = plans.id AND instalments.waived_at IS NULL
        LEFT JOIN allocations ON allocations.instalment_id = instalments.id
        {_PAID}
        WHERE policies.person_id = :person_id AND (plans.side = 'customer' OR NOT EXISTS (
            SELECT 1 FROM instalment_plans AS own WHERE own.policy_id = policies.id AND own.side = 'customer'))
        GROUP BY instalments.id, paid_on
        UNION ALL
        SELECT 'debit-note', debit_notes.id, debit_notes.due_date, debit_notes.amount, {_PAID_ON},
            IFNULL(SUM(allocations.amount), 0)
        FROM debit_notes
        LEFT JOIN allocations ON allocations.debit_note_id = debit_notes.id
        {_PAID}
        WHERE debit_notes.person_id = :person_id AND cancelled_at IS NULL
        GROUP BY debit_notes.id, paid_on
        """,
        {"person_id": person_id},
    )


def find_credit(conn: Connection, person_id: int) -> int:
    """Give the rials a customer has paid beyond what they were allotted to; never below 0."""
    row = conn.execute(
        """
        SELECT IFNULL(SUM(IIF((method = 'refund') <> (reverses_id IS NOT NULL), -amount, amount)), 0)
            - IFNULL((SELECT SUM(allocations.amount) FROM receipts AS own
                JOIN allocations ON allocations.receipt_id = own.id WHERE own.person_id = :person_id), 0) AS credit
        FROM receipts WHERE person_id = :person_id
        """,
        {"person_id": person_id},
    ).fetchone()
    return max(0, int(row["credit"]))


def count_bounced(conn: Connection, person_id: int, since: str) -> Cheques:
    """Count a customer's bounced cheques; a settled one counts when it bounced on `since` or later."""
    found = fetch_one(
        conn,
        Cheques,
        f"""
        SELECT
            COUNT(*) FILTER (WHERE state IN ('bounced', 'legal')) AS unsettled,
            IFNULL(SUM(amount) FILTER (WHERE state IN ('bounced', 'legal')), 0) AS unsettled_amount,
            COUNT(*) FILTER (WHERE {SETTLED_SQL} >= :since) AS settled_since
        FROM cheques WHERE person_id = :person_id AND direction = 'received'
        """,
        {"person_id": person_id, "since": since},
    )
    assert found is not None
    return found


SETTLED_SQL = """
    IIF(cheques.state IN ('bounced', 'legal'), NULL, IFNULL(
        (SELECT MAX(on_date) FROM cheque_steps WHERE cheque_id = cheques.id AND to_state = 'bounced'),
        IIF(cheques.state = 'settled', cheques.due_date, NULL)))
"""
"""Day on which a cheque bounced that is settled since; NULL of any other. One settled without a record of the day it
bounced counts from the day it was due."""

"""What a policy's page shows beside its own row: names, covers, the chain of renewals, plans and commissions."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

LONGEST_CHAIN = 40
"""Renewals followed in each direction: a lifetime of yearly policies."""


class PolicyHead(msgspec.Struct, frozen=True, kw_only=True):
    """A policy with the names of what it refers to."""

    id: int
    person_id: int
    person: str
    phone: str | None
    is_ours: bool
    insurer: str
    line_code: str
    line: str
    object_kind: str
    sub_line: str
    unit: str | None
    marketer: str | None
    policy_no: str
    core_code: str
    unique_code: str
    issue_date: str
    start_date: str
    end_date: str
    is_end_estimated: bool
    renews_id: int | None
    renewed_by: int | None
    cancel_date: str | None
    cancel_reason: str
    lost_at: str | None
    lost_reason: str | None
    net_premium: int
    vat: int
    commission: int
    net_change: int
    vat_change: int
    commission_change: int
    sum_insured: int | None
    no_claim_years: int | None
    discount_percent: int | None
    pays_by: str
    field_1: str
    field_2: str
    field_3: str
    field_4: str
    note: str
    source: str
    revision: int
    created_at: str
    created_by: str | None
    changed_at: str | None
    changed_by: str | None


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """One cover of a policy."""

    title: str
    ceiling: int | None
    deductible_percent: int | None


class ChainLink(msgspec.Struct, frozen=True, kw_only=True):
    """One policy of a chain of renewals."""

    id: int
    depth: int
    """Below zero for older policies, above for newer ones."""
    policy_no: str
    insurer: str
    start_date: str
    end_date: str
    premium: int
    cancel_date: str | None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One instalment of a plan, and what was paid of it."""

    id: int
    side: str
    number: int
    endorsement: int | None
    due_date: str
    amount: int
    paid: int
    is_waived: bool


class CommissionRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the agency and its marketer expect of a policy or an endorsement."""

    id: int
    endorsement: int | None
    expected: int
    earned: int
    marketer: str | None
    marketer_per_mille: int
    marketer_amount: int


def find_head(conn: Connection, policy_id: int) -> PolicyHead | None:
    """Give a policy with its names."""
    return fetch_one(
        conn,
        PolicyHead,
        """
        SELECT policies.*, TRIM(persons.first_name || ' ' || persons.last_name) AS person,
            (SELECT number FROM person_phones WHERE person_id = persons.id
                ORDER BY is_preferred DESC, number LIKE '+989%' DESC, number LIMIT 1) AS phone,
            insurers.title AS insurer, lines.title AS line, lines.object_kind, units.title AS unit,
            marketers.name AS marketer, reasons.title AS lost_reason, makers.display_name AS created_by,
            changers.display_name AS changed_by,
            (SELECT id FROM policies AS next WHERE next.renews_id = policies.id) AS renewed_by,
            IFNULL(changes.net, 0) AS net_change, IFNULL(changes.vat, 0) AS vat_change,
            IFNULL(changes.commission, 0) AS commission_change
        FROM policies
        JOIN persons ON persons.id = policies.person_id
        JOIN insurers ON insurers.id = policies.insurer_id
        JOIN lines_of_business AS lines ON lines.code = policies.line_code
        LEFT JOIN units ON units.id = policies.unit_id
        LEFT JOIN marketers ON marketers.id = policies.marketer_id
        LEFT JOIN choices AS reasons ON reasons.id = policies.lost_reason_id
        LEFT JOIN users AS makers ON makers.id = policies.created_by
        LEFT JOIN users AS changers ON changers.id = policies.changed_by
        LEFT JOIN (SELECT policy_id, SUM(net_change) AS net, SUM(vat_change) AS vat,
                SUM(commission_change) AS commission FROM endorsements WHERE policy_id = :id) AS changes
            ON changes.policy_id = policies.id
        WHERE policies.id = :id
        """.replace("policies.*", _HEAD_COLUMNS),
        {"id": policy_id},
    )


_HEAD_COLUMNS = ", ".join(
    f"policies.{name}"
    for name in PolicyHead.__struct_fields__
    if name
    not in {
        "person", "phone", "insurer", "line", "object_kind", "unit", "marketer", "renewed_by", "lost_reason",
        "net_change", "vat_change", "commission_change", "created_by", "changed_by",
    }
)  # fmt: skip


def list_covers(conn: Connection, policy_id: int) -> list[Cover]:
    """Give a policy's covers."""
    return fetch_all(
        conn,
        Cover,
        "SELECT title, ceiling, deductible_percent FROM policy_covers WHERE policy_id = ? ORDER BY title",
        (policy_id,),
    )


def replace_covers(conn: Connection, policy_id: int, covers: Iterable[Cover]) -> None:
    """Store a policy's covers in place of those it had."""
    conn.execute("DELETE FROM policy_covers WHERE policy_id = ?", (policy_id,))
    conn.executemany(
        "INSERT INTO policy_covers (policy_id, title, ceiling, deductible_percent) VALUES (?, ?, ?, ?)",
        [(policy_id, one.title, one.ceiling, one.deductible_percent) for one in covers],
    )


def list_cover_titles(conn: Connection, line_code: str, limit: int = 30) -> list[str]:
    """Give the covers a line's newest policies have, the commonest first."""
    rows = conn.execute(
        "SELECT title FROM policy_covers WHERE policy_id IN (SELECT id FROM policies WHERE line_code = ? "
        "ORDER BY end_date DESC LIMIT 200) GROUP BY title ORDER BY COUNT(*) DESC, title LIMIT ?",
        (line_code, limit),
    )
    return [row["title"] for row in rows]


def list_chain(conn: Connection, policy_id: int) -> list[ChainLink]:
    """Give the chain of renewals a policy stands in, oldest first, itself included."""
    return fetch_all(
        conn,
        ChainLink,
        """
        WITH RECURSIVE
            older (id, depth) AS (
                SELECT :id, 0 UNION ALL
                SELECT (SELECT renews_id FROM policies WHERE policies.id = older.id), depth - 1 FROM older
                WHERE older.id IS NOT NULL AND depth > -:most
            ),
            newer (id, depth) AS (
                SELECT :id, 0 UNION ALL
                SELECT policies.id, depth + 1 FROM newer CROSS JOIN policies ON policies.renews_id = newer.id
                WHERE depth < :most
            )
        SELECT policies.id, chain.depth, policy_no, insurers.title AS insurer, start_date, end_date,
            net_premium + vat AS premium, cancel_date
        FROM (SELECT * FROM older UNION SELECT * FROM newer) AS chain
        CROSS JOIN policies ON policies.id = chain.id
        CROSS JOIN insurers ON insurers.id = policies.insurer_id
        ORDER BY chain.depth
        """,
        {"id": policy_id, "most": LONGEST_CHAIN},
    )


def list_parts(conn: Connection, policy_id: int) -> list[Part]:
    """Give the instalments of a policy's plans, the customer's first."""
    return fetch_all(
        conn,
        Part,
        """
        SELECT instalments.id, side, instalments.number, endorsements.number AS endorsement, due_date, amount,
            IFNULL((SELECT SUM(amount) FROM allocations WHERE instalment_id = instalments.id), 0) AS paid,
            waived_at IS NOT NULL AS is_waived
        FROM instalment_plans
        JOIN instalments ON instalments.plan_id = instalment_plans.id
        LEFT JOIN endorsements ON endorsements.id = instalments.endorsement_id
        WHERE instalment_plans.policy_id = ?
        ORDER BY side, due_date, instalments.number
        """,
        (policy_id,),
    )


def list_commissions(conn: Connection, policy_id: int) -> list[CommissionRow]:
    """Give what is expected of a policy and of its endorsements."""
    return fetch_all(
        conn,
        CommissionRow,
        """
        SELECT commissions.id, endorsements.number AS endorsement, expected, earned, marketers.name AS marketer,
            marketer_per_mille, marketer_amount
        FROM commissions
        LEFT JOIN endorsements ON endorsements.id = commissions.endorsement_id
        LEFT JOIN marketers ON marketers.id = commissions.marketer_id
        WHERE commissions.policy_id = ?
        ORDER BY IFNULL(endorsements.number, 0)
        """,
        (policy_id,),
    )

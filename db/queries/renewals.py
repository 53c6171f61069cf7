"""Renewal proposals that wait for somebody's word."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all

MOST_COUNTED = 10_000
# Proposals lead: SQLite would begin with every policy that is not cancelled, or with every one of a narrow scope.
_OPEN = """
    FROM renewal_proposals AS proposals
    CROSS JOIN policies ON policies.id = proposals.new_id
    CROSS JOIN policies AS old ON old.id = proposals.old_id
    WHERE proposals.state = 'open' AND policies.renews_id IS NULL AND old.cancel_date IS NULL
        AND NOT EXISTS (SELECT 1 FROM policies AS other WHERE other.renews_id = old.id)
"""


class OpenProposal(msgspec.Struct, frozen=True, kw_only=True):
    """An older and a newer policy that look like one and its renewal."""

    old_id: int
    new_id: int
    reason: str
    """``object``: they insure the same thing; ``line``: only person, line and dates fit."""
    person_id: int
    person: str
    line: str
    plate: str | None
    old_no: str
    old_insurer: str
    old_end: str
    old_premium: int
    new_no: str
    new_insurer: str
    new_start: str
    new_premium: int


def open_proposal(conn: Connection, old_id: int, new_id: int, reason: str) -> None:
    """Store a proposal; one that is there, whatever became of it, stays as it is."""
    conn.execute(
        "INSERT INTO renewal_proposals (old_id, new_id, state, reason) VALUES (?, ?, 'open', ?) "
        "ON CONFLICT (old_id, new_id) DO NOTHING",
        (old_id, new_id, reason),
    )


def list_open(
    conn: Connection, reach: str = "1", values: dict[str, Any] | None = None, limit: int = 100
) -> list[OpenProposal]:
    """Give the proposals whose newer policy a condition over ``policies`` lets through, the newest start first."""
    return fetch_all(
        conn,
        OpenProposal,
        f"""
        SELECT proposals.old_id, proposals.new_id, proposals.reason, persons.id AS person_id,
            TRIM(persons.first_name || ' ' || persons.last_name) AS person, lines.short_title AS line,
            (SELECT plate FROM insured_objects WHERE policy_id = policies.id ORDER BY id LIMIT 1) AS plate,
            old.policy_no AS old_no, old_insurers.title AS old_insurer, old.end_date AS old_end,
            old.net_premium + old.vat AS old_premium, policies.policy_no AS new_no,
            insurers.title AS new_insurer, policies.start_date AS new_start,
            policies.net_premium + policies.vat AS new_premium
        {
            _OPEN.replace(
                "WHERE",
                '''JOIN persons ON persons.id = policies.person_id
            JOIN lines_of_business AS lines ON lines.code = policies.line_code
            JOIN insurers ON insurers.id = policies.insurer_id
            JOIN insurers AS old_insurers ON old_insurers.id = old.insurer_id
            WHERE''',
                1,
            )
        } AND ({reach})
        ORDER BY policies.start_date DESC, proposals.new_id, proposals.old_id
        LIMIT :limit
        """,
        (values or {}) | {"limit": limit},
    )


def count_open(
    conn: Connection, reach: str = "1", values: dict[str, Any] | None = None, most: int = MOST_COUNTED
) -> int:
    """Count such proposals, up to `most`."""
    sql = f"SELECT COUNT(*) FROM (SELECT 1 {_OPEN} AND ({reach}) LIMIT :most)"
    return int(conn.execute(sql, (values or {}) | {"most": most}).fetchone()[0])

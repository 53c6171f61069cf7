"""What a customer's loss ratio is made of, by line of business."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all


class LineSums(msgspec.Struct, frozen=True, kw_only=True):
    """Premium and claims of one line; rials."""

    line_code: str
    title: str
    premium: int
    """Net, with endorsements; never below 0."""
    paid: int
    outstanding: int
    claim_count: int


def list_lines(conn: Connection, person_id: int, since: str) -> list[LineSums]:
    """Sum up a customer's own policies by line: premiums of those issued, claims of events, on `since` or later."""
    return fetch_all(
        conn,
        LineSums,
        """
        WITH own AS (
            SELECT policies.id, line_code, IIF(issue_date >= :since, policies.net_premium + IFNULL((
                SELECT SUM(net_change) FROM endorsements WHERE policy_id = policies.id), 0), 0) AS net
            FROM policies WHERE person_id = :person_id AND is_ours = 1
        ), happened AS (
            SELECT own.id AS policy_id, claims.outstanding, IFNULL((
                SELECT SUM(amount) FROM claim_payments WHERE claim_id = claims.id), 0) AS paid
            FROM own JOIN claims ON claims.policy_id = own.id WHERE claims.event_date >= :since
        ), sums AS (
            SELECT own.line_code, own.net,
                IFNULL((SELECT SUM(paid) FROM happened WHERE policy_id = own.id), 0) AS paid,
                IFNULL((SELECT SUM(outstanding) FROM happened WHERE policy_id = own.id), 0) AS outstanding,
                (SELECT COUNT(*) FROM happened WHERE policy_id = own.id) AS claim_count
            FROM own
        )
        SELECT line_code, lines.short_title AS title, MAX(0, SUM(net)) AS premium, SUM(paid) AS paid,
            SUM(outstanding) AS outstanding, SUM(claim_count) AS claim_count
        FROM sums JOIN lines_of_business AS lines ON lines.code = sums.line_code
        GROUP BY line_code
        HAVING SUM(net) > 0 OR SUM(claim_count) > 0
        ORDER BY premium DESC, line_code
        """,
        {"person_id": person_id, "since": since},
    )

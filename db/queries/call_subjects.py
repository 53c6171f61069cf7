"""What calls were about: policies, claims, complaints, cases, cheques."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all

KINDS = ("policy", "claim", "complaint", "case", "cheque")


class CallSubject(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a call was about."""

    kind: str
    """One of `KINDS`."""
    id: int
    title: str
    person_id: int | None
    """Whose it is."""
    policy_id: int | None
    """The policy itself, or a claim's."""


def list_of_call(conn: Connection, call_id: str) -> list[CallSubject]:
    """Give what a call was about."""
    return fetch_all(
        conn,
        CallSubject,
        """
        SELECT about.object_kind AS kind, about.object_id AS id,
            CASE about.object_kind
                WHEN 'policy' THEN TRIM(lines.short_title || ' ' || policies.policy_no)
                WHEN 'claim' THEN claims.number
                WHEN 'complaint' THEN complaints.tracking_no
                WHEN 'case' THEN cases.title
                ELSE TRIM(cheques.bank || ' ' || cheques.serial) END AS title,
            COALESCE(policies.person_id, complaints.person_id, cases.person_id, cheques.person_id) AS person_id,
            policies.id AS policy_id
        FROM call_subjects AS about
        LEFT JOIN claims ON about.object_kind = 'claim' AND claims.id = about.object_id
        LEFT JOIN policies ON policies.id = IIF(about.object_kind = 'policy', about.object_id, claims.policy_id)
        LEFT JOIN lines_of_business AS lines ON lines.code = policies.line_code
        LEFT JOIN complaints ON about.object_kind = 'complaint' AND complaints.id = about.object_id
        LEFT JOIN cases ON about.object_kind = 'case' AND cases.id = about.object_id
        LEFT JOIN cheques ON about.object_kind = 'cheque' AND cheques.id = about.object_id
        WHERE about.call_id = ?
        ORDER BY about.object_kind, about.object_id
        """,
        (call_id,),
    )


def insert_subject(conn: Connection, call_id: str, kind: str, object_id: int) -> bool:
    """Say what a call was about; False when that was said before."""
    cursor = conn.execute(
        "INSERT INTO call_subjects (call_id, object_kind, object_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (call_id, kind, object_id),
    )
    return cursor.rowcount == 1


def delete_subject(conn: Connection, call_id: str, kind: str, object_id: int) -> bool:
    """Take it back."""
    cursor = conn.execute(
        "DELETE FROM call_subjects WHERE call_id = ? AND object_kind = ? AND object_id = ?",
        (call_id, kind, object_id),
    )
    return cursor.rowcount == 1


class OfferedSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Something of a person that a call may be about."""

    kind: str
    id: int
    title: str


def list_offered(
    conn: Connection, person_id: int, policy_reach: tuple[str, dict[str, object]], limit: int = 40
) -> list[OfferedSubject]:
    """Give what a person's calls may be about: policies within reach, newest first, their claims, open complaints."""
    condition, values = policy_reach
    return fetch_all(
        conn,
        OfferedSubject,
        f"""
        SELECT kind, id, title FROM (
            SELECT 1 AS place, 'policy' AS kind, policies.id, end_date AS at,
                TRIM(lines.short_title || ' ' || policy_no) AS title
            FROM policies
            JOIN lines_of_business AS lines ON lines.code = line_code
            WHERE policies.person_id = :person_id AND is_ours = 1 AND ({condition})
            UNION ALL
            SELECT 0, 'claim', claims.id, event_date, claims.number
            FROM policies
            JOIN claims ON claims.policy_id = policies.id
            WHERE policies.person_id = :person_id AND ({condition})
            UNION ALL
            SELECT 0, 'complaint', complaints.id, complaints.created_at, tracking_no
            FROM complaints
            WHERE complaints.person_id = :person_id AND +state = 'open'
        )
        ORDER BY place, at DESC
        LIMIT :most
        """,
        values | {"person_id": person_id, "most": limit},
    )

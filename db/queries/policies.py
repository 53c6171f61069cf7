"""Policies, their endorsements and renewals."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class LineOfBusiness(msgspec.Struct, frozen=True, kw_only=True):
    """A line of business."""

    code: str
    title: str
    short_title: str
    object_kind: str
    usual_days: int
    is_renewable: bool
    has_vat: bool


class Endorsement(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a policy."""

    id: int
    policy_id: int
    number: int
    kind: str
    issue_date: str
    effective_date: str
    net_change: int
    vat_change: int
    commission_change: int
    reason: str
    note: str


class RenewalCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """An older policy a newer one may renew."""

    id: int
    policy_no: str
    end_date: str
    reason: str


def find_line(conn: Connection, code: str) -> LineOfBusiness | None:
    """Give a line of business."""
    return fetch_one(
        conn,
        LineOfBusiness,
        "SELECT code, title, short_title, object_kind, usual_days, is_renewable, has_vat "
        "FROM lines_of_business WHERE code = ?",
        (code,),
    )


def find_per_mille(conn: Connection, subject: str, line_code: str, day: str) -> int | None:
    """Give the rate of a subject for a line on a day; one of the line itself goes before the general one."""
    row = conn.execute(
        "SELECT per_mille FROM dated_rates WHERE subject = :subject AND (line_code = :line OR line_code IS NULL) "
        "AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) "
        "ORDER BY line_code IS NULL, valid_from DESC LIMIT 1",
        {"subject": subject, "line": line_code, "day": day},
    ).fetchone()
    return None if row is None else int(row["per_mille"])


def find_refund_per_mille(conn: Connection, line_code: str, used_days: int, day: str) -> int | None:
    """Give what part of the premium the short-term table of a day refunds after so many days, None without a table.

    A line's own table replaces the general one; beyond its last step nothing is refunded.
    """
    rows = conn.execute(
        "SELECT line_code, step, per_mille FROM dated_rates WHERE subject = 'cancel-refund' "
        "AND (line_code = :line OR line_code IS NULL) "
        "AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) ORDER BY step, valid_from DESC",
        {"line": line_code, "day": day},
    ).fetchall()
    table = [row for row in rows if row["line_code"] is not None] or rows
    return next((int(row["per_mille"]) for row in table if row["step"] >= used_days), 0) if table else None


def find_commission_per_mille(
    conn: Connection,
    *,
    insurer_id: object,
    line_code: str,
    sub_line: str,
    is_renewal: bool,
    unit_id: object,
    day: str,
) -> int | None:
    """Give the agency's rate of commission on a day; the rate that says most of the case goes first."""
    row = conn.execute(
        """
        SELECT per_mille FROM commission_rates
        WHERE insurer_id = :insurer_id AND line_code = :line_code AND sub_line IN ('', :sub_line) AND policy_year = 0
            AND (is_renewal IS NULL OR is_renewal = :is_renewal)
            AND (is_company IS NULL OR is_company = (SELECT is_company FROM units WHERE id = :unit_id))
            AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)
        ORDER BY sub_line = '', is_renewal IS NULL, is_company IS NULL, valid_from DESC
        LIMIT 1
        """,
        {
            "insurer_id": insurer_id, "line_code": line_code, "sub_line": sub_line, "is_renewal": int(is_renewal),
            "unit_id": unit_id, "day": day,
        },
    ).fetchone()  # fmt: skip
    return None if row is None else int(row["per_mille"])


def find_marketer_per_mille(conn: Connection, marketer_id: int, line_code: str, day: str) -> int | None:
    """Give a marketer's share of commission on a day; one for the line itself goes before the general one."""
    row = conn.execute(
        "SELECT per_mille FROM marketer_rates "
        "WHERE marketer_id = :marketer AND (line_code = :line OR line_code IS NULL) "
        "AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) "
        "ORDER BY line_code IS NULL, valid_from DESC LIMIT 1",
        {"marketer": marketer_id, "line": line_code, "day": day},
    ).fetchone()
    return None if row is None else int(row["per_mille"])


def list_endorsements(conn: Connection, policy_id: int) -> list[Endorsement]:
    """Give a policy's endorsements by number."""
    return fetch_all(
        conn,
        Endorsement,
        "SELECT id, policy_id, number, kind, issue_date, effective_date, net_change, vat_change, commission_change, "
        "reason, note FROM endorsements WHERE policy_id = ? ORDER BY number",
        (policy_id,),
    )


def charged(conn: Connection, policy_id: int) -> tuple[int, int]:
    """Give the net premium and the VAT charged so far, endorsements included."""
    row = conn.execute(
        "SELECT net_premium + IFNULL((SELECT SUM(net_change) FROM endorsements WHERE policy_id = policies.id), 0), "
        "vat + IFNULL((SELECT SUM(vat_change) FROM endorsements WHERE policy_id = policies.id), 0) "
        "FROM policies WHERE id = ?",
        (policy_id,),
    ).fetchone()
    return int(row[0]), int(row[1])


def has_claims(conn: Connection, policy_id: int) -> bool:
    """Tell whether a claim was made on a policy; one that was refused does not count."""
    row = conn.execute(
        "SELECT 1 FROM claims WHERE policy_id = ? AND state <> 'refused' LIMIT 1", (policy_id,)
    ).fetchone()
    return row is not None


def find_renewing(conn: Connection, policy_id: int) -> dict[str, Any] | None:
    """Give the policy that renews this one."""
    row = conn.execute("SELECT * FROM policies WHERE renews_id = ?", (policy_id,)).fetchone()
    return None if row is None else dict(row)


def list_renewal_candidates(conn: Connection, policy_id: int, most_days: int) -> list[RenewalCandidate]:
    """Give policies this one may renew: same person and line, the same object, and ends near to its start.

    What is cancelled, renewed already or was refused as a proposal is left out.
    """
    return fetch_all(
        conn,
        RenewalCandidate,
        """
        SELECT old.id, old.policy_no, old.end_date,
            CASE WHEN EXISTS (
                SELECT 1 FROM insured_objects AS a JOIN insured_objects AS b
                    ON b.policy_id = new.id AND (a.plate = b.plate OR a.vin = b.vin
                        OR (a.postal_code <> '' AND a.postal_code = b.postal_code))
                WHERE a.policy_id = old.id
            ) THEN 'object' ELSE 'line' END AS reason
        FROM policies AS new
        JOIN policies AS old ON old.person_id = new.person_id AND old.line_code = new.line_code AND old.id <> new.id
        WHERE new.id = :policy_id AND new.renews_id IS NULL AND old.cancel_date IS NULL
            AND old.start_date < new.start_date
            AND ABS(julianday(new.start_date) - julianday(old.end_date)) <= :most_days
            AND NOT EXISTS (SELECT 1 FROM policies AS other WHERE other.renews_id = old.id)
            AND NOT EXISTS (SELECT 1 FROM renewal_proposals
                WHERE old_id = old.id AND new_id = new.id AND state = 'refused')
            AND NOT EXISTS (
                SELECT 1 FROM insured_objects AS a JOIN insured_objects AS b ON b.policy_id = new.id
                WHERE a.policy_id = old.id AND a.plate IS NOT NULL AND b.plate IS NOT NULL AND a.plate <> b.plate
            )
        ORDER BY reason = 'line', ABS(julianday(new.start_date) - julianday(old.end_date)), old.id
        """,
        {"policy_id": policy_id, "most_days": most_days},
    )


def upsert_proposal(
    conn: Connection, old_id: int, new_id: int, state: str, reason: str, at: str, user_id: int | None
) -> None:
    """Store what was decided about a renewal proposal."""
    conn.execute(
        "INSERT INTO renewal_proposals (old_id, new_id, state, reason, decided_at, decided_by) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (old_id, new_id) DO UPDATE SET state = excluded.state, "
        "decided_at = excluded.decided_at, decided_by = excluded.decided_by",
        (old_id, new_id, state, reason, at, user_id),
    )

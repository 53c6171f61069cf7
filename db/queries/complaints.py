"""Complaints and the steps taken with them."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one


class OpenComplaint(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint nobody has settled yet, as cards and pages of a person show it."""

    id: int
    tracking_no: str
    subject: str
    severity: str
    """``low``, ``normal`` or ``high``."""
    text: str
    due_at: str | None
    assignee_id: int | None
    assignee: str | None
    created_at: str


_OPEN = """
    SELECT complaints.id, tracking_no, IFNULL(subjects.title, '') AS subject, severity, text, due_at, assignee_id,
        users.display_name AS assignee, complaints.created_at
    FROM complaints
    LEFT JOIN choices AS subjects ON subjects.id = subject_id
    LEFT JOIN users ON users.id = assignee_id
"""


def open_of_person(conn: Connection, person_id: int) -> list[OpenComplaint]:
    """Give a person's open complaints, the one due first in front."""
    return fetch_all(
        conn,
        OpenComplaint,
        f"{_OPEN} WHERE +state = 'open' AND person_id = ? ORDER BY due_at IS NULL, due_at, complaints.id",
        (person_id,),
    )


def open_of_number(conn: Connection, number: str) -> list[OpenComplaint]:
    """Give the open complaints of a number that is nobody's."""
    return fetch_all(
        conn,
        OpenComplaint,
        f"{_OPEN} WHERE +state = 'open' AND number = ? ORDER BY due_at IS NULL, due_at, complaints.id",
        (number,),
    )


def find_within(
    conn: Connection, complaint_id: int, reach: tuple[str, dict[str, Any]]
) -> dict[str, Any] | None:
    """Give every column of a complaint within a reach (SQL over ``complaints``)."""
    condition, values = reach
    row = conn.execute(
        f"SELECT complaints.* FROM complaints WHERE id = :id AND ({condition})", values | {"id": complaint_id}
    ).fetchone()
    return None if row is None else dict(row)


def find_last_number(conn: Connection, start: str) -> str | None:
    """Give the highest tracking number that begins so; a longer one is higher."""
    row = conn.execute(
        "SELECT tracking_no FROM complaints WHERE tracking_no >= ?1 AND tracking_no < ?1 || ':' "
        "ORDER BY length(tracking_no) DESC, tracking_no DESC LIMIT 1",
        (start,),
    ).fetchone()
    return None if row is None else str(row["tracking_no"])


class ComplaintHead(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint with the names of what it refers to."""

    id: int
    tracking_no: str
    person_id: int | None
    person: str | None
    number: str | None
    subject_id: int | None
    subject: str
    severity: str
    policy_id: int | None
    policy: str | None
    policy_no: str | None
    claim_id: int | None
    claim: str | None
    call_id: str | None
    call_at: str | None
    text: str
    state: str
    assignee_id: int | None
    assignee: str | None
    due_at: str | None
    result: str
    closed_at: str | None
    revision: int
    created_at: str
    created_by: int | None
    maker: str | None


def find_head(conn: Connection, complaint_id: int) -> ComplaintHead | None:
    """Give a complaint as its page shows it."""
    return fetch_one(
        conn,
        ComplaintHead,
        """
        SELECT complaints.id, tracking_no, complaints.person_id,
            TRIM(persons.first_name || ' ' || persons.last_name) AS person, complaints.number, subject_id,
            IFNULL(subjects.title, '') AS subject, severity, complaints.policy_id, lines.short_title AS policy,
            policies.policy_no, claim_id, claims.number AS claim, call_id, calls.started_at AS call_at,
            complaints.text, complaints.state, complaints.assignee_id, assignees.display_name AS assignee, due_at,
            complaints.result, closed_at, complaints.revision, complaints.created_at, complaints.created_by,
            makers.display_name AS maker
        FROM complaints
        LEFT JOIN persons ON persons.id = complaints.person_id
        LEFT JOIN choices AS subjects ON subjects.id = subject_id
        LEFT JOIN policies ON policies.id = complaints.policy_id
        LEFT JOIN lines_of_business AS lines ON lines.code = policies.line_code
        LEFT JOIN claims ON claims.id = claim_id
        LEFT JOIN calls ON calls.id = call_id
        LEFT JOIN users AS assignees ON assignees.id = complaints.assignee_id
        LEFT JOIN users AS makers ON makers.id = complaints.created_by
        WHERE complaints.id = ?
        """,
        (complaint_id,),
    )


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a complaint."""

    id: int
    kind: str
    from_user: str | None
    to_user: str | None
    note: str
    at: str


def list_steps(conn: Connection, complaint_id: int) -> list[StepRow]:
    """Give a complaint's steps in their order."""
    return fetch_all(
        conn,
        StepRow,
        """
        SELECT complaint_steps.id, kind, senders.display_name AS from_user, receivers.display_name AS to_user, note, at
        FROM complaint_steps
        LEFT JOIN users AS senders ON senders.id = from_user_id
        LEFT JOIN users AS receivers ON receivers.id = to_user_id
        WHERE complaint_id = ?
        ORDER BY complaint_steps.id
        """,
        (complaint_id,),
    )


def count_steps(conn: Connection, complaint_id: int, kind: str) -> int:
    """Count a complaint's steps of a kind."""
    row = conn.execute(
        "SELECT COUNT(*) AS n FROM complaint_steps WHERE complaint_id = ? AND kind = ?", (complaint_id, kind)
    ).fetchone()
    return int(row["n"])


def count_of_assignee(conn: Connection, user_id: int, now: str) -> tuple[int, int]:
    """Count the open complaints somebody is to settle, and those among them that are overdue."""
    row = conn.execute(
        "SELECT COUNT(*) AS n, IFNULL(SUM(due_at < ?), 0) AS late FROM complaints "
        "WHERE state = 'open' AND assignee_id = ?",
        (now, user_id),
    ).fetchone()
    return int(row["n"]), int(row["late"])


class Overdue(msgspec.Struct, frozen=True, kw_only=True):
    """An open complaint whose deadline passed."""

    id: int
    assignee_id: int | None


def list_newly_overdue(conn: Connection, now: str) -> list[Overdue]:
    """Give the open complaints whose deadline passed and of whom nobody was told."""
    return fetch_all(
        conn,
        Overdue,
        "SELECT id, assignee_id FROM complaints WHERE state = 'open' AND due_at < ? AND overdue_told_at IS NULL "
        "ORDER BY due_at, id",
        (now,),
    )


class ToldMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that told the result of a complaint."""

    id: str
    number: str
    body: str
    state: str
    reason: str
    created_at: str


def list_messages(conn: Connection, complaint_id: int) -> list[ToldMessage]:
    """Give the messages about a complaint, newest first."""
    return fetch_all(
        conn,
        ToldMessage,
        """
        SELECT outbox.id, number, body, state, reason, created_at
        FROM outbox
        WHERE object_kind = 'complaint' AND object_id = ?
        ORDER BY created_at DESC
        """,
        (complaint_id,),
    )

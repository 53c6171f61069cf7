"""What stands in a calendar: activities, reminders of renewals, deliveries, cases, complaints and promises to pay.

Each kind is asked for by its own index of days. Conditions on the reader come from the domain as SQL: `reach` of the
person and of the policy a record belongs to, and whose records are wanted.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

Kind = Literal["activity", "renewal", "delivery", "case", "complaint", "promise"]


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One record on its day."""

    kind: str
    id: int
    at: str
    """UTC instant, or ISO date of a record that knows days alone."""
    is_all_day: bool
    state: str
    title: str
    about: str
    """What it is of: an activity's kind, a delivery's method."""
    code: str
    """Code of the activity's kind; empty for others."""
    person_id: int | None
    person: str | None
    """Empty when the reader may not know of the person."""
    policy_id: int | None
    assignee_id: int | None
    assignee: str | None
    revision: int


class Counted(msgspec.Struct, frozen=True):
    """How many reminders of renewals begin at an instant."""

    at: str
    count: int


class Conditions(msgspec.Struct, frozen=True):
    """What a reader may see and wants to see (SQL, and its values)."""

    person: str
    """Over ``persons``."""
    policy: str
    """Over ``policies``."""
    assignee: str
    """Over ``mine`` as the id of who has to do it; also lets in what is nobody's customer."""
    wanted: str
    values: dict[str, Any]


_PERSON = "TRIM(persons.first_name || ' ' || persons.last_name)"
_POLICY = "lines.short_title || IIF(policies.policy_no <> '', ' ' || policies.policy_no, '')"
_ACTIVITIES = f"""
    SELECT IIF(origin = 'renewal', 'renewal', 'activity') AS kind, activities.id, start_at AS at, is_all_day, state,
        activities.title, kinds.title AS about, IFNULL(kinds.code, '') AS code, activities.person_id,
        IIF({{person}}, {_PERSON}, '') AS person, activities.policy_id, assignee_id, users.display_name AS assignee,
        activities.revision
    FROM activities
    JOIN choices AS kinds ON kinds.id = activities.kind_id
    LEFT JOIN persons ON persons.id = activities.person_id
    LEFT JOIN policies ON policies.id = activities.policy_id
    LEFT JOIN users ON users.id = assignee_id
    WHERE state <> 'cancelled' AND (({{assignee}}) OR (activities.person_id IS NOT NULL AND ({{person}})
        AND (activities.policy_id IS NULL OR ({{policy}}))))
"""
_SOURCES: dict[str, tuple[str, str, str]] = {
    "activity": (_ACTIVITIES + " AND origin <> 'renewal'", "activities.start_at", "assignee_id"),
    "renewal": (_ACTIVITIES + " AND origin = 'renewal'", "activities.start_at", "assignee_id"),
    "delivery": (
        f"""
        SELECT 'delivery' AS kind, deliveries.id, due_at AS at, 0 AS is_all_day, state, {_POLICY} AS title,
            method AS about, '' AS code, policies.person_id, {_PERSON} AS person, policy_id,
            courier_id AS assignee_id, users.display_name AS assignee, 0 AS revision
        FROM deliveries
        JOIN policies ON policies.id = deliveries.policy_id
        JOIN persons ON persons.id = policies.person_id
        JOIN lines_of_business AS lines ON lines.code = policies.line_code
        LEFT JOIN users ON users.id = courier_id
        WHERE ({{policy}})
        """,
        "deliveries.due_at",
        "courier_id",
    ),
    "case": (
        f"""
        SELECT 'case' AS kind, cases.id, due_date AS at, 1 AS is_all_day, state, cases.title, kinds.title AS about,
            '' AS code, cases.person_id, IIF({{person}}, {_PERSON}, '') AS person, policy_id, assignee_id,
            users.display_name AS assignee, cases.revision
        FROM cases
        JOIN choices AS kinds ON kinds.id = cases.kind_id
        LEFT JOIN persons ON persons.id = cases.person_id
        LEFT JOIN users ON users.id = assignee_id
        WHERE state = 'open' AND due_date IS NOT NULL
            AND (({{assignee}}) OR (cases.person_id IS NOT NULL AND ({{person}})))
        """,
        "cases.due_date",
        "assignee_id",
    ),
    "complaint": (
        f"""
        SELECT 'complaint' AS kind, complaints.id, due_at AS at, 0 AS is_all_day, state,
            'مهلت شکایت ' || tracking_no AS title, IFNULL(subjects.title, '') AS about, '' AS code,
            complaints.person_id, IIF({{person}}, {_PERSON}, '') AS person, policy_id, assignee_id,
            users.display_name AS assignee, complaints.revision
        FROM complaints
        JOIN persons ON persons.id = complaints.person_id
        LEFT JOIN choices AS subjects ON subjects.id = subject_id
        LEFT JOIN users ON users.id = assignee_id
        WHERE state = 'open' AND due_at IS NOT NULL AND (({{assignee}}) OR ({{person}}))
        """,
        "complaints.due_at",
        "assignee_id",
    ),
    "promise": (
        f"""
        SELECT 'promise' AS kind, payment_promises.id, due_date AS at, 1 AS is_all_day, state, 'وعدهٔ پرداخت' AS title,
            '' AS about, '' AS code, person_id, {_PERSON} AS person, NULL AS policy_id, assignee_id,
            users.display_name AS assignee, 0 AS revision
        FROM payment_promises
        JOIN persons ON persons.id = person_id
        LEFT JOIN users ON users.id = assignee_id
        WHERE state = 'open' AND ({{person}})
        """,
        "payment_promises.due_date",
        "assignee_id",
    ),
}
DATED = ("case", "promise")
"""Kinds that know days alone."""


def list_entries(
    conn: Connection, kind: str, first: str, end: str, conditions: Conditions, limit: int
) -> list[EntryRow]:
    """Give the records of a kind from one instant (or date) up to another, which is left out, by time."""
    sql, when, assignee = _SOURCES[kind]
    return fetch_all(
        conn,
        EntryRow,
        f"{_within(sql, conditions, assignee)} AND {when} >= :first AND {when} < :end ORDER BY {when} LIMIT :limit",
        conditions.values | {"first": first, "end": end, "limit": limit},
    )


def find_entry(conn: Connection, kind: str, record_id: int, conditions: Conditions) -> EntryRow | None:
    """Give one record within the reader's conditions."""
    if kind not in _SOURCES:
        return None
    sql, when, assignee = _SOURCES[kind]
    table = when.partition(".")[0]
    return fetch_one(
        conn,
        EntryRow,
        f"{_within(sql, conditions, assignee)} AND {table}.id = :record_id AND {when} IS NOT NULL",
        conditions.values | {"record_id": record_id},
    )


def count_renewals(conn: Connection, first: str, end: str, conditions: Conditions) -> list[Counted]:
    """Count the reminders of renewals that are open, by the instant they begin at."""
    return fetch_all(
        conn,
        Counted,
        f"""
        SELECT start_at AS at, COUNT(*) AS count
        FROM activities
        LEFT JOIN persons ON persons.id = activities.person_id
        LEFT JOIN policies ON policies.id = activities.policy_id
        WHERE origin = 'renewal' AND state = 'open' AND start_at >= :first AND start_at < :end
            AND ({_on(conditions.wanted, "assignee_id")})
            AND (({_on(conditions.assignee, "assignee_id")}) OR (({conditions.person}) AND ({conditions.policy})))
        GROUP BY start_at
        """,
        conditions.values | {"first": first, "end": end},
    )


def list_holidays(conn: Connection, first: str, last: str) -> dict[str, str]:
    """Give the titles of holidays between two days, by day."""
    rows = conn.execute("SELECT day, title FROM holidays WHERE day BETWEEN ? AND ?", (first, last))
    return {row["day"]: row["title"] for row in rows}


def _within(sql: str, conditions: Conditions, assignee: str) -> str:
    texts = {
        "{person}": conditions.person,
        "{policy}": conditions.policy,
        "{assignee}": _on(conditions.assignee, assignee),
    }
    for name, text in texts.items():
        sql = sql.replace(name, text)
    return f"{sql} AND ({_on(conditions.wanted, assignee)})"


def _on(condition: str, assignee: str) -> str:
    return condition.replace("mine", assignee)

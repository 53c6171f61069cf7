"""Reminders of renewals: the one activity the box itself makes of a policy."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_one


class Reminder(msgspec.Struct, frozen=True, kw_only=True):
    """A policy's reminder."""

    id: int
    start_at: str
    state: str
    assignee_id: int | None
    assignee: str | None
    revision: int


_TITLE = "'پیگیری تمدید ' || lines.short_title || IIF(policy_no <> '', ' ' || policy_no, '')"
_ASSIGNEE = (
    "IFNULL((SELECT MIN(id) FROM users WHERE users.marketer_id = policies.marketer_id AND is_active = 1), "
    "(SELECT id FROM users WHERE users.id = policies.created_by AND is_active = 1))"
)
_KIND = "(SELECT id FROM choices WHERE list = 'activity-kind' AND code = 'renewal')"
_WAITING = """cancel_date IS NULL AND lost_at IS NULL AND lines.is_renewable = 1
    AND NOT EXISTS (SELECT 1 FROM policies AS next WHERE next.renews_id = policies.id)"""


def find_reminder(conn: Connection, policy_id: int) -> Reminder | None:
    """Give a policy's reminder."""
    return fetch_one(
        conn,
        Reminder,
        "SELECT activities.id, start_at, state, assignee_id, users.display_name AS assignee, activities.revision "
        "FROM activities LEFT JOIN users ON users.id = assignee_id WHERE policy_id = ? AND origin = 'renewal'",
        (policy_id,),
    )


def insert_reminder(conn: Connection, policy_id: int, start_at: str, at: str, user_id: int | None) -> bool:
    """Store the reminder of a policy that waits for its renewal; False when it does not, or has one.

    It is its marketer's, else who entered the policy has it.
    """
    cursor = conn.execute(
        f"""
        INSERT INTO activities (kind_id, title, person_id, policy_id, start_at, is_all_day, assignee_id, origin,
            created_at, created_by)
        SELECT {_KIND}, {_TITLE}, person_id, policies.id, :start_at, 1, {_ASSIGNEE}, 'renewal', :at, :user_id
        FROM policies JOIN lines_of_business AS lines ON lines.code = policies.line_code
        WHERE policies.id = :policy_id AND {_WAITING}
        ON CONFLICT DO NOTHING
        """,
        {"policy_id": policy_id, "start_at": start_at, "at": at, "user_id": user_id},
    )
    return cursor.rowcount == 1


def list_without_reminder(conn: Connection, first: str, last: str, limit: int) -> list[tuple[int, str]]:
    """Give (id, end) of policies that end between two days, wait for their renewal and have no reminder."""
    rows = conn.execute(
        f"""
        SELECT policies.id, end_date FROM policies JOIN lines_of_business AS lines ON lines.code = policies.line_code
        WHERE end_date BETWEEN ? AND ? AND {_WAITING} AND NOT EXISTS (
            SELECT 1 FROM activities WHERE activities.policy_id = policies.id AND origin = 'renewal')
        ORDER BY end_date, policies.id LIMIT ?
        """,
        (first, last, limit),
    )
    return [(row["id"], row["end_date"]) for row in rows]


def list_settled(conn: Connection, limit: int) -> list[int]:
    """Give policies whose reminder is open although they were renewed, cancelled or given up."""
    rows = conn.execute(
        """
        SELECT policies.id FROM activities CROSS JOIN policies ON policies.id = activities.policy_id
        WHERE origin = 'renewal' AND activities.state = 'open' AND (cancel_date IS NOT NULL OR lost_at IS NOT NULL
            OR EXISTS (SELECT 1 FROM policies AS next WHERE next.renews_id = policies.id))
        LIMIT ?
        """,
        (limit,),
    )
    return [row["id"] for row in rows]

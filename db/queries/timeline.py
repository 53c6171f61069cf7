"""Every contact with a person on one line of time: calls, messages, activities, complaints, policies.

Each source gives its newest rows by its own index, and the newest of those are kept, so that a customer of twenty
years costs no more than a new one.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from db.connection import Connection
from db.records import fetch_all

Source = Literal["calls", "messages", "activities", "complaints", "policies"]


class TimelineRow(msgspec.Struct, frozen=True, kw_only=True):
    """One contact."""

    kind: str
    """``call``, ``sent``, ``received``, ``activity``, ``complaint``, ``policy`` or ``endorsement``."""
    id: str
    at: str
    direction: str
    """``in``, ``out`` or empty."""
    state: str
    title: str
    text: str
    result: str
    user_name: str | None
    number: str | None
    answered_at: str | None
    ended_at: str | None
    recordings: int


_EMPTY = "NULL AS number, NULL AS answered_at, NULL AS ended_at, 0 AS recordings"
_CALLS = """
    SELECT 'call' AS kind, calls.id, started_at AS at, direction, state, IFNULL(end_reason, '') AS title,
        calls.note AS text, IFNULL(results.title, '') AS result, users.display_name AS user_name, number,
        answered_at, ended_at, (SELECT COUNT(*) FROM recordings WHERE recordings.call_id = calls.id
            AND recordings.deleted_at IS NULL) AS recordings
    FROM calls
    LEFT JOIN choices AS results ON results.id = calls.result_id
    LEFT JOIN users ON users.id = calls.user_id
"""
_SOURCES: dict[Source, tuple[str, ...]] = {
    "calls": (
        f"{_CALLS} WHERE calls.person_id = :person_id AND started_at < :before ORDER BY started_at DESC",
        # Nobody chose a person, and the number is this person's alone: as the call card knows the caller. The plus
        # keeps SQLite from reading every call of nobody: the number leads.
        f"""{_CALLS} WHERE +calls.person_id IS NULL AND started_at < :before AND number IN (
                SELECT number FROM person_phones AS own WHERE own.person_id = :person_id AND NOT EXISTS (
                    SELECT 1 FROM person_phones AS others
                    WHERE others.number = own.number AND others.person_id <> :person_id))
            ORDER BY started_at DESC""",
    ),
    "messages": (
        """SELECT 'sent' AS kind, outbox.id, IFNULL(sent_at, outbox.created_at) AS at, 'out' AS direction, state,
                IIF(channel = 'email', subject, '') AS title, body AS text, channel AS result,
                users.display_name AS user_name, number, NULL AS answered_at, NULL AS ended_at, 0 AS recordings
            FROM outbox LEFT JOIN users ON users.id = outbox.created_by
            WHERE person_id = :person_id AND outbox.created_at < :before ORDER BY outbox.created_at DESC""",
        """SELECT 'received' AS kind, id, received_at AS at, 'in' AS direction, meaning AS state, '' AS title,
                body AS text, 'sms' AS result, NULL AS user_name, number, NULL AS answered_at, NULL AS ended_at,
                0 AS recordings
            FROM inbox WHERE person_id = :person_id AND received_at < :before ORDER BY received_at DESC""",
    ),
    "activities": (
        f"""SELECT 'activity' AS kind, CAST(activities.id AS TEXT) AS id, start_at AS at,
                IIF(kinds.code = 'visit', 'out', '') AS direction, activities.state,
                kinds.title || IIF(activities.title <> kinds.title, ': ' || activities.title, '') AS title,
                activities.note AS text,
                IFNULL(results.title || IIF(result <> '', ' - ' || result, ''), result) AS result,
                IFNULL(assignees.display_name, makers.display_name) AS user_name, {_EMPTY}
            FROM activities
            JOIN choices AS kinds ON kinds.id = activities.kind_id
            LEFT JOIN choices AS results ON results.id = activities.result_id
            LEFT JOIN users AS assignees ON assignees.id = activities.assignee_id
            LEFT JOIN users AS makers ON makers.id = activities.created_by
            WHERE person_id = :person_id AND start_at < :before AND origin <> 'renewal' ORDER BY start_at DESC""",
    ),
    "complaints": (
        f"""SELECT 'complaint' AS kind, CAST(complaints.id AS TEXT) AS id, complaints.created_at AS at,
                'in' AS direction, state, IFNULL(subjects.title, '') AS title, text, result,
                IFNULL(assignees.display_name, makers.display_name) AS user_name, {_EMPTY}
            FROM complaints
            LEFT JOIN choices AS subjects ON subjects.id = complaints.subject_id
            LEFT JOIN users AS assignees ON assignees.id = complaints.assignee_id
            LEFT JOIN users AS makers ON makers.id = complaints.created_by
            WHERE person_id = :person_id AND complaints.created_at < :before ORDER BY complaints.created_at DESC""",
    ),
    "policies": (
        f"""SELECT 'policy' AS kind, CAST(policies.id AS TEXT) AS id, policies.created_at AS at, '' AS direction,
                IIF(renews_id IS NULL, 'new', 'renewal') AS state,
                lines.short_title || IIF(policy_no <> '', ' ' || policy_no, '') AS title, '' AS text,
                insurers.title AS result, users.display_name AS user_name, {_EMPTY}
            FROM policies
            JOIN lines_of_business AS lines ON lines.code = policies.line_code
            JOIN insurers ON insurers.id = policies.insurer_id
            LEFT JOIN users ON users.id = policies.created_by
            WHERE person_id = :person_id AND ({{reach}}) AND policies.created_at < :before
            ORDER BY policies.created_at DESC""",
        f"""SELECT 'endorsement' AS kind, CAST(policies.id AS TEXT) AS id, endorsements.created_at AS at,
                '' AS direction, endorsements.kind AS state,
                lines.short_title || IIF(policy_no <> '', ' ' || policy_no, '') AS title,
                endorsements.reason AS text, '' AS result, users.display_name AS user_name, {_EMPTY}
            FROM policies
            JOIN endorsements ON endorsements.policy_id = policies.id
            JOIN lines_of_business AS lines ON lines.code = policies.line_code
            LEFT JOIN users ON users.id = endorsements.created_by
            WHERE person_id = :person_id AND ({{reach}}) AND endorsements.created_at < :before
            ORDER BY endorsements.created_at DESC""",
    ),
}
END_OF_TIME = "9999"


def list_timeline(
    conn: Connection,
    person_id: int,
    sources: list[Source],
    *,
    policy_reach: tuple[str, dict[str, object]] = ("1", {}),
    before: str = "",
    limit: int = 30,
) -> list[TimelineRow]:
    """Give a person's contacts of some sources, newest first; `before` is the instant of the last one shown.

    `policy_reach` is the condition of the policies the reader may know of (SQL over policies, and its values).
    """
    reach, values = policy_reach
    asked = values | {"person_id": person_id, "before": before or END_OF_TIME, "limit": limit}
    # One question each: put together into one, SQLite reads every source to its end before it sorts.
    rows = [
        row
        for source in sources
        for sql in _SOURCES[source]
        for row in fetch_all(conn, TimelineRow, f"{sql.replace('{reach}', reach)} LIMIT :limit", asked)
    ]
    return sorted(rows, key=lambda row: (row.at, row.id), reverse=True)[:limit]

"""Meetings, visits, notes and what is planned with a person."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all


class ActivityRow(msgspec.Struct, frozen=True, kw_only=True):
    """One activity, as cards and pages show it."""

    id: int
    kind: str
    """Code of its kind (``meeting``, ``visit`` …); empty for a kind of the office's own."""
    kind_title: str
    title: str
    start_at: str
    state: str
    """``open``, ``done``, ``not-done`` or ``cancelled``."""
    note: str
    result: str
    """What was decided."""
    next_step: str
    who: str | None
    call_id: str | None


_SELECT = """
    SELECT activities.id, IFNULL(kinds.code, '') AS kind, kinds.title AS kind_title, activities.title, start_at, state,
        activities.note, IFNULL(results.title || IIF(result <> '', ' - ' || result, ''), result) AS result, next_step,
        IFNULL(assignees.display_name, makers.display_name) AS who, call_id
    FROM activities
    JOIN choices AS kinds ON kinds.id = activities.kind_id
    LEFT JOIN choices AS results ON results.id = activities.result_id
    LEFT JOIN users AS assignees ON assignees.id = activities.assignee_id
    LEFT JOIN users AS makers ON makers.id = activities.created_by
"""


def list_held(conn: Connection, person_id: int, limit: int = 5) -> list[ActivityRow]:
    """Give the newest activities that were held with a person: meetings, visits, notes, with what was decided."""
    return fetch_all(
        conn,
        ActivityRow,
        f"{_SELECT} WHERE activities.person_id = ? AND state = 'done' ORDER BY start_at DESC LIMIT ?",
        (person_id, limit),
    )


def list_planned(conn: Connection, person_id: int, limit: int = 5) -> list[ActivityRow]:
    """Give what is planned with a person and not done yet, the earliest first."""
    return fetch_all(
        conn,
        ActivityRow,
        f"{_SELECT} WHERE activities.person_id = ? AND +state = 'open' ORDER BY start_at LIMIT ?",
        (person_id, limit),
    )


def list_of_call(conn: Connection, call_id: str) -> list[ActivityRow]:
    """Give what was planned while or after a call."""
    return fetch_all(
        conn,
        ActivityRow,
        f"{_SELECT} WHERE activities.call_id = ? ORDER BY start_at, activities.id",
        (call_id,),
    )

"""What else persons want insured, and the cases made of it."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all


class NeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One need of one person."""

    id: int
    line_code: str
    line: str
    estimate: int | None
    due_date: str | None
    state: str
    assignee_id: int | None
    assignee: str | None
    note: str
    case_id: int | None


def list_needs(conn: Connection, person_id: int) -> list[NeedRow]:
    """Give a person's needs: the open ones by date, then the settled ones."""
    return fetch_all(
        conn,
        NeedRow,
        """
        SELECT person_needs.id, line_code, lines_of_business.short_title AS line, estimate, due_date, state,
            assignee_id, users.display_name AS assignee, note,
            (SELECT MIN(id) FROM cases WHERE cases.need_id = person_needs.id) AS case_id
        FROM person_needs
        JOIN lines_of_business ON lines_of_business.code = line_code
        LEFT JOIN users ON users.id = assignee_id
        WHERE person_id = ?
        ORDER BY state <> 'open', due_date IS NULL, due_date, person_needs.id
        """,
        (person_id,),
    )


def find_activity_of_need(conn: Connection, need_id: int) -> int | None:
    """Give the id of a need's activity."""
    row = conn.execute("SELECT id FROM activities WHERE need_id = ?", (need_id,)).fetchone()
    return None if row is None else int(row["id"])


def find_case_of_need(conn: Connection, need_id: int) -> int | None:
    """Give the id of a need's case."""
    row = conn.execute("SELECT MIN(id) AS id FROM cases WHERE need_id = ?", (need_id,)).fetchone()
    return None if row["id"] is None else int(row["id"])


def find_choice(conn: Connection, name: str, code: str) -> int:
    """Give the id of an entry the product knows by its code. Raises KeyError when it is missing."""
    row = conn.execute("SELECT id FROM choices WHERE list = ? AND code = ?", (name, code)).fetchone()
    if row is None:
        raise KeyError(f"{name}/{code}")
    return int(row["id"])


def find_first_stage(conn: Connection, kind_id: int) -> int | None:
    """Give the first stage of a kind of case."""
    row = conn.execute(
        "SELECT id FROM choices WHERE list = 'case-stage' AND parent_id = ? AND is_active = 1 "
        "ORDER BY place, id LIMIT 1",
        (kind_id,),
    ).fetchone()
    return None if row is None else int(row["id"])

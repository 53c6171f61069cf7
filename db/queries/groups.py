"""Groups of persons: members by hand are rows, members by rule are asked for."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from db.connection import Connection
from db.listing import Question
from db.records import fetch_all, fetch_one

BY_HAND = "null"
"""Stored rule of a group by hand: the column's check takes no NULL in SQLite before 3.45."""
_COLUMNS = """
    person_groups.id, title, note, NULLIF(rule, 'null') AS rule, created_at, users.display_name AS created_by_name,
    (SELECT COUNT(*) FROM person_group_members AS members JOIN persons ON persons.id = members.person_id
        WHERE members.group_id = person_groups.id AND persons.archived_at IS NULL) AS by_hand
    FROM person_groups
    LEFT JOIN users ON users.id = person_groups.created_by
"""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One group."""

    id: int
    title: str
    note: str
    rule: str | None
    """Conditions as JSON; None for a group by hand."""
    created_at: str
    created_by_name: str | None
    by_hand: int
    """Members by hand that are not archived."""


def list_groups(conn: Connection) -> list[Group]:
    """Give every group by title."""
    return fetch_all(conn, Group, f"SELECT {_COLUMNS} ORDER BY title")


def find_group(conn: Connection, group_id: int) -> Group | None:
    """Give one group."""
    return fetch_one(conn, Group, f"SELECT {_COLUMNS} WHERE person_groups.id = ?", (group_id,))


def has_title(conn: Connection, title: str, but: int = 0) -> bool:
    """Tell whether another group has the title."""
    row = conn.execute("SELECT 1 FROM person_groups WHERE title = ? AND id <> ?", (title, but)).fetchone()
    return row is not None


def delete_group(conn: Connection, group_id: int) -> None:
    """Take a group away; its members stay persons."""
    conn.execute("DELETE FROM person_groups WHERE id = ?", (group_id,))


def insert_members(
    conn: Connection, group_id: int, person_ids: list[int], at: str, user_id: int | None
) -> int:
    """Put persons into a group by hand; give how many were not in it."""
    before = conn.total_changes
    conn.executemany(
        "INSERT INTO person_group_members (group_id, person_id, added_at, added_by) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [(group_id, person_id, at, user_id) for person_id in person_ids],
    )
    return conn.total_changes - before


def delete_member(conn: Connection, group_id: int, person_id: int) -> bool:
    """Take a person out of a group by hand; False when it was not in it."""
    cursor = conn.execute(
        "DELETE FROM person_group_members WHERE group_id = ? AND person_id = ?", (group_id, person_id)
    )
    return cursor.rowcount == 1


def delete_members(conn: Connection, group_id: int) -> None:
    """Empty a group by hand."""
    conn.execute("DELETE FROM person_group_members WHERE group_id = ?", (group_id,))


def list_groups_by_hand_of(conn: Connection, person_id: int) -> list[Group]:
    """Give the groups a person was put into by hand."""
    return fetch_all(
        conn,
        Group,
        f"SELECT {_COLUMNS} WHERE IFNULL(rule, 'null') = 'null' AND person_groups.id IN "
        "(SELECT group_id FROM person_group_members WHERE person_id = ?) ORDER BY title",
        (person_id,),
    )


def subselect(question: Question, prefix: str) -> tuple[str, dict[str, Any]]:
    """Give a question's ids as SQL to stand inside another question, its values renamed with `prefix`."""
    where = " AND ".join(f"({one})" for one in (question.always, *question.where) if one) or "1"
    sql = (
        f"SELECT {question.table}.id FROM {question.table} {' '.join(question.joins.values())} WHERE {where}"
    )
    known = question.values
    renamed = re.sub(r":(\w+)", lambda found: f":{prefix}{found[1]}" if found[1] in known else found[0], sql)
    return renamed, {f"{prefix}{name}": value for name, value in known.items()}

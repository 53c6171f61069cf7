"""Telephone numbers of persons, with their kind, preference and fault."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all


class PhoneRow(msgspec.Struct, frozen=True, kw_only=True):
    """One number of one person."""

    number: str
    label: str
    kind_id: int | None
    kind: str | None
    """Title of the kind."""
    kind_code: str | None
    is_preferred: bool
    is_wrong: bool
    sharing: int
    """How many other persons have the number."""


def list_phone_rows(conn: Connection, person_id: int) -> list[PhoneRow]:
    """Give a person's numbers: the preferred one, mobiles, the rest; what is wrong last."""
    return fetch_all(
        conn,
        PhoneRow,
        """
        SELECT number, label, kind_id, kinds.title AS kind, kinds.code AS kind_code, is_preferred, is_wrong,
            (SELECT COUNT(*) FROM person_phones AS others
                WHERE others.number = person_phones.number AND others.person_id <> :person_id) AS sharing
        FROM person_phones
        LEFT JOIN choices AS kinds ON kinds.id = person_phones.kind_id
        WHERE person_id = :person_id
        ORDER BY is_wrong, is_preferred DESC, number LIKE '+989%' DESC, number
        """,
        {"person_id": person_id},
    )


def find_phone_row(conn: Connection, person_id: int, number: str) -> PhoneRow | None:
    """Give one number of a person."""
    return next((row for row in list_phone_rows(conn, person_id) if row.number == number), None)


def insert_phone_row(conn: Connection, person_id: int, values: dict[str, Any]) -> None:
    """Give a person a number."""
    conn.execute(
        "INSERT INTO person_phones (person_id, number, label, kind_id, is_preferred, is_wrong) "
        "VALUES (:person_id, :number, :label, :kind_id, :is_preferred, :is_wrong)",
        {"label": "", "kind_id": None, "is_preferred": 0, "is_wrong": 0} | values | {"person_id": person_id},
    )


def update_phone_row(conn: Connection, person_id: int, known: str, values: dict[str, Any]) -> None:
    """Change one number of a person; `values` has every column."""
    conn.execute(
        "UPDATE person_phones SET number = :number, label = :label, kind_id = :kind_id, "
        "is_preferred = :is_preferred, is_wrong = :is_wrong WHERE person_id = :person_id AND number = :known",
        values | {"person_id": person_id, "known": known},
    )


def delete_phone_row(conn: Connection, person_id: int, number: str) -> None:
    """Take a number from a person."""
    conn.execute("DELETE FROM person_phones WHERE person_id = ? AND number = ?", (person_id, number))


def clear_preferred_phone(conn: Connection, person_id: int) -> None:
    """Prefer none of a person's numbers."""
    conn.execute(
        "UPDATE person_phones SET is_preferred = 0 WHERE person_id = ? AND is_preferred = 1", (person_id,)
    )

"""Persons and their telephone numbers."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one
from db.text import fold, fold_joined, sort_key

_COLUMNS = (
    "persons.id, kind, standing, first_name, last_name, "
    "IFNULL((SELECT name FROM cities WHERE cities.id = persons.city_id), city) AS city, note, persons.created_at"
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody the office knows: a natural or legal person, a prospect or a customer."""

    id: int
    kind: str
    standing: str
    first_name: str
    last_name: str
    city: str
    note: str
    created_at: str

    @property
    def full_name(self) -> str:
        """First and last name, or the firm's name."""
        return f"{self.first_name} {self.last_name}".strip()


class PersonPhone(msgspec.Struct, frozen=True):
    """One number of one person."""

    person_id: int
    number: str
    label: str


def insert_person(
    conn: Connection,
    *,
    kind: str,
    standing: str,
    first_name: str,
    last_name: str,
    created_at: str,
    city: str = "",
    note: str = "",
    created_by: int | None = None,
) -> int:
    """Store a person with its search and sort keys; give its id."""
    full = f"{first_name} {last_name}".strip()
    key = " ".join(dict.fromkeys([fold(full), fold_joined(full)]))
    cursor = conn.execute(
        "INSERT INTO persons (kind, standing, first_name, last_name, city, note, search_key, sort_key, "
        "created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kind, standing, first_name, last_name, city, note, key, sort_key(f"{last_name} {first_name}"),
            created_at, created_by,
        ),
    )  # fmt: skip
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def insert_phone(conn: Connection, person_id: int, number: str, label: str = "") -> None:
    """Give a person a number; a number it has already stays as it is."""
    conn.execute(
        "INSERT INTO person_phones (person_id, number, label) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (person_id, number, label),
    )


def find_person(conn: Connection, person_id: int) -> Person | None:
    """Give one person."""
    return fetch_one(conn, Person, f"SELECT {_COLUMNS} FROM persons WHERE id = ?", (person_id,))


def find_person_by_national_id(conn: Connection, national_id: str) -> Person | None:
    """Give the person of an identity number."""
    return fetch_one(conn, Person, f"SELECT {_COLUMNS} FROM persons WHERE national_id = ?", (national_id,))


def list_persons_by_name(conn: Connection, folded: str, limit: int = 5) -> list[Person]:
    """Give persons whose whole folded name this is."""
    return fetch_all(
        conn,
        Person,
        f"SELECT {_COLUMNS} FROM person_search JOIN persons ON persons.id = person_search.rowid "
        "WHERE person_search MATCH ? AND (search_key = ? OR search_key LIKE ?) ORDER BY persons.id LIMIT ?",
        (f'names : "{folded.replace(chr(34), "")}"', folded, f"{folded} %", limit),
    )


def list_persons_by_number(conn: Connection, number: str) -> list[Person]:
    """Give everybody who has exactly this number key, the one last in contact first."""
    return fetch_all(
        conn,
        Person,
        f"""
        SELECT {_COLUMNS}
        FROM person_phones
        JOIN persons ON persons.id = person_phones.person_id
        WHERE person_phones.number = ?
        ORDER BY (SELECT MAX(started_at) FROM calls WHERE calls.person_id = persons.id) DESC NULLS LAST,
            persons.id
        """,
        (number,),
    )


def list_persons_by_number_ending(conn: Connection, digits: str, limit: int = 3) -> list[Person]:
    """Give persons with a number that ends in these eight digits; a suggestion, never a match."""
    return fetch_all(
        conn,
        Person,
        f"""
        SELECT DISTINCT {_COLUMNS}
        FROM person_phones
        JOIN persons ON persons.id = person_phones.person_id
        WHERE substr(person_phones.number, -8) = ?
        ORDER BY persons.id
        LIMIT ?
        """,
        (digits, limit),
    )


def list_phones(conn: Connection, person_id: int) -> list[PersonPhone]:
    """Give a person's numbers."""
    return fetch_all(
        conn,
        PersonPhone,
        "SELECT person_id, number, label FROM person_phones WHERE person_id = ? ORDER BY label, number",
        (person_id,),
    )


def count_persons(conn: Connection) -> int:
    """Give how many persons there are."""
    row = conn.execute("SELECT COUNT(*) AS n FROM persons").fetchone()
    return int(row["n"])

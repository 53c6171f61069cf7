"""Postal and electronic addresses of persons."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all


class AddressRow(msgspec.Struct, frozen=True, kw_only=True):
    """One postal address of one person."""

    id: int
    kind_id: int | None
    kind: str | None
    city_id: int | None
    city: str | None
    address: str
    postal_code: str
    is_default: bool
    note: str


class ElectronicRow(msgspec.Struct, frozen=True, kw_only=True):
    """One e-mail address, site or messenger name of one person."""

    id: int
    kind: str
    service: str
    address: str
    is_preferred: bool


def list_addresses(conn: Connection, person_id: int) -> list[AddressRow]:
    """Give a person's postal addresses, the default one first."""
    return fetch_all(
        conn,
        AddressRow,
        """
        SELECT person_addresses.id, kind_id, kinds.title AS kind, city_id, cities.name AS city, address, postal_code,
            is_default, note
        FROM person_addresses
        LEFT JOIN choices AS kinds ON kinds.id = person_addresses.kind_id
        LEFT JOIN cities ON cities.id = person_addresses.city_id
        WHERE person_id = ?
        ORDER BY is_default DESC, person_addresses.id
        """,
        (person_id,),
    )


def list_electronic(conn: Connection, person_id: int) -> list[ElectronicRow]:
    """Give a person's electronic addresses by kind, the preferred one first."""
    return fetch_all(
        conn,
        ElectronicRow,
        "SELECT id, kind, service, address, is_preferred FROM person_electronic WHERE person_id = ? "
        "ORDER BY kind, is_preferred DESC, id",
        (person_id,),
    )


def owns_row(conn: Connection, table: str, person_id: int, row_id: int) -> bool:
    """Tell whether a row of a person's own table is that person's."""
    if table not in ("person_addresses", "person_electronic", "person_needs"):
        raise ValueError(f"{table!r} has no rows of a person's own")
    row = conn.execute(
        f"SELECT 1 FROM {table} WHERE id = ? AND person_id = ?", (row_id, person_id)
    ).fetchone()
    return row is not None


def clear_default_address(conn: Connection, person_id: int) -> None:
    """Make none of a person's addresses the default one."""
    conn.execute(
        "UPDATE person_addresses SET is_default = 0 WHERE person_id = ? AND is_default = 1", (person_id,)
    )


def choose_default_address(conn: Connection, person_id: int) -> None:
    """Make the oldest address the default one when none is."""
    conn.execute(
        "UPDATE person_addresses SET is_default = 1 WHERE id = (SELECT MIN(id) FROM person_addresses "
        "WHERE person_id = :id) AND NOT EXISTS (SELECT 1 FROM person_addresses "
        "WHERE person_id = :id AND is_default = 1)",
        {"id": person_id},
    )


def clear_preferred_electronic(conn: Connection, person_id: int, kind: str) -> None:
    """Prefer none of a person's electronic addresses of a kind."""
    conn.execute(
        "UPDATE person_electronic SET is_preferred = 0 WHERE person_id = ? AND kind = ? AND is_preferred = 1",
        (person_id, kind),
    )


def has_electronic(
    conn: Connection, person_id: int, kind: str, service: str, address: str, but: int = 0
) -> bool:
    """Tell whether a person has this address already, in another row than `but`."""
    row = conn.execute(
        "SELECT 1 FROM person_electronic WHERE person_id = ? AND kind = ? AND service = ? AND address = ? AND id <> ?",
        (person_id, kind, service, address, but),
    ).fetchone()
    return row is not None


def delete_row(conn: Connection, table: str, row_id: int) -> None:
    """Take a row away from one of the tables `owns_row` knows."""
    if table not in ("person_addresses", "person_electronic", "person_needs"):
        raise ValueError(f"{table!r} has no rows of a person's own")
    conn.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))

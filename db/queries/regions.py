"""Places of the office: cities by province, and the tree of regions with what lies in each."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

LARGEST_TREE = 2_000
"""Regions read at once; an office has dozens."""


class City(msgspec.Struct, frozen=True, kw_only=True):
    """One city."""

    id: int
    name: str
    province: str


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """One region with its place in the tree."""

    id: int
    parent_id: int | None
    city_id: int | None
    city: str | None
    title: str
    note: str
    is_active: bool
    depth: int
    path: str
    """Titles from the top, with `` / `` between them."""


class RegionFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a region and those below it."""

    persons: int
    policies: int
    """Policies of ours in force."""
    premium: int
    """Net premium and VAT of these, in rials."""


_TREE = """
    WITH RECURSIVE tree (id, depth, path, sort_path) AS (
        SELECT id, 0, title, sort_key || '/' || id FROM regions WHERE parent_id IS NULL
        UNION ALL
        SELECT regions.id, depth + 1, path || ' / ' || title, sort_path || '/' || sort_key || '/' || regions.id
        FROM tree JOIN regions ON regions.parent_id = tree.id
    )
    SELECT regions.id, parent_id, city_id, cities.name AS city, title, note, is_active, depth, path
    FROM tree
    JOIN regions ON regions.id = tree.id
    LEFT JOIN cities ON cities.id = city_id
"""
_BELOW = """
    WITH RECURSIVE below (id) AS (
        SELECT :region_id UNION SELECT regions.id FROM below JOIN regions ON regions.parent_id = below.id
    )
"""


def list_cities(conn: Connection) -> list[City]:
    """Give every city by name."""
    return fetch_all(conn, City, "SELECT id, name, province FROM cities ORDER BY sort_key, id")


def list_regions(conn: Connection) -> list[Region]:
    """Give the tree of regions from top to bottom, each followed by what lies in it."""
    return fetch_all(conn, Region, f"{_TREE} ORDER BY sort_path LIMIT {LARGEST_TREE}")


def find_region(conn: Connection, region_id: int) -> Region | None:
    """Give one region."""
    return fetch_one(conn, Region, f"{_TREE} WHERE regions.id = ?", (region_id,))


def is_below(conn: Connection, region_id: int, other_id: int) -> bool:
    """Tell whether another region is this one or lies in it."""
    row = conn.execute(
        f"{_BELOW} SELECT 1 FROM below WHERE id = :other", {"region_id": region_id, "other": other_id}
    ).fetchone()
    return row is not None


def residents_condition(conn: Connection, region_id: int) -> tuple[str, dict[str, Any]]:
    """Give the condition of the persons in a region and those below it (SQL over persons), and its values.

    The regions are named one by one: so an index of persons answers by itself, which it does not to a subquery.
    """
    rows = conn.execute(f"{_BELOW} SELECT id FROM below LIMIT {LARGEST_TREE}", {"region_id": region_id})
    ids = {f"region_{place}": row["id"] for place, row in enumerate(rows)}
    return f"persons.region_id IN ({', '.join(f':{name}' for name in ids)})", ids


def count_direct(conn: Connection, reach: str, values: dict[str, Any]) -> dict[int, int]:
    """Count the persons within reach (SQL over persons) entered in each region itself."""
    rows = conn.execute(
        "SELECT region_id, COUNT(*) AS n FROM persons WHERE region_id IS NOT NULL AND archived_at IS NULL "
        f"AND ({reach}) GROUP BY region_id",
        values,
    )
    return {row["region_id"]: row["n"] for row in rows}


def find_figures(
    conn: Connection, region_id: int, today: str, reach: str, values: dict[str, Any]
) -> RegionFigures:
    """Count what lies in a region and those below it, of persons within reach (SQL over persons)."""
    residents, ids = residents_condition(conn, region_id)
    figures = fetch_one(
        conn,
        RegionFigures,
        f"""
        SELECT (SELECT COUNT(*) FROM persons WHERE {residents} AND archived_at IS NULL AND ({reach})) AS persons,
            COUNT(*) AS policies, IFNULL(SUM(net_premium + vat), 0) AS premium
        FROM persons
        CROSS JOIN policies ON policies.person_id = persons.id
        WHERE {residents} AND archived_at IS NULL AND ({reach})
            AND is_ours = 1 AND cancel_date IS NULL AND end_date >= :today
        """,
        values | ids | {"today": today},
    )
    assert figures is not None
    return figures


def is_region_used(conn: Connection, region_id: int) -> bool:
    """Tell whether anything refers to a region."""
    row = conn.execute(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM persons WHERE region_id = :id) "
        "OR EXISTS (SELECT 1 FROM regions WHERE parent_id = :id)",
        {"id": region_id},
    ).fetchone()
    return row is not None


def has_title(conn: Connection, title: str, parent_id: int | None, city_id: int | None, but: int = 0) -> bool:
    """Tell whether another region of the same place has the title."""
    row = conn.execute(
        "SELECT 1 FROM regions WHERE title = ? AND parent_id IS ? AND city_id IS ? AND id <> ?",
        (title, parent_id, city_id, but),
    ).fetchone()
    return row is not None


def delete_region(conn: Connection, region_id: int) -> None:
    """Take a region away."""
    conn.execute("DELETE FROM regions WHERE id = ?", (region_id,))

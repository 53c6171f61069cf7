"""Ranks of customers, computed elsewhere; a rank set by hand counts until its day."""

from __future__ import annotations

from db.connection import Connection


def find_grade(conn: Connection, person_id: int, today: str) -> str | None:
    """Give the grade a customer has on a day; None when none was computed yet."""
    row = conn.execute(
        "SELECT CASE WHEN override_grade IS NOT NULL AND (override_until IS NULL OR override_until >= ?) "
        "THEN override_grade ELSE grade END AS grade FROM person_ranks WHERE person_id = ?",
        (today, person_id),
    ).fetchone()
    return None if row is None else str(row["grade"])

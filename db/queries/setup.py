"""What of the first start is done, as far as the records tell."""

from __future__ import annotations

from db.connection import Connection


def has_settled_user(conn: Connection) -> bool:
    """Tell whether anybody has chosen a password of his own."""
    row = conn.execute("SELECT EXISTS (SELECT 1 FROM users WHERE must_change_password = 0)").fetchone()
    return bool(row[0])


def find_first_owner(conn: Connection) -> int | None:
    """Give the id of the owner who has not chosen a password yet."""
    row = conn.execute(
        "SELECT id FROM users WHERE role = 'owner' AND is_active = 1 AND must_change_password = 1 ORDER BY id LIMIT 1"
    ).fetchone()
    return None if row is None else int(row[0])


def list_lines_called(conn: Connection, lines: list[int]) -> list[int]:
    """Give those of the lines on which a call came in, of the last thousand calls."""
    marks = ", ".join("?" * len(lines))
    rows = conn.execute(
        "SELECT DISTINCT line FROM (SELECT line, direction FROM calls ORDER BY started_at DESC, id DESC LIMIT 1000) "
        f"WHERE direction = 'in' AND line IN ({marks}) ORDER BY line",
        lines,
    )
    return [int(row[0]) for row in rows]


def has_persons(conn: Connection) -> bool:
    """Tell whether any customer is registered."""
    return bool(conn.execute("SELECT EXISTS (SELECT 1 FROM persons)").fetchone()[0])

"""Storing what an import brings, many rows at once, and taking it away again.

Every function runs inside the import's one transaction: what stands here is all that happens while others wait for
the write lock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from db.connection import Connection
from db.records import _names


def insert_dicts(conn: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Store rows that all have the first one's columns."""
    if not rows:
        return
    names = _names(table, rows[0])
    conn.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})", rows
    )


def insert_numbers(conn: Connection, numbers: Iterable[tuple[int, str]]) -> None:
    """Give persons numbers; those they have stay as they are."""
    conn.executemany(
        "INSERT INTO person_phones (person_id, number) VALUES (?, ?) ON CONFLICT DO NOTHING", numbers
    )


def insert_proposals(conn: Connection, first_id: int, last_id: int, most_days: int) -> None:
    """Propose what the policies of a range may renew, by the rules of `policies.list_renewal_candidates`."""
    conn.execute(
        """
        INSERT INTO renewal_proposals (old_id, new_id, state, reason)
        SELECT old.id, new.id, 'open',
            CASE WHEN EXISTS (
                SELECT 1 FROM insured_objects AS a JOIN insured_objects AS b
                    ON b.policy_id = new.id AND (a.plate = b.plate OR a.vin = b.vin
                        OR (a.postal_code <> '' AND a.postal_code = b.postal_code))
                WHERE a.policy_id = old.id
            ) THEN 'object' ELSE 'line' END
        FROM policies AS new
        JOIN policies AS old INDEXED BY policies_person
            ON old.person_id = new.person_id AND old.line_code = new.line_code AND old.id <> new.id
        WHERE new.id BETWEEN :first AND :last AND new.renews_id IS NULL AND old.cancel_date IS NULL
            AND old.start_date < new.start_date
            AND ABS(julianday(new.start_date) - julianday(old.end_date)) <= :most_days
            AND NOT EXISTS (SELECT 1 FROM policies AS other WHERE other.renews_id = old.id)
            AND NOT EXISTS (
                SELECT 1 FROM insured_objects AS a JOIN insured_objects AS b ON b.policy_id = new.id
                WHERE a.policy_id = old.id AND a.plate IS NOT NULL AND b.plate IS NOT NULL AND a.plate <> b.plate
            )
        ON CONFLICT (old_id, new_id) DO NOTHING
        """,
        {"first": first_id, "last": last_id, "most_days": most_days},
    )


def upsert_discrepancies(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Open discrepancies; one that is open for the same field learns the newer value."""
    conn.executemany(
        """
        INSERT INTO discrepancies (import_id, row_no, object_kind, object_id, field, ours, theirs)
        VALUES (:import_id, :row_no, :kind, :object_id, :field, :ours, :theirs)
        ON CONFLICT (object_kind, object_id, field) WHERE state = 'open'
        DO UPDATE SET import_id = excluded.import_id, row_no = excluded.row_no, ours = excluded.ours,
            theirs = excluded.theirs
        """,
        rows,
    )


def refresh_earned(conn: Connection, policy_ids: Iterable[int]) -> None:
    """Let what policies earned be the sum of their lines in statements."""
    conn.execute(
        """
        UPDATE commissions SET earned = IFNULL(
            (SELECT SUM(amount) FROM commission_lines WHERE commission_lines.policy_id = commissions.policy_id), 0)
        WHERE endorsement_id IS NULL AND policy_id IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(sorted(set(policy_ids))),),
    )


def prospects_of(conn: Connection, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Give those of some persons who are prospects."""
    rows = conn.execute(
        "SELECT id, first_name, last_name FROM persons WHERE standing = 'prospect' "
        "AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(set(ids))),),
    )
    return [dict(row) for row in rows]


def insert_log(conn: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Write entries of the log of work."""
    conn.executemany(
        "INSERT INTO audit_log (at, user_id, action, object_kind, object_id, title, changes) "
        "VALUES (:at, :user_id, :action, :object_kind, :object_id, :title, :changes)",
        rows,
    )


def last_log_id(conn: Connection) -> int:
    """Give the number of the newest entry of the log."""
    return int(conn.execute("SELECT IFNULL(MAX(id), 0) FROM audit_log").fetchone()[0])


def list_touched(conn: Connection, kind: str, first_id: int, last_id: int, log_id: int) -> set[int]:
    """Give the records of a range that somebody has worked on since an entry of the log."""
    rows = conn.execute(
        "SELECT DISTINCT CAST(object_id AS INTEGER) FROM audit_log WHERE id > :log AND object_kind = :kind "
        "AND CAST(object_id AS INTEGER) BETWEEN :first AND :last",
        {"log": log_id, "kind": kind, "first": first_id, "last": last_id},
    )
    return {int(row[0]) for row in rows}


def references_to(conn: Connection, table: str) -> list[tuple[str, str]]:
    """Give (table, column) of everything that refers to a table's ids."""
    _names(table, {})
    tables = [
        row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    found = []
    for name in tables:
        for key in conn.execute(f"PRAGMA foreign_key_list({name})"):
            if key["table"] == table:
                found.append((name, str(key["from"])))
    return found


def list_referred(
    conn: Connection, table: str, column: str, first_id: int, last_id: int, without: str
) -> set[int]:
    """Give the ids of a range that a column refers to; `without` is a condition on rows that do not count."""
    _names(table, {column: None})
    rows = conn.execute(
        f"SELECT DISTINCT {column} FROM {table} WHERE {column} BETWEEN ? AND ? AND NOT ({without})",
        (first_id, last_id),
    )
    return {int(row[0]) for row in rows}


def delete_range(conn: Connection, table: str, first_id: int, last_id: int, kept: str) -> int:
    """Delete the rows of a range but those a condition keeps; give how many."""
    _names(table, {})
    return conn.execute(
        f"DELETE FROM {table} WHERE id BETWEEN ? AND ? AND NOT ({kept})", (first_id, last_id)
    ).rowcount


def delete_of_policies(conn: Connection, table: str, first_id: int, last_id: int, kept: str) -> None:
    """Delete what belongs to the policies of a range, but rows a condition keeps."""
    _names(table, {})
    conn.execute(f"DELETE FROM {table} WHERE policy_id BETWEEN ? AND ? AND NOT ({kept})", (first_id, last_id))


def delete_part(conn: Connection, instalment_id: int) -> None:
    """Delete an instalment."""
    conn.execute("DELETE FROM instalments WHERE id = ?", (instalment_id,))


def set_kept(conn: Connection, name: str, ids: Iterable[int]) -> None:
    """Put ids into a table of this connection's own, for conditions to name."""
    _names(name, {})
    conn.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} (id INTEGER PRIMARY KEY)")
    conn.execute(f"DELETE FROM temp.{name}")
    conn.executemany(f"INSERT INTO temp.{name} (id) VALUES (?)", ((one,) for one in set(ids)))


def list_there(conn: Connection, ids: Iterable[int]) -> list[int]:
    """Give those of some persons who are there."""
    rows = conn.execute(
        "SELECT id FROM persons WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(set(ids))),)
    )
    return [int(row[0]) for row in rows]

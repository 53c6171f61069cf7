"""Storing what an import brings, many rows at once.

Every function runs inside one of the import's transactions: what stands here is all that happens while others wait for
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


def insert_proposals(conn: Connection, ids: Iterable[int], most_days: int) -> None:
    """Propose what some policies may renew, by the rules of `policies.list_renewal_candidates`."""
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
        WHERE new.id IN (SELECT value FROM json_each(:ids)) AND new.renews_id IS NULL AND old.cancel_date IS NULL
            AND old.start_date < new.start_date
            AND ABS(julianday(new.start_date) - julianday(old.end_date)) <= :most_days
            AND NOT EXISTS (SELECT 1 FROM policies AS other WHERE other.renews_id = old.id)
            AND NOT EXISTS (
                SELECT 1 FROM insured_objects AS a JOIN insured_objects AS b ON b.policy_id = new.id
                WHERE a.policy_id = old.id AND a.plate IS NOT NULL AND b.plate IS NOT NULL AND a.plate <> b.plate
            )
        ON CONFLICT (old_id, new_id) DO NOTHING
        """,
        {"ids": json.dumps(sorted(ids)), "most_days": most_days},
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


def delete_part(conn: Connection, instalment_id: int) -> None:
    """Delete an instalment."""
    conn.execute("DELETE FROM instalments WHERE id = ?", (instalment_id,))


def insert_batch(conn: Connection, import_id: int, place: int, made: dict[str, tuple[int, int]]) -> None:
    """Write down the first and last ids one transaction of an import made, by table."""
    conn.executemany(
        "INSERT INTO import_batches (import_id, table_name, first_id, last_id, place) VALUES (?, ?, ?, ?, ?)",
        ((import_id, table, first, last, place) for table, (first, last) in made.items()),
    )


def list_on_the_line(conn: Connection, ids: Iterable[int]) -> list[int]:
    """Give those of some persons who have the number of a call that goes on."""
    rows = conn.execute(
        """
        SELECT DISTINCT phones.person_id FROM calls
        JOIN person_phones AS phones ON phones.number = calls.number
        WHERE calls.ended_at IS NULL AND phones.person_id IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(sorted(set(ids))),),
    )
    return [int(row[0]) for row in rows]

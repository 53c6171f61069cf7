"""What taking an import back asks and changes.

What an import made is written down in `import_batches`: by transaction and table, a range of ids. A row of such a range
is the import's own; everything else that refers to one of its records is somebody's work.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from db.connection import Connection
from db.records import _names

Range = tuple[int, int]
MADE = (
    "persons", "person_addresses", "policies", "insured_objects", "endorsements", "instalment_plans", "instalments",
    "commission_lines",
)  # fmt: skip
"""Tables of which an import's own rows are known by their ids."""
LOG = "audit_log"
"""Written down like the tables: an import's own entries are nobody's work."""
_ATTACHED = {
    "persons": ("person_phones", "person_ranks", "rank_queue"),
    "policies": ("commissions", "renewal_proposals"),
}
"""Tables that say nothing of anybody's work: they come with the record, from an import or by themselves."""
_OF_THE_BOX = {"activities": "origin = 'renewal' AND revision = 1"}
"""Rows the box itself made of a policy, such as the reminder of its renewal, and nobody has touched since."""


class Batch(msgspec.Struct, frozen=True):
    """What one transaction of an import made."""

    place: int
    ranges: dict[str, Range]


def list_batches(conn: Connection, import_id: int) -> list[Batch]:
    """Give what an import made and was not taken back, the last transaction first."""
    found: dict[int, dict[str, Range]] = {}
    for row in conn.execute(
        "SELECT place, table_name, first_id, last_id FROM import_batches WHERE import_id = ? ORDER BY place DESC",
        (import_id,),
    ):
        found.setdefault(int(row[0]), {})[str(row[1])] = (int(row[2]), int(row[3]))
    return [Batch(place, ranges) for place, ranges in found.items()]


def delete_batch(conn: Connection, import_id: int, place: int) -> None:
    """Forget what one transaction made: it was taken back."""
    conn.execute("DELETE FROM import_batches WHERE import_id = ? AND place = ?", (import_id, place))


def has_rests(conn: Connection, import_id: int) -> bool:
    """Tell whether anything of an import is in the records, or was changed by it."""
    return bool(
        conn.execute(
            "SELECT EXISTS (SELECT 1 FROM import_batches WHERE import_id = :id) "
            "OR EXISTS (SELECT 1 FROM import_changes WHERE import_id = :id)",
            {"id": import_id},
        ).fetchone()[0]
    )


def list_with_rests(conn: Connection) -> list[int]:
    """Give the imports that are not applied and of which something is in the records nevertheless."""
    rows = conn.execute(
        """
        SELECT id FROM imports WHERE state <> 'applied' AND (
            EXISTS (SELECT 1 FROM import_batches WHERE import_id = imports.id)
            OR EXISTS (SELECT 1 FROM import_changes WHERE import_id = imports.id))
        ORDER BY id
        """
    )
    return [int(row[0]) for row in rows]


def find_running(conn: Connection) -> tuple[int, bool] | None:
    """Give the import of which something is in the records already, or still: its id, and whether it is taken back."""
    row = conn.execute(
        """
        SELECT id, state <> 'applying' FROM imports WHERE state <> 'applied'
            AND EXISTS (SELECT 1 FROM import_batches WHERE import_id = imports.id)
        LIMIT 1
        """
    ).fetchone()
    return (int(row[0]), bool(row[1])) if row else None


def last_log_id(conn: Connection) -> int:
    """Give the number of the newest entry of the log of work."""
    return int(conn.execute("SELECT IFNULL(MAX(id), 0) FROM audit_log").fetchone()[0])


def first_own_log_id(conn: Connection, import_id: int) -> int:
    """Give the number of an import's first entry in the log of work; 0 without one."""
    sql = (
        "SELECT IFNULL(MIN(first_id), 0) FROM import_batches WHERE import_id = ? AND table_name = 'audit_log'"
    )
    return int(conn.execute(sql, (import_id,)).fetchone()[0])


def list_touched(conn: Connection, import_id: int, kind: str, pair: Range, log_id: int) -> set[int]:
    """Give the records of a range with an entry of the log of work, from a number on, that is not the import's."""
    rows = conn.execute(
        f"""
        SELECT DISTINCT CAST(object_id AS INTEGER) FROM audit_log
        WHERE id >= :log AND +object_kind = :kind AND CAST(object_id AS INTEGER) BETWEEN :first AND :last
            AND NOT {_own(LOG)}
        """,
        {"import": import_id, "log": log_id, "kind": kind, "first": pair[0], "last": pair[1]},
    )
    return {int(row[0]) for row in rows}


def references_to(conn: Connection, table: str) -> list[tuple[str, str]]:
    """Give (table, column) of everything that refers to a table's ids and may be somebody's work."""
    _names(table, {})
    tables = [
        row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    found = []
    for name in tables:
        if name in _ATTACHED.get(table, ()):
            continue
        for key in conn.execute(f"PRAGMA foreign_key_list({name})"):
            if key["table"] == table:
                found.append((name, str(key["from"])))
    return found


def list_referred(conn: Connection, import_id: int, table: str, column: str, pair: Range) -> set[int]:
    """Give the ids of a range that a column refers to, but for the import's own rows and untouched ones of the box."""
    _names(table, {column: None})
    uncounted = [_OF_THE_BOX.get(table, "0")]
    if table in MADE:
        uncounted.append(_own(table))
    rows = conn.execute(
        f"SELECT DISTINCT {column} FROM {table} WHERE {column} BETWEEN :first AND :last "
        f"AND NOT ({' OR '.join(uncounted)})",
        {"import": import_id, "first": pair[0], "last": pair[1]},
    )
    return {int(row[0]) for row in rows}


def list_linked(conn: Connection, kind: str, pair: Range) -> set[int]:
    """Give the records of a range that a call, a file, a voucher or a message was linked to."""
    rows = conn.execute(
        """
        SELECT object_id FROM call_subjects WHERE object_kind = :kind AND object_id BETWEEN :first AND :last
        UNION SELECT object_id FROM attachments
            WHERE object_kind = :kind AND object_id BETWEEN :first AND :last AND deleted_at IS NULL
        UNION SELECT object_id FROM vouchers WHERE object_kind = :kind AND object_id BETWEEN :first AND :last
        UNION SELECT object_id FROM message_firings WHERE object_kind = :kind AND object_id BETWEEN :first AND :last
        UNION SELECT object_id FROM outbox
            WHERE object_kind <> '' AND object_kind = :kind AND object_id BETWEEN :first AND :last
        """,
        {"kind": kind, "first": pair[0], "last": pair[1]},
    )
    return {int(row[0]) for row in rows}


def list_paid_policies(conn: Connection, pair: Range) -> set[int]:
    """Give the policies of a range of whose instalments something was paid or waived."""
    rows = conn.execute(
        """
        SELECT DISTINCT plans.policy_id FROM instalment_plans AS plans
        JOIN instalments ON instalments.plan_id = plans.id
        WHERE plans.policy_id BETWEEN ? AND ? AND (instalments.waived_at IS NOT NULL
            OR EXISTS (SELECT 1 FROM allocations WHERE instalment_id = instalments.id))
        """,
        pair,
    )
    return {int(row[0]) for row in rows}


def list_own_renewed_by(conn: Connection, import_id: int, policy_ids: Iterable[int]) -> set[int]:
    """Give the import's own policies that some policies renew."""
    rows = conn.execute(
        "SELECT old.id FROM policies AS new JOIN policies AS old ON old.id = new.renews_id "
        f"WHERE new.id IN (SELECT value FROM json_each(:ids)) AND {_own('policies', 'old')}",
        {"import": import_id, "ids": _json(policy_ids)},
    )
    return {int(row[0]) for row in rows}


def list_own_holders(conn: Connection, import_id: int, policy_ids: Iterable[int]) -> set[int]:
    """Give the import's own persons who hold some policies."""
    rows = conn.execute(
        "SELECT DISTINCT persons.id FROM policies JOIN persons ON persons.id = policies.person_id "
        f"WHERE policies.id IN (SELECT value FROM json_each(:ids)) AND {_own('persons')}",
        {"import": import_id, "ids": _json(policy_ids)},
    )
    return {int(row[0]) for row in rows}


def list_holders(conn: Connection, policy_ids: Iterable[int]) -> set[int]:
    """Give the persons of some policies."""
    rows = conn.execute(
        "SELECT DISTINCT person_id FROM policies WHERE id IN (SELECT value FROM json_each(?))",
        (_json(policy_ids),),
    )
    return {int(row[0]) for row in rows}


def list_holders_of_range(conn: Connection, table: str, pair: Range) -> set[int]:
    """Give the persons that rows of a range of policies, insured objects or addresses belong to."""
    sql = {
        "policies": "SELECT DISTINCT person_id FROM policies WHERE id BETWEEN ? AND ?",
        "insured_objects": "SELECT DISTINCT person_id FROM policies "
        "WHERE id IN (SELECT policy_id FROM insured_objects WHERE id BETWEEN ? AND ?)",
        "person_addresses": "SELECT DISTINCT person_id FROM person_addresses WHERE id BETWEEN ? AND ?",
    }[table]
    return {int(row[0]) for row in conn.execute(sql, pair)}


def list_policies_of_lines(conn: Connection, pair: Range) -> list[int]:
    """Give the policies of a range of lines of commission statements."""
    sql = "SELECT DISTINCT policy_id FROM commission_lines WHERE id BETWEEN ? AND ?"
    return [int(row[0]) for row in conn.execute(sql, pair)]


def set_kept(conn: Connection, policies: Iterable[int], persons: Iterable[int]) -> None:
    """Say which policies and persons stay: tables of this connection's own, which deleting looks at."""
    for name, ids in (("kept_policies", policies), ("kept_persons", persons)):
        conn.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} (id INTEGER PRIMARY KEY)")
        conn.execute(f"DELETE FROM temp.{name}")
        conn.executemany(f"INSERT INTO temp.{name} (id) VALUES (?)", ((one,) for one in set(ids)))


def delete_made(conn: Connection, ranges: dict[str, Range]) -> None:
    """Delete the rows of some ranges but those of `set_kept`, and those something that stays depends on."""
    if pair := ranges.get("policies"):
        # Of two policies of this import one may renew the other.
        conn.execute(
            "UPDATE policies SET renews_id = NULL WHERE renews_id BETWEEN ? AND ? "
            "AND renews_id NOT IN (SELECT id FROM temp.kept_policies)",
            pair,
        )
        conn.execute(
            f"DELETE FROM activities WHERE policy_id BETWEEN ? AND ? AND ({_OF_THE_BOX['activities']}) "
            f"AND NOT ({_OF_KEPT})",
            pair,
        )
    for table, kept in _STAYS.items():
        if pair := ranges.get(table):
            conn.execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ? AND NOT ({kept})", pair)
    for kind, table in (("policy", "policies"), ("person", "persons")):
        if pair := ranges.get(table):
            # Their ids are given again; what was said of them would be said of others.
            conn.execute(
                "DELETE FROM discrepancies WHERE object_kind = ? AND object_id BETWEEN ? AND ? "
                f"AND object_id NOT IN (SELECT id FROM {table})",
                (kind, *pair),
            )


_OF_KEPT = "policy_id IN (SELECT id FROM temp.kept_policies)"
_STAYS = {
    "commission_lines": _OF_KEPT,
    "instalments": f"""
        waived_at IS NOT NULL OR EXISTS (SELECT 1 FROM allocations WHERE instalment_id = instalments.id)
        OR plan_id IN (SELECT id FROM instalment_plans WHERE {_OF_KEPT})
    """,
    "instalment_plans": f"{_OF_KEPT} OR EXISTS (SELECT 1 FROM instalments WHERE plan_id = instalment_plans.id)",
    "endorsements": f"{_OF_KEPT} OR EXISTS (SELECT 1 FROM instalments WHERE endorsement_id = endorsements.id)",
    "insured_objects": _OF_KEPT,
    "policies": "id IN (SELECT id FROM temp.kept_policies)",
    "person_addresses": "person_id IN (SELECT id FROM temp.kept_persons)",
    "persons": "id IN (SELECT id FROM temp.kept_persons)",
}
"""What of a table stays, in the order of deleting: who refers goes first."""


def delete_open_discrepancies(conn: Connection, import_id: int) -> None:
    """Forget what an import asked and nobody has decided."""
    conn.execute("DELETE FROM discrepancies WHERE import_id = ? AND state = 'open'", (import_id,))


def delete_number(conn: Connection, person_id: int, number: str) -> None:
    """Take a number from a person."""
    conn.execute("DELETE FROM person_phones WHERE person_id = ? AND number = ?", (person_id, number))


def has_own_parts(conn: Connection, plan_id: int) -> bool:
    """Tell whether a plan has instalments of the policy itself."""
    sql = "SELECT 1 FROM instalments WHERE plan_id = ? AND endorsement_id IS NULL LIMIT 1"
    return conn.execute(sql, (plan_id,)).fetchone() is not None


def list_changes(
    conn: Connection, import_id: int, most: int
) -> list[tuple[int, str, int, dict[str, Any], dict[str, Any]]]:
    """Give (place, table, row, before, after) of the last changes of an import that were not put back."""
    rows = conn.execute(
        "SELECT place, table_name, row_id, before, after FROM import_changes WHERE import_id = ? "
        "ORDER BY place DESC LIMIT ?",
        (import_id, most),
    )
    return [(int(row[0]), row[1], int(row[2]), json.loads(row[3]), json.loads(row[4])) for row in rows]


def count_changes(conn: Connection, import_id: int) -> int:
    """Count the changes of an import that were not put back."""
    sql = "SELECT COUNT(*) FROM import_changes WHERE import_id = ?"
    return int(conn.execute(sql, (import_id,)).fetchone()[0])


def delete_changes_from(conn: Connection, import_id: int, place: int) -> None:
    """Forget the changes from a place on: they were put back."""
    conn.execute("DELETE FROM import_changes WHERE import_id = ? AND place >= ?", (import_id, place))


def _own(table: str, name: str = "") -> str:
    """Give the condition of rows an import made itself."""
    return (
        "EXISTS (SELECT 1 FROM import_batches AS own WHERE own.import_id = :import "
        f"AND own.table_name = '{table}' AND own.first_id <= {name or table}.id AND own.last_id >= {name or table}.id)"
    )


def _json(ids: Iterable[int]) -> str:
    return json.dumps(sorted(set(ids)))

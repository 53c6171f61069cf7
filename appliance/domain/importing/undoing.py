"""Taking the last import back: what it made is deleted, what it filled is emptied again.

Records that somebody has worked on since stay, with all that belongs to them: entries of the log of work since then,
and everything in the schema that refers to a record, say so. `plan_undo` tells beforehand.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from appliance.core.errors import ConflictError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.importing.work import require_import
from appliance.domain.people.completeness import refresh_many
from db import Connection
from db.queries import import_storing as bulk
from db.queries import import_undoing as asked
from db.queries import imports, search
from db.queries.imports import Import
from db.records import find_row, insert_row, update_row

Range = tuple[int, int]
_IGNORED = {
    "persons": {"person_phones", "person_addresses", "person_ranks", "rank_queue", "policies"},
    "policies": {"endorsements", "insured_objects", "instalment_plans", "commissions", "renewal_proposals",
                 "commission_lines", "policies"},
}  # fmt: skip
"""What an import itself attaches; rows of these that it did not bring are looked at below."""

_OWN_WORK = {"activities": "origin = 'renewal' AND revision = 1"}
"""Rows the box itself made of a policy, such as the reminder of its renewal, and nobody has touched since."""


class UndoPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing would do."""

    persons: int
    policies: int
    changes: int
    kept_persons: list[int]
    kept_policies: list[int]


def plan_undo(conn: Connection, one: Import) -> UndoPlan:
    """Say what undoing an import would delete, and what would stay."""
    ranges = _ranges(one)
    kept_policies, kept_persons = _kept(conn, one)
    return UndoPlan(
        persons=_size(ranges.get("persons")) - len(kept_persons),
        policies=_size(ranges.get("policies")) - len(kept_policies),
        changes=len(imports.list_changes(conn, one.id)),
        kept_persons=sorted(kept_persons),
        kept_policies=sorted(kept_policies),
    )


def undo_import(act: Acting, import_id: int) -> UndoPlan:
    """Take the last import back in the caller's transaction. Raises `ConflictError` when it is not the last one."""
    one = require_import(act, import_id)
    last = imports.find_last_applied(act.conn)
    if one.state != "applied" or last is None or last.id != import_id:
        raise ConflictError(f"import {import_id} is not the last one")
    plan = plan_undo(act.conn, one)
    ranges = _ranges(one)
    touched = _owners(act.conn, one)
    _delete(act.conn, ranges, set(plan.kept_policies), set(plan.kept_persons))
    for table, row_id, before, after in imports.list_changes(act.conn, import_id):
        _restore(act.conn, table, row_id, before, after)
    asked.delete_open_discrepancies(act.conn, import_id)
    if "commission_lines" in ranges:
        asked.refresh_all_earned(act.conn)
    left = bulk.list_there(act.conn, touched)
    refresh_many(act.conn, left)
    search.refresh_persons(act.conn, left)
    values = {"state": "undone", "undone_at": act.at, "undone_by": act.user.id if act.user else None}
    imports.update_import(act.conn, import_id, ("applied",), values)
    audit.note_done(
        act,
        "delete",
        "import",
        import_id,
        one.file_name,
        row_count=plan.persons + plan.policies + plan.changes,
    )
    return plan


def _ranges(one: Import) -> dict[str, Range]:
    return {table: (pair[0], pair[1]) for table, pair in json.loads(one.undo).get("ranges", {}).items()}


def _size(pair: Range | None) -> int:
    return pair[1] - pair[0] + 1 if pair else 0


def _outside(table: str, ranges: dict[str, Range]) -> str:
    """Give the condition of rows the import brought itself."""
    pair = ranges.get(table)
    return f"id BETWEEN {pair[0]} AND {pair[1]}" if pair else "0"


def _kept(conn: Connection, one: Import) -> tuple[set[int], set[int]]:
    """Give the policies and persons that somebody has worked on since."""
    ranges, log_id = _ranges(one), int(json.loads(one.undo).get("log", 0))
    policies: set[int] = set()
    persons: set[int] = set()
    if pair := ranges.get("policies"):
        policies |= bulk.list_touched(conn, "policy", *pair, log_id)
        for table, column in bulk.references_to(conn, "policies"):
            if table not in _IGNORED["policies"]:
                policies |= bulk.list_referred(conn, table, column, *pair, _OWN_WORK.get(table, "0"))
        for table in ("endorsements", "insured_objects", "instalment_plans", "commission_lines"):
            policies |= bulk.list_referred(conn, table, "policy_id", *pair, _outside(table, ranges))
        policies |= bulk.list_referred(conn, "policies", "renews_id", *pair, _outside("policies", ranges))
        policies |= asked.list_paid_policies(conn, *pair)
        policies |= asked.list_renewed_by(conn, policies, *pair)
    if pair := ranges.get("persons"):
        persons |= bulk.list_touched(conn, "person", *pair, log_id)
        for table, column in bulk.references_to(conn, "persons"):
            if table not in _IGNORED["persons"]:
                persons |= bulk.list_referred(conn, table, column, *pair, _outside_of_persons(table, ranges))
        persons |= bulk.list_referred(conn, "policies", "person_id", *pair, _outside("policies", ranges))
        persons |= {one for one in asked.list_holders(conn, policies) if pair[0] <= one <= pair[1]}
    return policies, persons


def _outside_of_persons(table: str, ranges: dict[str, Range]) -> str:
    return _outside(table, ranges) if table in ranges else _OWN_WORK.get(table, "0")


def _owners(conn: Connection, one: Import) -> set[int]:
    """Give persons whose search entry and completeness follow from what is undone."""
    found = {
        row_id
        for table, row_id, _b, _a in imports.list_changes(conn, one.id)
        if table in ("persons", "person_phones")
    }
    changed = [row_id for table, row_id, _b, _a in imports.list_changes(conn, one.id) if table == "policies"]
    found |= asked.list_holders(conn, changed)
    ranges = _ranges(one)
    for table, owners in (
        ("policies", asked.list_holders_between),
        ("insured_objects", asked.list_holders_of_objects),
        ("person_addresses", asked.list_addressed),
    ):
        if pair := ranges.get(table):
            found |= owners(conn, *pair)
    return found


def _delete(conn: Connection, ranges: dict[str, Range], policies: set[int], persons: set[int]) -> None:
    bulk.set_kept(conn, "kept_policies", policies)
    bulk.set_kept(conn, "kept_persons", persons)
    of_kept = "policy_id IN (SELECT id FROM temp.kept_policies)"
    paid = (
        "waived_at IS NOT NULL OR EXISTS (SELECT 1 FROM allocations WHERE instalment_id = instalments.id) "
        f"OR plan_id IN (SELECT id FROM instalment_plans WHERE {of_kept})"
    )
    steps = (
        ("commission_lines", of_kept),
        ("instalments", paid),
        ("instalment_plans", f"{of_kept} OR EXISTS (SELECT 1 FROM instalments WHERE plan_id = instalment_plans.id)"),
        ("endorsements",
         f"{of_kept} OR EXISTS (SELECT 1 FROM instalments WHERE endorsement_id = endorsements.id)"),
        ("insured_objects", of_kept),
        ("policies", "id IN (SELECT id FROM temp.kept_policies)"),
        ("person_addresses", "person_id IN (SELECT id FROM temp.kept_persons)"),
        ("persons", "id IN (SELECT id FROM temp.kept_persons)"),
    )  # fmt: skip
    if pair := ranges.get("policies"):
        # Of two policies of this import one may renew the other.
        asked.unlink_renewals(conn, *pair)
        bulk.delete_of_policies(conn, "activities", *pair, f"NOT ({_OWN_WORK['activities']}) OR {of_kept}")
    for table, kept in steps:
        if pair := ranges.get(table):
            bulk.delete_range(conn, table, *pair, kept)


def _restore(
    conn: Connection, table: str, row_id: int, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Put back what an import changed, where it still stands as the import left it."""
    if table == "person_phones":
        asked.delete_number(conn, row_id, after["number"])
        return
    if table == "instalment_plans":
        if not asked.has_own_parts(conn, row_id):
            for part in before["parts"]:
                insert_row(conn, "instalments", part)
            update_row(conn, table, row_id, {"note": before["note"]})
        return
    row = find_row(conn, table, row_id)
    if row is None:
        return
    values = {key: value for key, value in before.items() if row.get(key) == after.get(key)}
    if values:
        update_row(conn, table, row_id, values, revision=row.get("revision"))

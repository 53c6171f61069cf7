"""Taking an import back: what it made is deleted, what it filled is emptied again.

The last import is taken back when somebody wants that, and one that was cut off or failed in the middle of being stored
by itself. Either goes in small transactions, the last one stored first; each forgets what it has taken back, so that
after a power cut the next worker goes on with what is left.

Records that somebody has worked on since stay, with all that belongs to them: entries of the log of work since then,
and everything in the schema that refers to a record, say so. `plan_undo` tells beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from appliance.core.errors import ConflictError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.importing.pacing import Pace
from appliance.domain.importing.work import require_import
from appliance.domain.people.completeness import refresh_many
from db import Connection
from db.queries import import_storing as bulk
from db.queries import import_undoing as asked
from db.queries import imports, search
from db.queries.import_undoing import Range
from db.queries.imports import Import
from db.records import find_row, insert_row, update_row

CHANGES_PER_SIZE = 4
"""Changed rows are put back so many times as fast as a policy is deleted with all that belongs to it."""


class UndoPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing would do."""

    persons: int
    policies: int
    changes: int
    kept_persons: list[int]
    kept_policies: list[int]


class _Kept(msgspec.Struct, frozen=True):
    policies: set[int]
    persons: set[int]


def plan_undo(conn: Connection, one: Import) -> UndoPlan:
    """Say what undoing an import would delete, and what would stay."""
    kept = _Looking(conn, one.id).all()
    batches = asked.list_batches(conn, one.id)
    made = {
        table: sum(_size(batch.ranges.get(table)) for batch in batches) for table in ("persons", "policies")
    }
    return UndoPlan(
        persons=made["persons"] - len(kept.persons),
        policies=made["policies"] - len(kept.policies),
        changes=asked.count_changes(conn, one.id),
        kept_persons=sorted(kept.persons),
        kept_policies=sorted(kept.policies),
    )


def undo_import(act: Acting, import_id: int) -> UndoPlan:
    """Let the last import be taken back: it counts as undone, and a worker does it (`take_back`).

    Raises `ConflictError` when it is not the last one, or another one is being stored or taken back.
    """
    one = require_import(act, import_id)
    last = imports.find_last_applied(act.conn)
    if one.state != "applied" or last is None or last.id != import_id:
        raise ConflictError(f"import {import_id} is not the last one")
    if imports.count_in_states(act.conn, "applying") or asked.list_with_rests(act.conn):
        raise ConflictError("another import is being stored or taken back")
    plan = plan_undo(act.conn, one)
    values = {"state": "undone", "undone_at": act.at, "undone_by": act.user.id if act.user else None}
    imports.update_import(act.conn, import_id, ("applied",), values)
    asked.delete_open_discrepancies(act.conn, import_id)
    made = plan.persons + plan.policies + plan.changes
    audit.note_done(act, "delete", "import", import_id, one.file_name, row_count=made)
    return plan


def take_back(
    conn: Connection,
    import_id: int,
    pace: Pace,
    tell: Callable[[int, int], object] = lambda _done, _whole: None,
) -> int:
    """Take back what is left of an import that is not applied; give how many transactions it took.

    `tell` hears how many of the transactions that stored it are taken back.
    """
    looking = _Looking(conn, import_id)
    kept = looking.all()
    turns = 0
    batches = asked.list_batches(conn, import_id)
    for batch in batches:
        with pace.turn(conn):
            _take_back_batch(conn, import_id, batch, looking, kept)
        turns += 1
        tell(turns, len(batches))
    while changes := asked.list_changes(conn, import_id, CHANGES_PER_SIZE * pace.size):
        with pace.turn(conn):
            for _place, table, row_id, before, after in changes:
                _restore(conn, table, row_id, before, after)
            _refresh(conn, _owners_of_changes(conn, changes))
            asked.delete_changes_from(conn, import_id, changes[-1][0])
        turns += 1
    return turns


class _Looking:
    """Finds what somebody has worked on since an import."""

    def __init__(self, conn: Connection, import_id: int) -> None:
        self._conn = conn
        self._import_id = import_id
        self._references = {table: asked.references_to(conn, table) for table in ("policies", "persons")}
        self._log_id = asked.first_own_log_id(conn, import_id)

    def all(self) -> _Kept:
        """Give everything that stays, by all that is known now."""
        policies, persons = set[int](), set[int]()
        following = asked.last_log_id(self._conn) + 1
        for ranges in _joined(asked.list_batches(self._conn, self._import_id)):
            policies |= self._worked_on("policies", "policy", ranges)
            persons |= self._worked_on("persons", "person", ranges)
        while renewed := asked.list_own_renewed_by(self._conn, self._import_id, policies) - policies:
            policies |= renewed
        self._log_id = following
        return _Kept(policies, persons | asked.list_own_holders(self._conn, self._import_id, policies))

    def fresh(self, ranges: dict[str, Range]) -> _Kept:
        """Give what else stays of some ranges: work done since `all` was asked."""
        policies = self._worked_on("policies", "policy", ranges)
        persons = self._worked_on("persons", "person", ranges)
        return _Kept(policies, persons | asked.list_own_holders(self._conn, self._import_id, policies))

    def _worked_on(self, table: str, kind: str, ranges: dict[str, Range]) -> set[int]:
        pair = ranges.get(table)
        if pair is None:
            return set()
        found = asked.list_touched(self._conn, self._import_id, kind, pair, self._log_id)
        found |= asked.list_linked(self._conn, kind, pair)
        for other, column in self._references[table]:
            found |= asked.list_referred(self._conn, self._import_id, other, column, pair)
        return found | (asked.list_paid_policies(self._conn, pair) if table == "policies" else set())


def _take_back_batch(
    conn: Connection, import_id: int, batch: asked.Batch, looking: _Looking, kept: _Kept
) -> None:
    fresh = looking.fresh(batch.ranges)
    kept.policies.update(fresh.policies)
    kept.persons.update(fresh.persons)
    owners = set[int]()
    for table in ("policies", "insured_objects", "person_addresses"):
        if pair := batch.ranges.get(table):
            owners |= asked.list_holders_of_range(conn, table, pair)
    lines = batch.ranges.get("commission_lines")
    earned = asked.list_policies_of_lines(conn, lines) if lines else []
    asked.set_kept(conn, kept.policies, kept.persons)
    asked.delete_made(conn, {table: pair for table, pair in batch.ranges.items() if table != asked.LOG})
    bulk.refresh_earned(conn, earned)
    _refresh(conn, owners | set(_span(batch.ranges.get("persons"))))
    asked.delete_batch(conn, import_id, batch.place)


def _refresh(conn: Connection, persons: set[int]) -> None:
    """Let search entries and completeness follow; who is no longer there has neither."""
    refresh_many(conn, persons)
    search.refresh_persons(conn, persons)


def _joined(batches: list[asked.Batch]) -> list[dict[str, Range]]:
    """Give the ranges of all transactions, those that follow each other as one."""
    found: dict[str, list[Range]] = {}
    for batch in reversed(batches):
        for table, (first, last) in batch.ranges.items():
            ranges = found.setdefault(table, [])
            if ranges and ranges[-1][1] + 1 == first:
                ranges[-1] = (ranges[-1][0], last)
            else:
                ranges.append((first, last))
    return [{table: pair} for table, ranges in found.items() for pair in ranges]


def _size(pair: Range | None) -> int:
    return pair[1] - pair[0] + 1 if pair else 0


def _span(pair: Range | None) -> range:
    return range(pair[0], pair[1] + 1) if pair else range(0)


def _owners_of_changes(
    conn: Connection, changes: list[tuple[int, str, int, dict[str, Any], dict[str, Any]]]
) -> set[int]:
    """Give persons whose search entry and completeness follow from what is put back."""
    persons = {row_id for _p, table, row_id, _b, _a in changes if table in ("persons", "person_phones")}
    policies = [row_id for _p, table, row_id, _b, _a in changes if table == "policies"]
    return persons | asked.list_holders(conn, policies)


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

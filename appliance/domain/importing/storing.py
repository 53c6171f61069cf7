"""Storing what an import brings: bulk inserts, and everything that issuing by hand would make.

Proven equal to `people.entering` and `policies.issuing` by a test that does both. It is stored in small transactions
(`batches`, `pacing`), so that others who write never wait longer than a moment. Each writes down what it made, so that
an import that is cut off, or meets a record somebody changed meanwhile, is taken back as a whole (`undoing`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from appliance.core.events import PersonRegistered
from appliance.domain.acting import Acting
from appliance.domain.importing.batches import Batch, batches_of
from appliance.domain.importing.changes import Changes, NewPerson, Part
from appliance.domain.importing.pacing import Pace
from appliance.domain.importing.plan_comparing import IMPORTED_PLAN
from appliance.domain.people.completeness import completeness_of, refresh_many
from appliance.domain.policies.computing import share
from appliance.domain.policies.issuing import RENEWAL_DAYS
from db import DatabaseError, transaction
from db.queries import import_storing as bulk
from db.queries import imports, search
from db.queries.bulk import largest_id
from db.queries.import_undoing import LOG, MADE
from db.records import insert_row, update_row


class StaleError(RuntimeError):
    """Records changed after the comparison; what was stored has to be taken back and the file compared again."""


def store(
    act: Acting,
    import_id: int,
    changes: Changes,
    counts: dict[str, int],
    pace: Pace,
    *,
    has_plans: bool = False,
    tell: Callable[[int, int], object] = lambda _done, _whole: None,
) -> None:
    """Store what was compared and set the import to applied with the last transaction. Raises `StaleError`.

    `has_plans`: the file has the insurer's instalments, so plans made of it are the insurer's own word. `tell` hears
    how many of all records that are to be stored are.
    """
    try:
        _Storing(act, import_id, changes, has_plans).run(counts, pace, tell)
    except DatabaseError as error:
        if "UNIQUE" in str(error) or "FOREIGN KEY" in str(error):
            raise StaleError(str(error)) from error
        raise


class _Storing:
    def __init__(self, act: Acting, import_id: int, changes: Changes, has_plans: bool) -> None:
        self.act = act
        self.conn = act.conn
        self.import_id = import_id
        self.changes = changes
        self.has_plans = has_plans
        self.user_id = act.user.id if act.user else None
        self.place = 0
        self.changed = 0
        self.persons: dict[int, int] = {}
        """Ids of stored new records by their places."""
        self.policies: dict[int, int] = {}
        self.endorsements: dict[int, int] = {}
        self.plans: dict[tuple[int, str], int] = {}
        """Ids of plans by reference of the policy and side."""
        self._begin()

    def _begin(self) -> None:
        """Begin a transaction's own notes."""
        self.journal: list[tuple[str, int, dict[str, Any], dict[str, Any]]] = []
        self.log: list[dict[str, Any]] = []
        self.touched: set[int] = set()

    def run(self, counts: dict[str, int], pace: Pace, tell: Callable[[int, int], object]) -> None:
        policies: list[int] = []
        changes, done = self.changes, 0
        whole = len(changes.updates) + len(changes.policies) + len(changes.commission_lines)
        tell(0, whole)
        for batch in batches_of(changes, lambda: pace.size):
            with pace.turn(self.conn):
                self._store(batch)
            policies += [self.policies[place] for place in batch.policies]
            done += len(batch.updates) + len(batch.policies) + len(batch.commission_lines)
            tell(done, whole)
        for first in range(0, len(policies), most := 4 * pace.size):
            some = policies[first : first + most]
            with pace.turn(self.conn):
                bulk.insert_proposals(self.conn, some, RENEWAL_DAYS)
        with transaction(self.conn):
            self._finish(counts)

    def _store(self, batch: Batch) -> None:
        """Store one batch and write down what was made, inside its transaction."""
        tables = (*MADE, LOG)
        before = {table: largest_id(self.conn, table) for table in tables}
        self._begin()
        self._updates(batch)
        self._numbers_and_addresses(batch)
        self._persons(batch)
        self._policies(batch)
        self._endorsements(batch)
        self._plans_and_parts(batch)
        self._commission_lines(batch)
        self._customers(batch)
        new = {self.persons[place] for place in batch.persons}
        refresh_many(self.conn, self.touched - new)
        search.refresh_persons(self.conn, self.touched)
        bulk.insert_log(self.conn, self.log)
        imports.store_changes(self.conn, self.import_id, self.changed, self.journal)
        self.changed += len(self.journal)
        made = {table: (before[table] + 1, last) for table in tables
                if (last := largest_id(self.conn, table)) > before[table]}  # fmt: skip
        bulk.insert_batch(self.conn, self.import_id, self.place, made)
        self.place += 1
        # Whoever is on the telephone becomes known on the card; nothing else listens to new persons, and thousands of
        # events would push out those that matter.
        for person_id in bulk.list_on_the_line(self.conn, new):
            self.act.record(
                PersonRegistered(
                    id=self.act.new_id(), at=self.act.at, person_id=person_id, user_id=self.user_id
                )
            )

    def _finish(self, counts: dict[str, int]) -> None:
        """Open the discrepancies and set the import to applied."""
        bulk.upsert_discrepancies(
            self.conn,
            [msgspec.to_builtins(one) | {"import_id": self.import_id} for one in self.changes.discrepancies],
        )
        values = {"state": "applied", "counts": json.dumps(counts), "applied_at": self.act.at,
                  "applied_by": self.user_id, "problem": ""}  # fmt: skip
        if not imports.update_import(self.conn, self.import_id, ("applying",), values):
            raise StaleError("the import is no longer being applied")

    def _person(self, reference: int) -> int:
        return reference if reference > 0 else self.persons[-reference - 1]

    def _policy(self, reference: int) -> int:
        return reference if reference > 0 else self.policies[-reference - 1]

    def _updates(self, batch: Batch) -> None:
        for one in batch.updates:
            self.touched |= {one.person_id} if one.person_id else set()
            if one.table == "insured_objects" and not one.before:
                insert_row(self.conn, one.table, one.after | {"policy_id": one.row_id, "kind": "vehicle"})
                continue
            after = dict(one.after)
            if one.revision is not None:
                after |= {"changed_at": self.act.at, "changed_by": self.user_id}
            if not update_row(self.conn, one.table, one.row_id, after, revision=one.revision):
                raise StaleError(f"{one.table} {one.row_id} was changed meanwhile")
            self.journal.append((one.table, one.row_id, one.before, one.after))
            if one.object_kind:
                pairs = {key: [one.before.get(key), value] for key, value in one.after.items()}
                self._note("change", one.object_kind, one.row_id, one.title, pairs)

    def _numbers_and_addresses(self, batch: Batch) -> None:
        bulk.insert_numbers(self.conn, batch.numbers)
        for person, number in batch.numbers:
            self.journal.append(("person_phones", person, {}, {"number": number}))
            self._note("change", "person", person, "", {"phones": [None, number]})
        self._addresses(batch.addresses)
        for person, text in batch.addresses:
            self._note("change", "person", person, "", {"addresses": [None, text[:300]]})
        self.touched |= {person for person, _ in (*batch.numbers, *batch.addresses)}

    def _addresses(self, addresses: list[tuple[int, str]]) -> None:
        bulk.insert_dicts(
            self.conn,
            "person_addresses",
            [{"person_id": person, "address": text, "is_default": 1} for person, text in addresses],
        )

    def _persons(self, batch: Batch) -> None:
        rows, numbers, addresses = [], list[tuple[int, str]](), list[tuple[int, str]]()
        first = largest_id(self.conn, "persons") + 1
        for person_id, place in enumerate(batch.persons, first):
            one = self.changes.persons[place]
            self.persons[place] = person_id
            rows.append(self._person_row(person_id, one))
            numbers += [(person_id, number) for number in one.numbers]
            addresses += [(person_id, one.address)] if one.address else []
            self.touched.add(person_id)
            self._note("create", "person", person_id, one.name, {})
        bulk.insert_dicts(self.conn, "persons", rows)
        bulk.insert_numbers(self.conn, numbers)
        self._addresses(addresses)

    @staticmethod
    def _person_row(person_id: int, one: NewPerson) -> dict[str, Any]:
        filled = [key for key in ("national_id", "birth_date") if one.row[key]]
        filled += ["phone"] if one.numbers else []
        filled += ["address"] if one.address else []
        return one.row | {"id": person_id, "completeness": completeness_of(filled)}

    def _policies(self, batch: Batch) -> None:
        rows, plans, commissions, things = [], [], [], []
        plan = largest_id(self.conn, "instalment_plans")
        for policy_id, place in enumerate(batch.policies, largest_id(self.conn, "policies") + 1):
            one = self.changes.policies[place]
            self.policies[place] = policy_id
            holder = self._person(one.person)
            self.touched.add(holder)
            rows.append(one.row | {"id": policy_id, "person_id": holder})
            for side in ("customer", "insurer"):
                plan += 1
                self.plans[-place - 1, side] = plan
                plans.append(self._plan(policy_id, side) | {"id": plan})
            commissions.append(
                {
                    "policy_id": policy_id, "expected": one.row["commission"], "marketer_id": one.row["marketer_id"],
                    "marketer_per_mille": one.marketer_per_mille,
                    "marketer_amount": share(int(one.row["commission"]), one.marketer_per_mille),
                    "created_at": self.act.at,
                }
            )  # fmt: skip
            if one.thing is not None:
                things.append(one.thing | {"policy_id": policy_id})
            self._note("create", "policy", policy_id, one.title, {})
        bulk.insert_dicts(self.conn, "policies", rows)
        bulk.insert_dicts(self.conn, "insured_objects", things)
        bulk.insert_dicts(self.conn, "instalment_plans", plans)
        bulk.insert_dicts(self.conn, "commissions", commissions)

    def _plan(self, policy_id: int, side: str) -> dict[str, Any]:
        note = IMPORTED_PLAN if side == "insurer" and self.has_plans else ""
        return {"policy_id": policy_id, "side": side, "note": note, "created_at": self.act.at,
                "created_by": self.user_id}  # fmt: skip

    def _endorsements(self, batch: Batch) -> None:
        rows = []
        for row_id, place in enumerate(batch.endorsements, largest_id(self.conn, "endorsements") + 1):
            one = self.changes.endorsements[place]
            self.endorsements[place] = row_id
            policy_id = self._policy(one.policy)
            rows.append(one.row | {"id": row_id, "policy_id": policy_id})
            self._note("create", "policy", policy_id, one.title, {"net_change": [0, one.row["net_change"]]})
        bulk.insert_dicts(self.conn, "endorsements", rows)

    def _plans_and_parts(self, batch: Batch) -> None:
        for one in batch.replaced:
            for part in one.before:
                bulk.delete_part(self.conn, part["id"])
            update_row(self.conn, "instalment_plans", one.plan_id, {"note": IMPORTED_PLAN})
            kept = [{key: value for key, value in part.items() if key != "is_settled"} for part in one.before]
            self.journal.append(
                ("instalment_plans", one.plan_id, {"note": "", "parts": kept}, {"note": IMPORTED_PLAN})
            )
        bulk.insert_dicts(
            self.conn,
            "instalments",
            [
                {
                    "plan_id": self._plan_id(part),
                    "endorsement_id": self.endorsements[-part.endorsement - 1] if part.endorsement else None,
                    "number": part.number, "due_date": part.day, "amount": part.amount, "note": part.note,
                }
                for part in batch.parts
            ],
        )  # fmt: skip

    def _plan_id(self, part: Part) -> int:
        if part.plan_id:
            return part.plan_id
        key = (part.policy, part.side)
        if key not in self.plans:
            self.plans[key] = insert_row(self.conn, "instalment_plans", self._plan(part.policy, part.side))
        return self.plans[key]

    def _commission_lines(self, batch: Batch) -> None:
        lines = batch.commission_lines
        bulk.insert_dicts(
            self.conn,
            "commission_lines",
            [msgspec.to_builtins(one) | {"import_id": self.import_id} for one in lines],
        )
        bulk.refresh_earned(self.conn, [one.policy_id for one in lines])

    def _customers(self, batch: Batch) -> None:
        """Turn prospects whose first policy of ours this is into customers."""
        known = [holder for place in batch.policies if (holder := self.changes.policies[place].person) > 0]
        for one in bulk.prospects_of(self.conn, known):
            after = {"standing": "customer", "customer_since": self.act.at[:10]}
            update_row(self.conn, "persons", one["id"], after)
            self.journal.append(
                ("persons", one["id"], {"standing": "prospect", "customer_since": None}, after)
            )
            name = f"{one['first_name']} {one['last_name']}".strip()
            self._note("change", "person", one["id"], name, {"standing": ["prospect", "customer"]})

    def _note(self, action: str, kind: str, object_id: int, title: str, pairs: dict[str, Any]) -> None:
        self.log.append(
            {
                "at": self.act.at, "user_id": self.user_id, "action": action, "object_kind": kind,
                "object_id": str(object_id), "title": title[:300],
                "changes": json.dumps(pairs, ensure_ascii=False) if pairs else "{}",
            }
        )  # fmt: skip

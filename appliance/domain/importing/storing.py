"""Storing what an import brings: one transaction, bulk inserts, everything that issuing by hand would make.

Proven equal to `people.entering` and `policies.issuing` by a test that does both. All that can be found out beforehand
is found out beforehand: others who write wait only for the inserts (`docs/importing.md` has figures). What the
comparison relied on is checked again by unique keys and revisions; when it no longer holds, nothing is stored.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from appliance.domain.acting import Acting
from appliance.domain.importing.changes import Changes, NewPerson, Part
from appliance.domain.importing.plan_comparing import IMPORTED_PLAN
from appliance.domain.people.completeness import completeness_of, refresh_many
from appliance.domain.policies.computing import share
from appliance.domain.policies.issuing import RENEWAL_DAYS
from db import DatabaseError
from db.queries import import_storing as bulk
from db.queries import imports, search
from db.queries.bulk import largest_id
from db.records import insert_row, update_row


class StaleError(RuntimeError):
    """Records changed after the comparison; it has to be done again."""


class Stored(msgspec.Struct, frozen=True):
    """Ids an import gave."""

    first: dict[str, int]
    """First id by table."""
    last: dict[str, int]


def store(
    act: Acting, import_id: int, changes: Changes, counts: dict[str, int], *, has_plans: bool = False
) -> None:
    """Store what was compared and set the import to applied, all or nothing. Raises `StaleError`.

    `has_plans`: the file has the insurer's instalments, so plans made of it are the insurer's own word.
    """
    try:
        _Storing(act, import_id, changes, has_plans).run(counts)
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
        self.journal: list[tuple[str, int, dict[str, Any], dict[str, Any]]] = []
        self.log: list[dict[str, Any]] = []
        self.base: dict[str, int] = {}
        self.plan_ids: dict[tuple[int, str], int] = {}

    def run(self, counts: dict[str, int]) -> None:
        changes = self.changes
        tables = (
            "persons", "person_addresses", "policies", "insured_objects", "endorsements", "instalment_plans",
            "instalments", "commission_lines",
        )  # fmt: skip
        self.base = {table: largest_id(self.conn, table) for table in tables}
        self._persons()
        self._policies()
        self._endorsements()
        self._plans_and_parts()
        self._updates()
        self._commission_lines()
        touched = self._touched_persons()
        self._customers()
        if changes.policies:
            first = self.base["policies"] + 1
            bulk.insert_proposals(self.conn, first, first + len(changes.policies) - 1, RENEWAL_DAYS)
        bulk.upsert_discrepancies(
            self.conn,
            [msgspec.to_builtins(one) | {"import_id": self.import_id} for one in changes.discrepancies],
        )
        refresh_many(self.conn, [one for one in touched if one <= self.base["persons"]])
        search.refresh_persons(self.conn, touched)
        bulk.insert_log(self.conn, self.log)
        imports.store_changes(self.conn, self.import_id, self.journal)
        ranges = {
            table: [base + 1, last]
            for table, base in self.base.items()
            if (last := largest_id(self.conn, table)) > base
        }
        undo = {"ranges": ranges, "log": bulk.last_log_id(self.conn)}
        is_done = imports.update_import(
            self.conn,
            self.import_id,
            ("applying",),
            {
                "state": "applied", "counts": json.dumps(counts), "undo": json.dumps(undo),
                "applied_at": self.act.at, "applied_by": self.user_id, "problem": "",
            },
        )  # fmt: skip
        if not is_done:
            raise StaleError("the import is no longer being applied")

    def person(self, reference: int) -> int:
        """Give the id behind a reference."""
        return reference if reference > 0 else self.base["persons"] - reference

    def policy(self, reference: int) -> int:
        """Give the id behind a reference."""
        return reference if reference > 0 else self.base["policies"] - reference

    def _persons(self) -> None:
        new = self.changes.persons
        base = self.base["persons"]
        bulk.insert_dicts(
            self.conn, "persons", [self._person_row(base + n, one) for n, one in enumerate(new, 1)]
        )
        numbers = [(base + n, number) for n, one in enumerate(new, 1) for number in one.numbers]
        bulk.insert_numbers(self.conn, [*numbers, *self.changes.numbers])
        addresses = [(base + n, one.address) for n, one in enumerate(new, 1) if one.address]
        bulk.insert_dicts(
            self.conn,
            "person_addresses",
            [
                {"person_id": person, "address": text, "is_default": 1}
                for person, text in [*addresses, *self.changes.addresses]
            ],
        )
        for person, number in self.changes.numbers:
            self.journal.append(("person_phones", person, {}, {"number": number}))
            self._note("change", "person", person, "", {"phones": [None, number]})
        for person, text in self.changes.addresses:
            self._note("change", "person", person, "", {"addresses": [None, text[:300]]})
        for n, one in enumerate(new, 1):
            self._note("create", "person", base + n, one.name, {})

    @staticmethod
    def _person_row(person_id: int, one: NewPerson) -> dict[str, Any]:
        filled = [key for key in ("national_id", "birth_date") if one.row[key]]
        filled += ["phone"] if one.numbers else []
        filled += ["address"] if one.address else []
        return one.row | {"id": person_id, "completeness": completeness_of(filled)}

    def _policies(self) -> None:
        new = self.changes.policies
        base, plan = self.base["policies"], self.base["instalment_plans"]
        rows, plans, commissions, things = [], [], [], []
        for n, one in enumerate(new, 1):
            policy_id = base + n
            rows.append(one.row | {"id": policy_id, "person_id": self.person(one.person)})
            for side in ("customer", "insurer"):
                plan += 1
                self.plan_ids[-n, side] = plan
                plans.append(self._plan(plan, policy_id, side))
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

    def _plan(self, plan_id: int, policy_id: int, side: str) -> dict[str, Any]:
        note = IMPORTED_PLAN if side == "insurer" and self.has_plans else ""
        return {"id": plan_id, "policy_id": policy_id, "side": side, "note": note, "created_at": self.act.at,
                "created_by": self.user_id}  # fmt: skip

    def _endorsements(self) -> None:
        base = self.base["endorsements"]
        rows = []
        for n, one in enumerate(self.changes.endorsements, 1):
            policy_id = self.policy(one.policy)
            rows.append(one.row | {"id": base + n, "policy_id": policy_id})
            self._note("create", "policy", policy_id, one.title, {"net_change": [0, one.row["net_change"]]})
        bulk.insert_dicts(self.conn, "endorsements", rows)

    def _plans_and_parts(self) -> None:
        for one in self.changes.replaced:
            for part in one.before:
                bulk.delete_part(self.conn, part["id"])
            update_row(self.conn, "instalment_plans", one.plan_id, {"note": IMPORTED_PLAN})
            kept = [{key: value for key, value in part.items() if key != "is_settled"} for part in one.before]
            self.journal.append(
                ("instalment_plans", one.plan_id, {"note": "", "parts": kept}, {"note": IMPORTED_PLAN})
            )
        base = self.base["endorsements"]
        bulk.insert_dicts(
            self.conn,
            "instalments",
            [
                {
                    "plan_id": self._plan_id(part),
                    "endorsement_id": base - part.endorsement if part.endorsement else None,
                    "number": part.number, "due_date": part.day, "amount": part.amount, "note": part.note,
                }
                for part in self.changes.parts
            ],
        )  # fmt: skip

    def _plan_id(self, part: Part) -> int:
        if part.plan_id:
            return part.plan_id
        key = (part.policy, part.side)
        if key not in self.plan_ids:
            plan = {key: value for key, value in self._plan(0, part.policy, part.side).items() if key != "id"}
            self.plan_ids[key] = insert_row(self.conn, "instalment_plans", plan)
        return self.plan_ids[key]

    def _updates(self) -> None:
        for one in self.changes.updates:
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

    def _commission_lines(self) -> None:
        lines = self.changes.commission_lines
        bulk.insert_dicts(
            self.conn,
            "commission_lines",
            [msgspec.to_builtins(one) | {"import_id": self.import_id} for one in lines],
        )
        bulk.refresh_earned(self.conn, [one.policy_id for one in lines])

    def _touched_persons(self) -> set[int]:
        """Give everybody who is found or judged otherwise now."""
        changes = self.changes
        found = {self.base["persons"] + n for n in range(1, len(changes.persons) + 1)}
        found |= {self.person(one.person) for one in changes.policies}
        found |= {one.person_id for one in changes.updates if one.person_id}
        return found | {person for person, _ in changes.numbers} | {person for person, _ in changes.addresses}

    def _customers(self) -> None:
        """Turn prospects whose first policy of ours this is into customers."""
        for one in bulk.prospects_of(
            self.conn, [policy.person for policy in self.changes.policies if policy.person > 0]
        ):
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

"""Whose row it is: the person in the records, or one to be entered.

Identity number first, then the insurer's code, then the whole name together with a telephone number, and the name
alone only when exactly one person bears it and nothing contradicts.
"""

from __future__ import annotations

from typing import Any

from appliance.domain.importing.changes import Changes, Discrepancy, NewPerson, Outcome, Update
from appliance.domain.importing.rows import Row
from db import Connection
from db.queries import import_matching as matching
from db.text import fold, fold_joined, sort_key

_FILLED = {"national_id": "national_id", "birth_date": "birth_date", "father_name": "father_name"}
_NAMELESS = ("", None)


class People:
    """The persons of one file; each is looked for once."""

    def __init__(self, conn: Connection, changes: Changes, at: str, user_id: int | None) -> None:
        self._conn = conn
        self._changes = changes
        self._at = at
        self._user_id = user_id
        self._known: dict[tuple[str, str], int] = {}
        self._settled: set[tuple[int, str]] = set()
        self._rows: dict[int, dict[str, Any]] = {}
        self._numbers: dict[int, list[str]] = {}

    def reference(self, row: Row, outcome: Outcome) -> int:
        """Give the reference of a row's policyholder, entered when there is none. The row has a holder."""
        holder = row.holder
        assert holder is not None
        keys = self._keys(row)
        found = next((self._known[key] for key in keys if key in self._known), 0)
        if found < 0 and self._contradicts(self._changes.persons[-found - 1].row, row):
            found = 0
        if not found:
            found = self._look_up(row)
        if found:
            outcome.raise_to("same")
        else:
            self._changes.persons.append(self._new_person(row))
            found = -len(self._changes.persons)
        for key in keys:
            self._known.setdefault(key, found)
        if row.number("by_name"):
            self._changes.by_name += 1
        self.complete(found, row, outcome)
        return found

    def complete(self, reference: int, row: Row, outcome: Outcome) -> None:
        """Fill what is empty of a person with what the row says; what differs becomes a discrepancy."""
        if reference < 0:
            self._complete_new(self._changes.persons[-reference - 1], row)
            return
        person = self._person(reference)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for key, column in _FILLED.items():
            theirs = row.values.get(key)
            if theirs in _NAMELESS or (reference, column) in self._settled:
                continue
            ours = person[column]
            if ours in _NAMELESS and not (column == "national_id" and self._is_taken(str(theirs), reference)):
                before[column], after[column] = ours, theirs
            elif ours != theirs:
                self._differ(row, reference, column, ours or "", str(theirs), outcome)
            self._settled.add((reference, column))
        holder = row.holder
        if holder is not None and (reference, "core_code") not in self._settled and holder.code:
            if not person["core_code"]:
                before["core_code"], after["core_code"] = "", holder.code
            self._settled.add((reference, "core_code"))
        if after:
            name = f"{person['first_name']} {person['last_name']}".strip()
            self._changes.updates.append(
                Update(table="persons", row_id=reference, revision=person["revision"], before=before, after=after,
                       person_id=reference, object_kind="person", title=name)
            )  # fmt: skip
            person |= after
            person["revision"] += 1
            outcome.raise_to("changed")
        self._add_contacts(reference, row, outcome)

    def compare_name(self, person_id: int, row: Row, outcome: Outcome) -> None:
        """Say when a policy's holder has another name in the file."""
        holder = row.holder
        if holder is None or person_id < 0 or (person_id, "name") in self._settled:
            return
        self._settled.add((person_id, "name"))
        person = self._person(person_id)
        ours = f"{person['first_name']} {person['last_name']}".strip()
        theirs = f"{holder.first_name} {holder.last_name}".strip()
        if fold_joined(ours).replace(" ", "") != fold_joined(theirs).replace(" ", ""):
            self._differ(row, person_id, "name", ours, theirs, outcome)

    def _look_up(self, row: Row) -> int:
        holder = row.holder
        assert holder is not None
        if national_id := row.text("national_id"):
            for person in matching.list_persons_by_national_id(self._conn, national_id):
                return self._remember(person)
        if holder.code:
            for person in matching.list_persons_by_code(self._conn, holder.code):
                if not self._contradicts(person, row):
                    return self._remember(person)
        alike = [
            person
            for person in matching.list_persons_by_key(
                self._conn, _search_key(holder.first_name, holder.last_name)
            )
            if not self._contradicts(person, row)
        ]
        numbers = {number for number in (row.text("mobile"), row.text("phone")) if number}
        for person in alike:
            if numbers & set(self._numbers_of(person["id"])):
                return self._remember(person)
        # A number of identity that the records lack is no proof, and neither is a name that two persons bear.
        if len(alike) == 1 and not national_id and not (numbers and self._numbers_of(alike[0]["id"])):
            row.values["by_name"] = 1
            return self._remember(alike[0])
        return 0

    def _contradicts(self, person: dict[str, Any], row: Row) -> bool:
        theirs, code = row.text("national_id"), row.holder.code if row.holder else ""
        return bool(
            (theirs and person["national_id"] and person["national_id"] != theirs)
            or (code and person["core_code"] and person["core_code"] != code)
        )

    def _keys(self, row: Row) -> list[tuple[str, str]]:
        holder = row.holder
        assert holder is not None
        keys = []
        if row.text("national_id"):
            keys.append(("id", row.text("national_id")))
        if holder.code:
            keys.append(("code", holder.code))
        if not keys:
            name = _search_key(holder.first_name, holder.last_name)
            keys.append(("name", f"{name}|{row.text('mobile')}" if row.text("mobile") else name))
        return keys

    def _new_person(self, row: Row) -> NewPerson:
        holder = row.holder
        assert holder is not None
        return NewPerson(
            row={
                "kind": holder.kind,
                "standing": "customer",
                "first_name": holder.first_name,
                "last_name": holder.last_name,
                "national_id": None,
                "core_code": "",
                "birth_date": None,
                "father_name": "",
                "search_key": _search_key(holder.first_name, holder.last_name),
                "sort_key": sort_key(f"{holder.last_name} {holder.first_name}"),
                "customer_since": self._at[:10],
                "created_at": self._at,
                "created_by": self._user_id,
            }
        )

    def _complete_new(self, person: NewPerson, row: Row) -> None:
        for key, column in _FILLED.items():
            if person.row[column] in _NAMELESS and row.values.get(key) not in _NAMELESS:
                person.row[column] = row.values[key]
        if row.holder is not None and row.holder.code and not person.row["core_code"]:
            person.row["core_code"] = row.holder.code
        for number in (row.text("mobile"), row.text("phone")):
            if number and number not in person.numbers:
                person.numbers.append(number)
        person.address = person.address or row.text("address")

    def _add_contacts(self, person_id: int, row: Row, outcome: Outcome) -> None:
        for key in ("mobile", "phone"):
            number = row.text(key)
            numbers = self._numbers_of(person_id)
            if number and number not in numbers:
                numbers.append(number)
                self._changes.numbers.append((person_id, number))
                outcome.raise_to("changed")
        address = row.text("address")
        if address and (person_id, "address") not in self._settled:
            self._settled.add((person_id, "address"))
            if not matching.list_addresses(self._conn, person_id):
                self._changes.addresses.append((person_id, address))
                outcome.raise_to("changed")

    def _differ(self, row: Row, person_id: int, field: str, ours: str, theirs: str, outcome: Outcome) -> None:
        decided = matching.last_decision(self._conn, "person", person_id, field)
        if decided is not None and decided[0] in ("open", "kept") and decided[1] == theirs:
            return
        self._changes.discrepancies.append(
            Discrepancy(
                row_no=row.no, kind="person", object_id=person_id, field=field, ours=ours, theirs=theirs
            )
        )
        outcome.raise_to("differs", field)

    def _is_taken(self, national_id: str, person_id: int) -> bool:
        found = matching.list_persons_by_national_id(self._conn, national_id)
        return (
            any(one["id"] != person_id for one in found)
            or self._known.get(("id", national_id), person_id) != person_id
        )

    def _remember(self, person: dict[str, Any]) -> int:
        self._rows.setdefault(person["id"], person)
        return int(person["id"])

    def _person(self, person_id: int) -> dict[str, Any]:
        if person_id not in self._rows:
            self._rows[person_id] = matching.find_person(self._conn, person_id)
        return self._rows[person_id]

    def _numbers_of(self, person_id: int) -> list[str]:
        if person_id not in self._numbers:
            self._numbers[person_id] = matching.list_numbers(self._conn, person_id)
        return self._numbers[person_id]


def _search_key(first_name: str, last_name: str) -> str:
    full = f"{first_name} {last_name}".strip()
    return " ".join(dict.fromkeys([fold(full), fold_joined(full)]))

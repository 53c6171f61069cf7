"""What an import would do: plain rows to be stored, found out before anything is written.

A reference is the id of a record that is there, or the negative place (from -1) of one that is to be made.
"""

from __future__ import annotations

from typing import Any

import msgspec

STATES = ("new", "changed", "differs", "same", "error", "foreign", "double")
_WEIGHT = {state: place for place, state in enumerate(("same", "changed", "differs", "new", "error"))}


class NewPerson(msgspec.Struct, kw_only=True):
    """A person to be entered."""

    row: dict[str, Any]
    numbers: list[str] = []
    address: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.row['first_name']} {self.row['last_name']}".strip()


class Part(msgspec.Struct, kw_only=True):
    """An instalment to be stored."""

    policy: int
    side: str
    number: int
    day: str
    amount: int
    note: str = ""
    endorsement: int = 0
    """Reference of the endorsement that brought it; 0: the policy itself."""
    plan_id: int = 0
    """The plan when it is there; 0: one that is to be made with it."""


class NewPolicy(msgspec.Struct, kw_only=True):
    """A policy to be stored."""

    person: int
    row: dict[str, Any]
    thing: dict[str, Any] | None = None
    marketer_per_mille: int = 0
    title: str = ""


class NewEndorsement(msgspec.Struct, kw_only=True):
    """An endorsement to be stored."""

    policy: int
    row: dict[str, Any]
    title: str = ""


class Update(msgspec.Struct, kw_only=True):
    """Columns of a record that is there, empty before."""

    table: str
    row_id: int
    revision: int | None
    before: dict[str, Any]
    after: dict[str, Any]
    person_id: int = 0
    """Whose search entry and completeness follow; 0: nobody's."""
    object_kind: str = ""
    """Kind for the log of work; empty: not logged by itself."""
    title: str = ""


class Discrepancy(msgspec.Struct, kw_only=True):
    """A value of the file that differs from ours."""

    row_no: int
    kind: str
    object_id: int
    field: str
    ours: str
    theirs: str


class CommissionLine(msgspec.Struct, kw_only=True):
    """A line of a statement."""

    policy_id: int
    key: str
    on_date: str | None
    received: int
    amount: int


class PlanReplacement(msgspec.Struct, kw_only=True):
    """An insurer's plan that was only supposed, and is now known."""

    plan_id: int
    before: list[dict[str, Any]]


class Outcome(msgspec.Struct, kw_only=True):
    """What becomes of a row."""

    state: str = "same"
    reason: str = ""
    person: int = 0
    policy: int = 0

    def raise_to(self, state: str, reason: str = "") -> None:
        """Say something stronger of the row; what is weaker is passed over."""
        if _WEIGHT[state] > _WEIGHT[self.state]:
            self.state = state
            self.reason = reason or self.reason
        elif reason and not self.reason:
            self.reason = reason


class Changes(msgspec.Struct, kw_only=True):
    """All of it."""

    persons: list[NewPerson] = []
    policies: list[NewPolicy] = []
    endorsements: list[NewEndorsement] = []
    parts: list[Part] = []
    updates: list[Update] = []
    numbers: list[tuple[int, str]] = []
    """(person's id, number key) to be added."""
    addresses: list[tuple[int, str]] = []
    replaced: list[PlanReplacement] = []
    discrepancies: list[Discrepancy] = []
    commission_lines: list[CommissionLine] = []
    outcomes: dict[int, Outcome] = {}
    by_name: int = 0
    """Rows whose policyholder was found by the name alone."""

    def counts(self) -> dict[str, int]:
        """Count the rows by what becomes of them, and what is made."""
        found = dict.fromkeys(STATES, 0)
        for one in self.outcomes.values():
            found[one.state] += 1
        return found | {
            "rows": len(self.outcomes),
            "persons": len(self.persons),
            "policies": len(self.policies),
            "endorsements": len(self.endorsements),
            "filled": len(self.updates) + len(self.numbers) + len(self.addresses),
            "commission_lines": len(self.commission_lines),
            "discrepancies": len(self.discrepancies),
            "by_name": self.by_name,
        }

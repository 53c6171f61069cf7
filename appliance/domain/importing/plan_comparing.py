"""Instalments: those of a collection file against the insurer's plan, by due date; the customer's plan stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from appliance.domain.importing.changes import Part, PlanReplacement
from appliance.domain.importing.comparison import Comparison
from appliance.domain.importing.rows import Row
from db.queries import import_matching as matching

IMPORTED_PLAN = "import"
"""Note of an insurer's plan that a file brought; one without it was only supposed from the premium."""


class PlanComparison(Comparison):
    """Compares instalments."""

    def _dues(self, base: list[Row]) -> list[tuple[str, int, str]]:
        """Give (due date, amount, note) of a collection file's rows; amounts due on one day are one instalment."""
        if self.setup.kind.subject != "instalments":
            return []
        found: dict[str, tuple[int, str]] = {}
        for row in base:
            day = row.text("due_date") or row.text("issue_date")
            amount, note = found.get(day, (0, ""))
            found[day] = (amount + own_amount(row, is_total=self.is_total), note or _paid_words(row))
        return [(day, *found[day]) for day in sorted(found)]

    def _new_parts(self, policy: int, issue: str, total: int, dues: list[tuple[str, int, str]]) -> None:
        parts = [(day, amount, note) for day, amount, note in dues if amount > 0]
        if not parts and total > 0:
            parts = [(issue, total, "")]
        begin = 0 if len(parts) > 1 and parts[0][0] <= issue else 1
        for side in ("customer", "insurer"):
            for place, (day, amount, note) in enumerate(parts):
                self._add_part(
                    Part(policy=policy, side=side, number=begin + place, day=day, amount=amount,
                         note=note if side == "insurer" else "")
                )  # fmt: skip

    def _compare_plan(self, ours: dict[str, Any], base: list[Row]) -> None:
        """Compare a collection file's instalments with the insurer's plan, by due date."""
        policy = int(ours["id"])
        plan = matching.find_plan(self.conn, policy, "insurer")
        parts = matching.list_parts(self.conn, plan["id"]) if plan else []
        own = [part for part in parts if part["endorsement_id"] is None]
        first = self.changes.outcomes[base[0].no]
        dues = [one for one in self._dues(base) if one[1] > 0]
        supposed = plan is not None and plan["note"] != IMPORTED_PLAN and bool(own)
        if supposed and not any(part["is_settled"] for part in own):
            assert plan is not None
            known, given = sum(part["amount"] for part in own), sum(amount for _day, amount, _note in dues)
            if {part["due_date"]: part["amount"] for part in own} == {
                day: amount for day, amount, _n in dues
            }:
                return
            if known == given:
                self.changes.replaced.append(PlanReplacement(plan_id=plan["id"], before=own))
                first.raise_to("changed")
                self._add_parts(policy, plan["id"], dues, 1)
                return
        by_day: dict[str, int] = {}
        for part in own:
            by_day[part["due_date"]] = by_day.get(part["due_date"], 0) + part["amount"]
        fresh = []
        for day, amount, note in dues:
            rows = [row for row in base if (row.text("due_date") or row.text("issue_date")) == day]
            outcome = self.changes.outcomes[rows[0].no]
            if day in by_day:
                if by_day[day] != amount:
                    self._differ(rows[0], policy, f"due:{day}", str(by_day[day]), str(amount), outcome)
            elif supposed:
                self._differ(rows[0], policy, f"due:{day}", "", str(amount), outcome)
            else:
                fresh.append((day, amount, note))
                for row in rows:
                    self.changes.outcomes[row.no].raise_to("changed")
        if fresh:
            number = max((part["number"] for part in parts), default=0) + 1
            self._add_parts(policy, plan["id"] if plan else 0, fresh, number)

    def _add_parts(self, policy: int, plan_id: int, dues: list[tuple[str, int, str]], number: int) -> None:
        for place, (day, amount, note) in enumerate(dues):
            self._add_part(
                Part(policy=policy, side="insurer", number=number + place, day=day, amount=amount, note=note,
                     plan_id=plan_id)
            )  # fmt: skip


def repeats_totals(rows: Iterable[Row]) -> bool:
    """Tell whether most rows of a file have their policy's total, and not their own amount, as the premium.

    A file whose rows mostly are what was settled and what is left has an amount for each row; where one is otherwise,
    somebody changed it, and it counts.
    """
    same = other = 0
    for row in rows:
        own, premium = _settled_and_left(row), row.number("premium")
        if own and premium:
            same += own == premium
            other += own != premium
    return other > same


def own_amount(row: Row, *, is_total: bool) -> int:
    """Give what a row itself is of; `is_total`: the file's premium is the policy's (`repeats_totals`)."""
    premium = row.number("premium")
    return (_settled_and_left(row) if is_total or not premium else 0) or premium or 0


def _settled_and_left(row: Row) -> int:
    return (row.number("settled") or 0) + (row.number("left") or 0)


def _paid_words(row: Row) -> str:
    words = [row.text("paid_state"), row.text("paid_by")]
    return "، ".join(word for word in words if word)[:200]

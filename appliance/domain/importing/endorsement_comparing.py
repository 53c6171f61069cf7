"""Endorsements: new ones with their sign and their instalments, known ones by their amount."""

from __future__ import annotations

from typing import Any

from appliance.domain.importing.changes import NewEndorsement, Part, Update
from appliance.domain.importing.endorsing import kind_of, signed
from appliance.domain.importing.plan_comparing import PlanComparison, own_amount
from appliance.domain.importing.rows import Row
from appliance.domain.policies.changing import ENDORSEMENT_TITLES
from db.queries import import_matching as matching


class EndorsementComparison(PlanComparison):
    """Compares endorsements."""

    def _judge_endorsement(
        self,
        policy: int,
        ours: dict[str, Any] | None,
        line_code: str,
        number: int,
        rows: list[Row],
        charged: int,
    ) -> int:
        """Judge one endorsement's rows; give what it changes of the amount charged."""
        first = rows[0]
        outcomes = self.changes.outcomes
        raw = sum(own_amount(row, is_total=self.is_total) for row in rows)
        kind = kind_of(
            next((row.text("endorsement_kind") for row in rows if row.text("endorsement_kind")), ""), raw
        )
        gross = signed(kind, raw)
        for row in rows:
            outcomes[row.no].policy = policy
        known = None
        if ours is not None:
            known = next(
                (
                    one
                    for one in matching.list_policy_endorsements(self.conn, policy)
                    if one["number"] == number
                ),
                None,
            )
        if known is not None:
            before = int(known["net_change"]) + int(known["vat_change"])
            if before != gross:
                self._differ(
                    first, policy, f"endorsement:{number}", str(before), str(gross), outcomes[first.no]
                )
            return 0
        day = first.text("issue_date")
        if kind == "additional" and gross == 0:
            kind = "correction"
        problem = "issue_date missing" if not day else "refund.more-than-charged" if -gross > charged else ""
        if problem or (ours is not None and ours["cancel_date"] and kind != "correction" and gross >= 0):
            self._refuse(rows, problem or "policy.cancelled")
            return 0
        net, vat = self.premiums.split_gross(line_code, day, gross)
        whole = self.changes.policies[-policy - 1].row if policy < 0 else ours
        assert whole is not None
        effective = min(max(first.text("start_date") or day, whole["start_date"]), whole["end_date"])
        self.changes.endorsements.append(
            NewEndorsement(
                policy=policy,
                row={
                    "number": number, "kind": kind, "issue_date": day, "effective_date": effective,
                    "net_change": net, "vat_change": vat, "commission_change": 0, "core_code": "",
                    "reason": first.text("endorsement_kind"), "note": "", "created_at": self.at,
                    "created_by": self.user_id,
                },
                title=f"الحاقیهٔ {ENDORSEMENT_TITLES[kind]} {number}",  # type: ignore[index]
            )
        )  # fmt: skip
        reference = -len(self.changes.endorsements)
        if gross > 0:
            self._endorsement_parts(policy, reference, rows, day)
        if kind == "cancel":
            self._cancel(policy, ours, effective, first)
        for one in rows:
            outcomes[one.no].state = "new"
        return gross

    def _endorsement_parts(self, policy: int, endorsement: int, rows: list[Row], day: str) -> None:
        dues = [one for one in self._dues(rows) if one[1] > 0] or [
            (day, sum(own_amount(row, is_total=self.is_total) for row in rows), "")
        ]
        for side in ("customer", "insurer"):
            plan_id = 0
            if policy > 0 and (plan := matching.find_plan(self.conn, policy, side)) is not None:
                plan_id = plan["id"]
                known = max((part["number"] for part in matching.list_parts(self.conn, plan_id)), default=0)
                self.last[policy, side] = max(known, self.last.get((policy, side), 0))
            number = self.last.get((policy, side), 0)
            for place, (due, amount, note) in enumerate(dues):
                self._add_part(
                    Part(policy=policy, side=side, number=number + 1 + place, day=due, amount=amount,
                         note=note if side == "insurer" else "", endorsement=endorsement, plan_id=plan_id)
                )  # fmt: skip

    def _cancel(self, policy: int, ours: dict[str, Any] | None, day: str, row: Row) -> None:
        values = {"cancel_date": day, "cancel_reason": row.text("endorsement_kind") or "ابطال در فایل بیمه‌گر"}
        if ours is None:
            self.changes.policies[-policy - 1].row |= values
            return
        before = {key: ours[key] for key in (*values, "lost_at", "lost_reason_id")}
        revision = int(ours["revision"]) + sum(
            one.table == "policies" and one.row_id == policy for one in self.changes.updates
        )
        self.changes.updates.append(
            Update(table="policies", row_id=policy, revision=revision, before=before,
                   after=values | {"lost_at": None, "lost_reason_id": None}, person_id=int(ours["person_id"]),
                   object_kind="policy", title=str(ours["policy_no"]))
        )  # fmt: skip

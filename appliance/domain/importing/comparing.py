"""Comparing a file's rows with the records: what is new, what fills a gap, what differs, what is the same.

Nothing is written here. All rows of one policy are judged together: a policy with a row that cannot be read is not
half stored. What is entered by hand wins: the customer's plan, notes and the office's own fields are never compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.importing.changes import (
    Changes,
    CommissionLine,
    Discrepancy,
    NewEndorsement,
    NewPolicy,
    Outcome,
    Part,
    PlanReplacement,
    Update,
)
from appliance.domain.importing.endorsing import is_cancelled, kind_of, signed
from appliance.domain.importing.people import People
from appliance.domain.importing.premiums import Premiums
from appliance.domain.importing.rows import Row, Setup
from appliance.domain.policies.changing import ENDORSEMENT_TITLES
from appliance.domain.policies.computing import usual_end, usual_start
from appliance.domain.policies.issuing import LONGEST_YEARS
from db import Connection
from db.queries import import_matching as matching

IMPORTED_PLAN = "import"
"""Note of an insurer's plan that a file brought; one without it was only supposed from the premium."""
_COMPARED = (
    "policy_no", "unique_code", "line_code", "sub_line", "issue_date", "start_date", "end_date", "sum_insured",
    "no_claim_years",
)  # fmt: skip
_OBJECT = {"plate": "plate", "model": "model", "year": "production_year", "vin": "vin", "engine_no": "engine_no",
           "usage": "usage", "value": "value"}  # fmt: skip
EVERY = 500
"""Rows between two tellings of progress."""
Tell = Callable[[int, int], object]


def compare(
    conn: Connection,
    rows: Iterable[Row],
    setup: Setup,
    *,
    insurer_id: int,
    now: datetime,
    user_id: int | None,
    period: str = "",
    tell: Tell = lambda _done, _all: None,
) -> Changes:
    """Find out what importing rows would do. `period` names the month of a statement of commission."""
    return _Comparison(conn, setup, insurer_id, now, user_id, period).run(list(rows), tell)


class _Comparison:
    def __init__(
        self, conn: Connection, setup: Setup, insurer_id: int, now: datetime, user_id: int | None, period: str
    ) -> None:
        self.conn = conn
        self.setup = setup
        self.insurer_id = insurer_id
        self.at = to_text(now)
        self.user_id = user_id
        self.period = period
        self.changes = Changes()
        self.last: dict[tuple[int, str], int] = {}
        """Highest number of an instalment by policy and side."""
        self.people = People(conn, self.changes, self.at, user_id)
        self.premiums = Premiums(conn, insurer_id)

    def run(self, rows: list[Row], tell: Tell) -> Changes:
        outcomes = self.changes.outcomes
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            outcomes[row.no] = Outcome(state=row.state or "same")
            if not row.state:
                groups.setdefault(self._group(row), []).append(row)
        done = told = 0
        for group in groups.values():
            self._judge(group)
            done += len(group)
            if done - told >= EVERY:
                told = done
                tell(done, len(rows))
        tell(len(rows), len(rows))
        return self.changes

    def _group(self, row: Row) -> tuple[str, ...]:
        if row.text("core_code"):
            return ("code", row.text("core_code"))
        if row.text("policy_no"):
            return ("number", row.line_code, row.text("policy_no"))
        return ("row", str(row.no))

    def _judge(self, group: list[Row]) -> None:
        outcomes = self.changes.outcomes
        broken = [row for row in group if row.problem]
        for row in broken:
            outcomes[row.no] = Outcome(state="error", reason=row.problem)
        whole = [row for row in group if not row.problem]
        subject = self.setup.kind.subject
        if broken and subject in ("instalments", "policies"):
            for row in whole:
                outcomes[row.no] = Outcome(state="error", reason="group.broken")
            return
        if not whole:
            return
        if subject == "commissions":
            self._judge_commission(whole)
        elif subject == "persons":
            self._judge_persons(whole)
        else:
            self._judge_policy(whole)

    # Policies

    def _judge_policy(self, group: list[Row]) -> None:
        outcomes = self.changes.outcomes
        base = [row for row in group if not row.number("endorsement_no")]
        later: dict[int, list[Row]] = {}
        for row in group:
            if number := row.number("endorsement_no"):
                later.setdefault(number, []).append(row)
        found = self._find_policy(group[0])
        if isinstance(found, str):
            self._refuse(group, found)
            return
        charged = 0
        line_code = group[0].line_code
        if found is not None:
            policy, line_code = int(found["id"]), str(found["line_code"])
            for row in group:
                outcomes[row.no].policy = policy
                outcomes[row.no].person = int(found["person_id"])
            if base:
                self._compare_policy(found, base)
            charged = int(found["net_premium"]) + int(found["vat"])
            charged += sum(
                int(one["net_change"]) + int(one["vat_change"])
                for one in matching.list_policy_endorsements(self.conn, policy)
            )
        elif not base:
            self._refuse(group, "policy.unknown")
            return
        else:
            made = self._new_policy(base)
            if isinstance(made, str):
                self._refuse(group, made)
                return
            policy = made
            made_row = self.changes.policies[-policy - 1].row
            charged = int(made_row["net_premium"]) + int(made_row["vat"])
        for number, rows in sorted(later.items()):
            charged += self._judge_endorsement(policy, found, line_code, number, rows, charged)

    def _find_policy(self, row: Row) -> dict[str, Any] | str | None:
        if code := row.text("core_code"):
            found = matching.list_policies_by_code(self.conn, self.insurer_id, code)
            if found or row.text("policy_no") == "" or self.setup.kind.subject != "endorsements":
                return found[0] if found else None
        line = "" if self.setup.kind.subject == "endorsements" else row.line_code
        year = None
        if row.text("issue_date") and self.setup.kind.subject != "endorsements":
            year = jalali.year_of(date.fromisoformat(row.text("issue_date")))
        found = matching.list_policies_by_number(
            self.conn, self.insurer_id, row.text("policy_no"), line, year
        )
        if len(found) > 1:
            return "policy.several"
        return found[0] if found else None

    def _refuse(self, group: list[Row], reason: str) -> None:
        for row in group:
            self.changes.outcomes[row.no] = Outcome(state="error", reason=reason)

    def _new_policy(self, base: list[Row]) -> int | str:
        """Make a policy of its rows; give its reference, or the reason it cannot be."""
        first = base[0]
        if first.holder is None:
            return "holder missing"
        issue = min((row.text("issue_date") for row in base if row.text("issue_date")), default="")
        start = first.text("start_date") or issue
        line = self.premiums.line(first.line_code)
        end = first.text("end_date")
        if not start and not end:
            return "start_date missing"
        start = start or usual_start(line, date.fromisoformat(end)).isoformat()
        is_estimated = not end
        end = end or usual_end(line, date.fromisoformat(start)).isoformat()
        issue = issue or start
        if end < start:
            return "end_date policy.ends-before-start"
        if int(end[:4]) - int(start[:4]) > LONGEST_YEARS:
            return "end_date day.far"
        dues = self._dues(base)
        gross = sum(amount for _day, amount, _note in dues) if dues else first.number("premium")
        if gross is not None and gross < 0:
            return "premium negative"
        net, vat = self.premiums.split(first.line_code, first, issue, gross)
        outcome = self.changes.outcomes[first.no]
        person = self.people.reference(first, outcome)
        for row in base[1:]:
            self.people.complete(person, row, self.changes.outcomes[row.no])
        previous = self._previous(first, start)
        policy: dict[str, Any] = {
            "is_ours": 1, "insurer_id": self.insurer_id, "line_code": first.line_code,
            "sub_line": first.text("sub_line")[:80], "unit_id": self.premiums.unit_of(first),
            "marketer_id": self.premiums.marketer_of(first), "policy_no": first.text("policy_no"),
            "core_code": first.text("core_code"), "unique_code": first.text("unique_code"),
            "issue_year": jalali.year_of(date.fromisoformat(issue)), "issue_date": issue, "start_date": start,
            "end_date": end, "is_end_estimated": int(is_estimated), "renews_id": previous,
            "net_premium": net, "vat": vat, "commission": 0, "sum_insured": _not_negative(first.number("sum_insured")),
            "no_claim_years": _within(first.number("no_claim_years"), 0, 30),
            "pays_by": "instalments" if len(dues) > 1 else "cash", "source": "import",
            "cancel_date": None, "cancel_reason": "", "created_at": self.at, "created_by": self.user_id,
        }  # fmt: skip
        policy["commission"] = self.premiums.commission(policy, is_renewal=previous is not None)
        if is_cancelled(first.text("state")):
            policy["cancel_date"] = min(max(self.at[:10], start), end)
            policy["cancel_reason"] = "ابطال‌شده در فایل بیمه‌گر"
        self.changes.policies.append(
            NewPolicy(
                person=person, row=policy, thing=self._thing(first, line.object_kind),
                marketer_per_mille=self.premiums.marketer_per_mille(policy["marketer_id"], first.line_code, issue),
                title=f"{line.short_title} {policy['policy_no']}".strip(),
            )
        )  # fmt: skip
        reference = -len(self.changes.policies)
        self._new_parts(reference, issue, net + vat, dues)
        for row in base:
            one = self.changes.outcomes[row.no]
            one.state, one.policy, one.person = "new", reference, person
        return reference

    def _dues(self, base: list[Row]) -> list[tuple[str, int, str]]:
        """Give (due date, amount, note) of a collection file's rows; amounts due on one day are one instalment."""
        if self.setup.kind.subject != "instalments":
            return []
        found: dict[str, tuple[int, str]] = {}
        for row in base:
            day = row.text("due_date") or row.text("issue_date")
            amount, note = found.get(day, (0, ""))
            found[day] = (amount + _own_amount(row), note or _paid_words(row))
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

    def _previous(self, row: Row, start: str) -> int | None:
        """Give the policy this one renews when the file names it and nothing renews it yet."""
        if not row.text("previous_code"):
            return None
        found = matching.list_policies_by_code(self.conn, self.insurer_id, row.text("previous_code"))
        if not found or found[0]["cancel_date"] or found[0]["start_date"] >= start:
            return None
        taken = self.conn.execute("SELECT 1 FROM policies WHERE renews_id = ?", (found[0]["id"],)).fetchone()
        return None if taken is not None else int(found[0]["id"])

    def _thing(self, row: Row, kind: str) -> dict[str, Any] | None:
        if kind != "vehicle":
            return None
        values = {column: row.values.get(key) for key, column in _OBJECT.items()}
        values["value"] = _not_negative(row.number("value"))
        if all(value in (None, "") for value in values.values()):
            return None
        for column in ("model", "engine_no", "usage"):
            values[column] = str(values[column] or "")[:60]
        return {"kind": kind} | values

    def _compare_policy(self, ours: dict[str, Any], base: list[Row]) -> None:
        first = base[0]
        outcome = self.changes.outcomes[first.no]
        self.people.compare_name(int(ours["person_id"]), first, outcome)
        for row in base:
            self.people.complete(int(ours["person_id"]), row, self.changes.outcomes[row.no])
        theirs: dict[str, Any] = {key: first.values.get(key) for key in _COMPARED}
        theirs["line_code"] = first.line_code or None
        if self.setup.kind.subject == "instalments" and len({row.text("issue_date") for row in base}) > 1:
            theirs["issue_date"] = None
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for key, value in theirs.items():
            if value in (None, ""):
                continue
            if ours[key] in (None, "") or (key == "end_date" and ours["is_end_estimated"]):
                if ours[key] != value and not (key == "end_date" and str(value) < ours["start_date"]):
                    before[key], after[key] = ours[key], value
                if key == "end_date":
                    before["is_end_estimated"], after["is_end_estimated"] = 1, 0
            elif key == "sub_line":
                continue  # words of a person's own beside the insurer's are no contradiction
            elif str(ours[key]) != str(value):
                self._differ(first, int(ours["id"]), key, str(ours[key]), str(value), outcome)
        if after:
            self.changes.updates.append(
                Update(table="policies", row_id=int(ours["id"]), revision=int(ours["revision"]), before=before,
                       after=after, person_id=int(ours["person_id"]), object_kind="policy",
                       title=str(ours["policy_no"]))
            )  # fmt: skip
            outcome.raise_to("changed")
        self._compare_object(ours, first, outcome)
        if is_cancelled(first.text("state")) and not ours["cancel_date"]:
            self._differ(first, int(ours["id"]), "cancel_date", "", "ابطال‌شده", outcome)
        if self.setup.kind.subject == "instalments":
            self._compare_plan(ours, base)
        elif first.number("premium") is not None or first.number("net_premium") is not None:
            net, vat = self.premiums.split(
                str(ours["line_code"]), first, str(ours["issue_date"]), first.number("premium")
            )
            known = int(ours["net_premium"]) + int(ours["vat"])
            if known == 0 and net + vat > 0:
                known = -1
            if net + vat != known:
                self._differ(first, int(ours["id"]), "premium", str(max(known, 0)), str(net + vat), outcome)

    def _compare_object(self, ours: dict[str, Any], row: Row, outcome: Outcome) -> None:
        given = {
            column: row.values.get(key)
            for key, column in _OBJECT.items()
            if row.values.get(key) not in (None, "")
        }
        if not given or self.premiums.line(str(ours["line_code"])).object_kind != "vehicle":
            return
        known = matching.find_object(self.conn, int(ours["id"]))
        if known is None:
            self.changes.updates.append(
                Update(table="insured_objects", row_id=int(ours["id"]), revision=None, before={}, after=given,
                       person_id=int(ours["person_id"]))
            )  # fmt: skip
            outcome.raise_to("changed")
            return
        after = {column: value for column, value in given.items() if known[column] in (None, "")}
        if after:
            self.changes.updates.append(
                Update(table="insured_objects", row_id=int(known["id"]), revision=None,
                       before={column: known[column] for column in after}, after=after,
                       person_id=int(ours["person_id"]))
            )  # fmt: skip
            outcome.raise_to("changed")
        for column in ("plate", "vin"):
            if column in given and known[column] and known[column] != given[column]:
                self._differ(
                    row, int(ours["id"]), f"object_{column}", str(known[column]), str(given[column]), outcome
                )

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

    def _add_part(self, part: Part) -> None:
        self.changes.parts.append(part)
        key = (part.policy, part.side)
        self.last[key] = max(part.number, self.last.get(key, 0))

    # Endorsements

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
        raw = sum(_own_amount(row) for row in rows)
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
            (day, sum(_own_amount(row) for row in rows), "")
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

    # Statements of commission, and lists of persons

    def _judge_commission(self, group: list[Row]) -> None:
        found = self._find_policy(group[0])
        if found is None or isinstance(found, str):
            self._refuse(group, found or "policy.unknown")
            return
        policy = int(found["id"])
        seen: dict[str, int] = {}
        for row in group:
            outcome = self.changes.outcomes[row.no]
            outcome.policy, outcome.person = policy, int(found["person_id"])
            mark = row.text("instalment_no") or row.text("due_date")
            key = f"{mark}:{row.text('paid_date')}" if mark else row.text("paid_date") or self.period
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                key = f"{key}#{seen[key]}"
            amount, received = row.number("commission") or 0, row.number("received") or 0
            known = matching.find_commission_line(self.conn, policy, key)
            if known is None:
                self.changes.commission_lines.append(
                    CommissionLine(policy_id=policy, key=key, on_date=row.text("paid_date") or None, received=received,
                                   amount=amount)
                )  # fmt: skip
                outcome.state = "new"
            elif int(known["amount"]) != amount:
                self._differ(row, policy, f"commission:{key}", str(known["amount"]), str(amount), outcome)

    def _judge_persons(self, group: list[Row]) -> None:
        for row in group:
            outcome = self.changes.outcomes[row.no]
            if row.holder is None:
                self._refuse([row], "holder missing")
                continue
            is_policy = bool(
                row.line_code and row.text("policy_no") and (row.text("start_date") or row.text("end_date"))
            )
            if is_policy and not row.text("insurer"):
                if len({(one.line_code, one.text("policy_no")) for one in group}) == 1 and row is group[0]:
                    self._judge_policy([row])
                continue
            before = len(self.changes.persons)
            outcome.person = self.people.reference(row, outcome)
            if len(self.changes.persons) > before:
                outcome.state = "new"

    def _differ(self, row: Row, policy: int, field: str, ours: str, theirs: str, outcome: Outcome) -> None:
        decided = matching.last_decision(self.conn, "policy", policy, field)
        if decided is not None and decided[0] in ("open", "kept") and decided[1] == theirs:
            return
        self.changes.discrepancies.append(
            Discrepancy(row_no=row.no, kind="policy", object_id=policy, field=field, ours=ours, theirs=theirs)
        )
        outcome.raise_to("differs", field)


def _own_amount(row: Row) -> int:
    """Give what a row itself is of: what was settled and what is left, where a file repeats the policy's total."""
    settled, left = row.number("settled"), row.number("left")
    if settled is not None and left is not None and settled + left != 0:
        return settled + left
    return row.number("premium") or 0


def _paid_words(row: Row) -> str:
    words = [row.text("paid_state"), row.text("paid_by")]
    return "، ".join(word for word in words if word)[:200]


def _not_negative(value: int | None) -> int | None:
    return value if value is not None and value >= 0 else None


def _within(value: int | None, least: int, most: int) -> int | None:
    return value if value is not None and least <= value <= most else None

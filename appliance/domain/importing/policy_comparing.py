"""Policies: made of their rows when they are new, compared field by field when they are known."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from appliance.core import jalali
from appliance.domain.fields.kinds import FieldProblem
from appliance.domain.importing.changes import NewPolicy, Outcome, Update
from appliance.domain.importing.endorsement_comparing import EndorsementComparison
from appliance.domain.importing.endorsing import is_cancelled
from appliance.domain.importing.rows import Row
from appliance.domain.policies.computing import usual_end, usual_start
from appliance.domain.policies.issuing import LONGEST_YEARS
from appliance.domain.policies.userfields import KEYS, UserField, read_value, user_fields
from db.queries import import_matching as matching
from db.queries.policies import find_renewing

_COMPARED = (
    "policy_no", "unique_code", "line_code", "sub_line", "issue_date", "start_date", "end_date", "sum_insured",
    "no_claim_years",
)  # fmt: skip
_OBJECT = {"plate": "plate", "model": "model", "year": "production_year", "vin": "vin", "engine_no": "engine_no",
           "usage": "usage", "value": "value"}  # fmt: skip


class PolicyComparison(EndorsementComparison):
    """Compares policies."""

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
        own = self._own_values(first)
        if isinstance(own, str):
            return own
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
        } | own  # fmt: skip
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

    @cached_property
    def _own_fields(self) -> tuple[UserField, ...]:
        return tuple(one for one in user_fields(self.conn) if one.is_on)

    def _own_values(self, row: Row) -> dict[str, str] | str:
        """Give what the file has for the fields the office named itself, or why one cannot be read."""
        values = dict.fromkeys(KEYS, "")
        for one in self._own_fields:
            try:
                values[one.key] = read_value(one, row.text(one.key))
            except FieldProblem as problem:
                return f"{one.key} {problem}"
        return values

    def _previous(self, row: Row, start: str) -> int | None:
        """Give the policy this one renews when the file names it and nothing renews it yet."""
        if not row.text("previous_code"):
            return None
        found = matching.list_policies_by_code(self.conn, self.insurer_id, row.text("previous_code"))
        if not found or found[0]["cancel_date"] or found[0]["start_date"] >= start:
            return None
        taken = find_renewing(self.conn, found[0]["id"])
        if taken is not None or found[0]["id"] in self.renewed:
            return None
        self.renewed.add(found[0]["id"])
        return int(found[0]["id"])

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


def _not_negative(value: int | None) -> int | None:
    return value if value is not None and value >= 0 else None


def _within(value: int | None, least: int, most: int) -> int | None:
    return value if value is not None and least <= value <= most else None

"""Comparing a file's rows with the records: what is new, what fills a gap, what differs, what is the same.

Nothing is written here. All rows of one policy are judged together: a policy with a row that cannot be read is not
half stored. What is entered by hand wins: the customer's plan, notes and the office's own fields are never compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from appliance.domain.importing.changes import Changes, CommissionLine, Outcome
from appliance.domain.importing.plan_comparing import repeats_totals
from appliance.domain.importing.policy_comparing import PolicyComparison
from appliance.domain.importing.rows import Row, Setup
from db import Connection
from db.queries import import_matching as matching

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
    return _FileComparison(conn, setup, insurer_id, now, user_id, period).run(list(rows), tell)


class _FileComparison(PolicyComparison):
    """All rows of one file, in groups of one policy each."""

    def run(self, rows: list[Row], tell: Tell) -> Changes:
        outcomes = self.changes.outcomes
        self.is_total = repeats_totals(rows)
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

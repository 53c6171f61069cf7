"""What is worth saying to a caller, and what a call is probably about."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from appliance.domain.callers.hints import BIRTHDAY_WITHIN_DAYS, days_to_birthday, hints_of
from appliance.domain.callers.subjects import probable_subjects
from db.queries.caller_cards import CallerPolicy
from db.queries.caller_matters import Cheque, Claim

TODAY = date(2026, 11, 22)


def policy(number: int, line: str, days: int, *, is_ours: bool = True) -> CallerPolicy:
    return CallerPolicy(
        id=number, policy_no=str(number), line={"TPL": "ثالث", "HUL": "بدنه"}.get(line, line), line_code=line,
        is_renewable=True, insurer="نمونه", start_date="2026-01-01", is_ours=is_ours, thing="12ب345-67",
        end_date=(TODAY + timedelta(days=days)).isoformat(),
    )  # fmt: skip


def claim(number: int, days_ago: int) -> Claim:
    return Claim(
        id=number, number=f"K{number}", line="بدنه", policy_id=1, state="documents", assignee_id=None, assignee=None,
        last_step=(TODAY - timedelta(days=days_ago)).isoformat() + "T08:00:00.000Z",
    )  # fmt: skip


def cheque(number: int, days: int, *, is_bounced: bool = False) -> Cheque:
    due = (TODAY + timedelta(days=days)).isoformat()
    return Cheque(id=number, serial=f"Q{number}", bank="ملت", amount=1, due_date=due, is_bounced=is_bounced)


@pytest.mark.parametrize(
    ("born", "days"),
    [("1980-11-22", 0), ("1980-11-27", 5), ("1980-11-21", 364), ("1992-02-29", 99), ("2024-12-31", 39)],
)
def test_days_to_the_next_birthday(born: str, days: int) -> None:
    assert days_to_birthday(born, TODAY) == days


@pytest.mark.parametrize(
    ("ahead", "is_said"), [(BIRTHDAY_WITHIN_DAYS, True), (BIRTHDAY_WITHIN_DAYS + 1, False)]
)
def test_a_birthday_is_said_when_it_is_near(ahead: int, is_said: bool) -> None:
    born = (TODAY + timedelta(days=ahead)).replace(year=1980).isoformat()
    found = hints_of(birth_date=born, today=TODAY, policies=[], refuses_advertising=False)
    assert [one.kind for one in found] == (["birthday"] if is_said else [])


def test_who_insures_a_car_without_its_hull_is_told_so() -> None:
    found = hints_of(birth_date=None, today=TODAY, policies=[policy(1, "TPL", 90)], refuses_advertising=False)
    assert [(one.kind, one.line) for one in found] == [("no-line", "HUL")]
    both = [policy(1, "TPL", 90), policy(2, "HUL", 20)]
    assert hints_of(birth_date=None, today=TODAY, policies=both, refuses_advertising=False) == []


def test_a_line_that_ended_lately_waits_for_its_renewal_and_is_no_hint() -> None:
    policies = [policy(1, "TPL", 90), policy(2, "HUL", -3)]
    assert hints_of(birth_date=None, today=TODAY, policies=policies, refuses_advertising=False) == []


def test_a_policy_held_elsewhere_is_a_chance() -> None:
    policies = [policy(1, "TPL", 90), policy(3, "FIR-R", 20, is_ours=False)]
    found = hints_of(birth_date=None, today=TODAY, policies=policies, refuses_advertising=True)
    assert [(one.kind, one.days) for one in found] == [
        ("no-line", 0), ("held-elsewhere", 20), ("no-advertising", 0)
    ]  # fmt: skip


def test_the_nearest_in_time_is_proposed_first() -> None:
    found = probable_subjects(
        TODAY,
        [policy(1, "HUL", -3), policy(2, "TPL", 10), policy(3, "FIR-R", 200)],
        [claim(4, 2)],
        [cheque(5, 5)],
    )
    assert [(one.kind, one.id, one.days) for one in found] == [
        ("claim", 4, 2), ("policy", 1, 3), ("cheque", 5, 5), ("policy", 2, 10), ("policy", 3, 200)
    ]  # fmt: skip
    assert [one.is_probable for one in found] == [True, True, True, True, False]


def test_a_bounced_cheque_is_as_near_as_today_and_a_claim_comes_before_it_at_equal_days() -> None:
    found = probable_subjects(TODAY, [policy(1, "TPL", 0)], [claim(2, 0)], [cheque(3, -90, is_bounced=True)])
    assert [one.kind for one in found] == ["claim", "policy", "cheque"]


def test_a_policy_somebody_else_issued_is_not_what_a_call_is_about() -> None:
    assert probable_subjects(TODAY, [policy(1, "TPL", 5, is_ours=False)], [], []) == []

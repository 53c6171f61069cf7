"""Loyal, dissatisfied, likely to leave: every rule at its limit, with its reasons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.standing import dissatisfaction, lapse, loyalty
from appliance.domain.standing.dissatisfaction import ClaimOutcome, DissatisfactionFacts, dissatisfied_signals
from appliance.domain.standing.lapse import LapseFacts, lapse_risk
from appliance.domain.standing.loyalty import LoyaltyFacts, loyal_reasons

TODAY = date(2026, 11, 22)
"""1405/09/01."""
MILLION = 1_000_000


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("chain", "is_loyal"),
    [
        ((0, 0), True), ((30, 30), True), ((-10, 5), True), ((31, 0), False), ((0, 31), False), ((0,), False),
        ((0, 90, 0), False), ((90, 1, 2), True), ((), False),
    ],
)  # fmt: skip
def test_two_renewals_in_time_one_after_the_other_make_loyal(chain: tuple[int, ...], is_loyal: bool) -> None:
    found = loyal_reasons(LoyaltyFacts(chains=(chain,)), TODAY)
    assert found == (("renewals",) if is_loyal else ())


def test_renewals_of_two_lines_are_not_added_up() -> None:
    assert loyal_reasons(LoyaltyFacts(chains=((0,), (0,))), TODAY) == ()


@pytest.mark.parametrize(
    ("since", "lines", "is_loyal"),
    [(date(2023, 11, 22), 2, True), (date(2023, 11, 23), 2, False), (date(2020, 1, 1), 1, False)],
)
def test_three_years_with_two_lines_make_loyal(since: date, lines: int, is_loyal: bool) -> None:
    found = loyal_reasons(LoyaltyFacts(first_day=since, lines=lines), TODAY)
    assert found == (("years",) if is_loyal else ())


def test_two_who_bought_through_him_make_loyal_and_every_reason_is_given() -> None:
    assert loyal_reasons(LoyaltyFacts(referrals=1), TODAY) == ()
    facts = LoyaltyFacts(referrals=2, chains=((0, 0),), first_day=date(2020, 1, 1), lines=3)
    assert loyal_reasons(facts, TODAY) == ("renewals", "years", "referrals")
    assert set(loyalty.TITLES) == {"renewals", "years", "referrals"}


@pytest.mark.parametrize("against", [{"open_complaints": 1}, {"unsettled_cheques": 1}])
def test_an_open_complaint_or_cheque_outweighs_every_reason(against: dict[str, int]) -> None:
    assert loyal_reasons(LoyaltyFacts(referrals=9, chains=((0, 0),), **against), TODAY) == ()


def kinds(today: date = TODAY, **facts: Any) -> list[str]:
    return [signal.kind for signal in dissatisfied_signals(DissatisfactionFacts(**facts), today)]


def test_an_open_complaint_counts_however_old_it_is() -> None:
    assert kinds(open_complaints=(date(2020, 1, 1),)) == ["open-complaint"]
    assert kinds(open_complaints=(date(2020, 1, 1),), satisfied_on=TODAY) == ["open-complaint"]


@pytest.mark.parametrize(
    ("name", "kind"), [("unsatisfied", "unsatisfied"), ("lost", "lost"), ("marked", "marked")]
)
def test_a_signal_counts_twelve_months_and_until_somebody_is_satisfied(name: str, kind: str) -> None:
    last_year = date(2025, 11, 22)  # 1404/09/01
    assert kinds(**{name: (last_year,)}) == [kind]
    assert kinds(**{name: (last_year,)}, today=TODAY + timedelta(days=1)) == []
    assert kinds(**{name: (ago(10),)}, satisfied_on=ago(10)) == []
    assert kinds(**{name: (ago(9),)}, satisfied_on=ago(10)) == [kind]


@pytest.mark.parametrize(
    ("claimed", "paid", "is_refused", "found"),
    [
        (100, 70, False, []), (100, 69, False, ["short-claim"]), (0, 0, False, []), (100, 0, True, ["refused-claim"]),
        (100, 100, False, []),
    ],
)  # fmt: skip
def test_a_claim_refused_or_paid_short_is_a_signal(
    claimed: int, paid: int, is_refused: bool, found: list[str]
) -> None:
    claim = ClaimOutcome(on=ago(5), claimed=claimed * MILLION, paid=paid * MILLION, is_refused=is_refused)
    assert kinds(claims=(claim,)) == found


def test_two_missed_calls_within_a_month_are_a_signal_until_one_of_them_is_older() -> None:
    assert kinds(missed_calls=(ago(3),)) == []
    assert kinds(missed_calls=(ago(3), ago(31))) == []
    assert kinds(missed_calls=(ago(3), ago(30))) == ["missed-calls"]
    assert kinds(missed_calls=(ago(3), ago(3))) == ["missed-calls"]
    assert kinds(missed_calls=(ago(3), ago(20)), satisfied_on=ago(10)) == []
    signal = dissatisfied_signals(DissatisfactionFacts(missed_calls=(ago(1), ago(20), ago(25))), TODAY)[0]
    assert signal.until == ago(20) + timedelta(days=30)


def test_a_bad_answer_is_a_signal_and_the_newest_stands_first() -> None:
    assert kinds(surveys=((ago(5), 3),)) == []
    found = kinds(surveys=((ago(50), 2),), marked=(ago(2),), open_complaints=(ago(20),))
    assert found == ["marked", "open-complaint", "survey"]
    assert set(dissatisfaction.TITLES) >= set(found)


QUIET = LapseFacts(days_left=60, days_since_contact=3, premium=100 * MILLION, lines=2)


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 0),
        ({"days_left": 15, "days_since_contact": 31}, 25),
        ({"days_left": 15, "days_since_contact": 30}, 0),
        ({"days_left": 16, "days_since_contact": None}, 0),
        ({"days_left": 0, "days_since_contact": None}, 25),
        ({"premium": 141, "premium_before": 100}, 15),
        ({"premium": 140, "premium_before": 100}, 0),
        ({"is_dissatisfied": True}, 25),
        ({"lines": 1}, 10),
        ({"has_overdue": True}, 10),
        ({"was_renewed_late": True}, 10),
        ({"is_first": True}, 10),
        ({"has_mobile": False}, 5),
        ({"is_loyal": True}, 0),
        ({"is_loyal": True, "is_dissatisfied": True}, 5),
    ],
)
def test_each_fact_adds_its_points(change: dict[str, Any], points: int) -> None:
    found = lapse_risk(msgspec.structs.replace(QUIET, **change))
    assert found.points == points
    assert sum(lapse.POINTS[reason] for reason in found.reasons) in (points, -20)


def test_everything_together_is_a_hundred_and_no_more() -> None:
    worst = LapseFacts(
        days_left=1, days_since_contact=None, premium=200, premium_before=100, is_dissatisfied=True, lines=1,
        has_overdue=True, was_renewed_late=True, is_first=True, has_mobile=False, commission=3 * MILLION,
    )  # fmt: skip
    found = lapse_risk(worst)
    assert found.points == 100
    assert found.worth == 300 * MILLION
    assert found.reasons == tuple(reason for reason in lapse.POINTS if reason != "loyal")
    assert set(lapse.TITLES) == set(lapse.POINTS)


@given(
    st.builds(
        LapseFacts, days_left=st.integers(-30, 90), days_since_contact=st.none() | st.integers(0, 400),
        premium=st.integers(0, 10**9), premium_before=st.integers(0, 10**9), is_dissatisfied=st.booleans(),
        lines=st.integers(0, 5), has_overdue=st.booleans(), was_renewed_late=st.booleans(), is_first=st.booleans(),
        has_mobile=st.booleans(), commission=st.integers(0, 10**8),
    )
)  # fmt: skip
def test_loyalty_never_raises_a_risk_and_it_stays_within_its_bounds(facts: LapseFacts) -> None:
    plain, loyal = lapse_risk(facts), lapse_risk(msgspec.structs.replace(facts, is_loyal=True))
    assert 0 <= loyal.points <= plain.points <= 100

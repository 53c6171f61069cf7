"""The ways to the next grade: each one leads there, and nothing a million cheaper does."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from appliance.domain.ranking.climbing import STEP_RIAL, Climb, changed, climb_of
from appliance.domain.ranking.criteria import LADDER
from appliance.domain.ranking.scoring import score
from appliance.domain.ranking.standing import Standing
from tests.unit.domain.ranking.test_scoring import BOOK, EXAMPLE, MILLION, OFFICE, TODAY, Values


def standing(values: Values) -> Standing:
    found = score(values, BOOK, OFFICE, TODAY, values.counted)
    return Standing(
        values=values, score=found, override=None, book=BOOK, settings=OFFICE, old=values.counted, today=TODAY
    )


def climb(values: Values) -> Climb:
    found = climb_of(standing(values))
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["علی", "رضا", "حمید"])
def test_every_way_leads_to_the_next_grade_and_a_cheaper_one_does_not(name: str) -> None:
    one = EXAMPLE[name]
    now = standing(one)
    found = climb(one)
    assert found.grade == LADDER[LADDER.index(now.score.grade) + 1]
    assert 1 <= len(found.ways) <= 2
    for way in found.ways:
        assert way.total >= found.from_score
        if way.premium > STEP_RIAL:
            less = changed(now, way.policies, way.premium - STEP_RIAL, is_settled=way.cheques > 0)
            assert score(less, BOOK, OFFICE, TODAY, one.counted).total < found.from_score


def test_the_cheapest_way_comes_first() -> None:
    for name in ("علی", "رضا", "حمید"):
        costs = [way.cost for way in climb(EXAMPLE[name]).ways]
        assert costs == sorted(costs)


def test_premium_may_be_added_to_a_policy_in_force_or_come_with_a_new_one() -> None:
    ways = climb(EXAMPLE["علی"]).ways
    assert {bool(way.policies) for way in ways} == {True, False}
    long_ago = msgspec.structs.replace(EXAMPLE["علی"], last_day=TODAY - timedelta(days=400))
    assert all(way.policies for way in climb(long_ago).ways)


def test_settling_a_cheque_is_a_way_when_only_the_cap_stands_between() -> None:
    capped = msgspec.structs.replace(EXAMPLE["آفتاب"], unsettled=1, unsettled_amount=30 * MILLION)
    found = climb(capped)
    assert (found.grade, found.missing) == ("silver", 0)
    assert (found.ways[0].cheques, found.ways[0].cheques_amount, found.ways[0].policies) == (
        1,
        30 * MILLION,
        0,
    )
    assert all(way.cheques == 1 for way in found.ways)


def test_at_the_top_and_for_who_is_new_there_is_no_way() -> None:
    assert climb_of(standing(EXAMPLE["آفتاب"])) is None
    assert climb_of(standing(EXAMPLE["مینا"])) is None


def test_where_no_few_purchases_lead_up_none_is_promised() -> None:
    one = EXAMPLE["حمید"]
    hopeless = msgspec.structs.replace(
        one,
        counted=msgspec.structs.replace(one.counted, count=0, claims=10**12),
        settled=3,
        last_day=TODAY - timedelta(days=900),
    )
    settings = msgspec.structs.replace(OFFICE, gold_from=99, silver_from=98, bronze_from=97, ordinary_from=96)
    now = msgspec.structs.replace(
        standing(hopeless), settings=settings, score=score(hopeless, BOOK, settings, TODAY, hopeless.counted)
    )
    found = climb_of(now)
    assert found is not None
    assert found.ways == ()

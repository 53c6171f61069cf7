"""Scores: the published example to two decimals, and what no change of a customer may do to his own."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.ranking.book import Book, BookMaker, spread_of
from appliance.domain.ranking.criteria import CRITERIA, Settings, Weights
from appliance.domain.ranking.scoring import Counted, Score, Values, score

TODAY = date(2026, 11, 22)
MILLION = 1_000_000
OFFICE = Settings()


def customer(
    premiums: tuple[int | None, ...], count: int, commission: int, claims: int, settled: int, unsettled: int,
    days: int, since: date,
) -> Values:  # fmt: skip
    """Give a customer of the example, in million rials."""
    return Values(
        counted=Counted(
            tuple(None if one is None else one * MILLION for one in premiums), count, commission * MILLION,
            claims * MILLION,
        ),
        premium=sum(one or 0 for one in premiums) * MILLION, settled=settled, unsettled=unsettled,
        first_day=since, last_day=TODAY - timedelta(days=days), policies=count,
    )  # fmt: skip


LONG_AGO = date(2024, 5, 1)
EXAMPLE = {
    "علی": customer((88, 60, 40), 6, 22, 30, 0, 0, 40, LONG_AGO),
    "آفتاب": customer((400, 250, 200), 9, 95, 500, 0, 0, 15, LONG_AGO),
    "رضا": customer((70, 50, None), 3, 15, 0, 0, 1, 1, date(2025, 5, 1)),
    "مینا": customer((30, None, None), 1, 5, 0, 0, 0, 100, TODAY - timedelta(days=100)),
    "حمید": customer((0, 90, 80), 4, 20, 10, 1, 0, 420, LONG_AGO),
}
"""The example of the `insurance-domain` facts, section 18."""


def book_of(customers: list[Values]) -> Book:
    maker = BookMaker(1405)
    for one in customers:
        own = one.counted
        maker.add(
            own.premiums, count=own.count, commission=own.commission, claims=own.claims, premium=one.premium
        )
    return maker.book()


def rank(one: Values, book: Book, chosen: Settings = OFFICE) -> Score:
    return score(one, book, chosen, TODAY, one.counted)


BOOK = book_of(list(EXAMPLE.values()))


def test_the_books_own_numbers_are_those_of_the_example() -> None:
    assert BOOK.loss_ratio == pytest.approx(540 / 1358)
    assert BOOK.typical_premium == 88 * MILLION


@pytest.mark.parametrize(
    ("name", "loss_ratio", "amount", "total"),
    [
        ("علی", "23.55", "54.92", "74.63"),
        ("آفتاب", "57.04", "88.58", "85.09"),
        ("رضا", "16.82", "37.50", "44.88"),
        ("مینا", "29.65", "30.00", "50.30"),
        ("حمید", "17.44", "23.75", "53.14"),
    ],
)
def test_the_published_example_comes_out_to_two_decimals(
    name: str, loss_ratio: str, amount: str, total: str
) -> None:
    found = rank(EXAMPLE[name], BOOK)
    points = {part.criterion: part.points for part in found.parts}
    assert f"{found.adjusted_loss_ratio:.2f}" == loss_ratio
    assert f"{points['amount']:.2f}" == amount
    assert f"{found.total:.2f}" == total


def test_grades_of_the_example() -> None:
    grades = {name: rank(one, BOOK).grade for name, one in EXAMPLE.items()}
    assert grades == {"علی": "silver", "آفتاب": "gold", "رضا": "ordinary", "مینا": "new", "حمید": "bronze"}


def test_every_part_is_points_times_weight_and_they_add_up() -> None:
    for one in EXAMPLE.values():
        found = rank(one, BOOK)
        assert [part.criterion for part in found.parts] == list(CRITERIA)
        assert all(0 <= part.points <= 100 for part in found.parts)
        assert found.total == pytest.approx(
            sum(part.points * part.weight / 100 for part in found.parts), abs=0.0051
        )


def test_an_unsettled_cheque_keeps_the_grade_at_bronze_and_settling_it_lifts_the_cap() -> None:
    best = msgspec.structs.replace(EXAMPLE["آفتاب"], unsettled=1)
    found = rank(best, BOOK)
    assert found.total == pytest.approx(70.09)
    assert (found.grade, found.is_capped) == ("bronze", True)
    settled = rank(msgspec.structs.replace(best, unsettled=0, settled=1), BOOK)
    assert (settled.grade, settled.is_capped) == ("gold", False)
    assert settled.total == pytest.approx(80.59)


def test_a_cap_that_lowers_nothing_is_not_mentioned() -> None:
    assert not rank(EXAMPLE["رضا"], BOOK).is_capped


def test_somebody_new_has_no_grade_until_the_second_policy_or_half_a_year() -> None:
    one = EXAMPLE["مینا"]
    assert rank(one, BOOK).grade == "new"
    twice = msgspec.structs.replace(one, policies=2)
    assert rank(twice, BOOK).grade == "bronze"
    earlier = msgspec.structs.replace(one, first_day=date(2026, 5, 22))
    assert rank(earlier, BOOK).grade == "bronze"


def test_the_weights_decide() -> None:
    only = Weights(amount=0, count=0, commission=100, claims=0, loss_ratio=0, cheques=0, recency=0)
    found = rank(EXAMPLE["علی"], BOOK, Settings(weights=only))
    assert found.total == 70.0
    assert only.total == 100


def test_a_customer_the_book_does_not_know_is_counted_beside_the_others() -> None:
    four = book_of([one for name, one in EXAMPLE.items() if name != "علی"])
    spread, ali = four.commission, EXAMPLE["علی"].counted
    assert spread.people == 4
    assert spread.percentile(ali.commission) == BOOK.commission.percentile(ali.commission, ali.commission)


def test_a_changed_value_takes_the_place_of_the_old_one() -> None:
    old, new = EXAMPLE["علی"].counted.commission, 96 * MILLION
    changed = [msgspec.structs.replace(EXAMPLE["علی"].counted, commission=new).commission]
    others = [one.counted.commission for name, one in EXAMPLE.items() if name != "علی"]
    assert BOOK.commission.percentile(new, old) == spread_of(others + changed).percentile(new, new) == 90


def test_a_thinned_spread_keeps_its_percentiles() -> None:
    values = [7 * step % 10_007 * 1000 for step in range(10_007)]
    exact, thin = spread_of(values, most=20_000), spread_of(values, most=500)
    assert len(thin.values) == 500
    worst = max(
        abs(exact.percentile(value, value) - thin.percentile(value, value)) for value in values[:2000]
    )
    assert worst < 0.02


amounts = st.integers(0, 10**6)
years = st.tuples(amounts, amounts | st.none(), amounts | st.none()).map(
    lambda found: (found[0], found[1], found[2] if found[1] is not None else None)
)
customers = st.builds(
    lambda premiums, count, commission, claims, settled, unsettled, days: Values(
        counted=Counted(premiums, count, commission, claims), premium=sum(one or 0 for one in premiums),
        settled=settled, unsettled=unsettled, first_day=LONG_AGO, last_day=TODAY - timedelta(days=days),
        policies=count,
    ),
    years, st.integers(1, 12), amounts, amounts | st.just(0), st.integers(0, 4), st.integers(0, 1), st.integers(0, 900),
)  # fmt: skip
offices = st.lists(customers, min_size=1, max_size=8)


def doubled(one: Values) -> Values:
    counted = msgspec.structs.replace(
        one.counted, premiums=tuple(None if own is None else 2 * own for own in one.counted.premiums)
    )
    return msgspec.structs.replace(one, counted=counted, premium=2 * one.premium)


def with_claims(one: Values, more: int) -> Values:
    counted = msgspec.structs.replace(one.counted, claims=one.counted.claims + more)
    return msgspec.structs.replace(one, counted=counted, claim_count=one.claim_count + 1)


@settings(max_examples=300)
@given(offices)
def test_doubling_the_premium_of_one_customer_never_lowers_his_score(office: list[Values]) -> None:
    before = rank(office[0], book_of(office)).total
    richer = doubled(office[0])
    assert rank(richer, book_of([richer, *office[1:]])).total >= before
    # The same against the book of last night, as a change during the day is computed.
    kept = score(richer, book_of(office), OFFICE, TODAY, office[0].counted).total
    assert kept >= before


@settings(max_examples=300)
@given(offices, st.integers(1, 10**6))
def test_raising_only_claims_never_raises_the_score(office: list[Values], more: int) -> None:
    before = rank(office[0], book_of(office)).total
    worse = with_claims(office[0], more)
    assert rank(worse, book_of([worse, *office[1:]])).total <= before
    assert score(worse, book_of(office), OFFICE, TODAY, office[0].counted).total <= before


@settings(max_examples=200)
@given(offices, st.sampled_from(["count", "commission"]), st.integers(1, 10**6))
def test_more_purchases_or_commission_never_lower_the_score(
    office: list[Values], name: str, more: int
) -> None:
    before = rank(office[0], book_of(office)).total
    counted = msgspec.structs.replace(office[0].counted, **{name: getattr(office[0].counted, name) + more})
    better = msgspec.structs.replace(office[0], counted=counted)
    assert rank(better, book_of([better, *office[1:]])).total >= before


@settings(max_examples=200)
@given(offices)
def test_one_more_bounced_cheque_never_raises_the_score(office: list[Values]) -> None:
    book = book_of(office)
    before = rank(office[0], book).total
    for change in ({"settled": office[0].settled + 1}, {"unsettled": 1}):
        assert rank(msgspec.structs.replace(office[0], **change), book).total <= before


@settings(max_examples=100)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(0, 50))
def test_a_percentile_is_less_and_half_of_the_equal(values: list[int], value: int) -> None:
    less = sum(1 for one in values if one < value)
    equal = sum(1 for one in values if one == value) + 1
    wanted = 0.0 if value == 0 else 100 * (less + equal / 2) / (len(values) + 1)
    assert spread_of(values).percentile(value) == pytest.approx(wanted)

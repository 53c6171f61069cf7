"""What an office sets: weights and limits, a rank by hand; and the loss ratio of a customer."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from appliance.core.errors import NotFoundError
from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import enter_reference
from appliance.domain.fields.refused import Refused
from appliance.domain.ranking.computing import compute_everybody, is_book_due
from appliance.domain.ranking.loss_ratio import loss_ratios
from appliance.domain.ranking.overriding import set_by_hand, take_back
from appliance.domain.ranking.settings import FIELDS, read_settings, save_settings, values_of
from appliance.domain.ranking.standing import badge_of, standing_of
from appliance.domain.reputation import payment_reputation, read_limits
from db import Connection
from db.queries.audit import list_entries
from db.queries.person_ranks import find_grade
from tests.fakes.book_of_customers import (
    MILLION,
    TODAY,
    enter_claim,
    enter_example,
    enter_person,
    enter_policy,
)
from tests.fakes.clock import START
from tests.fakes.office import Office

ZONE = "Asia/Tehran"
TOMORROW = TODAY + timedelta(days=1)


def save(conn: Connection, office: Office, **changes: int | str) -> bool:
    texts = {key: str(value) for key, value in (values_of(conn) | changes).items()}
    with acting(conn, START, office.owner, lambda fact: None) as act:
        return save_settings(act, texts)


def test_the_first_settings_are_those_of_the_rules(conn: Connection) -> None:
    values = values_of(conn)
    assert {key: values[f"weight_{key}"] for key in ("amount", "count", "commission", "claims")} == {
        "amount": 25, "count": 15, "commission": 20, "claims": 5
    }  # fmt: skip
    assert [values[f"weight_{key}"] for key in ("loss_ratio", "cheques", "recency")] == [15, 15, 5]
    assert [values[f"{grade}_from"] for grade in ("gold", "silver", "bronze", "ordinary")] == [80, 65, 45, 25]
    assert set(values) == {field.key for field in FIELDS}


def test_what_is_set_is_read_again_and_everybody_is_ranked_anew(conn: Connection, office: Office) -> None:
    enter_example(conn)
    compute_everybody(conn, START)
    assert save(conn, office, weight_amount=30, weight_count=10, gold_from=90, grace_days=7, is_capped=0)
    chosen = read_settings(conn)
    assert (chosen.weights.amount, chosen.weights.count, chosen.gold_from) == (30, 10, 90)
    assert not chosen.is_capped
    assert read_limits(conn).grace_days == 7
    assert is_book_due(conn, START)
    entry = list_entries(conn, object_kind="setting", object_id="ranking")[0]
    assert json.loads(entry.changes)["weight_amount"] == [25, 30]


def test_nothing_changed_is_not_noted(conn: Connection, office: Office) -> None:
    assert not save(conn, office)


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"weight_amount": 26}, "weight_recency", "rank.weights 101"),
        ({"gold_from": 65}, "gold_from", "rank.limits"),
        ({"bronze_from": 20}, "bronze_from", "rank.limits"),
        ({"year_0": 61}, "year_2", "rank.years"),
        ({"cheque_3": 50}, "cheque_3", "rank.cheques"),
        ({"good_percent": 60}, "good_percent", "reputation.percents"),
        ({"weight_amount": ""}, "weight_amount", "missing"),
        ({"weight_amount": "x"}, "weight_amount", "number.digits"),
    ],
)
def test_what_contradicts_itself_is_refused(
    conn: Connection, office: Office, changes: dict[str, int | str], field: str, problem: str
) -> None:
    with pytest.raises(Refused) as refused:
        save(conn, office, **changes)
    assert refused.value.problems == {field: problem}
    assert read_settings(conn).weights.amount == 25


def test_a_rank_by_hand_counts_until_its_day_and_stays_known(conn: Connection, office: Office) -> None:
    ali = enter_example(conn)["علی"]
    compute_everybody(conn, START)
    with acting(conn, START, office.owner, lambda fact: None) as act:
        set_by_hand(act, ali, {"grade": "gold", "until": "۱۴۰۵/۰۹/۰۱", "reason": "معرف چند شرکت"}, ZONE)
    standing = standing_of(conn, ali, TODAY)
    assert standing is not None
    assert standing.override is not None
    assert (standing.grade, standing.score.grade, standing.override.by) == ("gold", "silver", "Owner")
    row = conn.execute("SELECT rank_grade FROM persons WHERE id = ?", (ali,)).fetchone()
    assert row["rank_grade"] == "gold"
    tomorrow = badge_of(conn, ali, TOMORROW)
    assert tomorrow is not None
    assert (tomorrow.grade, tomorrow.is_by_hand) == ("silver", False)
    assert find_grade(conn, ali, TOMORROW.isoformat()) == "silver"
    compute_everybody(conn, START + timedelta(days=1))
    row = conn.execute("SELECT rank_grade FROM persons WHERE id = ?", (ali,)).fetchone()
    assert row["rank_grade"] == "silver"
    entry = list_entries(conn, object_kind="person", object_id=str(ali))[0]
    assert json.loads(entry.changes)["rank_grade"] == [None, "طلایی"]
    assert json.loads(entry.changes)["rank_reason"] == [None, "معرف چند شرکت"]


def test_a_night_keeps_a_rank_by_hand(conn: Connection, office: Office) -> None:
    ali = enter_example(conn)["علی"]
    compute_everybody(conn, START)
    with acting(conn, START, office.owner, lambda fact: None) as act:
        set_by_hand(act, ali, {"grade": "attention", "until": "1406/01/01", "reason": "پروندهٔ حقوقی"}, ZONE)
    compute_everybody(conn, START + timedelta(days=1))
    badge = badge_of(conn, ali, TOMORROW)
    assert badge is not None
    assert badge.grade == "attention"
    with acting(conn, START, office.owner, lambda fact: None) as act:
        take_back(act, ali, ZONE)
    row = conn.execute("SELECT rank_grade FROM persons WHERE id = ?", (ali,)).fetchone()
    assert row["rank_grade"] == "silver"


@pytest.mark.parametrize(
    ("texts", "field", "problem"),
    [
        ({"reason": ""}, "reason", "missing"),
        ({"grade": "new"}, "grade", "choice.unknown"),
        ({"grade": ""}, "grade", "missing"),
        ({"until": ""}, "until", "missing"),
        ({"until": "1405/08/30"}, "until", "rank.until-past"),
        ({"until": "1405/13/01"}, "until", "day.form"),
    ],
)
def test_a_rank_by_hand_needs_a_grade_a_reason_and_a_day_to_come(
    conn: Connection, office: Office, texts: dict[str, str], field: str, problem: str
) -> None:
    ali = enter_example(conn)["علی"]
    compute_everybody(conn, START)
    whole = {"grade": "gold", "until": "1405/10/01", "reason": "معرف"} | texts
    with pytest.raises(Refused) as refused, acting(conn, START, office.owner, lambda fact: None) as act:
        set_by_hand(act, ali, whole, ZONE)
    assert refused.value.problems == {field: problem}


def test_who_has_no_rank_gets_none_by_hand(conn: Connection, office: Office) -> None:
    texts = {"grade": "gold", "until": "1405/10/01", "reason": "معرف"}
    with pytest.raises(NotFoundError), acting(conn, START, office.owner, lambda fact: None) as act:
        set_by_hand(act, office.ali, texts, ZONE)


def test_the_reference_customer_has_the_ratios_of_the_acceptance(conn: Connection) -> None:
    with acting(conn, START, None, lambda fact: None) as act:
        reference = enter_reference(act, ZONE)
    found = loss_ratios(conn, reference.persons["C1"], TODAY)
    assert [(one.title, one.basis_points) for one in found] == [
        ("همهٔ رشته‌ها", 6250), ("بدنه", 7500), ("ثالث", 0)
    ]  # fmt: skip
    assert (found[0].claims, found[0].premium, found[0].claim_count) == (300 * MILLION, 480 * MILLION, 1)
    without = loss_ratios(conn, reference.persons["C3"], TODAY)
    assert [(one.title, one.basis_points) for one in without] == [("همهٔ رشته‌ها", None)]


def test_the_reference_payers(conn: Connection) -> None:
    with acting(conn, START, None, lambda fact: None) as act:
        reference = enter_reference(act, ZONE)
    bad = payment_reputation(conn, reference.persons["C4"], TODAY)
    assert bad.label == "بدحساب – ۱ چک برگشتی"
    assert payment_reputation(conn, reference.persons["C1"], TODAY).balance == 20 * MILLION


def test_the_reference_customer_with_a_bounced_cheque_is_bronze_at_most(conn: Connection) -> None:
    with acting(conn, START, None, lambda fact: None) as act:
        reference = enter_reference(act, ZONE)
    compute_everybody(conn, START)
    c4 = reference.persons["C4"]
    capped = standing_of(conn, c4, TODAY)
    assert capped is not None
    assert capped.values.unsettled == 1
    assert capped.grade in ("bronze", "ordinary", "attention")
    conn.execute("UPDATE cheques SET state = 'settled' WHERE person_id = ?", (c4,))
    lifted = standing_of(conn, c4, TODAY)
    assert lifted is not None
    assert (lifted.values.unsettled, lifted.values.settled) == (0, 1)
    assert lifted.score.total == pytest.approx(capped.score.total + 0.15 * 70, abs=0.011)


def test_period_and_basis_of_the_loss_ratio(conn: Connection) -> None:
    person_id = enter_person(conn, "رضایی")
    old = enter_policy(conn, person_id, TODAY - timedelta(days=900), 100 * MILLION)
    new = enter_policy(conn, person_id, TODAY - timedelta(days=30), 100 * MILLION)
    enter_claim(conn, old, TODAY - timedelta(days=800), paid=150 * MILLION)
    enter_claim(conn, new, TODAY - timedelta(days=10), outstanding=40 * MILLION)

    def ratio(months: int, basis: str = "incurred") -> int | None:
        return loss_ratios(conn, person_id, TODAY, months, basis=basis)[0].basis_points

    assert ratio(36) == 9500
    assert ratio(12) == 4000
    assert ratio(12, "paid") == 0
    assert ratio(0) == 9500
    assert ratio(36, "paid") == 7500

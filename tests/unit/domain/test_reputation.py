"""How a customer pays: the four levels at their limits, the amounts beside them, and what does not count."""

from __future__ import annotations

from datetime import date

import pytest

from appliance.domain.reputation import KEY, Limits, Reputation, payment_reputation
from db import Connection
from db.queries.settings import store_setting
from db.records import insert_row
from tests.fakes.office import Office
from tests.fakes.payments import AT, cheque, owe, pay, take_back

TODAY = date(2026, 11, 22)
MILLION = 1_000_000


def of_ali(conn: Connection, office: Office) -> Reputation:
    return payment_reputation(conn, office.ali, TODAY)


def test_who_never_owed_anything_has_no_reputation(conn: Connection, office: Office) -> None:
    found = of_ali(conn, office)
    assert (found.level, found.label) == ("unknown", "بدون سابقهٔ پرداخت")
    assert (found.balance, found.overdue, found.bounced, found.next_due) == (0, 0, 0, None)
    assert found.on_time_percent is None


def test_an_unsettled_cheque_makes_a_bad_payer_whatever_else_was_paid(
    conn: Connection, office: Office
) -> None:
    owe(conn, office.ali, 90 * MILLION, "2026-10-01", paid_on="2026-10-01")
    cheque(conn, office.ali, 30 * MILLION, "2026-11-16", "bounced")
    found = of_ali(conn, office)
    assert (found.level, found.label) == ("bad", "بدحساب – ۱ چک برگشتی")
    assert (found.bounced, found.bounced_amount) == (1, 30 * MILLION)


def test_a_settled_cheque_takes_the_best_level_for_as_long_as_it_is_looked_back_on(
    conn: Connection, office: Office
) -> None:
    owe(conn, office.ali, MILLION, "2026-10-01", paid_on="2026-10-01")
    cheque_id = cheque(conn, office.ali, MILLION, "2026-01-05", "settled", bounced="2026-01-10")
    assert of_ali(conn, office).level == "usual"
    assert of_ali(conn, office).bounced == 0
    conn.execute("UPDATE cheque_steps SET on_date = '2024-11-20' WHERE cheque_id = ?", (cheque_id,))
    assert of_ali(conn, office).level == "good"


@pytest.mark.parametrize(("late", "level"), [(10, "good"), (11, "usual"), (30, "usual"), (31, "slow")])
def test_the_part_paid_in_time_tells_the_level(
    conn: Connection, office: Office, late: int, level: str
) -> None:
    owe(conn, office.ali, (100 - late) * MILLION, "2026-09-01", paid_on="2026-09-04")
    owe(conn, office.ali, late * MILLION, "2026-09-01", paid_on="2026-09-05")
    found = of_ali(conn, office)
    assert found.level == level
    assert found.on_time_percent == 100 - late


def test_a_long_delay_of_little_money_makes_slow_too(conn: Connection, office: Office) -> None:
    owe(conn, office.ali, 75 * MILLION, "2026-01-01", paid_on="2026-01-01")
    owe(conn, office.ali, 25 * MILLION, "2026-01-01", paid_on="2026-03-23")
    found = of_ali(conn, office)
    assert found.mean_delay_days == 20
    assert found.level == "slow"


@pytest.mark.parametrize(("due", "level"), [("2026-09-23", "slow"), ("2026-09-22", "bad")])
def test_what_is_overdue_for_more_than_sixty_days_makes_bad(
    conn: Connection, office: Office, due: str, level: str
) -> None:
    owe(conn, office.ali, MILLION, due)
    found = of_ali(conn, office)
    assert found.level == level
    assert found.overdue == MILLION
    if level == "bad":
        assert found.label == "بدحساب – ۶۱ روز معوق"


def test_within_its_grace_an_unpaid_part_says_nothing_yet(conn: Connection, office: Office) -> None:
    owe(conn, office.ali, MILLION, "2026-11-19")
    assert of_ali(conn, office).level == "unknown"
    assert payment_reputation(conn, office.ali, date(2026, 11, 23)).level == "slow"


def test_a_receipt_that_was_taken_back_was_no_payment(conn: Connection, office: Office) -> None:
    note_id = owe(conn, office.ali, MILLION, "2026-11-01")
    receipt_id = pay(conn, office.ali, MILLION, "2026-11-01", debit_note_id=note_id)
    assert of_ali(conn, office).level == "good"
    take_back(conn, receipt_id, "2026-11-10")
    found = of_ali(conn, office)
    assert (found.on_time_percent, found.balance, found.overdue) == (0, MILLION, MILLION)


def test_the_balance_is_what_is_open_less_what_was_paid_too_much(conn: Connection, office: Office) -> None:
    owe(conn, office.ali, 20 * MILLION, "2026-11-24")
    owe(conn, office.ali, 5 * MILLION, "2026-12-24")
    owe(conn, office.ali, 4 * MILLION, "2026-11-20", paid_on="2026-11-20", paid=MILLION)
    pay(conn, office.ali, 2 * MILLION, "2026-11-20")
    found = of_ali(conn, office)
    assert found.balance == 26 * MILLION
    assert found.overdue == 3 * MILLION
    assert (found.next_due, found.next_amount) == ("2026-11-24", 20 * MILLION)


def test_of_two_plans_only_the_customers_own_counts(conn: Connection, office: Office) -> None:
    insurer = conn.execute(
        "INSERT INTO insurers (title, sort_key) VALUES ('بیمه‌گر', '') RETURNING id"
    ).fetchone()[0]
    policy = {
        "person_id": office.ali, "insurer_id": insurer, "line_code": "TPL", "issue_year": 1405,
        "issue_date": "2026-10-01", "start_date": "2026-10-01", "end_date": "2027-10-01", "created_at": AT,
    }  # fmt: skip
    policy_id = insert_row(conn, "policies", policy)
    for side, amount in (("insurer", 7 * MILLION), ("customer", 9 * MILLION)):
        plan = insert_row(conn, "instalment_plans", {"policy_id": policy_id, "side": side, "created_at": AT})
        part = {"plan_id": plan, "number": 1, "due_date": "2026-12-01", "amount": amount}
        insert_row(conn, "instalments", part)
    assert of_ali(conn, office).balance == 9 * MILLION
    conn.execute("DELETE FROM instalment_plans WHERE side = 'customer'")
    assert of_ali(conn, office).balance == 7 * MILLION


def test_the_offices_own_limits_are_used(conn: Connection, office: Office) -> None:
    owe(conn, office.ali, MILLION, "2026-11-10", paid_on="2026-11-15")
    assert of_ali(conn, office).level == "slow"
    store_setting(conn, KEY, {"grace_days": 5}, AT, None)
    assert of_ali(conn, office).level == "good"


def test_limits_say_what_the_rule_of_payment_says() -> None:
    limits = Limits()
    assert (limits.months, limits.grace_days, limits.good_percent, limits.usual_percent) == (24, 3, 90, 70)
    assert (limits.slow_days, limits.bad_days) == (20, 60)

"""What a saved policy brings by itself: plans, extra instalments, commission."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core import jalali
from appliance.domain.fields.refused import Refused
from appliance.domain.policies.changing import endorse
from appliance.domain.policies.issuing import change_policy, issue_policy
from appliance.domain.policies.receivables import schedule
from db import Connection
from db.queries.policy_overview import list_commissions, list_parts
from db.records import insert_row
from tests.fakes.office import Office
from tests.unit.domain.policies.conftest import As

THIRD_PARTY = {
    "line_code": "TPL", "insurer_id": "1", "issue_date": "1404/09/01", "net_premium": "100,000,000", "policy_no": "7",
    "marketer_id": "1", "commission": "12,000,000",
}  # fmt: skip


def own(conn: Connection, policy_id: int, side: str = "customer") -> list[tuple[int, str, int]]:
    return [
        (part.number, jalali.format_date(date.fromisoformat(part.due_date)), part.amount)
        for part in list_parts(conn, policy_id)
        if part.side == side
    ]


@given(
    total=st.integers(0, 10**11),
    share=st.integers(0, 100),
    parts=st.integers(1, 36),
    issued=st.dates(date(2015, 1, 1), date(2035, 1, 1)),
)
def test_instalments_always_add_up_to_the_premium(total: int, share: int, parts: int, issued: date) -> None:
    dues = schedule(total, issued, down=total * share // 100, parts=parts)
    assert sum(one.amount for one in dues) == total
    assert all(one.amount > 0 for one in dues)
    assert [one.day for one in dues] == sorted(one.day for one in dues)


def test_a_cash_policy_owes_everything_on_its_issue_date(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
    assert own(conn, policy_id) == own(conn, policy_id, "insurer") == [(1, "۱۴۰۴/۰۹/۰۱", 110_000_000)]


def test_instalments_are_a_down_payment_and_monthly_parts(
    conn: Connection, office: Office, acting_as: As
) -> None:
    texts = THIRD_PARTY | {
        "pays_by": "instalments", "plan_down": "30,000,000", "plan_parts": "3", "plan_first_due": "1404/10/15",
    }  # fmt: skip
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, texts)
    assert own(conn, policy_id) == [
        (0, "۱۴۰۴/۰۹/۰۱", 30_000_000), (1, "۱۴۰۴/۱۰/۱۵", 26_668_000), (2, "۱۴۰۴/۱۱/۱۵", 26_666_000),
        (3, "۱۴۰۴/۱۲/۱۵", 26_666_000),
    ]  # fmt: skip


def test_a_down_payment_above_the_premium_is_refused(office: Office, acting_as: As) -> None:
    texts = THIRD_PARTY | {"pays_by": "instalments", "plan_down": "200,000,000"}
    with pytest.raises(Refused, match=r"plan\.down-too-large"), acting_as(office.desk) as act:
        issue_policy(act, office.ali, texts)


def test_a_plan_follows_the_premium_until_something_was_paid(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
        change_policy(act, policy_id, {"net_premium": "50,000,000", "vat": ""}, revision=1)
        assert own(conn, policy_id) == [(1, "۱۴۰۴/۰۹/۰۱", 55_000_000)]
        receipt = insert_row(
            conn, "receipts",
            {"number": 1, "person_id": office.ali, "on_date": "2025-12-01", "method": "cash", "amount": 10,
             "created_at": act.at},
        )  # fmt: skip
        insert_row(
            conn, "allocations",
            {"receipt_id": receipt, "instalment_id": list_parts(conn, policy_id)[0].id, "amount": 10, "at": act.at},
        )  # fmt: skip
        change_policy(act, policy_id, {"net_premium": "60,000,000"}, revision=2)
    assert own(conn, policy_id) == [(1, "۱۴۰۴/۰۹/۰۱", 55_000_000)]


def test_an_additional_endorsement_is_an_instalment_of_its_own(
    conn: Connection, office: Office, acting_as: As
) -> None:
    day = jalali.parse_date("1404/11/02")
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
        endorse(
            act,
            policy_id,
            "additional",
            issue_date=day,
            effective_date=day,
            amount=10_000_000,
            commission=500_000,
        )
        endorse(act, policy_id, "return", issue_date=day, effective_date=day, amount=1_000_000)
        change_policy(act, policy_id, {"net_premium": "90,000,000", "vat": ""}, revision=1)
    amounts = [part.amount for part in list_parts(conn, policy_id) if part.side == "customer"]
    assert amounts == [99_000_000, 11_000_000]
    assert [row.expected for row in list_commissions(conn, policy_id)] == [12_000_000, 500_000]


def test_the_marketer_gets_the_share_of_the_line_on_the_issue_date(
    conn: Connection, office: Office, acting_as: As
) -> None:
    rates = ((None, 200, "2020-01-01"), ("TPL", 300, "2020-01-01"), ("TPL", 350, "2026-06-01"))
    with acting_as(office.owner) as act:
        for line, per_mille, since in rates:
            insert_row(
                conn, "marketer_rates",
                {"marketer_id": 1, "line_code": line, "per_mille": per_mille, "valid_from": since},
            )  # fmt: skip
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
    row = list_commissions(conn, policy_id)[0]
    assert (row.expected, row.marketer_per_mille, row.marketer_amount) == (12_000_000, 300, 3_600_000)


def test_empty_commission_follows_the_agencys_rate(conn: Connection, office: Office, acting_as: As) -> None:
    with acting_as(office.owner) as act:
        insert_row(
            conn, "commission_rates",
            {"insurer_id": 1, "line_code": "TPL", "per_mille": 45, "valid_from": "2020-01-01", "source": "قرارداد",
             "confidence": "user"},
        )  # fmt: skip
        policy_id = issue_policy(act, office.ali, THIRD_PARTY | {"commission": ""})
    assert list_commissions(conn, policy_id)[0].expected == 4_500_000


def test_a_policy_of_somebody_else_owes_us_nothing(conn: Connection, office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY, is_ours=False)
    assert list_parts(conn, policy_id) == []
    assert list_commissions(conn, policy_id) == []

"""Policies: issued, changed, endorsed, cancelled, renewed; the status always computed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core import jalali
from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.fields import Asked, Condition, ask
from appliance.domain.fields.refused import Refused
from appliance.domain.policies.changing import (
    cancel_policy,
    decide_renewal,
    endorse,
    mark_lost,
    propose_renewals,
)
from appliance.domain.policies.fields import POLICIES
from appliance.domain.policies.issuing import change_policy, issue_policy
from appliance.domain.policies.status import STATUS_TITLES, status_of
from db import Connection, transaction
from db.listing import select_page
from db.queries import policies
from db.records import find_row
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

As = Callable[[User], AbstractContextManager[Acting]]
THIRD_PARTY = {
    "line_code": "TPL", "insurer_id": "1", "issue_date": "1404/09/01", "net_premium": "۸۰٬۰۰۰٬۰۰۰", "policy_no": "۱۹۴",
    "object_plate": "۱۲ ب ۳۴۵ ایران ۶۷",
}  # fmt: skip


@pytest.fixture
def acting_as(conn: Connection, clock: FakeClock, office: Office) -> As:
    with transaction(conn):
        enter_structure(conn)
    return lambda user: acting(conn, clock.now(), user, lambda fact: None)


def row_of(conn: Connection, policy_id: int) -> dict[str, object]:
    row = find_row(conn, "policies", policy_id)
    assert row is not None
    return row


def test_what_is_left_empty_follows_from_the_rest(conn: Connection, office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
    row = row_of(conn, policy_id)
    assert row["start_date"] == jalali.parse_date("1404/09/01").isoformat()
    assert row["end_date"] == jalali.parse_date("1405/09/01").isoformat()
    assert (row["vat"], row["policy_no"], row["issue_year"]) == (8_000_000, "194", 1404)


@pytest.mark.parametrize(("issued", "vat"), [("1402/12/29", 7_200_000), ("1403/01/01", 8_000_000)])
def test_the_vat_is_the_rate_of_the_issue_date(
    conn: Connection, office: Office, acting_as: As, issued: str, vat: int
) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY | {"issue_date": issued})
    assert row_of(conn, policy_id)["vat"] == vat


def test_a_policy_is_found_by_its_plate(conn: Connection, office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        issue_policy(act, office.ali, THIRD_PARTY)
    found = conn.execute("SELECT rowid FROM person_search WHERE person_search MATCH 'policies : \"12ب345\"'")
    assert [row[0] for row in found] == [office.ali]


def test_every_wrong_field_is_named(office: Office, acting_as: As) -> None:
    texts = THIRD_PARTY | {"object_plate": "12x", "net_premium": "abc", "end_date": "1404/12/30"}
    with pytest.raises(Refused) as refused, acting_as(office.desk) as act:
        issue_policy(act, office.ali, texts)
    assert refused.value.problems == {
        "net_premium": "rial.digits", "end_date": "day.form", "object_plate": "plate.form",
    }  # fmt: skip


def test_a_number_is_used_once_a_line_and_year(office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        issue_policy(act, office.ali, THIRD_PARTY | {"unit_id": "1"})
    with pytest.raises(Refused, match=r"policy\.taken"), acting_as(office.desk) as act:
        issue_policy(act, office.zahra, THIRD_PARTY | {"unit_id": "1"})


def test_the_second_to_change_a_policy_is_told(office: Office, acting_as: As, conn: Connection) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
        change_policy(act, policy_id, {"note": "یک"}, revision=1)
    with pytest.raises(ConflictError), acting_as(office.owner) as act:
        change_policy(act, policy_id, {"note": "دو"}, revision=1)
    assert row_of(conn, policy_id)["note"] == "یک"


def test_endorsements_add_up_and_a_refund_stays_below_what_was_charged(
    conn: Connection, office: Office, acting_as: As
) -> None:
    day = jalali.parse_date("1404/10/01")
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
        assert (
            endorse(act, policy_id, "additional", issue_date=day, effective_date=day, amount=20_000_000) == 1
        )
        assert endorse(act, policy_id, "return", issue_date=day, effective_date=day, amount=5_000_000) == 2
        assert endorse(act, policy_id, "correction", issue_date=day, effective_date=day) == 3
    assert policies.charged(conn, policy_id) == (95_000_000, 9_500_000)
    with pytest.raises(Refused, match="more-than-charged"), acting_as(office.desk) as act:
        endorse(act, policy_id, "return", issue_date=day, effective_date=day, amount=95_000_001)


def test_a_cancelled_policy_takes_no_endorsement_and_renews_nothing(office: Office, acting_as: As) -> None:
    day = jalali.parse_date("1404/10/01")
    with acting_as(office.owner) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
        cancel_policy(act, policy_id, on=day, reason="فروش خودرو", refund=60_000_000)
    with pytest.raises(Refused, match=r"policy\.cancelled"), acting_as(office.owner) as act:
        endorse(act, policy_id, "correction", issue_date=day, effective_date=day)
    with pytest.raises(Refused, match=r"renewal\.cancelled"), acting_as(office.owner) as act:
        issue_policy(act, office.ali, THIRD_PARTY | {"policy_no": "2"}, renews_id=policy_id)


def test_a_renewal_is_proposed_and_linked_when_confirmed(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        old = issue_policy(act, office.ali, THIRD_PARTY)
        other_car = THIRD_PARTY | {"policy_no": "3", "object_plate": "99د999-11", "issue_date": "1405/09/02"}
        issue_policy(act, office.ali, other_car)
        new = issue_policy(act, office.ali, THIRD_PARTY | {"policy_no": "4", "issue_date": "1405/09/01"})
        assert [(one.id, one.reason) for one in propose_renewals(act, new)] == [(old, "object")]
        decide_renewal(act, old, new, is_confirmed=True)
        assert propose_renewals(act, new) == []
    assert row_of(conn, new)["renews_id"] == old


def test_a_refused_proposal_is_not_made_again(office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        old = issue_policy(act, office.ali, THIRD_PARTY)
        new = issue_policy(act, office.ali, THIRD_PARTY | {"policy_no": "4", "issue_date": "1405/09/01"})
        decide_renewal(act, old, new, is_confirmed=False)
        assert propose_renewals(act, new) == []


def test_a_prospect_becomes_a_customer_by_the_first_policy(
    conn: Connection, office: Office, acting_as: As
) -> None:
    conn.execute("UPDATE persons SET standing = 'prospect' WHERE id = ?", (office.ali,))
    with acting_as(office.desk) as act:
        issue_policy(act, office.ali, THIRD_PARTY, is_ours=False)
        assert find_row(conn, "persons", office.ali)["standing"] == "prospect"  # type: ignore[index]
        issue_policy(act, office.ali, THIRD_PARTY)
    assert find_row(conn, "persons", office.ali)["standing"] == "customer"  # type: ignore[index]


def test_who_may_not_reach_a_policy_does_not_find_it(office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
    with pytest.raises(NotFoundError), acting_as(office.marketer) as act:
        change_policy(act, policy_id, {"note": "x"}, revision=1)


days = st.integers(-800, 800).map(lambda number: date(2026, 6, 1) + timedelta(days=number))


@given(start=days, length=st.integers(0, 700), flags=st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_the_status_in_sql_is_the_status_in_python(
    status_conn: Connection, start: date, length: int, flags: tuple[bool, bool, bool]
) -> None:
    is_cancelled, is_renewed, is_lost = flags[0], flags[1], flags[2] and not flags[0]
    end = start + timedelta(days=length)
    status_conn.execute("BEGIN")
    try:
        status_conn.execute(
            "UPDATE policies SET start_date = ?, end_date = ?, cancel_date = ?, lost_at = ?, lost_reason_id = ? "
            "WHERE id = 1",
            (
                start.isoformat(), end.isoformat(), start.isoformat() if is_cancelled else None,
                "2026-01-01" if is_lost else None, 1 if is_lost else None,
            ),
        )  # fmt: skip
        status_conn.execute("UPDATE policies SET renews_id = ? WHERE id = 2", (1 if is_renewed else None,))
        clock = FakeClock()
        user = User(
            id=1, username="u", display_name="u", role="owner", permissions=frozenset({"policies.view"})
        )
        asked = Asked(columns=["status"], conditions=[Condition("policy_no", "is", "194")])
        row = select_page(status_conn, ask(POLICIES, asked, user, clock.now(), "UTC").question, limit=5)[0]
    finally:
        status_conn.execute("ROLLBACK")
    expected = status_of(
        today=clock.now().date(), start=start, end=end, is_cancelled=is_cancelled, is_renewed=is_renewed,
        is_lost=is_lost,
    )  # fmt: skip
    assert row["status"] == expected
    assert expected in STATUS_TITLES


@pytest.fixture(scope="module")
def status_conn(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    from db import connect, migrate
    from tests.fakes.office import furnish

    path = tmp_path_factory.mktemp("status") / "aminbox.sqlite3"
    migrate(path)
    conn = connect(path)
    office = furnish(conn)
    with transaction(conn):
        enter_structure(conn)
    with acting(conn, FakeClock().now(), office.owner, lambda fact: None) as act:
        issue_policy(act, office.ali, THIRD_PARTY)
        issue_policy(act, office.ali, THIRD_PARTY | {"policy_no": "195"})
    return conn


def test_a_lost_policy_says_why_until_it_is_taken_back(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY)
        mark_lost(act, policy_id, 1)
        assert row_of(conn, policy_id)["lost_reason_id"] == 1
        mark_lost(act, policy_id, None)
    assert row_of(conn, policy_id)["lost_at"] is None


def test_a_policy_is_renewed_as_long_as_another_one_is_linked_to_it(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        first = issue_policy(act, office.ali, THIRD_PARTY)
        second = issue_policy(act, office.ali, THIRD_PARTY | {"policy_no": "4"})
        new = issue_policy(act, office.ali, THIRD_PARTY | {"policy_no": "5"}, renews_id=first)

    def renewed() -> list[int]:
        return [row["id"] for row in conn.execute("SELECT id FROM policies WHERE is_renewed = 1 ORDER BY id")]

    assert renewed() == [first]
    conn.execute("UPDATE policies SET renews_id = ? WHERE id = ?", (second, new))
    assert renewed() == [second]
    conn.execute("UPDATE policies SET renews_id = NULL WHERE id = ?", (new,))
    assert renewed() == []
    conn.execute("UPDATE policies SET renews_id = ? WHERE id = ?", (first, new))
    conn.execute("PRAGMA foreign_keys = OFF")
    conn.execute("DELETE FROM policies WHERE id = ?", (new,))
    assert renewed() == []

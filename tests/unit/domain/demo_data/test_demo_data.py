"""Invented offices: repeatable, of the asked size, consistent, and nobody's."""

from __future__ import annotations

import pytest

from appliance.core import identity
from appliance.domain.accounts import active_user
from appliance.domain.acting import acting
from appliance.domain.demo import MARKETER, furnish, give_marketer_his_own
from appliance.domain.demo_data import Sizes, enter_reference, fill, is_reference_entered
from appliance.domain.demo_data.names import joined
from appliance.domain.fields import Asked, Condition, ask
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.fields import POLICIES
from db import Connection
from db.listing import select_page
from db.queries.users import find_user_by_name
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

ZONE = "Asia/Tehran"
SIZES = Sizes(120, 300, 200)


def rows(conn: Connection, table: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in conn.execute(f"SELECT * FROM {table} ORDER BY id")]


def test_the_same_seed_gives_the_same_office(conn: Connection, clock: FakeClock) -> None:
    fill(conn, SIZES, clock.now(), ZONE, seed=7)
    counts = [len(rows(conn, table)) for table in ("persons", "policies", "calls")]
    assert counts == [120, 300, 200]
    first = [rows(conn, table) for table in ("persons", "policies", "calls")]
    for table in ("calls", "insured_objects", "policies", "person_phones", "person_addresses", "persons"):
        conn.execute(f"DELETE FROM {table}")
    fill(conn, SIZES, clock.now(), ZONE, seed=7)
    assert [rows(conn, table) for table in ("persons", "policies", "calls")] == first
    assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_every_identity_number_is_valid_and_of_no_real_town(conn: Connection, clock: FakeClock) -> None:
    fill(conn, SIZES, clock.now(), ZONE)
    found = conn.execute("SELECT kind, national_id FROM persons WHERE national_id IS NOT NULL").fetchall()
    assert len(found) > 80
    for row in found:
        assert identity.person_id(row["national_id"], row["kind"]) == row["national_id"]
        assert row["national_id"].startswith("99")


def test_progress_is_told_to_the_last_row(conn: Connection, clock: FakeClock) -> None:
    told: list[int] = []
    fill(conn, SIZES, clock.now(), ZONE, tell=told.append)
    assert sum(told) == SIZES.rows


@pytest.mark.parametrize(
    ("days", "expected"), [("30", {"201"}), ("45", {"201", "203"})], ids=["30 days: P1", "45 days: P1 and P3"]
)
def test_the_reference_office_answers_the_criteria(
    conn: Connection, clock: FakeClock, office: Office, days: str, expected: set[str]
) -> None:
    conn.execute("DELETE FROM persons")
    with acting(conn, clock.now(), None, lambda _fact: None) as act:
        reference = enter_reference(act, ZONE)
    assert set(reference.policies) == {"P1", "P2", "P3", "P4", "P5", "P6", "C3"}
    conditions = [Condition("end_date", "next", days), Condition("is_ours", "is", "1")]
    asked = Asked(conditions=conditions, columns=["policy_no"])
    question = ask(POLICIES, asked, office.owner, clock.now(), ZONE).question
    assert {row["policy_no"] for row in select_page(conn, question, limit=50)} == expected


def test_every_reference_policy_has_its_status(conn: Connection, clock: FakeClock, office: Office) -> None:
    conn.execute("DELETE FROM persons")
    with acting(conn, clock.now(), None, lambda _fact: None) as act:
        reference = enter_reference(act, ZONE)
    question = ask(POLICIES, Asked(columns=["status"]), office.owner, clock.now(), ZONE).question
    status = {row["id"]: row["status"] for row in select_page(conn, question, limit=50)}
    assert {name: status[policy_id] for name, policy_id in reference.policies.items()} == {
        "P1": "expiring", "P2": "expired", "P3": "current", "P4": "cancelled", "P5": "renewed", "P6": "current",
        "C3": "expiring",
    }  # fmt: skip


def test_the_reference_office_is_known_to_be_there(
    conn: Connection, clock: FakeClock, office: Office
) -> None:
    assert not is_reference_entered(conn)
    with acting(conn, clock.now(), None, lambda _fact: None) as act:
        enter_reference(act, ZONE)
    assert is_reference_entered(conn)
    assert conn.execute("SELECT COUNT(*) FROM persons WHERE last_name = 'رضایی'").fetchone()[0] == 2


@pytest.mark.parametrize(
    ("root", "ending", "name"),
    [("رضا", "ی", "رضایی"), ("رضا", "ی‌فر", "رضایی‌فر"), ("رضا", "زاده", "رضازاده"), ("ولی", "یان", "ولیان"),
     ("احمد", "ی", "احمدی"), ("احمد", "پور", "احمدپور"), ("کریم", "پور", "کریم‌پور")],
)  # fmt: skip
def test_a_family_name_is_spelled_as_it_is_written(root: str, ending: str, name: str) -> None:
    assert joined(root, ending) == name


def test_the_demos_marketer_sees_his_own_customer_and_nobody_elses(
    conn: Connection, clock: FakeClock
) -> None:
    assert furnish(conn, clock.now())
    with acting(conn, clock.now(), None, lambda _fact: None) as act:
        entered = enter_reference(act, ZONE)
        give_marketer_his_own(act, entered.persons["C1"], entered.policies["P1"])
    row = find_user_by_name(conn, MARKETER)
    assert row is not None
    user = active_user(conn, row.id)
    assert user is not None
    asked = ask(PERSONS, Asked(), user, clock.now(), ZONE)
    assert [one["id"] for one in select_page(conn, asked.question, limit=10)] == [entered.persons["C1"]]

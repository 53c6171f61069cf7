"""The demo office: furnished once, and everybody in it can be found."""

from __future__ import annotations

from appliance.core.phone import parse_phone
from appliance.domain.accounts import sign_in
from appliance.domain.demo import PASSWORD, PERSONS, USERS, furnish
from db import Connection
from db.queries import persons, users
from db.queries.events import find_last_seq
from tests.fakes.clock import FakeClock


def test_furnishing_twice_changes_nothing_the_second_time(conn: Connection, clock: FakeClock) -> None:
    assert furnish(conn, clock.now())
    seq = find_last_seq(conn)
    assert not furnish(conn, clock.now())
    assert find_last_seq(conn) == seq
    assert persons.count_persons(conn) == len(PERSONS)
    assert [user.username for user in users.list_users(conn)] == [
        username for username, _title, _role in USERS
    ]


def test_an_office_with_people_of_its_own_is_left_alone(conn: Connection, clock: FakeClock) -> None:
    persons.insert_person(
        conn, kind="natural", standing="customer", first_name="", last_name="یکی", created_at="2026"
    )
    assert not furnish(conn, clock.now())
    assert users.list_users(conn) == []


def test_demo_users_sign_in_and_demo_numbers_are_real_keys(conn: Connection, clock: FakeClock) -> None:
    furnish(conn, clock.now())
    assert sign_in(conn, clock.now(), USERS[0][0], PASSWORD).role == "owner"
    keys = [number for *_rest, numbers in PERSONS for number in numbers]
    kinds = {number.kind for text in keys if (number := parse_phone(text))}
    assert kinds == {"mobile", "landline"}
    shared = persons.list_persons_by_number(conn, "+982110000001")
    assert [person.first_name for person in shared] == ["علی", "زهرا"]

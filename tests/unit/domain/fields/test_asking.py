"""Asking for records by their fields."""

from __future__ import annotations

import pytest

from appliance.domain.access import User
from appliance.domain.fields import Asked, Condition, ask
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.fields import POLICIES
from db import Connection
from db.listing import count_rows, iterate_rows, select_page
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

ZONE = "Asia/Tehran"


def names(
    conn: Connection, user: User, clock: FakeClock, *conditions: Condition, sorting: str = ""
) -> list[str]:
    asked = Asked(conditions=list(conditions), sorting=sorting, columns=["name"])
    answerable = ask(PERSONS, asked, user, clock.now(), ZONE)
    assert answerable.problems == {}
    return [row["name"] for row in select_page(conn, answerable.question, limit=50)]


def test_names_are_in_the_order_of_the_persian_alphabet(
    conn: Connection, office: Office, clock: FakeClock
) -> None:
    assert names(conn, office.desk, clock) == ["زهرا رضایی", "علی رضایی", "شرکت آفتاب"]


def test_any_spelling_finds_a_name(conn: Connection, office: Office, clock: FakeClock) -> None:
    assert names(conn, office.desk, clock, Condition("name", "contains", "رضايي")) == [
        "زهرا رضایی",
        "علی رضایی",
    ]


def test_a_text_cannot_become_sql(conn: Connection, office: Office, clock: FakeClock) -> None:
    assert names(conn, office.desk, clock, Condition("name", "contains", "' OR 1=1 --")) == []
    assert names(conn, office.desk, clock, Condition("name; DROP TABLE persons", "is", "1")) != []


def test_narrow_scope_sees_its_own_alone(conn: Connection, office: Office, clock: FakeClock) -> None:
    assert names(conn, office.marketer, clock) == []
    conn.execute("UPDATE persons SET created_by = ? WHERE id = ?", (office.marketer.id, office.ali))
    assert names(conn, office.marketer, clock) == ["علی رضایی"]


def test_what_cannot_be_read_is_named_and_the_rest_counts(
    conn: Connection, office: Office, clock: FakeClock
) -> None:
    asked = Asked(
        conditions=[Condition("birth_date", "from", "1404/12/30"), Condition("kind", "is", "legal")]
    )
    answerable = ask(PERSONS, asked, office.desk, clock.now(), ZONE)
    assert answerable.problems == {"birth_date.from": "day.form"}
    assert count_rows(conn, answerable.question) == 1


def test_a_field_one_may_not_see_is_no_column_and_no_condition(
    conn: Connection, office: Office, clock: FakeClock
) -> None:
    asked = Asked(columns=["name", "national_id"], conditions=[Condition("national_id", "is", "1")])
    answerable = ask(PERSONS, asked, office.marketer, clock.now(), ZONE)
    assert [field.key for field in answerable.columns] == ["name"]
    assert all("national_id" not in sql for sql in answerable.question.where)


@pytest.mark.parametrize("subject", [PERSONS, POLICIES])
def test_every_field_can_be_shown_sorted_and_filtered(
    conn: Connection, office: Office, clock: FakeClock, subject: object
) -> None:
    assert subject in (PERSONS, POLICIES)
    whole = PERSONS if subject is PERSONS else POLICIES
    everything = Asked(columns=[field.key for field in whole.fields])
    list(iterate_rows(conn, ask(whole, everything, office.owner, clock.now(), ZONE).question))
    texts = {
        "is": "1",
        "any": "1,2",
        "contains": "a",
        "empty": "1",
        "from": "1",
        "until": "1",
        "next": "5",
        "last": "5",
    }
    for field in whole.fields:
        for operator in field.kind.operators:
            asked = Asked(conditions=[Condition(field.key, operator, texts[operator])])
            select_page(conn, ask(whole, asked, office.owner, clock.now(), ZONE).question, limit=1)
        if field.is_sorted:
            asked = Asked(sorting=f"-{field.key}")
            select_page(conn, ask(whole, asked, office.owner, clock.now(), ZONE).question, limit=1)

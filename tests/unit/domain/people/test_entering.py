"""Entering and changing persons."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from appliance.domain.fields.refused import Refused
from appliance.domain.people.completeness import missing_fields
from appliance.domain.people.entering import (
    change_person,
    enter_person,
    find_likenesses,
    make_customer,
)
from db import Connection
from db.queries.audit import list_entries
from db.records import find_row
from tests.fakes.clock import FakeClock
from tests.fakes.office import ALI_NUMBER, Office

As = Callable[[User], AbstractContextManager[Acting]]
CHECKED_ID = "0013542419"


@pytest.fixture
def acting_as(conn: Connection, clock: FakeClock) -> As:
    return lambda user: acting(conn, clock.now(), user, lambda fact: None)


def test_a_new_person_is_stored_in_one_spelling_found_and_logged(
    conn: Connection, office: Office, acting_as: As
) -> None:
    texts = {"kind": "natural", "first_name": "رضا", "last_name": "يوسفي", "national_id": "۰۰۱۳۵۴۲۴۱۹"}
    with acting_as(office.desk) as act:
        person_id = enter_person(act, texts, ["۰۹۱۲ ۰۰۰ ۰۰۰۴"])
    row = find_row(conn, "persons", person_id)
    assert row is not None
    assert (row["last_name"], row["national_id"], row["standing"]) == ("یوسفی", CHECKED_ID, "customer")
    found = conn.execute("SELECT rowid FROM person_search WHERE person_search MATCH '\"یوسفی\"'").fetchall()
    assert [one[0] for one in found] == [person_id]
    entry = list_entries(conn, object_kind="person", object_id=str(person_id))[0]
    assert (entry.action, entry.user_id) == ("create", office.desk.id)


def test_every_wrong_field_is_named_at_once_and_nothing_is_stored(
    conn: Connection, office: Office, acting_as: As
) -> None:
    before = conn.execute("SELECT COUNT(*) FROM persons").fetchone()[0]
    texts = {"kind": "natural", "last_name": "", "national_id": "1234567890", "birth_date": "1404/12/30"}
    with pytest.raises(Refused) as refused, acting_as(office.desk) as act:
        enter_person(act, texts, [])
    assert refused.value.problems == {
        "last_name": "missing", "national_id": "national-id.checksum", "birth_date": "day.form",
    }  # fmt: skip
    assert conn.execute("SELECT COUNT(*) FROM persons").fetchone()[0] == before


def test_an_identity_number_is_one_persons(office: Office, acting_as: As) -> None:
    texts = {"kind": "natural", "last_name": "الف", "national_id": CHECKED_ID}
    with acting_as(office.desk) as act:
        first = enter_person(act, texts, [])
    with pytest.raises(Refused, match=f"taken {first}"), acting_as(office.desk) as act:
        enter_person(act, texts | {"last_name": "ب"}, [])


def test_a_birth_in_the_future_is_refused(office: Office, acting_as: As) -> None:
    with pytest.raises(Refused, match=r"day\.future"), acting_as(office.desk) as act:
        enter_person(act, {"kind": "natural", "last_name": "الف", "birth_date": "1460/01/01"}, [])


def test_the_second_of_two_users_is_told_and_overwrites_nothing(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        change_person(act, office.ali, {"job": "پزشک"}, revision=1)
    with pytest.raises(ConflictError), acting_as(office.owner) as act:
        change_person(act, office.ali, {"job": "مهندس"}, revision=1)
    row = find_row(conn, "persons", office.ali)
    assert row is not None
    assert (row["job"], row["revision"]) == ("پزشک", 2)


def test_a_change_is_logged_with_before_and_after(conn: Connection, office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        change_person(act, office.ali, {"job": "پزشک", "position": ""})
    entry = list_entries(conn, object_kind="person", object_id=str(office.ali))[0]
    assert entry.differences == {"job": ["", "پزشک"]}


def test_who_may_not_see_a_person_cannot_change_it(office: Office, acting_as: As) -> None:
    with pytest.raises(NotFoundError), acting_as(office.marketer) as act:
        change_person(act, office.ali, {"job": "پزشک"})


def test_what_a_marketer_enters_is_within_his_reach(office: Office, acting_as: As) -> None:
    with acting_as(office.marketer) as act:
        person_id = enter_person(act, {"kind": "natural", "last_name": "تازه"}, [], standing="prospect")
        change_person(act, person_id, {"job": "معلم"})
        make_customer(act, person_id)


def test_filling_a_field_makes_the_person_more_complete(
    conn: Connection, office: Office, acting_as: As
) -> None:
    def percent() -> int:
        row = find_row(conn, "persons", office.ali)
        assert row is not None
        return int(row["completeness"])

    with acting_as(office.desk) as act:
        change_person(act, office.ali, {"note": "x"})
        before = percent()
        change_person(act, office.ali, {"job": "پزشک"})
    assert percent() > before
    assert "job" not in {field.key for field in missing_fields(conn, office.ali)}


def test_the_same_telephone_or_name_is_offered_before_saving(office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        by_phone = find_likenesses(act, numbers=["0912 000 0001"])
        act.conn.execute("SELECT 1")
        change_person(act, office.ali, {"job": "پزشک"})
        by_name = find_likenesses(act, first_name="علي", last_name="رضايي")
    assert ALI_NUMBER == "+989120000001"
    assert [(one.person.id, one.reason) for one in by_phone] == [(office.ali, "phone")]
    assert [(one.person.id, one.reason) for one in by_name] == [(office.ali, "name")]

"""The four fields an office names itself."""

from __future__ import annotations

import pytest

from appliance.domain.fields import Asked, Condition, ask
from appliance.domain.fields.refused import Refused
from appliance.domain.policies.issuing import change_policy, issue_policy
from appliance.domain.policies.userfields import change_user_fields, entered_fields, policy_subject
from db import Connection
from db.listing import select_page
from db.records import find_row
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office
from tests.unit.domain.policies.conftest import As

SHORT = {"line_code": "LIA", "insurer_id": "1", "issue_date": "1404/09/01", "net_premium": "10"}
ARCHIVE = {"field_1.title": "شماره بایگانی", "field_1.type": "number", "field_1.is_on": "1"}


def test_the_fields_are_not_there_until_the_office_names_them(
    conn: Connection, acting_as: As, office: Office
) -> None:
    assert not {field.key for field in entered_fields(conn)} & {"field_1", "field_2", "field_3", "field_4"}
    with acting_as(office.owner) as act:
        change_user_fields(act, ARCHIVE)
    field = policy_subject(conn).field("field_1")
    assert field is not None
    assert (field.title, field.is_listed, field.is_filtered, field.in_messages, field.is_exported) == (
        "شماره بایگانی", True, True, True, True,
    )  # fmt: skip
    assert policy_subject(conn).field("field_2") is None


def test_a_number_is_read_and_asked_for_as_a_number(
    conn: Connection, acting_as: As, office: Office, clock: FakeClock
) -> None:
    with acting_as(office.owner) as act:
        change_user_fields(act, ARCHIVE)
        wanted = [issue_policy(act, office.ali, SHORT | {"field_1": text}) for text in ("۹", "۱۰", "")]
    with pytest.raises(Refused, match=r"number\.digits"), acting_as(office.owner) as act:
        issue_policy(act, office.ali, SHORT | {"field_1": "الف"})
    asked = Asked(conditions=[Condition("field_1", "from", "10")], columns=["field_1"])
    question = ask(policy_subject(conn), asked, office.owner, clock.now(), "UTC").question
    assert [(row["id"], row["field_1"]) for row in select_page(conn, question, limit=9)] == [(wanted[1], 10)]


def test_a_field_that_is_off_is_not_written(conn: Connection, acting_as: As, office: Office) -> None:
    with acting_as(office.owner) as act:
        policy_id = issue_policy(act, office.ali, SHORT)
        change_policy(act, policy_id, {"field_1": "x"}, revision=1)
    row = find_row(conn, "policies", policy_id)
    assert row is not None
    assert row["field_1"] == ""


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"field_1.title": "", "field_1.is_on": "1"}, "missing"),
        ({"field_1.title": "وضعیت", "field_1.is_on": "1"}, "taken"),
        ({"field_1.title": "فیلد ۲", "field_1.is_on": "1"}, "taken"),
        ({"field_1.title": "ی" * 41, "field_1.is_on": "1"}, "text.longer than 40"),
    ],
)
def test_a_title_is_needed_short_and_used_once(
    acting_as: As, office: Office, texts: dict[str, str], problem: str
) -> None:
    with pytest.raises(Refused) as refused, acting_as(office.owner) as act:
        change_user_fields(act, texts)
    assert problem in refused.value.problems.values()

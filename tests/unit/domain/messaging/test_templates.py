"""Texts are kept in versions; what was sent stays as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.domain.acting import Acting, acting
from appliance.domain.messaging import templates
from db import Connection
from db.queries import message_templates
from tests.fakes.clock import START
from tests.fakes.office import Office

Act = Callable[[], AbstractContextManager[Acting]]


@pytest.fixture
def act(conn: Connection, office: Office) -> Act:
    return lambda: acting(conn, START, office.owner, lambda event: None)


def write(act: Act, name: str = "تمدید", **fields: object) -> int:
    with act() as doing:
        return templates.write_template(doing, name=name, body="{نام} گرامی", **fields)  # type: ignore[arg-type]


def test_another_text_is_another_version_and_the_old_one_stays(conn: Connection, act: Act) -> None:
    template_id = write(act)
    with act() as doing:
        templates.rewrite_template(doing, template_id, body="سلام {نام}")
        templates.rewrite_template(doing, template_id, body="سلام {نام}", is_active=False)
    found = message_templates.find_template(conn, template_id)
    assert found is not None
    assert (found.version, found.body, found.is_active) == (2, "سلام {نام}", False)
    assert [one.body for one in message_templates.list_versions(conn, template_id)] == [
        "سلام {نام}",
        "{نام} گرامی",
    ]
    with pytest.raises(sqlite3.IntegrityError, match="not changed"):
        conn.execute("UPDATE message_template_versions SET body = 'x'")


def test_the_first_text_of_an_event_is_its_default_until_another_is_chosen(
    conn: Connection, act: Act
) -> None:
    first = write(act, event="policy.expiring")
    second = write(act, "کوتاه", event="policy.expiring")
    default = message_templates.find_default(conn, "policy.expiring", "sms")
    assert default is not None
    assert default.id == first
    with act() as doing:
        templates.make_default(doing, second)
    default = message_templates.find_default(conn, "policy.expiring", "sms")
    assert default is not None
    assert default.id == second


def test_a_name_is_used_once_in_a_channel(act: Act) -> None:
    write(act)
    with pytest.raises(ConflictError):
        write(act, " تمدید ")
    write(act, channel="email")


@pytest.mark.parametrize(
    ("body", "problem"),
    [("", "characters"), ("{نام", "brace"), ("{مبلغ}", "no field مبلغ"), ("x" * 1001, "characters")],
)
def test_a_text_that_cannot_be_is_refused(act: Act, body: str, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem), act() as doing:
        templates.write_template(doing, name="متن", body=body, known_fields={"نام"})


def test_a_copy_is_a_template_of_its_own(conn: Connection, act: Act) -> None:
    template_id = write(act, event="e")
    with act() as doing:
        copy = templates.copy_template(doing, template_id, "نسخهٔ دوم")
    found = message_templates.find_template(conn, copy)
    assert found is not None
    assert (found.body, found.event, found.is_default, found.version) == ("{نام} گرامی", "e", False, 1)


def test_a_template_that_is_not_there_is_not_found(act: Act) -> None:
    with pytest.raises(NotFoundError), act() as doing:
        templates.make_default(doing, 99)

"""Groups by hand and by rule."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from appliance.domain.access import User
from appliance.domain.acting import Acting
from appliance.domain.fields import Asked, Condition, ask
from appliance.domain.fields.kinds import FieldProblem
from appliance.domain.fields.refused import Refused
from appliance.domain.people import groups
from appliance.domain.people.archiving import archive_person
from appliance.domain.people.entering import change_person
from appliance.domain.people.fields import PERSONS
from db import Connection
from db.listing import select_ids
from db.queries.groups import find_group
from db.records import insert_row
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

As = Callable[[User], AbstractContextManager[Acting]]
ZONE = "Asia/Tehran"
BOUNCED = [Condition("bounced_cheques", "from", "1")]


def members(conn: Connection, clock: FakeClock, user: User, group_id: int, *also: Condition) -> list[int]:
    group = find_group(conn, group_id)
    assert group is not None
    extra = groups.members_condition(group, clock.now(), ZONE)
    return select_ids(
        conn, ask(PERSONS, Asked(conditions=list(also)), user, clock.now(), ZONE, extra=extra).question
    )


def bounce(conn: Connection, person_id: int) -> None:
    cheque = {
        "direction": "received", "person_id": person_id, "amount": 1000, "due_date": "2026-11-16",
        "received_date": "2026-11-01", "state": "bounced", "created_at": "x",
    }  # fmt: skip
    insert_row(conn, "cheques", cheque)


def test_a_group_by_rule_follows_the_records(
    conn: Connection, office: Office, clock: FakeClock, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        group_id = groups.enter_group(act, {"title": "چک برگشتی"}, BOUNCED)
    assert members(conn, clock, office.desk, group_id) == []
    bounce(conn, office.zahra)
    assert members(conn, clock, office.desk, group_id) == [office.zahra]
    assert [one.title for one in groups.groups_of(conn, office.zahra, clock.now(), ZONE)] == ["چک برگشتی"]
    assert groups.groups_of(conn, office.ali, clock.now(), ZONE) == []
    conn.execute("UPDATE cheques SET state = 'settled'")
    assert members(conn, clock, office.desk, group_id) == []


def test_a_person_is_in_several_groups(
    conn: Connection, office: Office, clock: FakeClock, acting_as: As
) -> None:
    bounce(conn, office.ali)
    with acting_as(office.desk) as act:
        groups.enter_group(act, {"title": "ب"}, BOUNCED)
        by_hand = groups.enter_group(act, {"title": "الف"}, None)
        assert groups.add_members(act, by_hand, [office.ali, office.firm]) == 2
        assert groups.add_members(act, by_hand, [office.ali]) == 0
    assert sorted(members(conn, clock, office.desk, by_hand)) == [office.ali, office.firm]
    assert [one.title for one in groups.groups_of(conn, office.ali, clock.now(), ZONE)] == ["الف", "ب"]
    with acting_as(office.desk) as act:
        groups.remove_member(act, by_hand, office.ali)
    assert members(conn, clock, office.desk, by_hand) == [office.firm]


def test_a_rule_and_conditions_on_the_same_fields_do_not_mix_their_values(
    conn: Connection, office: Office, clock: FakeClock, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        change_person(act, office.ali, {"job": "پزشک"})
        change_person(act, office.zahra, {"job": "معلم"})
        group_id = groups.enter_group(act, {"title": "پزشکان"}, [Condition("job", "is", "پزشک")])
    assert members(conn, clock, office.desk, group_id) == [office.ali]
    assert members(conn, clock, office.desk, group_id, Condition("job", "is", "معلم")) == []
    assert members(conn, clock, office.desk, group_id, Condition("job", "is", "پزشک")) == [office.ali]


def test_a_group_shows_a_marketer_only_his_own(
    conn: Connection, office: Office, clock: FakeClock, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        group_id = groups.enter_group(act, {"title": "حقیقی‌ها"}, [Condition("kind", "is", "natural")])
    conn.execute("UPDATE persons SET created_by = ? WHERE id = ?", (office.marketer.id, office.zahra))
    assert members(conn, clock, office.marketer, group_id) == [office.zahra]


def test_archived_members_do_not_count(
    conn: Connection, office: Office, clock: FakeClock, acting_as: As
) -> None:
    with acting_as(office.owner) as act:
        group_id = groups.enter_group(act, {"title": "الف"}, None)
        groups.add_members(act, group_id, [office.ali, office.zahra])
        archive_person(act, office.zahra, "2026-11-22")
    assert members(conn, clock, office.owner, group_id) == [office.ali]
    group = find_group(conn, group_id)
    assert group is not None
    assert group.by_hand == 1


def test_a_group_has_a_name_of_its_own_and_a_rule_has_conditions(office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        group_id = groups.enter_group(act, {"title": "الف"}, BOUNCED)
        with pytest.raises(Refused, match="taken"):
            groups.enter_group(act, {"title": "الف"}, None)
        with pytest.raises(Refused, match=r"group\.rule-empty"):
            groups.enter_group(act, {"title": "ب"}, [])
        with pytest.raises(Refused, match=r"group\.by-rule"):
            groups.add_members(act, group_id, [office.ali])


def test_conditions_are_read_as_people_name_things(conn: Connection, office: Office) -> None:
    assert groups.read_condition(conn, "standing", "is", "مشتری") == Condition("standing", "is", "customer")
    assert groups.read_condition(conn, "bounced_cheques", "from", "۱").text == "۱"
    for key, operator, text in (
        ("standing", "is", "x"),
        ("bounced_cheques", "from", "یک"),
        ("nothing", "is", "1"),
    ):
        with pytest.raises(FieldProblem):
            groups.read_condition(conn, key, operator, text)

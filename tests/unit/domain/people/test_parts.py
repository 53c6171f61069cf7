"""Telephones, addresses, relations, needs, ways to be told, archive."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from appliance.core.errors import NotFoundError
from appliance.domain.access import User
from appliance.domain.acting import Acting
from appliance.domain.fields import Asked, ask
from appliance.domain.fields.refused import Refused
from appliance.domain.people.addresses import add_address, change_address, remove_address
from appliance.domain.people.archiving import archive_person, restore_person
from appliance.domain.people.channels import choose_channels
from appliance.domain.people.electronic import add_electronic, change_electronic
from appliance.domain.people.entering import enter_person
from appliance.domain.people.fields import PERSONS
from appliance.domain.people.needs import add_need, change_need, open_case
from appliance.domain.people.phones import add_phone, change_phone, remove_phone
from appliance.domain.people.relations import relate, relations_of, unrelate
from db import Connection
from db.listing import holds
from db.queries import persons
from db.queries.audit import list_entries
from db.queries.person_addresses import list_addresses, list_electronic
from db.queries.person_needs import list_needs
from db.queries.person_phones import list_phone_rows
from db.queries.person_relations import list_channels
from db.records import find_row, insert_row
from tests.fakes.clock import FakeClock
from tests.fakes.office import ALI_NUMBER, SHARED_NUMBER, Office

As = Callable[[User], AbstractContextManager[Acting]]
ZONE = "Asia/Tehran"


def choice(conn: Connection, name: str, code: str) -> str:
    row = conn.execute("SELECT id FROM choices WHERE list = ? AND code = ?", (name, code)).fetchone()
    return str(row["id"])


@pytest.mark.parametrize("typed", ["0912 765 4321", "+989127654321", "۰۹۱۲۷۶۵۴۳۲۱", "٠٩١٢-٧٦٥-٤٣٢١"])
def test_a_number_in_any_spelling_leads_to_its_person(
    conn: Connection, office: Office, acting_as: As, typed: str
) -> None:
    with acting_as(office.desk) as act:
        add_phone(act, office.ali, {"number": typed})
    assert [one.id for one in persons.list_persons_by_number(conn, "+989127654321")] == [office.ali]


def test_eight_local_digits_get_the_offices_area_code(office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        assert add_phone(act, office.ali, {"number": "88776655"}, area_code="021") == "+982188776655"


def test_one_number_is_preferred_and_none_that_is_wrong(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        change_phone(act, office.ali, SHARED_NUMBER, {"is_preferred": "1"})
        change_phone(act, office.ali, ALI_NUMBER, {"is_preferred": "1"})
        change_phone(act, office.ali, SHARED_NUMBER, {"is_preferred": "1", "is_wrong": "1"})
    found = {row.number: (row.is_preferred, row.is_wrong) for row in list_phone_rows(conn, office.ali)}
    assert found == {ALI_NUMBER: (True, False), SHARED_NUMBER: (False, True)}


def test_a_number_stands_once_with_a_person(office: Office, acting_as: As) -> None:
    with pytest.raises(Refused, match=r"phone\.taken"), acting_as(office.desk) as act:
        add_phone(act, office.ali, {"number": ALI_NUMBER})
    with pytest.raises(Refused, match=r"phone\.taken"), acting_as(office.desk) as act:
        change_phone(act, office.ali, SHARED_NUMBER, {"number": ALI_NUMBER})


def test_a_number_taken_away_leads_to_nobody_and_stays_in_the_log(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        remove_phone(act, office.ali, ALI_NUMBER)
    assert persons.list_persons_by_number(conn, ALI_NUMBER) == []
    entry = list_entries(conn, object_kind="person", object_id=str(office.ali))[0]
    assert entry.differences == {"phones": [ALI_NUMBER, None]}


def test_what_belongs_to_a_person_out_of_reach_does_not_exist(office: Office, acting_as: As) -> None:
    with acting_as(office.marketer) as act:
        with pytest.raises(NotFoundError):
            add_phone(act, office.ali, {"number": "09120000077"})
        with pytest.raises(NotFoundError):
            add_address(act, office.ali, {"address": "خیابان بهار"})
        with pytest.raises(NotFoundError):
            add_need(act, office.ali, {"line_code": "TPL"}, ZONE)


def test_three_addresses_one_default_postal_code_checked(
    conn: Connection, office: Office, acting_as: As
) -> None:
    kinds = [choice(conn, "address-kind", code) for code in ("home", "office", "delivery")]
    with acting_as(office.desk) as act:
        first = add_address(act, office.ali, {"address": "بهار ۱", "kind_id": kinds[0], "postal_code": ""})
        second = add_address(act, office.ali, {"address": "لاله ۲", "kind_id": kinds[1], "is_default": "1"})
        add_address(act, office.ali, {"address": "یاس ۳", "kind_id": kinds[2], "postal_code": "۱۹۳۹۶۵۴۳۲۱"})
        with pytest.raises(Refused, match=r"postal-code\.length"):
            change_address(act, office.ali, first, {"postal_code": "12345"})
    rows = list_addresses(conn, office.ali)
    assert [(row.address, row.kind, row.is_default) for row in rows] == [
        ("لاله ۲", "محل کار", True), ("بهار ۱", "منزل", False), ("یاس ۳", "تحویل", False),
    ]  # fmt: skip
    assert rows[2].postal_code == "1939654321"
    with acting_as(office.desk) as act:
        remove_address(act, office.ali, second)
    assert [row.address for row in list_addresses(conn, office.ali) if row.is_default] == ["بهار ۱"]


def test_two_mails_and_a_messenger_are_kept_and_slips_refused(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        add_electronic(act, office.ali, {"kind": "email", "address": "ali@example.com", "is_preferred": "1"})
        other = add_electronic(act, office.ali, {"kind": "email", "address": "kar@example.com"})
        add_electronic(act, office.ali, {"kind": "messenger", "service": "بله", "address": "@ali_r"})
        change_electronic(act, office.ali, other, {"is_preferred": "1"})
        for kind, address, code in (
            ("email", "ali.example.com", "email.form"),
            ("email", "kar@example.com", "electronic.taken"),
            ("messenger", "دو کلمه با فاصله", "messenger.form"),
        ):
            with pytest.raises(Refused, match=code):
                add_electronic(act, office.ali, {"kind": kind, "address": address})
    found = [(row.kind, row.address, row.is_preferred) for row in list_electronic(conn, office.ali)]
    assert found == [
        ("email", "kar@example.com", True), ("email", "ali@example.com", False), ("messenger", "@ali_r", False),
    ]  # fmt: skip


def test_a_relation_is_seen_from_both_sides(conn: Connection, office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        relate(act, office.ali, office.zahra, {"kind_id": choice(conn, "relation", "spouse")})
        relate(act, office.firm, office.ali, {"kind_id": choice(conn, "relation", "director")})
        with pytest.raises(Refused, match=r"relation\.taken"):
            relate(act, office.zahra, office.ali, {"kind_id": choice(conn, "relation", "friend")})
    assert [(row.name, row.title) for row in relations_of(conn, office.desk, office.ali)] == [
        ("زهرا رضایی", "همسر"), ("شرکت آفتاب", "شرکت"),
    ]  # fmt: skip
    [seen] = relations_of(conn, office.desk, office.zahra)
    assert (seen.name, seen.title) == ("علی رضایی", "همسر")
    with acting_as(office.desk) as act:
        unrelate(act, office.zahra, seen.id)
    assert relations_of(conn, office.desk, office.zahra) == []


def test_a_childs_other_side_is_father_or_mother_where_the_gender_is_known(
    conn: Connection, office: Office, acting_as: As
) -> None:
    conn.execute("UPDATE persons SET gender = 'male' WHERE id = ?", (office.ali,))
    with acting_as(office.desk) as act:
        relate(act, office.ali, office.zahra, {"kind_id": choice(conn, "relation", "child")})
    assert [row.title for row in relations_of(conn, office.desk, office.zahra)] == ["پدر"]


def test_a_dated_need_is_an_activity_on_its_day_and_moves_with_it(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        texts = {"line_code": "LIF-S", "estimate": "۱۲٬۰۰۰٬۰۰۰", "due_date": "1405/10/15"}
        need = add_need(act, office.ali, texts, ZONE)
        change_need(act, office.ali, need, {"due_date": "1405/10/20"}, ZONE)
    activity = conn.execute("SELECT * FROM activities WHERE need_id = ?", (need,)).fetchone()
    assert (activity["start_at"], activity["state"]) == ("2027-01-09T20:30:00.000Z", "open")
    assert activity["assignee_id"] == office.desk.id
    with acting_as(office.desk) as act:
        change_need(act, office.ali, need, {"state": "won"}, ZONE)
    assert conn.execute("SELECT state FROM activities WHERE need_id = ?", (need,)).fetchone()[0] == "done"
    assert [(row.line, row.estimate, row.state) for row in list_needs(conn, office.ali)] == [
        ("عمر", 12_000_000, "won")
    ]


def test_a_need_becomes_one_case_with_its_activity(conn: Connection, office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act:
        need = add_need(act, office.ali, {"line_code": "TPL", "due_date": "1405/10/15"}, ZONE)
        case_id = open_case(act, office.ali, need)
        with pytest.raises(Refused, match=r"need\.has-case"):
            open_case(act, office.ali, need)
    case = find_row(conn, "cases", case_id)
    assert case is not None
    assert (case["title"], case["need_id"], case["person_id"]) == ("فروش اتومبیل - ثالث", need, office.ali)
    stage = conn.execute("SELECT title FROM choices WHERE id = ?", (case["stage_id"],)).fetchone()[0]
    assert stage == "شناسایی نیاز"
    assert conn.execute("SELECT case_id FROM activities WHERE need_id = ?", (need,)).fetchone()[0] == case_id


def test_a_need_of_no_line_is_refused(office: Office, acting_as: As) -> None:
    with acting_as(office.desk) as act, pytest.raises(Refused, match=r"choice\.unknown"):
        add_need(act, office.ali, {"line_code": "XXX"}, ZONE)


def test_ways_to_be_told_are_kept_in_order_and_refusals_apart(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        choose_channels(act, office.ali, {"place.phone": "۱", "place.email": "2", "refused.sms": "1"})
    found = [(row.channel, row.place, row.is_refused) for row in list_channels(conn, office.ali)]
    assert found == [("phone", 1, False), ("email", 2, False), ("sms", 3, True)]
    with pytest.raises(Refused, match=r"number\.range"), acting_as(office.desk) as act:
        choose_channels(act, office.ali, {"place.phone": "9"})


def test_an_archived_person_is_in_no_list_until_restored(
    conn: Connection, office: Office, acting_as: As, clock: FakeClock
) -> None:
    def is_listed() -> bool:
        answer = ask(PERSONS, Asked(), office.owner, clock.now(), ZONE)
        return holds(conn, answer.question, office.zahra)

    with acting_as(office.owner) as act:
        archive_person(act, office.zahra, "2026-11-22")
    assert not is_listed()
    with acting_as(office.owner) as act:
        restore_person(act, office.zahra)
    assert is_listed()
    assert len(list_entries(conn, object_kind="person", object_id=str(office.zahra))) == 2


def test_a_person_with_a_policy_in_force_is_not_archived(
    conn: Connection, office: Office, acting_as: As
) -> None:
    insurer = insert_row(conn, "insurers", {"title": "نمونه", "sort_key": "x", "is_ours": 1})
    policy = {
        "person_id": office.ali, "insurer_id": insurer, "line_code": "TPL", "issue_year": 1405,
        "issue_date": "2026-03-21", "start_date": "2026-03-21", "end_date": "2027-03-21", "created_at": "x",
    }  # fmt: skip
    insert_row(conn, "policies", policy)
    with pytest.raises(Refused, match=r"archive\.has-policies"), acting_as(office.owner) as act:
        archive_person(act, office.ali, "2026-11-22")


def test_filling_a_part_makes_the_person_more_complete(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        person_id = enter_person(act, {"kind": "natural", "last_name": "تازه"}, [])
        row = find_row(conn, "persons", person_id)
        assert row is not None
        assert row["completeness"] == 0
        add_phone(act, person_id, {"number": "09120000055"})
    row = find_row(conn, "persons", person_id)
    assert row is not None
    assert row["completeness"] > 0

"""Entering and changing customers: short form, full form, likenesses, conflict, the list's views."""

from __future__ import annotations

from db.records import find_row
from tests.panel.world import Person, World

PERSON = {"kind": "natural", "first_name": "سارا", "last_name": "نمونه", "phone": "09120000088"}


def entered(world: World, last_name: str) -> list[int]:
    rows = world.conn.execute("SELECT id FROM persons WHERE last_name = ?", (last_name,))
    return [row["id"] for row in rows]


def test_a_prospect_needs_a_name_and_a_number_only(world: World, desk: Person) -> None:
    answer = desk.post("/persons/new", PERSON | {"interest": "بدنه"})
    assert answer.status_code == 303
    [person_id] = entered(world, "نمونه")
    row = find_row(world.conn, "persons", person_id)
    assert row is not None
    assert (row["standing"], row["interest"]) == ("prospect", "بدنه")
    form = desk.get("/persons/new").text
    assert 'name="national_id"' not in form
    assert "علاقه‌مندی" in form


def test_a_known_number_offers_its_person_first_and_is_entered_on_demand(world: World, desk: Person) -> None:
    texts = PERSON | {"phone": "۰۹۱۲۰۰۰۰۰۰۱"}
    answer = desk.post("/persons/new", texts)
    assert answer.status_code == 409
    assert "علی رضایی" in answer.text
    assert "همین شمارهٔ تلفن" in answer.text
    assert "باز هم ثبت کن" in answer.text
    assert entered(world, "نمونه") == []
    assert desk.post("/persons/new", texts | {"is_sure": "1"}).status_code == 303
    assert len(entered(world, "نمونه")) == 1


def test_the_full_form_checks_identity_by_kind(world: World, desk: Person) -> None:
    wrong = desk.post("/persons/new", PERSON | {"standing": "customer", "national_id": "1234567890"})
    assert wrong.status_code == 422
    assert "رقم کنترل کد ملی درست نیست" in wrong.text
    assert "سارا" in wrong.text
    firm = {"kind": "legal", "last_name": "شرکت نمونه", "national_id": "14005893875", "standing": "customer"}
    assert desk.post("/persons/new", firm).status_code == 303
    [person_id] = entered(world, "شرکت نمونه")
    row = find_row(world.conn, "persons", person_id)
    assert row is not None
    assert (row["kind"], row["standing"]) == ("legal", "customer")


def test_a_wrong_number_keeps_the_form(world: World, desk: Person) -> None:
    answer = desk.post("/persons/new", PERSON | {"phone": "hello"})
    assert answer.status_code == 422
    assert "این شمارهٔ تلفن نیست" in answer.text
    assert "hello" in answer.text
    assert entered(world, "نمونه") == []


def test_the_second_of_two_users_is_told_and_what_was_typed_stays(world: World, desk: Person) -> None:
    person_id = world.conn.execute("SELECT MIN(id) FROM persons").fetchone()[0]
    desk.post(f"/persons/{person_id}/edit", {"job": "پزشک", "revision": "1"})
    answer = world.person("modir").post(f"/persons/{person_id}/edit", {"job": "مهندس", "revision": "1"})
    assert answer.status_code == 409
    assert "همکار دیگری" in answer.text
    assert "مهندس" in answer.text
    row = find_row(world.conn, "persons", person_id)
    assert row is not None
    assert row["job"] == "پزشک"


def test_a_revision_that_is_no_number_is_no_fault_of_the_box(world: World, desk: Person) -> None:
    person_id = world.conn.execute("SELECT MIN(id) FROM persons").fetchone()[0]
    answer = desk.post(f"/persons/{person_id}/edit", {"job": "معلم", "revision": "²"})
    assert answer.status_code == 303


def test_the_list_is_narrowed_by_job_and_sorted_by_what_is_missing(world: World, desk: Person) -> None:
    person_id = world.conn.execute("SELECT MIN(id) FROM persons").fetchone()[0]
    desk.post(f"/persons/{person_id}/edit", {"job": "پزشک"})
    page = desk.get("/persons?f.job.is=پزشک").text
    assert page.count('data-row="') == 1
    assert f'data-row="{person_id}"' in page
    poor = desk.get("/persons?f.completeness.until=99&sort=completeness").text
    assert 'aria-current="page"' in poor
    assert poor.index("data-row") > 0


def test_names_with_markup_are_shown_as_they_were_typed(world: World, desk: Person) -> None:
    desk.post("/persons/new", PERSON | {"last_name": "<script>alert(1)</script>"})
    page = desk.get("/persons").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page

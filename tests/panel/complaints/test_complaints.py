"""Complaints on screen: entered from anywhere, passed on, closed, told of; nobody overwrites anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from db.queries.person_needs import find_choice
from db.queries.users import find_user_by_name
from db.records import insert_row
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import FETCH, MODIR, MONSHI, Person, World

MakeCall = Callable[..., SimulatedCall]


def user_id(world: World, name: str) -> str:
    row = find_user_by_name(world.conn, name)
    assert row is not None
    return str(row.id)


class Complaints:
    """The front desk entering and handling complaints."""

    def __init__(self, world: World, desk: Person) -> None:
        self.world = world
        self.desk = desk

    def form(self, **more: str) -> dict[str, str]:
        return {
            "who": "مریم کاظمی", "subject_id": str(find_choice(self.world.conn, "complaint-subject", "delay")),
            "severity": "normal", "text": "هنوز نرسیده است", "assignee_id": user_id(self.world, MONSHI),
        } | more  # fmt: skip

    def enter(self, **more: str) -> TestResponse:
        return self.desk.post("/complaints/new", self.form(**more))

    def row(self, complaint_id: int = 1) -> dict[str, Any]:
        return dict(
            self.world.conn.execute("SELECT * FROM complaints WHERE id = ?", (complaint_id,)).fetchone()
        )

    def close(self, **more: str) -> TestResponse:
        form = {"state": "satisfied", "result": "پست شد.", "revision": "1"} | more
        return self.desk.post("/complaints/1/close", form)


@pytest.fixture
def complaints(world: World, desk: Person) -> Complaints:
    return Complaints(world, desk)


def menu_count(person: Person) -> tuple[str, bool]:
    page = person.get("/persons").text
    found = re.search(r'data-count-of="complaints.index".*?</a>', page, re.DOTALL)
    assert found
    count = re.search(r'class="menu-count( is-late)?" data-menu-count>([^<]+)<', found[0])
    return (count[2], bool(count[1])) if count else ("", False)


def test_a_complaint_is_entered_and_shown(complaints: Complaints, desk: Person) -> None:
    answer = complaints.enter()
    assert answer.status_code == 303
    page = desk.get(answer.location).text
    assert "۱۴۰۵۰۰۰۰۱" in page
    assert "هنوز نرسیده است" in page
    assert "مریم کاظمی" in page
    assert "هنوز نرسیده است" in desk.get("/complaints").text


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(complaints: Complaints) -> None:
    refused = complaints.enter(text="", who="رضایی", due_day="1405/01/01")
    assert refused.status_code == 422
    assert "چند نفر پیدا شدند؛ یکی را انتخاب کنید." in refused.text
    assert "این مورد لازم است." in refused.text
    assert 'value="رضایی"' in refused.text
    assert "زهرا رضایی" in refused.text
    assert "1405/01/01" in refused.text


def test_one_of_several_is_chosen_by_a_button(complaints: Complaints, world: World) -> None:
    zahra = world.conn.execute("SELECT id FROM persons WHERE first_name = 'زهرا'").fetchone()["id"]
    data = [("person_id", ""), *complaints.form(who="رضایی").items(), ("person_id", str(zahra))]
    assert complaints.desk.post("/complaints/new", MultiDict(data)).status_code == 303  # type: ignore[arg-type]
    assert complaints.row()["person_id"] == zahra


def test_a_name_typed_over_a_chosen_person_counts(complaints: Complaints) -> None:
    assert complaints.enter(person_id="1", who="مریم کاظمی").status_code == 303
    assert complaints.row()["person_id"] == 3


def test_the_form_is_filled_in_from_a_call(complaints: Complaints, desk: Person, call: MakeCall) -> None:
    made = call().ring().identify("09350000003").answer().end()
    page = desk.get(f"/complaints/new?call={made.id}").text
    assert 'value="مریم کاظمی"' in page
    assert f'name="call_id" value="{made.id}"' in page
    complaints.enter(person_id="3", call_id=made.id)
    assert complaints.row()["call_id"] == made.id
    shown = desk.get(f"/calls/{made.id}").text
    assert "شکایت ۱۴۰۵۰۰۰۰۱" in shown
    assert 'href="/complaints/1"' in shown


def test_an_unknown_caller_s_number_is_kept(complaints: Complaints, desk: Person, call: MakeCall) -> None:
    made = call().ring().identify("05110000055").answer().end()
    assert 'value="+985110000055"' in desk.get(f"/complaints/new?call={made.id}").text
    assert complaints.enter(who="+985110000055", call_id=made.id).status_code == 303
    assert (complaints.row()["person_id"], complaints.row()["number"]) == (None, "+985110000055")


def test_it_is_referred_twice_and_the_menu_of_each_counts(complaints: Complaints, world: World) -> None:
    complaints.enter()
    desk, owner = complaints.desk, world.person(MODIR)
    assert (menu_count(desk), menu_count(owner)) == (("۱", False), ("", False))
    form = {"assignee_id": user_id(world, MODIR), "note": "لطفاً ببینید", "revision": "1"}
    assert desk.post("/complaints/1/refer", form).status_code == 303
    assert (menu_count(desk), menu_count(owner)) == (("", False), ("۱", False))
    back = {"assignee_id": user_id(world, MONSHI), "revision": "2"}
    assert owner.post("/complaints/1/refer", back).status_code == 303
    page = desk.get("/complaints/1").text
    assert page.count("ارجاع شد") == 2
    assert "لطفاً ببینید" in page


def test_overdue_is_red_on_the_assignee_s_list_and_in_his_menu(complaints: Complaints, world: World) -> None:
    complaints.enter()
    assert "is-late" not in complaints.desk.get("/complaints?view=mine").text
    world.clock.advance(5 * 24 * 3600)
    complaints.desk = world.person(MONSHI)
    page = complaints.desk.get("/complaints?view=mine").text
    assert '<tr data-row="1" class="is-late">' in page
    assert "دیر شده" in page
    assert menu_count(complaints.desk) == ("۱", True)
    assert 'data-row="1"' not in world.person(MODIR).get("/complaints?view=mine").text
    assert 'data-row="1"' in world.person(MODIR).get("/complaints?view=late").text


def test_who_comes_second_keeps_what_was_typed(complaints: Complaints, world: World) -> None:
    complaints.enter()
    form = {"assignee_id": user_id(world, MODIR), "revision": "1"}
    assert complaints.desk.post("/complaints/1/refer", form).status_code == 303
    late = complaints.close(result="نوشته‌ای که نباید گم شود")
    assert late.status_code == 409
    assert "نوشته‌ای که نباید گم شود" in late.text
    assert 'name="revision" value="2"' in late.text
    assert complaints.row()["state"] == "open"


def test_closing_leads_to_the_message_and_sends_it_once(complaints: Complaints) -> None:
    complaints.enter()
    closed = complaints.close()
    assert closed.location.startswith("/complaints/1?open=answer")
    page = complaints.desk.get("/complaints/1?open=answer").text
    assert "مریم کاظمی گرامی، نتیجهٔ شکایت شما با شمارهٔ پیگیری ۱۴۰۵۰۰۰۰۱: پست شد." in page
    form = {"body": "نتیجهٔ ۱۴۰۵۰۰۰۰۱: پست شد.", "told": "0"}
    for _time in range(2):
        assert complaints.desk.post("/complaints/1/answer", form).status_code == 303
    (row,) = complaints.world.conn.execute("SELECT number, body, person_id FROM outbox").fetchall()
    assert tuple(row) == ("+989350000003", "نتیجهٔ ۱۴۰۵۰۰۰۰۱: پست شد.", 3)
    timeline = complaints.desk.get("/persons/3?tab=contacts").text
    assert "نتیجهٔ ۱۴۰۵۰۰۰۰۱" in timeline
    assert 'href="/complaints/1"' in timeline
    assert "نتیجه پیامک شد" in complaints.desk.get("/complaints/1").text


def test_a_message_without_a_text_is_not_sent(complaints: Complaints) -> None:
    complaints.enter()
    complaints.close()
    assert complaints.desk.post("/complaints/1/answer", {"body": "  ", "told": "0"}).status_code == 422
    assert complaints.world.conn.execute("SELECT COUNT(*) FROM outbox").fetchone()[0] == 0


@pytest.mark.parametrize("opened", ["refer", "step", "close", "edit", "reopen", "answer", "x"])
def test_every_form_opens_or_is_left_out(complaints: Complaints, opened: str) -> None:
    complaints.enter()
    assert complaints.desk.get(f"/complaints/1?open={opened}").status_code == 200
    complaints.close()
    assert complaints.desk.get(f"/complaints/1?open={opened}").status_code == 200


def test_steps_corrections_and_opening_again(complaints: Complaints) -> None:
    complaints.enter()
    desk = complaints.desk
    assert desk.post("/complaints/1/step", {"note": ""}).status_code == 422
    assert desk.post("/complaints/1/step", {"note": "به پست زنگ زدم"}).status_code == 303
    assert "به پست زنگ زدم" in desk.get("/complaints/1").text
    assert desk.post("/complaints/1/edit", {"text": "متن تازه", "revision": "1"}).status_code == 303
    assert complaints.row()["text"] == "متن تازه"
    assert complaints.close(revision="2").status_code == 303
    closed = desk.post("/complaints/1/step", {"note": "دیر"})
    assert closed.status_code == 422
    assert "این شکایت بسته شده است" in closed.text
    assert desk.post("/complaints/1/reopen", {"note": "باز نرسید", "revision": "3"}).status_code == 303
    assert complaints.row()["state"] == "open"


def test_files_are_attached_to_it(complaints: Complaints) -> None:
    complaints.enter()
    file = (BytesIO(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), "رسید پست.pdf")
    answer = complaints.desk.post(
        "/attachments/complaint/1", {"file": file}, content_type="multipart/form-data"
    )
    assert answer.location == "/complaints/1#attachments"
    assert "رسید پست.pdf" in complaints.desk.get("/complaints/1").text


def test_what_is_out_of_reach_does_not_exist(complaints: Complaints, world: World, call: MakeCall) -> None:
    complaints.enter()
    marketer = world.person("bazaryab")
    assert 'data-row="1"' not in marketer.get("/complaints?view=open").text
    assert marketer.get("/complaints/1").status_code == 404
    for name in ("refer", "step", "close", "reopen", "edit"):
        assert (
            marketer.post(f"/complaints/1/{name}", {"note": "x", "state": "satisfied"}).status_code == 404
        ), name
    assert marketer.get("/attachments/complaint/1").status_code == 404
    assert "کاظمی" not in marketer.get("/complaints/new?person=3").text
    made = call().ring().identify("09350000003").answer().end()
    assert "کاظمی" not in marketer.get(f"/complaints/new?call={made.id}").text
    assert complaints.row()["state"] == "open"


def test_the_policies_of_the_complainant_are_offered(complaints: Complaints, world: World) -> None:
    insurer = world.conn.execute(
        "INSERT INTO insurers (title, sort_key) VALUES ('نمونه', 'x') RETURNING id"
    ).fetchone()[0]
    policy = {
        "policy_no": "778899",
        "person_id": 3,
        "line_code": "TPL",
        "insurer_id": insurer,
        "issue_year": 1404,
    }
    days = {"issue_date": "2026-01-01", "start_date": "2026-01-01", "end_date": "2027-01-01"}
    insert_row(
        world.conn, "policies", policy | days | {"net_premium": 1, "vat": 0, "created_at": "2026-01-01"}
    )
    options = complaints.desk.get("/complaints/about?person=3", headers=FETCH).text
    assert "۷۷۸۸۹۹" in options
    assert "۷۷۸۸۹۹" not in complaints.desk.get("/complaints/about?person=1", headers=FETCH).text
    assert complaints.enter(about="policy:1").status_code == 303
    assert complaints.row()["policy_id"] == 1
    refused = complaints.enter(who="شرکت آفتاب", about="policy:1")
    assert refused.status_code == 422
    assert "این بیمه‌نامه از آنِ شخص دیگری است." in refused.text


def test_a_customer_s_page_leads_to_complaints(complaints: Complaints) -> None:
    assert 'href="/complaints/new?person=3"' in complaints.desk.get("/persons/3").text
    complaints.enter()
    assert "شکایت باز" in complaints.desk.get("/persons/3").text

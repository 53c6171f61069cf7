"""Faxes: a filled A4 page for each, a list of what waits for the printer, and states that say what was done."""

from __future__ import annotations

import re
from datetime import timedelta

import pypdfium2
import pytest

from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import Letter, queue_letter
from db import transaction
from db.queries.message_templates import list_templates
from tests.panel.world import BAZARYAB, MODIR, Person, World

FAX = "+982188776655"
NEW = "/messages/faxes/new"


def pages(pdf: bytes) -> list[str]:
    """Give the text of each page without spaces and half-spaces, which readers of PDF files find where they like."""
    opened = pypdfium2.PdfDocument(pdf)
    return [plain(opened[place].get_textpage().get_text_range()) for place in range(len(opened))]


def plain(text: str) -> str:
    return re.sub("[\\s\u200c]", "", text)


def queue(world: World, body: str, *, person_id: int | None = None, key: str = "k", **letter: object) -> str:
    with acting(world.conn, world.clock.now(), None, lambda _fact: None) as act:
        made = Letter(number=FAX, body=body, channel="fax", person_id=person_id, subject="تمدید", **letter)  # type: ignore[arg-type]
        message_id = queue_letter(act, made, idempotency_key=f"test:{key}")
    assert message_id
    return message_id


def outbox(world: World) -> list[dict[str, object]]:
    return [dict(row) for row in world.conn.execute("SELECT * FROM outbox ORDER BY created_at, id")]


@pytest.fixture
def faxed(world: World, person_id: int) -> int:
    """Give a customer with a fax number."""
    with transaction(world.conn):
        world.conn.execute(
            "INSERT INTO person_phones (person_id, number, kind_id) VALUES (?, ?, "
            "(SELECT id FROM choices WHERE list = 'phone-kind' AND code = 'fax'))",
            (person_id, FAX),
        )
    return person_id


def test_a_fax_is_written_seen_as_a_page_printed_and_kept(world: World, desk: Person, faxed: int) -> None:
    form = {
        "person": faxed,
        "number": FAX,
        "subject": "دعوت",
        "body": "{نام بیمه‌گذار} گرامی\n\nبند دوم",
        "form_key": "f1",
    }
    shown = desk.get(f"{NEW}?person={faxed}").text
    assert "۰۲۱ ۸۸۷۷ ۶۶۵۵" in shown
    page = desk.post(NEW, form | {"action": "page"})
    assert page.mimetype == "application/pdf"
    assert not outbox(world), "looking at the page queues nothing"
    for _ in range(2):
        assert desk.post(NEW, form | {"action": "queue"}).status_code == 303
    (row,) = outbox(world)
    assert (row["channel"], row["state"], row["number"], row["person_id"]) == ("fax", "queued", FAX, faxed)
    name = world.conn.execute(
        "SELECT TRIM(first_name || ' ' || last_name) AS n FROM persons WHERE id = ?", (faxed,)
    )
    name = name.fetchone()["n"]
    (text,) = pages(desk.get(f"/messages/sent/{row['id']}/page").data)
    for words in (f"{name} گرامی", "بند دوم", "دعوت", "دفتر آزمون", "۰۲۱ ۸۸۷۷ ۶۶۵۵", "۱ از ۱"):
        assert plain(words) in text, (words, text)
    listed = desk.get("/messages/faxes").text
    assert f'value="{row["id"]}">' in listed
    assert 'دورنگار<span class="menu-count">۱' in listed
    assert "منتظر چاپ" in desk.get("/messages").text
    assert "دستگاه خودش دورنگار نمی‌فرستد" in desk.get(f"/messages/sent/{row['id']}").text
    assert desk.post("/messages/faxes/printed", {"message": row["id"]}).status_code == 303
    (row,) = outbox(world)
    assert (row["state"], row["reason"], row["route"]) == ("sent", "printed", None)
    assert "چاپ‌شده" in desk.get(f"/messages/sent/{row['id']}").text
    assert "دورنگاری منتظر چاپ نیست" in desk.get("/messages/faxes").text
    (kept,) = world.conn.execute("SELECT content FROM message_attachments WHERE message_id = ?", (row["id"],))
    assert desk.get(f"/messages/sent/{row['id']}/page").data == kept["content"]
    again = desk.post("/messages/faxes/printed", {"message": row["id"]})
    assert again.status_code == 303
    assert world.conn.execute("SELECT COUNT(*) AS n FROM message_attachments").fetchone()["n"] == 1


def test_all_that_wait_are_one_file_with_a_sheet_for_each(world: World, desk: Person) -> None:
    for place in range(3):
        queue(world, f"متن {place}", key=str(place), is_immediate=True)
    queue(world, "فردا", key="later", is_immediate=True, due_at=world.clock.now() + timedelta(days=1))
    found = pages(desk.get("/messages/faxes/pages").data)
    assert len(found) == 3
    assert all("۱از۱" in text for text in found)
    assert "فردا" not in desk.get("/messages/faxes").text
    ids = re.findall(r'name="message" value="([^"]+)"', desk.get("/messages/faxes").text)
    assert desk.post("/messages/faxes/printed", {"message": ids[:3]}).status_code == 303
    assert [row["state"] for row in outbox(world)] == ["sent"] * 3 + ["queued"]


def test_a_long_text_counts_its_pages_and_markup_stays_text(world: World, desk: Person) -> None:
    long = "\n\n".join(["#pagebreak() *x* $y$ بند بلند " + "واژه " * 120] * 12)
    message_id = queue(world, long, is_immediate=True)
    found = pages(desk.get(f"/messages/sent/{message_id}/page").data)
    assert 3 <= len(found) <= 6
    assert f"{'۰۱۲۳۴۵۶'[len(found)]}از{'۰۱۲۳۴۵۶'[len(found)]}" in found[-1]
    assert "pagebreak" in found[0]


def test_what_no_fax_can_be_is_told_beside_its_field(desk: Person) -> None:
    wrong = (
        ({"number": "12", "body": "متن"}, "شمارهٔ دورنگار درست نیست"),
        ({"number": "02188776655", "body": " "}, "متن را بنویسید"),
        ({"number": "02188776655", "body": "{نام بیمه‌گذار} گرامی"}, "برای این گیرنده مقداری ندارد"),
        ({"number": "02188776655", "body": "متن", "subject": "{بانک}"}, "فیلد «بانک» برای این متن نیست"),
    )
    for form, words in wrong:
        answer = desk.post(NEW, form | {"action": "queue"})
        assert answer.status_code == 422
        assert words in answer.text


def test_a_text_for_faxes_has_a_subject_and_is_offered_to_rules(world: World, desk: Person) -> None:
    form = {"name": "دعوت با دورنگار", "channel": "fax", "event": "policy.expiring", "kind": "service",
            "subject": "تمدید {رشته}", "body": "{نام بیمه‌گذار} گرامی"}  # fmt: skip
    assert desk.post("/messages/templates/new", form).status_code == 303
    row = list_templates(world.conn, channel="fax")[0]
    assert "دورنگار" in desk.get("/messages/templates").text
    assert f'<option value="{row.id}"' in desk.get("/messages/rules/new?event=policy.expiring").text


def test_a_fax_out_of_reach_does_not_exist(world: World, person_id: int) -> None:
    message_id = queue(world, "متن", person_id=person_id, is_immediate=True)
    with transaction(world.conn):
        world.conn.execute(
            "INSERT INTO role_permissions (role, permission, is_granted) VALUES ('marketer', 'messages.view', 1)"
        )
    bazaryab = world.person(BAZARYAB)
    assert bazaryab.get(f"/messages/sent/{message_id}/page").status_code == 404
    assert bazaryab.post("/messages/faxes/printed", {"message": message_id}).status_code == 403
    assert message_id not in bazaryab.get("/messages/faxes").text
    assert message_id in world.person(MODIR).get("/messages/faxes").text


def test_the_customers_menu_leads_to_his_fax(desk: Person, faxed: int) -> None:
    page = desk.get(f"/persons/{faxed}").text
    assert f"/messages/faxes/new?person={faxed}&amp;number=%2B982188776655" in page

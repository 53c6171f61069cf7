"""A customer's page: its forms, its tabs, what it shows to whom."""

from __future__ import annotations

import re

import pytest

from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import Reference, enter_reference
from db import Connection
from db.records import find_row, insert_row
from tests.panel.world import Person, World

ZONE = "Asia/Tehran"


@pytest.fixture
def reference(world: World) -> Reference:
    """Give the reference office, entered beside the demo's persons."""
    world.conn.execute("DELETE FROM persons")
    with acting(world.conn, world.clock.now(), None, lambda fact: None) as act:
        return enter_reference(act, ZONE)


def choice(conn: Connection, name: str, code: str) -> int:
    row = conn.execute("SELECT id FROM choices WHERE list = ? AND code = ?", (name, code)).fetchone()
    return int(row["id"])


def test_the_page_shows_who_it_is_and_what_is_missing(desk: Person, reference: Reference) -> None:
    page = desk.get(f"/persons/{reference.persons['C1']}").text
    for text in ("علی رضایی", "۰۰۱۳۵۴۲۴۱۹", "تهران", "سررسید گذشته", "۱۰ روز مانده", "۳ روز گذشته", "همسر"):
        assert text in page, text
    assert "تاریخ تولد" in page
    assert re.search(r'<progress[^>]*value="\d+"', page)


def test_a_relation_is_shown_on_both_pages(desk: Person, reference: Reference) -> None:
    wife = desk.get(f"/persons/{reference.persons['C5']}").text
    assert "علی رضایی" in wife
    assert re.search(r"علی رضایی</b><span class=\"part-notes\"><span>همسر", wife)


@pytest.mark.parametrize("tab", ["contacts", "policies", "money", "needs", "audit"])
def test_every_tab_opens(world: World, reference: Reference, tab: str) -> None:
    for name in reference.persons.values():
        assert world.person("modir").get(f"/persons/{name}?tab={tab}").status_code == 200


@pytest.mark.parametrize("place", ["phones:new", "addresses:new", "electronic:new", "relations:new", "needs:new",
                                   "channels:all", "field:birth_date"])  # fmt: skip
def test_every_form_opens_by_its_address_without_a_script(
    desk: Person, reference: Reference, place: str
) -> None:
    page = desk.get(f"/persons/{reference.persons['C1']}?open={place}")
    assert page.status_code == 200
    assert 'class="part-form"' in page.text or 'class="fill-form"' in page.text
    ids = re.findall(r'\bid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)), "two elements share an id"


def test_a_refused_number_comes_back_with_what_was_typed(desk: Person, reference: Reference) -> None:
    path = f"/persons/{reference.persons['C1']}/phones"
    answer = desk.post(path, {"number": "12", "label": "خانهٔ مادر"})
    assert answer.status_code == 422
    assert "این شمارهٔ تلفن نیست" in answer.text
    assert "خانهٔ مادر" in answer.text
    assert desk.post(path, {"number": "۰۹۱۲ ۷۶۵ ۴۳۲۱"}).status_code == 303
    assert "+989127654321" in desk.get(f"/persons/{reference.persons['C1']}").text


def test_eight_digits_are_a_number_of_the_offices_town(
    world: World, desk: Person, reference: Reference
) -> None:
    desk.post(f"/persons/{reference.persons['C4']}/phones", {"number": "۸۸۷۷۶۶۵۵"})
    rows = world.conn.execute(
        "SELECT number FROM person_phones WHERE person_id = ?", (reference.persons["C4"],)
    ).fetchall()
    assert "+982188776655" in {row["number"] for row in rows}


def test_an_unusual_postal_code_is_kept_with_a_warning(desk: Person, reference: Reference) -> None:
    path = f"/persons/{reference.persons['C1']}/addresses"
    page = desk.client.post(
        path, data={"address": "بهار ۱", "postal_code": "0234067890", "csrf_token": desk.token()},
        headers={"X-CSRFToken": desk.token()}, follow_redirects=True,
    )  # fmt: skip
    assert "شکل معمول را ندارد" in page.text
    assert "کد پستی غیرمعمول" in page.text


def test_a_missing_item_is_filled_in_place_and_raises_the_bar(
    world: World, desk: Person, reference: Reference
) -> None:
    person_id = reference.persons["C1"]

    def percent() -> int:
        row = find_row(world.conn, "persons", person_id)
        assert row is not None
        return int(row["completeness"])

    before = percent()
    answer = desk.post(f"/persons/{person_id}/field", {"key": "birth_date", "birth_date": "1360/02/31"})
    assert answer.status_code == 303
    assert percent() > before
    bad = desk.post(f"/persons/{person_id}/field", {"key": "birth_date", "birth_date": "1360/12/30x"})
    assert bad.status_code == 422
    assert "چنین روزی در تقویم نیست" in bad.text


def test_the_inline_form_takes_no_field_that_is_not_entered(
    world: World, desk: Person, reference: Reference
) -> None:
    person_id = reference.persons["C3"]
    desk.post(f"/persons/{person_id}/field", {"key": "standing", "standing": "customer"})
    row = find_row(world.conn, "persons", person_id)
    assert row is not None
    assert row["standing"] == "prospect"


def test_a_prospect_becomes_a_customer_with_the_same_id(
    world: World, desk: Person, reference: Reference
) -> None:
    person_id = reference.persons["C3"]
    assert "تبدیل به مشتری" in desk.get(f"/persons/{person_id}").text
    desk.post(f"/persons/{person_id}/customer")
    page = desk.get(f"/persons/{person_id}").text
    assert "تبدیل به مشتری" not in page
    row = find_row(world.conn, "persons", person_id)
    assert row is not None
    assert row["standing"] == "customer"


def test_the_time_line_has_call_messages_visit_and_complaint_newest_first(
    world: World, desk: Person, reference: Reference
) -> None:
    conn, person_id = world.conn, reference.persons["C1"]
    desk_id = conn.execute("SELECT id FROM users WHERE username = 'monshi'").fetchone()[0]
    insert_row(
        conn,
        "calls",
        {
            "id": "c" * 26, "line": 1, "direction": "in", "state": "ended", "revision": 3,
            "started_at": "2026-11-20T08:00:00.000Z", "answered_at": "2026-11-20T08:00:05.000Z",
            "ended_at": "2026-11-20T08:01:05.000Z", "number": "+989120000001", "number_state": "known",
            "user_id": desk_id, "result_id": choice(conn, "call-result", "renewal"),
        },
    )  # fmt: skip
    message = {
        "priority": 1, "number": "+989120000001", "encoding": "ucs2", "parts": 1, "state": "delivered",
        "person_id": person_id, "created_by": desk_id, "due_at": "x",
    }  # fmt: skip
    for place, (channel, at) in enumerate((("sms", "20T09"), ("email", "20T10")), 1):
        insert_row(
            conn,
            "outbox",
            message
            | {
                "id": f"m{place}", "idempotency_key": f"k{place}", "client_key": place, "channel": channel,
                "subject": "تمدید" if channel == "email" else "", "body": "متن",
                "created_at": f"2026-11-{at}:00:00.000Z",
                "sent_at": f"2026-11-{at}:00:00.000Z",
            },
        )  # fmt: skip
    complaint = {
        "tracking_no": "1", "person_id": person_id, "subject_id": choice(conn, "complaint-subject", "delay"),
        "text": "دیر رسید", "created_at": "2026-11-20T11:00:00.000Z", "created_by": desk_id,
    }  # fmt: skip
    insert_row(conn, "complaints", complaint)
    visit = {
        "kind_id": str(choice(conn, "activity-kind", "visit")),
        "note": "بازدید خودرو",
        "result": "سالم بود",
    }
    assert desk.post(f"/persons/{person_id}/contacts", visit).status_code == 303
    page = desk.get(f"/persons/{person_id}?tab=contacts").text
    rows = re.findall(r'<li class="timeline-row.*?</li>', page, re.S)
    contacts = [row for row in rows if "بیمه‌نامهٔ" not in row]
    assert len(contacts) == 5
    for row, texts in zip(
        contacts,
        (
            ("بازدید", "بازدید خودرو", "سالم بود", "منشی", "انجام شد"),
            ("شکایت: تأخیر", "دیر رسید", "منشی", "در حال رسیدگی"),
            ("رایانامه: تمدید", "تحویل شد", "خروجی", "منشی"),
            ("پیامک", "تحویل شد", "خروجی", "منشی"),
            ("تماس مشتری", "پاسخ داده شد", "ورودی", "تمدید می‌کند", "منشی"),
        ),
        strict=True,
    ):
        assert all(text in row for text in texts), row
    only = desk.get(f"/persons/{person_id}?tab=contacts&source=complaints").text
    assert len(re.findall(r'<li class="timeline-row', only)) == 1


def test_a_call_from_a_number_of_two_persons_is_on_nobodys_time_line_until_chosen(
    world: World, desk: Person, reference: Reference
) -> None:
    call = {
        "id": "d" * 26, "line": 1, "direction": "in", "state": "missed", "revision": 3,
        "started_at": "2026-11-20T08:00:00.000Z", "ended_at": "2026-11-20T08:01:05.000Z",
        "number": "+982110000001", "number_state": "known",
    }  # fmt: skip
    insert_row(world.conn, "calls", call)
    address = f"/persons/{reference.persons['C1']}?tab=contacts&source=calls"
    assert "تماس مشتری" not in desk.get(address).text
    world.conn.execute("UPDATE calls SET person_id = ?", (reference.persons["C1"],))
    assert "تماس مشتری" in desk.get(address).text


def test_a_visit_of_tomorrow_is_refused(desk: Person, reference: Reference, world: World) -> None:
    kind = str(choice(world.conn, "activity-kind", "visit"))
    answer = desk.post(
        f"/persons/{reference.persons['C1']}/contacts", {"kind_id": kind, "note": "x", "day": "1450/01/01"}
    )
    assert answer.status_code == 422
    assert "هنوز نیامده است" in answer.text


def test_a_relation_to_an_unclear_name_offers_whom_it_may_be(
    world: World, desk: Person, reference: Reference
) -> None:
    path = f"/persons/{reference.persons['C4']}/relations"
    friend = str(choice(world.conn, "relation", "friend"))
    answer = desk.post(path, {"kind_id": friend, "who": "رضایی"})
    assert answer.status_code == 422
    assert "علی رضایی" in answer.text
    assert "زهرا رضایی" in answer.text
    chosen = {"kind_id": friend, "who": "رضایی", "other_id": str(reference.persons["C1"])}
    assert desk.post(path, chosen).status_code == 303
    assert "رضا یوسفی" in desk.get(f"/persons/{reference.persons['C1']}").text


def test_a_relation_to_somebody_new_enters_a_prospect(
    world: World, desk: Person, reference: Reference
) -> None:
    path = f"/persons/{reference.persons['C1']}/relations"
    kind = str(choice(world.conn, "relation", "child"))
    refused = desk.post(path, {"kind_id": kind, "who": "نازنین"})
    assert "ثبت شخص تازه" in refused.text
    new = {"kind_id": kind, "who": "نازنین", "is_new": "1", "first_name": "نازنین", "last_name": "رضایی",
           "phone": "09120000066"}  # fmt: skip
    assert desk.post(path, new).status_code == 303
    page = desk.get(f"/persons/{reference.persons['C1']}").text
    assert "نازنین رضایی" in page
    assert "فرزند" in page


def test_suggestions_keep_to_the_users_reach(world: World, reference: Reference) -> None:
    assert [one["name"] for one in world.person("monshi").get("/persons/choose?text=یوسفي").json] == [
        "رضا یوسفی"
    ]
    assert [one["id"] for one in world.person("monshi").get("/persons/choose?text=۰۹۱۲۰۰۰۰۰۰۱").json] == [
        reference.persons["C1"]
    ]
    assert world.person("bazaryab").get("/persons/choose?text=رضایی").json == []


def test_a_marketer_does_not_find_the_page_of_anothers_customer(world: World, reference: Reference) -> None:
    marketer, person_id = world.person("bazaryab"), reference.persons["C1"]
    assert marketer.get(f"/persons/{person_id}").status_code == 404
    assert marketer.post(f"/persons/{person_id}/phones", {"number": "09120000077"}).status_code == 404
    assert marketer.post(f"/persons/{person_id}/field", {"key": "job", "job": "x"}).status_code == 404


def test_money_is_for_who_may_see_it(world: World, reference: Reference) -> None:
    person_id = reference.persons["C1"]
    world.conn.execute("UPDATE users SET role = 'marketer' WHERE username = 'monshi'")
    world.conn.execute(
        "UPDATE persons SET created_by = (SELECT id FROM users WHERE username = 'monshi') WHERE id = ?",
        (person_id,),
    )
    page = world.person("monshi").get(f"/persons/{person_id}?tab=money").text
    assert "علی رضایی" in page
    assert "سررسید گذشته" not in page
    assert "چک" not in page


def test_an_archived_person_is_told_so_and_restored(world: World, reference: Reference) -> None:
    owner, person_id = world.person("modir"), reference.persons["C5"]
    assert owner.post(f"/persons/{person_id}/archive").status_code == 303
    assert "زهرا رضایی" not in owner.get("/persons").text
    assert "زهرا رضایی" in owner.get("/persons/archive").text
    assert "بایگانی‌شده" in owner.get(f"/persons/{person_id}").text
    owner.post(f"/persons/{person_id}/restore")
    assert "زهرا رضایی" in owner.get("/persons").text
    refused = owner.post(f"/persons/{reference.persons['C1']}/archive")
    assert refused.status_code == 422
    assert "بایگانی نمی‌شود" in refused.text


def test_a_need_stands_on_the_page_and_becomes_a_case(
    world: World, desk: Person, reference: Reference
) -> None:
    person_id = reference.persons["C1"]
    desk.post(
        f"/persons/{person_id}/needs", {"line_code": "LIF-S", "due_date": "1405/10/15", "estimate": "1000000"}
    )
    need = world.conn.execute("SELECT id FROM person_needs").fetchone()[0]
    assert "۱٬۰۰۰٬۰۰۰" in desk.get(f"/persons/{person_id}").text
    assert desk.post(f"/persons/{person_id}/needs/{need}/case").status_code == 303
    assert "پروندهٔ فروش" in desk.get(f"/persons/{person_id}?tab=needs").text
    again = desk.post(f"/persons/{person_id}/needs/{need}/case")
    assert again.status_code == 422


def test_ways_to_be_told_are_chosen_on_the_page(desk: Person, reference: Reference) -> None:
    person_id = reference.persons["C1"]
    desk.post(f"/persons/{person_id}/channels", {"place.phone": "1", "refused.sms": "1"})
    assert "پیامک نمی‌خواهد" in desk.get(f"/persons/{person_id}").text

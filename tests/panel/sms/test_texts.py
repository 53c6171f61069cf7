"""Texts: versions stay, fields are those of the event, and a text is tried on real receivers."""

from __future__ import annotations

import html
import json
import re

import pytest

from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import enter_reference
from appliance.domain.messaging.happenings import HAPPENINGS, fields_of
from db.queries.message_templates import list_templates, list_versions
from tests.panel.world import Person, World

NEW = "/messages/templates/new"


def only(world: World, name: str) -> int:
    found = [one.id for one in list_templates(world.conn) if one.name == name]
    assert len(found) == 1
    return found[0]


def test_a_changed_text_is_the_next_version_and_the_first_stays(world: World, desk: Person) -> None:
    form = {"name": "آمادهٔ تحویل", "body": "{نام بیمه‌گذار} گرامی", "kind": "service"}
    assert desk.post(NEW, form).status_code == 303
    template_id = only(world, "آمادهٔ تحویل")
    path = f"/messages/templates/{template_id}"
    for body in ("متن دوم", "متن دوم"):
        assert desk.post(path, {**form, "body": body, "is_active": "1"}).status_code == 303
    assert [one.body for one in list_versions(world.conn, template_id)] == ["متن دوم", "{نام بیمه‌گذار} گرامی"]
    page = desk.get(path).text
    assert "نسخهٔ ۱" in page
    assert "نسخهٔ ۲" in page


@pytest.mark.parametrize("event", ["", *HAPPENINGS])
def test_the_form_offers_the_fields_of_each_event_and_no_other(desk: Person, event: str) -> None:
    page = desk.get(NEW, query_string={"event": event}).text
    assert re.findall(r'role="menuitem"[^>]*data-field="([^"]+)"', page) == list(fields_of(event))
    offered = re.search(rf'<option value="{re.escape(event)}" data-fields="([^"]+)"', page)
    assert offered
    assert json.loads(html.unescape(offered[1])) == list(fields_of(event))


def test_a_field_of_another_event_is_refused_with_its_name(world: World, desk: Person) -> None:
    form = {"name": "چک", "event": "person.birthday", "body": "{بانک}", "kind": "service"}
    answer = desk.post(NEW, form)
    assert answer.status_code == 422
    assert "فیلد «بانک» برای این متن نیست" in answer.text
    assert 'value="چک"' in answer.text
    assert desk.post(NEW, {**form, "event": "cheque.due"}).status_code == 303


def test_two_texts_have_two_names(desk: Person) -> None:
    form = {"name": "یکی", "body": "سلام", "kind": "service"}
    desk.post(NEW, form)
    answer = desk.post(NEW, form)
    assert answer.status_code == 422
    assert "الگوی دیگری با همین نام هست" in answer.text


def test_a_copy_has_a_name_of_its_own_each_time(world: World, desk: Person) -> None:
    desk.post(NEW, {"name": "یکی", "body": "سلام", "kind": "service"})
    first = only(world, "یکی")
    for _ in range(3):
        assert desk.post(f"/messages/templates/{first}/copy").status_code == 303
    assert len(list_templates(world.conn)) == 4


def test_a_text_is_tried_on_real_policies_with_persian_dates(world: World, desk: Person) -> None:
    world.conn.execute("DELETE FROM persons")
    with acting(world.conn, world.clock.now(), None, lambda _fact: None) as act:
        enter_reference(act, "Asia/Tehran")
    form = {"name": "", "event": "policy.expiring", "action": "preview",
            "body": "{نام بیمه‌گذار}، بیمه‌نامهٔ {رشته} تا {تاریخ انقضا}"}  # fmt: skip
    page = desk.post(NEW, form).text
    shown = re.findall(r'<p class="sms-body" dir="auto">([^<]+)</p>', page)
    assert 0 < len(shown) <= 3
    assert all(re.search(r"تا [۰-۹]{4}/[۰-۹]{2}/[۰-۹]{2}$", one) for one in shown), shown
    assert not list_templates(world.conn), "a preview keeps nothing"


def test_a_template_fills_the_text_of_a_new_message(world: World, desk: Person) -> None:
    desk.post(NEW, {"name": "یکی", "body": "{نام دفتر} آماده است", "kind": "advertising"})
    page = desk.get(f"/messages/new?template={only(world, 'یکی')}").text
    assert ">{نام دفتر} آماده است</textarea>" in page
    assert re.search(r'value="advertising"[^>]*checked', page)
    shown = desk.post(
        "/messages/new", {"numbers": "09121112233", "template": only(world, "یکی"), "body": ""}
    ).text
    assert "دفتر آزمون آماده است" in shown


def test_a_text_for_e_mail_has_a_subject_and_no_parts(world: World, desk: Person) -> None:
    page = desk.get("/messages/templates/new?channel=email&event=policy.expiring").text
    assert "موضوع" in page
    form = {"name": "دعوت با رایانامه", "channel": "email", "event": "policy.expiring", "kind": "service",
            "subject": "تمدید {رشته}", "body": "{نام بیمه‌گذار} گرامی\n\n" + "متن " * 400}  # fmt: skip
    assert desk.post("/messages/templates/new", form).status_code == 303
    row = list_templates(world.conn, channel="email")[0]
    assert (row.subject, row.event) == ("تمدید {رشته}", "policy.expiring")
    assert 'value="تمدید {رشته}"' in desk.get(f"/messages/templates/{row.id}").text
    assert "0912" not in re.sub(r"<[^>]+>|\s", "", desk.get(f"/messages/templates/{row.id}").text), (
        "a mail has no number"
    )
    changed = desk.post(f"/messages/templates/{row.id}", form | {"subject": "دیگر", "is_active": "1"})
    assert changed.status_code == 303
    assert list_templates(world.conn, channel="email")[0].version == 2
    assert "رایانامه" in desk.get("/messages/templates").text
    assert f'<option value="{row.id}"' in desk.get("/messages/rules/new?event=policy.expiring").text

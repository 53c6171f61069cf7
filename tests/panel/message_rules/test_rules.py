"""Rules in the panel: made, switched, foreseen and taken out of the plan."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from appliance.core.jalali import format_date, local
from appliance.domain.messaging.firing import fire_due
from appliance.domain.messaging.rules import READY
from db import transaction
from db.queries.message_rules import find_rule_by_name, list_offsets
from db.queries.message_templates import list_templates
from tests.panel.policies.conftest import Issue
from tests.panel.policies.conftest import issue as issue
from tests.panel.world import MODIR, MONSHI, NASSAB, Person, World

INVITATION = "دعوت به تمدید"


@pytest.fixture
def modir(world: World) -> Person:
    return world.person(MODIR)


def ready(modir: Person) -> None:
    assert modir.post("/messages/rules/ready").status_code == 303


def rule_id(world: World, name: str = INVITATION) -> int:
    row = find_rule_by_name(world.conn, name)
    assert row is not None
    return row.id


def outbox(world: World) -> list[dict[str, Any]]:
    return [
        dict(row) for row in world.conn.execute("SELECT * FROM outbox WHERE rule_id IS NOT NULL ORDER BY id")
    ]


def expiring(world: World, issue: Issue, days: int = 10) -> int:
    """Issue a policy of somebody with a mobile number that ends so many days from now."""
    person_id = world.conn.execute(
        "SELECT person_id FROM person_phones WHERE number LIKE '+989%' ORDER BY person_id LIMIT 1"
    ).fetchone()["person_id"]
    policy_id = issue(person_id=person_id)
    end = local(world.clock.now()).date() + timedelta(days=days)
    with transaction(world.conn):
        world.conn.execute("UPDATE policies SET end_date = ? WHERE id = ?", (end.isoformat(), policy_id))
    return policy_id


def test_the_seven_ready_rules_come_switched_off(world: World, modir: Person) -> None:
    assert "قاعدهٔ آماده هست" in modir.get("/messages/rules").text
    ready(modir)
    page = modir.get("/messages/rules").text
    assert page.count('role="switch" aria-checked="false"') == len(READY) >= 7
    assert "۳۰ روز پیش، ۱۰ روز پیش، ۱ روز پیش · ساعت ۱۰:۰۰" in page
    assert "قاعدهٔ آماده هست" not in page


def test_a_rule_that_is_switched_on_is_foreseen_and_sends_once(
    world: World, modir: Person, issue: Issue
) -> None:
    ready(modir)
    expiring(world, issue)
    assert modir.post(f"/messages/rules/{rule_id(world)}/switch", {"is_active": "1"}).status_code == 303
    foreseen = modir.get("/messages/planned?days=30").text
    assert "۱۰ روز پیش" in foreseen or "۱ روز پیش" in foreseen
    assert "به پایان می‌رسد" in foreseen
    assert "دفتر آزمون" in foreseen
    world.clock.advance(timedelta(days=9, hours=12).total_seconds())
    for _ in range(2):
        fire_due(world.conn, world.clock.now(), lambda event: None, office={"نام دفتر": "دفتر آزمون"})
    assert len(outbox(world)) == len({row["idempotency_key"] for row in outbox(world)}) >= 1


def test_one_message_is_taken_out_and_put_back(world: World, modir: Person, issue: Issue) -> None:
    ready(modir)
    expiring(world, issue)
    modir.post(f"/messages/rules/{rule_id(world)}/switch", {"is_active": "1"})
    keys = re.findall(r'name="key" value="([^"]+:day:-1)"', modir.get("/messages/planned?days=30").text)
    assert len(keys) == 1
    assert modir.post("/messages/planned/cancel", {"key": "rule:1:none"}).status_code == 404
    desk = world.person(MONSHI)
    assert desk.post("/messages/planned/cancel", {"key": keys[0], "days": "30"}).status_code == 303
    assert "بازگرداندن" in desk.get("/messages/planned?days=30").text
    world.clock.advance(timedelta(days=9, hours=12).total_seconds())
    fire_due(world.conn, world.clock.now(), lambda event: None)
    assert not [row for row in outbox(world) if row["idempotency_key"] == keys[0]]


def test_the_form_of_a_new_rule_begins_with_the_events_default_text(world: World, modir: Person) -> None:
    form = {"event": "cheque.due", "body": "سررسید {بانک}", "kind": "service"}
    for name in ("نخست", "دوم"):
        modir.post("/messages/templates/new", form | {"name": name})
    ids = {one.name: one.id for one in list_templates(world.conn, event="cheque.due")}
    page = "/messages/rules/new?event=cheque.due"
    assert f'<option value="{ids["نخست"]}" selected>' in modir.get(page).text
    modir.post(f"/messages/templates/{ids['دوم']}/default")
    assert f'<option value="{ids["دوم"]}" selected>' in modir.get(page).text


def test_a_rule_is_made_with_several_offsets_hour_and_conditions(world: World, modir: Person) -> None:
    ready(modir)
    form_page = modir.get("/messages/rules/new?event=policy.expiring").text
    template = re.search(r'<option value="(\d+)"(?: selected)?>دعوت به تمدید', form_page)
    assert template
    form = {
        "name": "پیگیری بدنه", "template_id": template[1], "at": "۹:۳۰", "late_hours": "۲۴", "line_code": "TPL",
        "amount.0": "۱۰", "unit.0": "day", "side.0": "before", "amount.1": "۰", "unit.1": "day",
        "amount.2": "۳", "unit.2": "day", "side.2": "after", "on_holiday": "before", "is_active": "1",
    }  # fmt: skip
    assert modir.post("/messages/rules/new?event=policy.expiring", form).status_code == 303
    row = find_rule_by_name(world.conn, "پیگیری بدنه")
    assert row is not None
    assert (row.at_minute, row.late_hours, row.on_holiday, row.is_active) == (570, 24, "before", True)
    assert {one.amount for one in list_offsets(world.conn) if one.rule_id == row.id} == {-10, 0, 3}
    page = modir.get(f"/messages/rules/{row.id}").text
    assert 'value="۰۹:۳۰"' in page
    listed = modir.get("/messages/rules").text
    assert "۱۰ روز پیش، همان روز، ۳ روز پس · ساعت ۰۹:۳۰" in listed
    assert "رشته: " in listed
    assert modir.post(f"/messages/rules/{row.id}/delete").status_code == 303
    assert modir.get(f"/messages/rules/{row.id}").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "نام قاعده را بنویسید."),
        ("name", INVITATION, "قاعدهٔ دیگری با همین نام هست."),
        ("at", "۲۵", "ساعت را مانند"),
        ("late_hours", "-", "عددی از ۱"),
        ("template_id", "999", "متن را انتخاب کنید."),
        ("amount.0", "", "دست‌کم یک زمان"),
        ("amount.0", "ده", "در هر خط یک عدد"),
        ("amount.0", "۹۰۰", "دست‌کم یک زمان"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    world: World, modir: Person, field: str, value: str, words: str
) -> None:
    ready(modir)
    page = modir.get("/messages/rules/new?event=policy.expiring").text
    template = re.search(r'<option value="(\d+)"(?: selected)?>دعوت به تمدید', page)
    assert template
    form = {"name": "تازه", "template_id": template[1], "at": "10:00", "late_hours": "48", "amount.0": "1"}
    answer = modir.post("/messages/rules/new?event=policy.expiring", form | {field: value})
    assert answer.status_code == 422
    assert words in answer.text


def test_the_desk_sees_rules_and_who_may_not_read_messages_does_not(world: World) -> None:
    installer = world.person(NASSAB)
    assert installer.get("/messages/rules").status_code == 403
    assert installer.get("/messages/planned").status_code == 403


def test_quiet_hours_footer_and_limits_are_kept(world: World, modir: Person) -> None:
    form = {"quiet_from": "۲۱:۰۰", "quiet_to": "۹", "footer": "لغو ۱۱", "resend_service_hours": ""}
    assert modir.post("/messages/plan", form).status_code == 303
    page = modir.get("/messages/plan").text
    assert 'value="۲۱:۰۰"' in page
    assert 'value="۰۹:۰۰"' in page
    limit = {"segment": "grade:gold", "kind": "advertising", "most": "۱", "days": "۷"}
    assert modir.post("/messages/plan/limits", limit).status_code == 303
    assert "<b>رتبهٔ طلایی</b> · تبلیغاتی" in modir.get("/messages/plan").text
    assert modir.post("/messages/plan/limits", limit | {"segment": "grade:none"}).status_code == 422
    assert modir.post("/messages/plan/limits/delete", limit).status_code == 303
    assert modir.post("/messages/plan", form | {"quiet_from": "بعد"}).status_code == 422


def test_a_number_is_put_on_the_list_of_those_who_want_none_and_off_it(world: World, modir: Person) -> None:
    assert modir.post("/messages/plan/opt-outs", {"number": "۰۹۳۵ ۱۱۱ ۲۲۳۳"}).status_code == 303
    page = modir.get("/messages/plan").text
    assert "ثبت همکار" in page
    assert 'value="+989351112233"' in page
    assert modir.post("/messages/plan/opt-outs", {"number": "0218877"}).status_code == 422
    assert modir.post("/messages/plan/opt-outs/delete", {"number": "+989351112233"}).status_code == 303
    assert "+989351112233" not in modir.get("/messages/plan").text


def test_a_holiday_is_entered_and_taken_away(world: World, modir: Person) -> None:
    day = local(world.clock.now()).date() + timedelta(days=20)
    form = {"day": format_date(day), "title": "تعطیلی آزمون"}
    assert modir.post("/messages/plan/holidays", form).status_code == 303
    assert "تعطیلی آزمون" in modir.get("/messages/plan").text
    assert modir.post("/messages/plan/holidays", {"day": "فردا", "title": "x"}).status_code == 422
    assert modir.post("/messages/plan/holidays/delete", {"day": day.isoformat()}).status_code == 303
    assert "تعطیلی آزمون" not in modir.get("/messages/plan").text

"""The sections of a known caller's card: with the ring, after it, per role, and never what a user may not see."""

from __future__ import annotations

import re
from collections.abc import Callable

from appliance.core.clock import to_text
from appliance.domain.acting import Acting
from appliance.domain.demo_data.reference import enter_reference
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import Person, World, heard

MakeCall = Callable[..., SimulatedCall]
ALI, REZA = "09120000001", "09120000004"


def enter(world: World) -> dict[str, int]:
    act = Acting(world.conn, world.clock.now(), None)
    return enter_reference(act, "Asia/Tehran").persons


def card(person: Person, call: SimulatedCall) -> str:
    page = person.get(f"/calls/{call.id}").text
    return page[page.index("<article") : page.index("</article>")]


def keys(html: str) -> list[str]:
    return [key for key in re.findall(r'data-section="([\w-]+)"', html) if key not in ("who", "note-more")]


def test_the_card_of_the_reference_customer(world: World, desk: Person, call: MakeCall) -> None:
    enter(world)
    shown = card(desk, call().ring().identify(ALI))
    assert keys(shown) == ["money", "policies", "open", "contacts", "hints", "missing", "message", "related"]
    assert "۱۰ روز مانده" in shown
    assert "۳ روز گذشته" in shown
    assert shown.index("۳ روز گذشته") < shown.index("۱۰ روز مانده")
    assert "۲۰٬۰۰۰٬۰۰۰" in shown
    assert "چک Q۱" in shown
    # Letters of two elements join when nothing stands between them, which cuts the last one's tail off.
    assert not re.search(r"[\u0600-\u06ff]</(?:b|span)><(?:(?:b|small)\b|span class=.row-thing)", shown)


def test_a_message_is_offered_to_mobiles_only(world: World, desk: Person, call: MakeCall) -> None:
    enter(world)
    assert "پیام بعد از تماس" in card(desk, call().ring().identify(ALI))
    firm = card(desk, call().ring().identify("02610000002"))
    assert "شرکت آفتاب" in firm
    assert "پیام بعد از تماس" not in firm


def test_a_bad_payer_is_called_one(world: World, desk: Person, call: MakeCall) -> None:
    enter(world)
    assert "بدحساب – ۱ چک برگشتی" in card(desk, call().ring().identify(REZA))


def test_without_the_right_to_see_money_nothing_tells_of_it(world: World, call: MakeCall) -> None:
    persons = enter(world)
    marketer = world.person("bazaryab")
    user = world.conn.execute("SELECT id FROM users WHERE username = 'bazaryab'").fetchone()["id"]
    world.conn.execute("UPDATE persons SET created_by = ? WHERE id = ?", (user, persons["C4"]))
    shown = card(marketer, call().ring().identify(REZA))
    assert "رضا یوسفی" in shown
    for word in ("بدحساب", "چک", "مانده</small>", "۳۰٬۰۰۰٬۰۰۰"):
        assert word not in shown


def test_a_marketer_is_not_told_who_a_colleague_s_customer_is(world: World, call: MakeCall) -> None:
    enter(world)
    marketer = world.person("bazaryab").listen()
    ringing = call().ring().identify(ALI)
    world.live.teller.tell(world.conn, ringing.events[-1])
    (message,) = heard(marketer, "call.identified")
    assert "مشتری همکار دیگر" in message["html"]
    assert "مشتری همکار دیگر" in message["row"]
    for field in ("html", "row", "title"):
        assert "رضایی" not in message[field]


def test_a_ring_brings_the_whole_card_in_one_message(world: World, call: MakeCall) -> None:
    enter(world)
    desk = world.person("monshi").listen()
    ringing = call().ring().identify(ALI)
    world.live.teller.tell(world.conn, ringing.events[-1])
    (message,) = heard(desk, "call.identified")
    assert "data-waiting" not in message["html"]
    for section in ("open", "contacts", "hints", "missing", "message", "related", "note-more"):
        assert f'data-section="{section}"' in message["html"]
    assert "csrf_token" not in message["html"]
    assert world.live.follow_up.tell_wanted(world.conn) == 0


def test_slow_records_give_the_first_block_with_the_ring_and_the_rest_after_it(
    world: World, call: MakeCall
) -> None:
    enter(world)
    desk = world.person("monshi").listen()
    world.live.teller.whole_within_s = 0.0
    ringing = call().ring().identify(ALI)
    world.live.teller.tell(world.conn, ringing.events[-1])
    (message,) = heard(desk, "call.identified")
    assert "۳ روز گذشته" in message["html"]
    assert message["html"].count("data-waiting") == 7
    assert world.live.follow_up.tell_wanted(world.conn) == 1
    (rest,) = heard(desk, "card.details")
    assert rest["call_id"] == ringing.id
    assert f'data-caller="{rest["caller"]}"' in message["html"]
    assert keys(rest["html"]) == ["open", "contacts", "hints", "missing", "message", "related"]
    assert "data-waiting" not in rest["html"]
    assert "csrf_token" not in rest["html"]


def test_a_page_opened_during_the_call_has_the_whole_card(world: World, desk: Person, call: MakeCall) -> None:
    enter(world)
    call().ring().identify(ALI)
    page = desk.get("/about").text
    assert 'data-section="contacts"' in page
    assert "data-waiting" not in page


def test_a_page_that_did_not_hear_it_asks(world: World, desk: Person, call: MakeCall) -> None:
    enter(world)
    ringing = call().ring().identify(ALI)
    answer = desk.get(f"/calls/{ringing.id}/details")
    assert answer.json is not None
    assert keys(answer.json["html"])[0] == "open"


def test_the_last_meeting_is_on_the_card_however_many_calls_came_since(
    world: World, desk: Person, call: MakeCall
) -> None:
    persons = enter(world)
    kind = world.conn.execute(
        "SELECT id FROM choices WHERE code = 'meeting' AND list = 'activity-kind'"
    ).fetchone()
    world.conn.execute(
        "INSERT INTO activities (kind_id, title, person_id, start_at, state, done_at, result, created_at) "
        "VALUES (?, 'دیدار دفتر', ?, '2025-01-01T08:00:00.000Z', 'done', '2025', 'تمدید با پوشش بیشتر', '2025')",
        (kind["id"], persons["C1"]),
    )
    for _ in range(6):
        call().ring().identify(ALI).miss()
    shown = card(desk, call().ring().identify(ALI))
    assert "دیدار دفتر" in shown
    assert "تمدید با پوشش بیشتر" in shown


def test_an_owner_hides_and_orders_sections_for_a_role(world: World, desk: Person, call: MakeCall) -> None:
    enter(world)
    owner = world.person("modir")
    order = ["contacts", "policies", "money", "open", "hints", "missing", "message", "related"]
    form = {"role": "desk", "order": order, "shown": ["contacts", "policies"], "move": "up:policies"}
    answer = owner.post("/settings/call-card", form)
    assert answer.status_code == 303
    assert "چینش کارت تماس ذخیره شد" in owner.get(answer.location).text
    ringing = call().ring().identify(ALI)
    assert keys(card(desk, ringing)) == ["policies", "contacts"]
    assert keys(card(owner, ringing))[0] == "money"
    owner.post("/settings/call-card", {"role": "desk", "reset": "1"})
    assert keys(card(desk, ringing))[0] == "money"
    assert desk.get("/settings/call-card").status_code == 403


def test_a_caller_who_waits_for_a_call_back_is_said_to(world: World, desk: Person, call: MakeCall) -> None:
    enter(world)
    call().ring().identify(ALI).miss()
    assert "پیرو تماس بی‌پاسخ" in card(desk, call().ring().identify(ALI))


def test_planned_work_stands_under_what_is_open(world: World, desk: Person, call: MakeCall) -> None:
    persons = enter(world)
    kind = world.conn.execute(
        "SELECT id FROM choices WHERE code = 'task' AND list = 'activity-kind'"
    ).fetchone()
    world.conn.execute(
        "INSERT INTO activities (kind_id, title, person_id, start_at, assignee_id, created_at) "
        "VALUES (?, 'ارسال کپی کارت', ?, ?, 2, '2026')",
        (kind["id"], persons["C1"], to_text(world.clock.now())),
    )
    shown = card(desk, call().ring().identify(ALI))
    section = shown[shown.index('data-section="open"') : shown.index('data-section="contacts"')]
    assert "ارسال کپی کارت" in section
    assert 'data-of="2"' in section

"""The outbox: what it shows, to whom, and what a person decides there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from appliance.core.clock import to_text
from appliance.core.jalali import day_bounds, local, month_of
from db.queries.message_money import BalanceCheck, insert_balance_check
from db.queries.message_routes import RouteRow, insert_route
from db.queries.outbox import find_message
from panel.sms.words import FILTERS, STATES
from tests.panel.sms.conftest import MOBILE
from tests.panel.world import Person, World

SENT = {
    "state": "sent",
    "route": "sink",
    "armed_at": "2026-01-01T00:00:00.000Z",
    "sent_at": "2026-01-01T00:00:00.000Z",
}


def columns_of(state: str) -> dict[str, object]:
    if state in ("sent", "delivered"):
        return {**SENT, "state": state}
    if state in ("armed", "uncertain"):
        return {"state": state, "route": "sink", "armed_at": "2026-01-01T00:00:00.000Z"}
    return {"state": state}


@pytest.mark.parametrize("state", FILTERS)
def test_every_state_has_its_persian_word_and_its_filter(
    desk: Person, message: Callable[..., str], state: str
) -> None:
    message("پیامی که دیده می‌شود", **columns_of(state))
    page = desk.get(f"/messages?state={state}").text
    assert "پیامی که دیده می‌شود" in page
    assert STATES[state].title in page
    other = "queued" if state != "queued" else "failed"
    assert "پیامی که دیده می‌شود" not in desk.get(f"/messages?state={other}").text


def test_a_message_is_found_by_part_of_its_number_in_persian_digits(
    desk: Person, message: Callable[..., str]
) -> None:
    message("یکی")
    message("دیگری", number="+989359998877")
    page = desk.get("/messages?text=۰۹۱۲۱۱۱").text
    assert "یکی" in page
    assert "دیگری" not in page


def test_the_message_page_says_parts_cost_and_why_it_failed(
    desk: Person, message: Callable[..., str]
) -> None:
    message_id = message(
        "الف" * 100,
        state="failed",
        reason="opted-out",
        cost_rial=12500,
        settled_at="2026-01-01T00:00:00.000Z",
    )
    page = desk.get(f"/messages/sent/{message_id}").text
    for words in (
        "ناموفق",
        "گیرنده دریافت پیام تبلیغاتی را لغو کرده است",
        "۱۲٬۵۰۰ ریال",
        "تعداد بخش</dt><dd>۵",
    ):
        assert words in page, words


def test_the_text_of_a_message_cannot_become_part_of_the_page(
    desk: Person, message: Callable[..., str]
) -> None:
    message_id = message("<script>alert(1)</script>")
    assert "<script>alert" not in desk.get(f"/messages/sent/{message_id}").text
    assert "<script>alert" not in desk.get("/messages").text


def test_a_queued_message_is_withdrawn_once(world: World, desk: Person, message: Callable[..., str]) -> None:
    message_id = message()
    assert desk.post(f"/messages/sent/{message_id}/cancel").status_code == 303
    row = find_message(world.conn, message_id)
    assert row is not None
    assert row.state == "cancelled"
    assert desk.post(f"/messages/sent/{message_id}/cancel").status_code == 409


def test_an_uncertain_service_message_is_sent_again_once(
    world: World, desk: Person, message: Callable[..., str]
) -> None:
    message_id = message("قسط شما", **columns_of("uncertain"))
    listed = desk.get("/messages").text
    assert "روشن نیست که ۱ پیام" in listed
    assert "دوباره بفرست" in listed
    for wanted in (303, 409):
        answer = desk.post(f"/messages/sent/{message_id}/decide", {"decision": "resend"})
        assert answer.status_code == wanted
    copies = world.conn.execute("SELECT id FROM outbox WHERE resend_of = ?", (message_id,)).fetchall()
    assert len(copies) == 1


def test_uncertain_advertising_is_counted_as_sent_and_never_sent_again(
    world: World, desk: Person, message: Callable[..., str]
) -> None:
    message_id = message("تخفیف", kind="advertising", **columns_of("uncertain"))
    assert 'value="resend"' not in desk.get(f"/messages/sent/{message_id}").text
    assert desk.post(f"/messages/sent/{message_id}/decide", {"decision": "resend"}).status_code == 409
    assert desk.post(f"/messages/sent/{message_id}/decide", {"decision": "taken-as-sent"}).status_code == 303
    row = find_message(world.conn, message_id)
    assert row is not None
    assert row.state == "sent"


def test_a_failed_message_is_tried_again_by_a_person(desk: Person, message: Callable[..., str]) -> None:
    message_id = message(state="failed", reason="gave-up")
    answer = desk.post(f"/messages/sent/{message_id}/again")
    assert answer.status_code == 303
    assert "در صف" in desk.get(answer.location).text


def test_who_sees_only_his_own_persons_sees_their_messages_only(
    world: World, message: Callable[..., str], person_id: int
) -> None:
    world.conn.execute(
        "INSERT INTO role_permissions (role, permission, is_granted) VALUES ('marketer', 'messages.view', 1)"
    )
    theirs = message("پیام دیگران", person_id=person_id)
    world.conn.execute("UPDATE persons SET marketer_id = NULL, created_by = NULL WHERE id = ?", (person_id,))
    marketer = world.person("bazaryab")
    assert "پیام دیگران" not in marketer.get("/messages").text
    assert marketer.get(f"/messages/sent/{theirs}").status_code == 404
    user_id = world.conn.execute("SELECT id FROM users WHERE username = 'bazaryab'").fetchone()["id"]
    world.conn.execute("UPDATE persons SET created_by = ? WHERE id = ?", (user_id, person_id))
    assert "پیام دیگران" in marketer.get("/messages").text
    assert MOBILE[-4:] in marketer.get(f"/messages/sent/{theirs}").text


def test_this_months_messages_are_as_many_as_their_list_shows(
    world: World, message: Callable[..., str]
) -> None:
    desk = world.person("modir")
    first, last = month_of(local(world.clock.now(), "Asia/Tehran").date())
    inside = [day_bounds(first, "Asia/Tehran")[0], day_bounds(last, "Asia/Tehran")[1] - timedelta(seconds=1)]
    outside = [inside[0] - timedelta(seconds=1), inside[1] + timedelta(seconds=1)]
    for at in (*inside, *outside):
        message("پیام ماه", state="sent", sent_at=to_text(at))
    message("دورنگار", channel="fax", state="sent", sent_at=to_text(inside[0]))
    message("در صف")
    page = desk.get("/messages").text
    shown = re.search(r'<dt>پیامک‌های این ماه</dt><dd><a href="([^"]+)">([۰-۹]+)</a>', page)
    assert shown
    assert shown[2] == "۲"
    assert desk.get(shown[1]).text.count('class="row-link"') == 2


def test_credit_stands_above_the_list_with_its_time_and_turns_red_below_the_mark(world: World) -> None:
    at = to_text(world.clock.now())
    row = RouteRow(id=0, name="k", title="سرویس", provider="kavenegar", low_credit_rial=50_000)
    insert_route(world.conn, row, at)
    check = BalanceCheck(route="k", at=at, amount=40_000, unit="rial", booked_rial=40_000, detail="")
    insert_balance_check(world.conn, check)
    modir = world.person("modir")
    page = modir.get("/messages").text
    link = '<a href="/messages/money?route=k">۴۰٬۰۰۰ ریال</a>'
    assert f'<div class="is-low"><dt>اعتبار سرویس · رو به پایان</dt><dd>{link}' in page
    world.conn.execute(
        "INSERT INTO role_permissions (role, permission, is_granted) VALUES ('marketer', 'messages.view', 1)"
    )
    others = world.person("bazaryab").get("/messages").text
    assert "اعتبار سرویس" not in others
    assert "پیامک‌های این ماه" not in others, "he sees his own persons' messages alone"

"""Writing by hand: what the preview says is what is queued, and it is queued once."""

from __future__ import annotations

import re

from db.queries.message_routes import Rate, RouteRow, insert_route, upsert_rate
from tests.panel.typed_numbers import TEN
from tests.panel.world import Person, World


def outbox(world: World) -> list[dict[str, object]]:
    return [dict(row) for row in world.conn.execute("SELECT * FROM outbox ORDER BY created_at, id")]


def form_key(page: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_pasted_list_is_read_in_any_spelling_and_bad_lines_are_named(world: World, desk: Person) -> None:
    page = desk.post("/messages/new", {"numbers": TEN, "body": "سلام"}).text
    assert "۲ خط شمارهٔ همراه نبود" in page
    assert "<span>خط ۸</span><bdi>02188776655</bdi>" in page
    assert "<span>خط ۹</span><bdi>سلام</bdi>" in page
    assert "۱ شمارهٔ تکراری" in page
    assert "فرستادن ۸ پیام" in page
    assert not outbox(world), "a preview queues nothing"
    answer = desk.post(
        "/messages/new", {"numbers": TEN, "body": "سلام", "action": "queue", "form_key": form_key(page)}
    )
    assert answer.status_code == 303
    assert len({row["number"] for row in outbox(world)}) == 8


def test_a_form_sent_twice_queues_once(world: World, desk: Person) -> None:
    form = {"numbers": "09121112233", "body": "یک بار", "action": "queue", "form_key": "k1"}
    for _ in range(2):
        assert desk.post("/messages/new", form).status_code == 303
    assert [row["body"] for row in outbox(world)] == ["یک بار"]


def test_a_customers_message_has_his_name_in_it_and_is_his(
    world: World, desk: Person, person_id: int
) -> None:
    page = desk.get(f"/messages/new?person={person_id}").text
    number = re.search(r'<option value="(\+989\d+)"', page)
    assert number
    form = {"person": person_id, "number": number[1], "body": "{نام بیمه‌گذار} گرامی\n{نام دفتر}"}
    shown = desk.post("/messages/new", form).text
    row = world.conn.execute(
        "SELECT first_name, last_name FROM persons WHERE id = ?", (person_id,)
    ).fetchone()
    wanted = f"{row['first_name']} {row['last_name']}".strip() + " گرامی\nدفتر آزمون"
    assert wanted in shown
    desk.post("/messages/new", {**form, "action": "queue"})
    assert [(one["body"], one["person_id"], one["is_immediate"]) for one in outbox(world)] == [
        (wanted, person_id, 1)
    ]


def test_an_empty_required_field_stops_that_receiver_alone(
    world: World, desk: Person, person_id: int
) -> None:
    known = world.conn.execute(
        "SELECT number FROM person_phones WHERE person_id = ? AND number LIKE '+989%'", (person_id,)
    ).fetchone()["number"]
    form = {"numbers": f"{known}\n09129998877", "body": "{نام بیمه‌گذار} گرامی"}
    page = desk.post("/messages/new", form).text
    assert "فیلد «نام بیمه‌گذار» برای این گیرنده مقداری ندارد." in page
    desk.post("/messages/new", {**form, "action": "queue"})
    assert [row["number"] for row in outbox(world)] == [known]


def test_the_preview_counts_parts_and_cost_with_the_footer(world: World, desk: Person) -> None:
    at = "2026-01-01T00:00:00.000Z"
    insert_route(world.conn, RouteRow(id=0, name="k", title="سرویس", provider="kavenegar"), at)
    rate = Rate(route="k", valid_from="2020-01-01", persian_rial=1000, latin_rial=2000, vat_bp=1000)
    upsert_rate(world.conn, rate)
    form = {"numbers": "09121112233", "body": "ا" * 70}
    assert "۱ بخش · ۱٬۱۰۰ ریال" in desk.post("/messages/new", form).text
    advertising = desk.post("/messages/new", {**form, "kind": "advertising"}).text
    assert "۲ بخش · ۲٬۲۰۰ ریال" in advertising
    assert "لغو۱۱</p>" in advertising


def test_a_field_that_is_not_and_a_stray_brace_are_told(desk: Person) -> None:
    for body, words in (("{حق بیمه}", "فیلد «حق بیمه» برای این متن نیست"), ("سلام {", "آکولاد بی‌فیلد"),
                        ("  ", "متن را بنویسید")):  # fmt: skip
        answer = desk.post("/messages/new", {"numbers": "09121112233", "body": body})
        assert answer.status_code == 422
        assert words in answer.text


def test_a_number_of_one_customer_leads_to_him(world: World, desk: Person, person_id: int) -> None:
    row = world.conn.execute(
        "SELECT number FROM person_phones WHERE person_id = ? AND number LIKE '+989%'", (person_id,)
    ).fetchone()
    answer = desk.get("/messages/new", query_string={"number": row["number"]})
    assert answer.status_code == 302
    assert f"person={person_id}" in answer.location


def test_who_may_only_look_cannot_write(world: World) -> None:
    world.conn.execute(
        "INSERT INTO role_permissions (role, permission, is_granted) VALUES ('desk', 'messages.send', 0)"
    )
    desk = world.person("monshi")
    assert desk.get("/messages/new").status_code == 403
    assert 'href="/messages/new"' not in desk.get("/messages").text

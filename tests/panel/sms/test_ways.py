"""Routes and money: what is set up, what went wrong in Persian, what is left, and every movement."""

from __future__ import annotations

import pytest

from db.queries.message_money import BalanceCheck, insert_balance_check, insert_movement, sum_movements
from db.queries.message_routes import RouteRow, RouteState, insert_route, upsert_secret, upsert_state
from tests.panel.world import Person, World

AT = "2026-01-01T00:00:00.000Z"


@pytest.fixture
def route(world: World) -> int:
    """Give a web service that refused its key."""
    row = RouteRow(id=0, name="first", title="سرویس نخست", provider="kavenegar", low_credit_rial=100_000)
    route_id = insert_route(world.conn, row, AT)
    upsert_secret(world.conn, route_id, "api_key", "very-secret-key")
    upsert_state(
        world.conn, RouteState(route="first", state="down", code="wrong-key", detail="403", checked_at=AT)
    )
    return route_id


def test_a_wrong_key_is_told_in_persian_and_never_shown(desk: Person, route: int) -> None:
    page = desk.get("/messages/routes").text
    assert "سرویس نخست" in page
    assert "ازکارافتاده" in page
    assert "کلید" in page
    assert "wrong-key" not in page
    assert "very-secret-key" not in page


def test_what_the_provider_says_is_left_stands_beside_what_was_booked(
    world: World, desk: Person, route: int
) -> None:
    insert_movement(
        world.conn, entry_key="p1", route="first", kind="purchase", amount_rial=90_000, at=AT, note="رسید ۱۲"
    )
    check = BalanceCheck(route="first", at=AT, amount=80_000, unit="rial", booked_rial=90_000)
    insert_balance_check(world.conn, check)
    page = desk.get("/messages/routes").text
    for words in ("۸۰٬۰۰۰ ریال", "رو به پایان", "۹۰٬۰۰۰ ریال", "−۱۰٬۰۰۰ ریال"):
        assert words in page, words


def test_a_test_message_goes_over_that_route_alone(world: World, desk: Person, route: int) -> None:
    refused = desk.post("/messages/routes/first/test", {"number": "02188776655"})
    assert refused.status_code == 422
    assert "شمارهٔ همراه را مانند" in refused.text
    assert desk.post("/messages/routes/first/test", {"number": "۰۹۱۲۱۱۱۲۲۳۳"}).status_code == 303
    row = world.conn.execute("SELECT number, wanted_route, is_immediate FROM outbox").fetchone()
    assert dict(row) == {"number": "+989121112233", "wanted_route": "first", "is_immediate": 1}
    assert desk.post("/messages/routes/nowhere/test", {"number": "09121112233"}).status_code == 404


def test_an_office_without_routes_is_told_that_nothing_is_lost(desk: Person) -> None:
    assert "هنوز مسیری تنظیم نشده است" in desk.get("/messages/routes").text


def test_a_receipt_is_booked_once_and_the_sum_is_the_balance(world: World, desk: Person, route: int) -> None:
    form = {"route": "first", "amount": "۱٬۵۰۰٬۰۰۰", "document": "رسید ۷"}
    for _ in range(2):
        assert desk.post("/messages/money", form).status_code == 303
    insert_movement(world.conn, entry_key="c1", route="first", kind="cost", amount_rial=-1_980, at=AT)
    assert sum_movements(world.conn, "first") == 1_498_020
    page = desk.get("/messages/money").text
    for words in ("خرید اعتبار", "هزینهٔ پیام", "۱٬۴۹۸٬۰۲۰ ریال", "−۱٬۹۸۰ ریال", "رسید ۷"):
        assert words in page, words
    assert "−۱٬۹۸۰ ریال" not in desk.get("/messages/money?kind=purchase").text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("amount", "صد", "مبلغ را به ریال بنویسید"), ("amount", "0", "مبلغ را به ریال بنویسید"),
     ("document", " ", "شمارهٔ سند یا رسید"), ("route", "other", "مسیر را انتخاب کنید")],
)  # fmt: skip
def test_a_receipt_that_cannot_be_is_refused(
    world: World, desk: Person, route: int, field: str, value: str, words: str
) -> None:
    form = {"route": "first", "amount": "1000", "document": "رسید ۷", field: value}
    answer = desk.post("/messages/money", form)
    assert answer.status_code == 422
    assert words in answer.text
    assert sum_movements(world.conn, "first") == 0


def test_who_may_only_look_sees_neither_routes_nor_money(world: World) -> None:
    world.conn.execute(
        "INSERT INTO role_permissions (role, permission, is_granted) VALUES ('desk', 'messages.manage', 0)"
    )
    desk = world.person("monshi")
    assert desk.get("/messages/routes").status_code == 403
    assert desk.get("/messages/money").status_code == 403
    assert "/messages/money" not in desk.get("/messages").text

"""The money agrees with the provider or shows the difference; routes are set up and their secrets kept apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import msgspec
import pytest

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.domain.acting import Acting, acting
from appliance.domain.messaging import accounts, routes
from appliance.domain.messaging.prices import message_price, part_price
from db import Connection
from db.queries import message_money, message_routes
from db.queries.message_money import BalanceCheck
from db.queries.message_routes import Rate, RouteRow
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

Act = Callable[[], AbstractContextManager[Acting]]


@pytest.fixture
def act(conn: Connection, office: Office, clock: FakeClock) -> Act:
    return lambda: acting(conn, clock.now(), office.owner, lambda event: None)


def test_the_sum_of_movements_is_the_balance_and_a_difference_is_shown_and_booked(
    conn: Connection, clock: FakeClock, act: Act
) -> None:
    with act() as doing:
        assert accounts.record_purchase(doing, "web", 500_000, document="12")
        assert not accounts.record_purchase(doing, "web", 500_000, document="12")
    message_money.insert_movement(
        conn, entry_key="m:0:1:cost", route="web", kind="cost", amount_rial=-1_160, at=to_text(clock.now())
    )
    assert accounts.account_of(conn, "web").balance_rial == 498_840
    clock.advance(1)
    check = BalanceCheck(
        route="web", at=to_text(clock.now()), amount=498_000, unit="rial", booked_rial=498_840
    )
    message_money.insert_balance_check(conn, check)
    assert accounts.account_of(conn, "web").difference_rial == -840
    with act() as doing:
        assert accounts.adjust_to_provider(doing, "web", note="کارمزد") == -840
    account = accounts.account_of(conn, "web")
    assert (account.balance_rial, account.difference_rial) == (498_000, 0)
    assert [one.route for one in accounts.accounts(conn)] == ["web"]


def test_a_balance_in_messages_is_told_and_not_compared(conn: Connection, act: Act) -> None:
    message_money.insert_balance_check(
        conn, BalanceCheck(route="web", at="2026", amount=431.5, unit="messages", booked_rial=0)
    )
    assert accounts.account_of(conn, "web").difference_rial is None
    with pytest.raises(InvalidInputError), act() as doing:
        accounts.adjust_to_provider(doing, "web", note="x")


@pytest.mark.parametrize(("amount", "document"), [(0, "1"), (-5, "1"), (10**13, "1"), (5, " ")])
def test_a_purchase_that_cannot_be_is_refused(act: Act, amount: int, document: str) -> None:
    with pytest.raises(InvalidInputError), act() as doing:
        accounts.record_purchase(doing, "web", amount, document=document)


def test_prices_have_vat_and_are_rounded_half_up() -> None:
    rate = Rate(route="web", valid_from="2026-01-01", persian_rial=1_155, latin_rial=2_890, vat_bp=1_000)
    assert (part_price(rate, "ucs2"), message_price(rate, "gsm7", 2)) == (1_271, 6_358)
    assert message_price(None, "ucs2", 3) == 0


def test_the_price_of_a_day_is_the_last_that_was_set_before(conn: Connection, act: Act) -> None:
    with act() as doing:
        for day, price in ((date(2026, 1, 1), 100), (date(2026, 6, 1), 200)):
            routes.set_rate(doing, "web", valid_from=day, persian_rial=price, latin_rial=price, vat_bp=0)
    found = [message_routes.find_rate(conn, "web", day) for day in ("2025-12-31", "2026-05-31", "2026-06-01")]
    assert [rate.persian_rial if rate else None for rate in found] == [None, 100, 200]


def test_a_route_is_set_up_and_its_secret_kept_apart(conn: Connection, act: Act, clock: FakeClock) -> None:
    row = RouteRow(id=0, name="web", title="کاوه‌نگار", provider="kavenegar")
    before = message_routes.find_changed_at(conn)
    with act() as doing:
        route_id = routes.save_route(doing, row, {"api_key": "s3cret"})
    assert message_routes.find_changed_at(conn) != before
    clock.advance(1)
    with act() as doing:
        changed = msgspec.structs.replace(row, id=route_id, name="other", daily_cap=100)
        routes.save_route(doing, changed, {"api_key": ""})
    found = message_routes.find_route(conn, "web")
    assert found is not None
    assert found.daily_cap == 100
    assert "s3cret" not in repr(found)
    assert message_routes.read_secrets(conn, route_id) == {"api_key": "s3cret"}
    with act() as doing:
        routes.remove_route(doing, route_id)
    assert message_routes.read_secrets(conn, route_id) == {}


def test_a_route_that_cannot_be_is_refused(act: Act) -> None:
    row = RouteRow(id=0, name="web", title="x", provider="sink")
    with act() as doing:
        routes.save_route(doing, row)
    with pytest.raises(ConflictError), act() as doing:
        routes.save_route(doing, row)
    with pytest.raises(InvalidInputError), act() as doing:
        routes.save_route(doing, msgspec.structs.replace(row, name="Kave Negar"))
    with pytest.raises(NotFoundError), act() as doing:
        routes.save_route(doing, msgspec.structs.replace(row, id=99))

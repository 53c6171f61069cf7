"""Handing policies over: four methods, a time, an address old or new, the ready list, the courier's round."""

from __future__ import annotations

import re

import pytest

from db.queries.person_addresses import list_addresses
from tests.panel.policies.conftest import Issue, issue
from tests.panel.world import Person, World

__all__ = ["issue"]
NEW = {
    "method": "own-courier", "state": "ready", "due_day": "1405/09/02", "due_time": "۱۱:۰۰", "address_id": "new",
    "address": "خیابان آزادی، پلاک ۱۲",
}  # fmt: skip


@pytest.fixture
def owner(world: World) -> Person:
    return world.person("modir")


def test_all_four_methods_are_offered_and_the_ready_list_filters_by_them(owner: Person, issue: Issue) -> None:
    policy_id = issue()
    form = owner.get(f"/policies/{policy_id}/deliveries/new").text
    for method in ("post", "courier", "own-courier", "in-person"):
        assert f'<option value="{method}"' in form
        address = {"address_id": ""} if method == "in-person" else {}
        answer = owner.post(f"/policies/{policy_id}/deliveries/new", NEW | {"method": method} | address)
        assert answer.status_code == 303, method
    for query, count in (
        ("", 4),
        ("?f.method.is=post", 1),
        ("?f.method.is=in-person", 1),
        ("?f.state.is=waiting", 0),
    ):
        assert len(re.findall(r'data-row="', owner.get(f"/deliveries{query}").text)) == count, query


def test_the_time_is_the_offices_and_stands_on_the_couriers_list(
    owner: Person, issue: Issue, world: World
) -> None:
    policy_id = issue()
    owner.post(f"/policies/{policy_id}/deliveries/new", NEW)
    assert world.conn.execute("SELECT due_at FROM deliveries").fetchone()[0] == "2026-11-23T07:30:00.000Z"
    page = owner.get("/deliveries/round?day=1405/09/02").text
    assert "خیابان آزادی" in page
    assert "۱۱:۰۰" in page
    assert "علی رضایی" in page
    assert "خیابان آزادی" not in owner.get("/deliveries/round?day=1405/09/03").text
    assert "خیابان آزادی" not in owner.get("/deliveries/round?day=1405/09/02&method=post").text
    assert 'name="due_time" value="۱۱:۰۰"' in owner.get("/deliveries/1").text


@pytest.mark.parametrize(("kept", "count"), [("1", 1), ("", 0)])
def test_a_new_address_is_the_customers_only_when_ticked(
    owner: Person, issue: Issue, world: World, kept: str, count: int
) -> None:
    policy_id = issue()
    answer = owner.post(f"/policies/{policy_id}/deliveries/new", NEW | {"keep_address": kept})
    assert answer.status_code == 303
    assert len(list_addresses(world.conn, 1)) == count
    assert "خیابان آزادی" in owner.get(f"/policies/{policy_id}").text


def test_an_address_of_somebody_else_is_refused(owner: Person, issue: Issue, world: World) -> None:
    policy_id = issue()
    world.conn.execute("INSERT INTO person_addresses (id, person_id, address) VALUES (77, 2, 'انبار')")
    answer = owner.post(f"/policies/{policy_id}/deliveries/new", NEW | {"address_id": "77"})
    assert answer.status_code == 422
    assert world.conn.execute("SELECT COUNT(*) FROM deliveries").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"due_time": "25:00"}, "ساعت را مانند"),
        ({"address": ""}, "این مورد لازم است"),
        ({"address_id": ""}, "نشانی تحویل لازم است"),
        ({"postal_code": "12"}, "کد پستی ده رقم است"),
        ({"method": "pigeon"}, "یکی از گزینه‌ها"),
    ],
)
def test_what_cannot_be_delivered_is_refused_in_words(
    owner: Person, issue: Issue, changes: dict[str, str], words: str
) -> None:
    answer = owner.post(f"/policies/{issue()}/deliveries/new", NEW | changes)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_delivery_goes_through_its_states(owner: Person, issue: Issue, world: World) -> None:
    policy_id = issue()
    owner.post(f"/policies/{policy_id}/deliveries/new", NEW)
    assert owner.post("/deliveries/1/step", {"state": "on-the-way"}).status_code == 303
    assert owner.post("/deliveries/1/step", {"state": "delivered", "back": "//evil.example"}).location == "/"
    row = world.conn.execute("SELECT state, delivered_at FROM deliveries").fetchone()
    assert (row["state"], row["delivered_at"] is not None) == ("delivered", True)
    assert owner.post("/deliveries/1", NEW | {"state": "returned"}).status_code == 303
    assert world.conn.execute("SELECT delivered_at FROM deliveries").fetchone()[0] is None
    assert owner.post("/deliveries/1/step", {"state": "lost"}).status_code == 422


def test_deliveries_of_policies_out_of_reach_are_not_there(owner: Person, issue: Issue, world: World) -> None:
    policy_id = issue(unit_id="2")
    owner.post(f"/policies/{policy_id}/deliveries/new", NEW)
    world.conn.execute("UPDATE roles SET scope = 'unit' WHERE name = 'desk'")
    world.conn.execute("UPDATE users SET unit_id = 1 WHERE username = 'monshi'")
    desk = world.person("monshi")
    assert desk.get("/deliveries/1").status_code == 404
    assert desk.post("/deliveries/1/step", {"state": "delivered"}).status_code == 404
    assert "data-row" not in desk.get("/deliveries").text
    assert "خیابان آزادی" not in desk.get("/deliveries/round?day=1405/09/02").text

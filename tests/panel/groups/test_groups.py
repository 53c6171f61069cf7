"""Groups on screen: made from conditions or by hand, used to narrow the list."""

from __future__ import annotations

import pytest

from db.records import insert_row
from tests.panel.world import Person, World

RULE = {"title": "چک برگشتی", "is_rule": "1", "field.0": "bounced_cheques.from", "text.0": "۱"}


@pytest.fixture
def reza(world: World) -> int:
    """Give somebody whose cheque bounced."""
    person_id = world.conn.execute("SELECT id FROM persons WHERE last_name = 'یوسفی'").fetchone()[0]
    world.conn.execute("DELETE FROM cheques")
    cheque = {
        "direction": "received", "person_id": person_id, "amount": 30_000_000, "due_date": "2026-11-16",
        "received_date": "2026-11-01", "state": "bounced", "created_at": "x",
    }  # fmt: skip
    insert_row(world.conn, "cheques", cheque)
    return int(person_id)


def group_id(world: World) -> int:
    return int(world.conn.execute("SELECT MAX(id) FROM person_groups").fetchone()[0])


def test_a_rule_gathers_its_members_by_itself(world: World, desk: Person, reza: int) -> None:
    assert desk.post("/groups/new", RULE).status_code == 303
    page = desk.get(f"/groups/{group_id(world)}").text
    assert page.count('data-row="') == 1
    assert f'data-row="{reza}"' in page
    assert "چک برگشتی از ۱" in page
    narrowed = desk.get(f"/persons?group={group_id(world)}").text
    assert narrowed.count('data-row="') == 1
    assert "چک برگشتی" in desk.get(f"/persons/{reza}").text


def test_a_condition_that_cannot_be_read_is_said_beside_it(world: World, desk: Person) -> None:
    answer = desk.post("/groups/new", RULE | {"text.0": "زیاد"})
    assert answer.status_code == 422
    assert "این‌جا عدد بنویسید" in answer.text
    assert "زیاد" in answer.text
    assert desk.post("/groups/new", {"title": "x", "is_rule": "1"}).status_code == 422


def test_a_group_is_made_of_the_lists_own_conditions(world: World, desk: Person) -> None:
    page = desk.get("/groups/new?f.standing.is=prospect").text
    assert 'value="standing.is" selected' in page
    assert 'value="مشتری احتمالی"' in page
    made = {"title": "احتمالی‌ها", "is_rule": "1", "field.0": "standing.is", "text.0": "مشتری احتمالی"}
    desk.post("/groups/new", made)
    known = world.conn.execute("SELECT COUNT(*) FROM persons WHERE standing = 'prospect'").fetchone()[0]
    assert desk.get(f"/groups/{group_id(world)}").text.count('data-row="') == known


def test_members_by_hand_are_named_or_taken_from_a_list(world: World, desk: Person, reza: int) -> None:
    desk.post("/groups/new", {"title": "دستی"})
    number = group_id(world)
    several = desk.post(f"/groups/{number}/members", {"who": "رضایی"})
    assert several.status_code == 422
    assert "چند نفر" in several.text
    assert desk.post(f"/groups/{number}/members", {"other_id": str(reza)}).status_code == 303
    desk.post("/groups/listed", {"group_id": str(number), "query": "f.standing.is=prospect"})
    prospects = world.conn.execute("SELECT COUNT(*) FROM persons WHERE standing = 'prospect'").fetchone()[0]
    assert desk.get(f"/groups/{number}").text.count('data-row="') == prospects + 1
    desk.post(f"/groups/{number}/members/{reza}/remove")
    assert desk.get(f"/groups/{number}").text.count('data-row="') == prospects


def test_a_person_joins_a_group_from_its_own_page(world: World, desk: Person, reza: int) -> None:
    desk.post("/groups/new", {"title": "باشگاه"})
    assert desk.post(f"/persons/{reza}/groups", {"group_id": str(group_id(world))}).status_code == 303
    assert f'href="/groups/{group_id(world)}"' in desk.get(f"/persons/{reza}").text


def test_a_deleted_group_leaves_its_members(world: World, desk: Person, reza: int) -> None:
    desk.post("/groups/new", RULE)
    assert desk.post(f"/groups/{group_id(world)}/delete").status_code == 303
    assert desk.get(f"/persons/{reza}").status_code == 200
    assert desk.get("/groups").status_code == 200


def test_a_marketer_looks_at_groups_and_changes_none(world: World, desk: Person, reza: int) -> None:
    desk.post("/groups/new", RULE)
    marketer = world.person("bazaryab")
    page = marketer.get(f"/groups/{group_id(world)}")
    assert page.status_code == 200
    assert 'data-row="' not in page.text
    assert marketer.post(f"/groups/{group_id(world)}/delete").status_code == 403

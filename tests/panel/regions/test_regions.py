"""The tree of regions and what lies in each."""

from __future__ import annotations

import pytest

from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import Reference, enter_reference
from db.records import insert_row, update_row
from tests.panel.world import World


@pytest.fixture
def reference(world: World) -> Reference:
    """Give the reference office."""
    world.conn.execute("DELETE FROM persons")
    with acting(world.conn, world.clock.now(), None, lambda fact: None) as act:
        return enter_reference(act, "Asia/Tehran")


@pytest.fixture
def region(world: World, reference: Reference) -> int:
    """Give a region with a smaller one inside, where two customers live."""
    outer = insert_row(world.conn, "regions", {"title": "شمال", "sort_key": "a"})
    inner = insert_row(world.conn, "regions", {"title": "شمال شرق", "sort_key": "b", "parent_id": outer})
    for name in ("C1", "C4"):
        update_row(world.conn, "persons", reference.persons[name], {"region_id": inner})
    return outer


def test_a_region_counts_what_lies_in_it_and_below(world: World, region: int) -> None:
    page = world.person("modir").get(f"/regions/{region}").text
    assert page.count('data-row="') == 2
    assert "رضا یوسفی" in page
    assert "<b>۲</b><small>نفر" in page
    assert "<b>۲</b><small>بیمه‌نامه" in page
    assert "۱۹۲٬۵۰۰٬۰۰۰" in page, "P1 with 88 million and P6 with 104.5 million"


def test_a_marketer_counts_only_his_own(world: World, region: int) -> None:
    page = world.person("bazaryab").get(f"/regions/{region}").text
    assert "<b>۰</b><small>نفر" in page
    assert 'data-row="' not in page


def test_a_region_is_entered_moved_and_never_into_itself(world: World, region: int) -> None:
    owner = world.person("modir")
    answer = owner.post("/regions/new", {"title": "جنوب", "note": "سیل‌گیر"})
    assert answer.status_code == 303
    south = int(answer.location.rsplit("/", 1)[1])
    assert (
        owner.post(f"/regions/{south}/edit", {"title": "جنوب", "parent_id": str(region)}).status_code == 303
    )
    tree = owner.get("/regions").text
    assert "سیل‌گیر" in tree
    assert tree.index(">شمال<") < tree.index(">جنوب<")
    loop = owner.post(f"/regions/{region}/edit", {"title": "شمال", "parent_id": str(south)})
    assert loop.status_code == 422
    assert "زیرمجموعهٔ خودش نمی‌شود" in loop.text
    assert owner.post("/regions/new", {"title": "شمال"}).status_code == 422


def test_a_region_in_use_is_not_deleted(world: World, region: int) -> None:
    owner = world.person("modir")
    refused = owner.post(f"/regions/{region}/delete")
    assert refused.status_code == 422
    assert "حذف نمی‌شود" in refused.text
    empty = owner.post("/regions/new", {"title": "خالی"}).location.rsplit("/", 1)[1]
    assert owner.post(f"/regions/{empty}/delete").status_code == 303


def test_only_who_manages_lists_changes_regions(world: World, region: int) -> None:
    assert world.person("monshi").get(f"/regions/{region}").status_code == 200
    assert world.person("monshi").post("/regions/new", {"title": "x"}).status_code == 403

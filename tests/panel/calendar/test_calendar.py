"""The calendar: what stands on which day, for whom, and moving it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.acting import acting
from appliance.domain.deliveries import plan_delivery
from appliance.domain.demo_data.reference import Reference, enter_reference
from appliance.domain.people.needs import add_need
from appliance.domain.policies.reminding import make_reminders
from db import Connection
from db.records import find_row, insert_row, update_row
from tests.panel.world import Person, World

ZONE = "Asia/Tehran"


@pytest.fixture
def today(world: World) -> date:
    return jalali.local(world.clock.now(), ZONE).date()


@pytest.fixture
def reference(world: World, today: date) -> Reference:
    """Give the reference office with a delivery, a need and reminders of renewals."""
    world.conn.execute("DELETE FROM persons")
    desk = world.conn.execute("SELECT id FROM users WHERE username = 'monshi'").fetchone()["id"]
    with acting(world.conn, world.clock.now(), None, lambda fact: None) as act:
        found = enter_reference(act, ZONE)
        texts = {"method": "in-person", "state": "ready", "due_day": shown(today, 1), "due_time": "11:00"}
        plan_delivery(act, found.policies["P3"], texts, ZONE)
        need = {"line_code": "LIF-S", "due_date": shown(today, 2), "assignee_id": str(desk)}
        add_need(act, found.persons["C1"], need, ZONE)
        make_reminders(act)
    return found


def shown(today: date, days: int) -> str:
    return jalali.format_date(today + timedelta(days=days))


def cell(page: str, day: str) -> str:
    """Give what stands in a day's cell."""
    found = re.search(rf'data-day="{day}".*?(?=data-day=|<p class="cal-hint")', page, re.DOTALL)
    assert found, day
    return found[0]


def activity(conn: Connection, need_of: int) -> dict[str, object]:
    row = conn.execute("SELECT * FROM activities WHERE person_id = ? AND need_id IS NOT NULL", (need_of,))
    return dict(row.fetchone())


@pytest.mark.parametrize("view", ["month", "week"])
def test_a_delivery_stands_on_its_day_with_its_time(
    desk: Person, reference: Reference, today: date, view: str
) -> None:
    day = shown(today, 1)
    page = desk.get(f"/calendar?view={view}&day={day}").text
    assert "۱۱:۰۰" in cell(page, day)
    assert "شرکت آفتاب" in cell(page, day)
    assert "۱۱:۰۰" not in cell(page, shown(today, 2))


def test_the_day_shows_needs_and_reminders_with_links_to_their_records(
    desk: Person, reference: Reference, today: date
) -> None:
    page = desk.get(f"/calendar?view=day&day={shown(today, 2)}").text
    assert "نیاز بیمه‌ای: عمر" in page
    assert f'href="/persons/{reference.persons["C1"]}' in page
    page = desk.get(f"/calendar?view=day&day={shown(today, 10)}").text
    assert "پیگیری تمدید آتش‌سوزی غیرصنعتی ۲۰۳" in page, "P3 ends on T+40"
    assert f'href="/policies/{reference.policies["P3"]}"' in page


def test_dropping_an_activity_on_another_day_changes_its_record_and_its_need(
    world: World, desk: Person, reference: Reference, today: date
) -> None:
    row = activity(world.conn, reference.persons["C1"])
    answer = desk.fetch(f"/calendar/activity/{row['id']}/move", {"day": shown(today, 5), "revision": "1"})
    assert answer.get_json()["ok"] is True
    after = activity(world.conn, reference.persons["C1"])
    assert after["start_at"] == to_text(jalali.day_bounds(today + timedelta(days=5), ZONE)[0])
    need = find_row(world.conn, "person_needs", int(str(row["need_id"])))
    assert need is not None
    assert need["due_date"] == (today + timedelta(days=5)).isoformat()
    again = desk.fetch(f"/calendar/activity/{row['id']}/move", {"day": shown(today, 6), "revision": "1"})
    assert again.status_code == 409, "somebody moved it meanwhile"
    assert activity(world.conn, reference.persons["C1"])["start_at"] == after["start_at"]


def test_a_time_of_day_and_a_length_go_along(
    world: World, desk: Person, reference: Reference, today: date
) -> None:
    row = activity(world.conn, reference.persons["C1"])
    start = jalali.day_bounds(today, ZONE)[0] + timedelta(hours=9)
    update_row(world.conn, "activities", int(str(row["id"])), {
        "start_at": to_text(start), "end_at": to_text(start + timedelta(hours=1)), "is_all_day": 0,
    })  # fmt: skip
    path = f"/calendar/activity/{row['id']}/move"
    assert desk.post(path, {"day": shown(today, 2), "revision": "1", "back": "/calendar"}).status_code == 303
    after = activity(world.conn, reference.persons["C1"])
    assert (after["start_at"], after["end_at"]) == (
        to_text(start + timedelta(days=2)), to_text(start + timedelta(days=2, hours=1)),
    )  # fmt: skip
    desk.post(path, {"day": shown(today, 2), "time": "۱۶:۳۰", "revision": "2"})
    after = activity(world.conn, reference.persons["C1"])
    assert after["start_at"] == to_text(start + timedelta(days=2, hours=7, minutes=30))


def test_a_delivery_is_moved_by_who_manages_deliveries(
    world: World, desk: Person, reference: Reference, today: date
) -> None:
    delivery = world.conn.execute("SELECT id FROM deliveries").fetchone()["id"]
    path, data = f"/calendar/delivery/{delivery}/move", {"day": shown(today, 3)}
    assert world.person("hesabdar").fetch(path, data).status_code == 422
    assert desk.fetch(path, data).get_json()["ok"] is True
    row = find_row(world.conn, "deliveries", delivery)
    assert row is not None
    assert row["due_at"] == to_text(
        jalali.day_bounds(today + timedelta(days=3), ZONE)[0] + timedelta(hours=11)
    )


@pytest.mark.parametrize(
    "data", [{"day": "۱۴۰۴/۱۲/۳۰"}, {"day": "x"}, {}, {"day": "1405/09/10", "time": "۲۵"}]
)
def test_a_day_that_is_none_moves_nothing(
    world: World, desk: Person, reference: Reference, data: dict[str, str]
) -> None:
    row = activity(world.conn, reference.persons["C1"])
    answer = desk.fetch(f"/calendar/activity/{row['id']}/move", data | {"revision": "1"})
    assert answer.status_code == 422
    assert activity(world.conn, reference.persons["C1"]) == row


def test_the_last_of_esfand_is_there_in_leap_years_alone(desk: Person) -> None:
    leap = desk.get("/calendar?day=1403/12/15").text
    assert 'data-day="۱۴۰۳/۱۲/۳۰"' in leap
    common = desk.get("/calendar?day=1404/12/15").text
    assert 'data-day="۱۴۰۴/۱۲/۲۹"' in common
    assert 'data-day="۱۴۰۴/۱۲/۳۰"' not in common
    assert "امروز نشان داده شد" in desk.get("/calendar?day=1404/12/30").text


def test_months_follow_one_another(desk: Person) -> None:
    page = desk.get("/calendar?day=1405/01/31").text
    assert "فروردین ۱۴۰۵" in page
    assert 'rel="next" href="/calendar?day=%DB%B1%DB%B4%DB%B0%DB%B5/%DB%B0%DB%B2/%DB%B0%DB%B1"' in page
    assert "%DB%B1%DB%B4%DB%B0%DB%B4/%DB%B1%DB%B2/%DB%B0%DB%B1" in page


def test_a_marketer_sees_his_own_and_what_he_was_given(
    world: World, reference: Reference, today: date
) -> None:
    bazaryab = world.person("bazaryab")
    user_id = world.conn.execute("SELECT id FROM users WHERE username = 'bazaryab'").fetchone()["id"]
    world.conn.execute("UPDATE roles SET scope = 'own' WHERE name = 'marketer'")
    row = activity(world.conn, reference.persons["C1"])
    path = f"/calendar?view=day&day={shown(today, 2)}"
    assert "نیاز بیمه‌ای" not in bazaryab.get(path).text
    move = f"/calendar/activity/{row['id']}/move"
    assert bazaryab.fetch(move, {"day": shown(today, 3), "revision": "1"}).status_code == 404
    update_row(world.conn, "activities", int(str(row["id"])), {"assignee_id": user_id})
    page = bazaryab.get(path).text
    assert "نیاز بیمه‌ای" in page
    assert "علی رضایی" not in page, "the customer is not his to see"
    assert bazaryab.fetch(move, {"day": shown(today, 3), "revision": "1"}).status_code == 200


def test_whose_and_which_kind_narrow_it(
    world: World, desk: Person, reference: Reference, today: date
) -> None:
    path = f"/calendar?view=day&day={shown(today, 2)}"
    assert "نیاز بیمه‌ای" in desk.get(f"{path}&whose=mine").text
    assert "نیاز بیمه‌ای" not in world.person("modir").get(f"{path}&whose=mine").text
    assert "نیاز بیمه‌ای" not in desk.get(f"{path}&kind=delivery").text


def test_many_reminders_of_a_day_are_one_line_that_leads_to_all(
    world: World, desk: Person, reference: Reference, today: date
) -> None:
    kind = world.conn.execute("SELECT id FROM choices WHERE code = 'renewal'").fetchone()["id"]
    at = to_text(jalali.day_bounds(today, ZONE)[0])
    world.conn.execute("DELETE FROM activities WHERE origin = 'renewal'")
    for policy_id in list(reference.policies.values())[:5]:
        insert_row(world.conn, "activities", {
            "kind_id": kind, "title": f"پیگیری تمدید {policy_id}", "person_id": reference.persons["C1"], "start_at": at,
            "policy_id": policy_id, "is_all_day": 1, "origin": "renewal", "created_at": at,
        })  # fmt: skip
    assert "(۵)" in cell(desk.get("/calendar").text, shown(today, 0))
    assert desk.get("/calendar?view=day&kind=renewal").text.count('class="cal-mark cal-renewal"') == 5


def test_promises_and_cases_stand_on_their_days(
    world: World, desk: Person, reference: Reference, today: date
) -> None:
    person_id, at = reference.persons["C1"], to_text(world.clock.now())
    day = today + timedelta(days=4)
    insert_row(world.conn, "payment_promises",
               {"person_id": person_id, "due_date": day.isoformat(), "created_at": at})  # fmt: skip
    kind = world.conn.execute("SELECT id FROM choices WHERE list = 'case-kind' LIMIT 1").fetchone()["id"]
    case = insert_row(world.conn, "cases", {
        "kind_id": kind, "title": "فروش بدنه", "person_id": person_id, "due_date": day.isoformat(), "created_at": at,
    })  # fmt: skip
    page = desk.get(f"/calendar?view=day&day={shown(today, 4)}").text
    assert "وعدهٔ پرداخت" in page
    assert "فروش بدنه" in page
    assert "وعدهٔ پرداخت" not in world.person("bazaryab").get(f"/calendar?view=day&day={shown(today, 4)}").text
    assert (
        desk.fetch(f"/calendar/case/{case}/move", {"day": shown(today, 6), "revision": "1"}).status_code
        == 200
    )
    row = find_row(world.conn, "cases", case)
    assert row is not None
    assert row["due_date"] == (today + timedelta(days=6)).isoformat()
    assert desk.fetch("/calendar/nothing/1/move", {"day": shown(today, 6)}).status_code == 404

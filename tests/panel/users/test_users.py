"""Users and roles in the panel: changes act at the next request, and somebody always can undo them."""

from __future__ import annotations

import re
from pathlib import Path

from appliance.domain.access import ROLE_PERMISSIONS
from appliance.domain.demo import PASSWORD
from appliance.version import VERSION
from db.queries import roles, users
from db.queries.audit import list_entries
from db.queries.users import UserRow
from panel.about.changes import parse_changes
from tests.panel.world import World

NEW = {"username": "sara", "display_name": "سارا نمونه", "role": "desk", "password": "a-good-long-password"}


def of(world: World, username: str) -> UserRow:
    row = users.find_user_by_name(world.conn, username)
    assert row is not None
    return row


def test_a_new_user_must_change_the_password_before_anything_else(world: World) -> None:
    owner = world.person("modir")
    assert owner.post("/users/new", data=NEW).status_code == 303
    sara = world.person(None)
    sara.post("/sign-in", data={"username": "sara", "password": NEW["password"]})
    assert sara.get("/persons").location.endswith("/password")
    answer = sara.post(
        "/password",
        data={"old": NEW["password"], "password": "another-long-one", "again": "another-long-one"},
    )
    assert answer.status_code == 303
    assert sara.get("/persons").status_code == 200


def test_every_problem_of_a_new_user_is_said_in_its_place(world: World) -> None:
    page = world.person("modir").post(
        "/users/new", data=NEW | {"display_name": "", "password": "short", "mobile": "12"}
    )
    assert page.status_code == 422
    text = page.get_data(as_text=True)
    assert "این مورد لازم است." in text
    assert "گذرواژه دست‌کم ۱۲ نویسه باشد." in text
    assert "شمارهٔ تلفن نیست" in text
    assert users.find_user_by_name(world.conn, "sara") is None


def test_a_taken_name_is_said(world: World) -> None:
    page = world.person("modir").post("/users/new", data=NEW | {"username": "monshi"})
    assert "پیش‌تر به کار رفته" in page.get_data(as_text=True)


def test_a_user_switched_off_is_out_at_the_next_request(world: World) -> None:
    desk = world.person("monshi")
    assert desk.get("/persons").status_code == 200
    world.person("modir").post(f"/users/{of(world, 'monshi').id}/state", data={"is_active": "0"})
    assert desk.get("/persons").location.startswith("/sign-in")


def test_the_last_owner_stays(world: World) -> None:
    owner = world.person("modir")
    row = of(world, "modir")
    owner.post(f"/users/{row.id}/state", data={"is_active": "0"})
    changed = owner.post(
        f"/users/{row.id}", data={"display_name": "مدیر", "role": "desk", "revision": str(row.revision)}
    )
    assert changed.status_code == 422
    assert (of(world, "modir").is_active, of(world, "modir").role) == (True, "owner")


def test_a_right_taken_from_a_role_is_gone_at_the_next_request(world: World) -> None:
    desk = world.person("monshi")
    assert desk.get("/persons/new").status_code == 200
    wanted = sorted(ROLE_PERMISSIONS["desk"] - {"persons.register"})
    saved = world.person("modir").post(
        "/roles/desk", data={"title": "منشی", "scope": "all", "permission": wanted}
    )
    assert saved.status_code == 303
    assert desk.get("/persons/new").status_code == 403
    assert roles.list_differences(world.conn, "desk") == {"persons.register": False}


def test_the_owner_s_rights_stay_whole(world: World) -> None:
    page = world.person("modir").post(
        "/roles/owner", data={"title": "مدیر", "scope": "all", "permission": ["calls.view"]}
    )
    assert page.status_code == 422
    assert "کم نمی‌شود" in page.get_data(as_text=True)


def test_a_role_of_the_office_s_own_is_made_used_and_removed(world: World) -> None:
    owner = world.person("modir")
    owner.post("/roles/new", data={"title": "کارآموز", "scope": "unit", "permission": ["persons.view"]})
    role = next(role for role in roles.list_roles(world.conn) if role.title == "کارآموز")
    row = of(world, "monshi")
    owner.post(
        f"/users/{row.id}", data={"display_name": "منشی", "role": role.name, "revision": str(row.revision)}
    )
    desk = world.person("monshi")
    assert desk.get("/persons").status_code == 200
    assert desk.get("/calls").status_code == 403
    owner.post(f"/roles/{role.name}/remove")
    assert roles.find_role(world.conn, role.name) is not None
    row = of(world, "monshi")
    owner.post(
        f"/users/{row.id}", data={"display_name": "منشی", "role": "desk", "revision": str(row.revision)}
    )
    owner.post(f"/roles/{role.name}/remove")
    assert roles.find_role(world.conn, role.name) is None


def test_who_comes_second_is_told_and_keeps_what_was_typed(world: World) -> None:
    row = of(world, "monshi")
    owner = world.person("modir")
    values = {"display_name": "یک", "role": "desk", "revision": str(row.revision)}
    owner.post(f"/users/{row.id}", data=values)
    second = owner.post(f"/users/{row.id}", data=values | {"display_name": "دو"})
    assert second.status_code == 409
    assert 'value="دو"' in second.get_data(as_text=True)
    assert of(world, "monshi").display_name == "یک"


def test_the_log_says_who_changed_what_in_the_office_s_words(world: World) -> None:
    row = of(world, "monshi")
    owner = world.person("modir")
    owner.post(
        f"/users/{row.id}", data={"display_name": "منشی", "role": "marketer", "revision": str(row.revision)}
    )
    text = owner.get("/audit?kind=user").get_data(as_text=True)
    change = re.search(r'audit-field">نقش</span>.*?<del>(.*?)</del>.*?<ins>(.*?)</ins>', text, re.S)
    assert change is not None
    assert change.groups() == ("منشی", "بازاریاب")
    assert list_entries(world.conn, object_kind="user")[0].user_id == of(world, "modir").id


def test_a_wrong_old_password_changes_nothing(world: World) -> None:
    desk = world.person("monshi")
    page = desk.post(
        "/password", data={"old": "wrong", "password": "another-long-one", "again": "another-long-one"}
    )
    assert page.status_code == 422
    fresh = world.person(None)
    fresh.post("/sign-in", data={"username": "monshi", "password": PASSWORD})
    assert fresh.get("/calls").status_code == 200


def test_the_version_page_is_everybody_s(world: World) -> None:
    page = world.person("nassab").get("/about").get_data(as_text=True)
    assert VERSION.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) in page
    assert "کارت تماس‌گیرنده" in page


def test_both_changelogs_tell_of_the_same_versions() -> None:
    root = Path(__file__).parents[3]
    told = [
        [release.version for release in parse_changes((root / name).read_text(encoding="utf-8"))]
        for name in ("CHANGELOG.md", "CHANGELOG.fa.md")
    ]
    assert told[0] == told[1] == [VERSION, *told[0][1:]]

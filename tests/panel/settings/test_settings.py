"""Settings in the panel: what an owner sets acts at once, is logged, and spoils nothing that was entered before."""

from __future__ import annotations

import re

import pytest

from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import enter_reference
from appliance.domain.settings.lists import OWN_LISTS, OwnList
from appliance.domain.settings.office import read_office
from db.queries import lists, policies
from db.queries.audit import list_entries
from tests.panel.world import World


def choice_id(world: World, listing: str, title: str) -> int:
    row = world.conn.execute(
        "SELECT id FROM choices WHERE list = ? AND title = ?", (listing, title)
    ).fetchone()
    return int(row["id"])


def mark(page: str) -> str:
    found = re.search(r'name="mark" value="(\w+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("own", OWN_LISTS, ids=lambda own: own.key)
def test_every_list_shows_its_entries_and_their_forms(world: World, own: OwnList) -> None:
    owner = world.person("modir")
    page = owner.get(f"/settings/{own.key}")
    assert page.status_code == 200
    assert own.title in page.text
    links = re.findall(rf'row-link" href="(/settings/{own.key}/[^"]+)"', page.text)
    for link in links[:2]:
        assert owner.get(link).status_code == 200
    assert owner.get(f"/settings/{own.key}/new").status_code == (200 if own.may_add else 404)


def test_a_new_kind_is_offered_at_once_and_noted(world: World) -> None:
    owner = world.person("modir")
    assert owner.post("/settings/phone-kind/new", data={"title": "ویلا"}).status_code == 303
    offered = [entry.title for entry in lists.list_entries(world.conn, "choices:phone-kind")]
    assert offered[-1] == "ویلا"
    (noted,) = [entry for entry in list_entries(world.conn, limit=5) if entry.object_kind == "choice"]
    assert (noted.action, noted.title) == ("create", "انواع تلفن: ویلا")
    assert "انواع تلفن: ویلا" in owner.get("/audit").text


def test_the_same_title_in_another_spelling_is_refused(world: World) -> None:
    page = world.person("modir").post("/settings/case-kind/new", data={"title": "بازاريابي"})
    assert page.status_code == 422
    assert "پیش‌تر به کار رفته" in page.text
    assert "بازاریابی" in page.text


def test_an_entry_switched_off_is_offered_no_more_and_stays(world: World) -> None:
    key = choice_id(world, "phone-kind", "دورنگار")
    world.person("modir").post(f"/settings/phone-kind/{key}/state", data={"is_active": "0"})
    assert "دورنگار" not in [entry.title for entry in lists.list_entries(world.conn, "choices:phone-kind")]
    assert lists.find_title(world.conn, "choices:phone-kind", key) == "دورنگار"


def test_entries_are_put_in_the_office_own_order(world: World) -> None:
    key = choice_id(world, "phone-kind", "منزل")
    world.person("modir").post(f"/settings/phone-kind/{key}/move", data={"to": "up"})
    titles = [entry.title for entry in lists.list_entries(world.conn, "choices:phone-kind")]
    assert titles[:2] == ["منزل", "همراه"]


def test_a_stage_moves_among_the_stages_of_its_own_kind(world: World) -> None:
    owner = world.person("modir")
    first = world.conn.execute(
        "SELECT id, title FROM choices WHERE list = 'case-stage' AND parent_id = ? ORDER BY place",
        (choice_id(world, "case-kind", "بازاریابی"),),
    ).fetchall()
    owner.post(f"/settings/case-stage/{first[0]['id']}/move", data={"to": "up"})
    owner.post(f"/settings/case-stage/{first[1]['id']}/move", data={"to": "up"})
    after = world.conn.execute(
        "SELECT title FROM choices WHERE list = 'case-stage' AND parent_id = ? ORDER BY place",
        (choice_id(world, "case-kind", "بازاریابی"),),
    ).fetchall()
    assert [row["title"] for row in after][:2] == [first[1]["title"], first[0]["title"]]


def test_a_relation_of_the_office_has_its_other_side(world: World) -> None:
    owner = world.person("modir")
    owner.post("/settings/relation/new", data={"title": "استاد", "inverse": ""})
    row = world.conn.execute(
        "SELECT code, json_extract(details, '$.inverse') AS other FROM choices WHERE title = 'استاد'"
    ).fetchone()
    assert row["code"] == row["other"]
    owner.post("/settings/relation/new", data={"title": "شاگرد", "inverse": row["code"]})
    page = owner.get("/settings/relation").text
    assert re.search(r"شاگرد</a></td>\s*<td[^>]*>استاد", page)


def test_an_entry_changed_meanwhile_is_not_overwritten(world: World) -> None:
    owner = world.person("modir")
    address = f"/settings/call-result/{choice_id(world, 'call-result', 'پاسخ نداد')}"
    known = mark(owner.get(address).text)
    assert owner.post(address, data={"title": "بی‌پاسخ", "mark": known}).status_code == 303
    page = owner.post(address, data={"title": "نبود", "mark": known})
    assert page.status_code == 409
    assert 'value="نبود"' in page.text
    assert choice_id(world, "call-result", "بی‌پاسخ")


def test_a_new_rate_ends_the_one_before_and_acts_from_its_day(world: World) -> None:
    form = {"per_mille": "۱۲٫۵", "valid_from": "1406/01/01", "source": "بخشنامهٔ آزمون", "confidence": "user"}
    assert world.person("modir").post("/settings/vat/new", data=form).status_code == 303
    assert policies.find_per_mille(world.conn, "vat", "TPL", "2027-03-20") == 100
    assert policies.find_per_mille(world.conn, "vat", "TPL", "2027-03-21") == 125
    row = world.conn.execute("SELECT valid_to FROM dated_rates WHERE per_mille = 100").fetchone()
    assert row["valid_to"] == "2027-03-20"


def rate_kinds(world: World) -> set[tuple[str, str]]:
    """Give table and subject of every rate the schema can hold: a share with the day it is valid from."""
    found = set[tuple[str, str]]()
    for row in world.conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        columns = {one["name"] for one in world.conn.execute(f"PRAGMA table_info({row['name']})")}
        if {"per_mille", "valid_from"} <= columns:
            subjects = re.search(r"subject IN \(([^)]+)\)", row["sql"])
            found |= {
                (row["name"], one) for one in re.findall(r"'([^']+)'", subjects[1] if subjects else "''")
            }
            found |= set() if subjects else {(row["name"], "")}
    return found


def test_every_kind_of_rate_has_its_screen(world: World) -> None:
    screens = {(own.table, own.fixed.get("subject", "")) for own in OWN_LISTS if own.is_dated}
    assert len(rate_kinds(world)) == 6
    assert screens == rate_kinds(world)


@pytest.mark.parametrize("kind", ["payment-tax", "marketer-tax", "cancel-refund"])
def test_a_rate_is_entered_changed_and_shown_with_its_source(world: World, kind: str) -> None:
    owner = world.person("modir")
    form = {
        "per_mille": "۱۰",
        "step": "۳۰",
        "valid_from": "1405/01/01",
        "source": "بخشنامهٔ ۷",
        "confidence": "user",
    }
    assert owner.post(f"/settings/{kind}/new", data=form).status_code == 303
    row = world.conn.execute(
        "SELECT id, subject, per_mille FROM dated_rates WHERE subject = ?", (kind,)
    ).fetchone()
    address = f"/settings/{kind}/{row['id']}"
    known = mark(owner.get(address).text)
    assert owner.post(address, data=form | {"per_mille": "۱۲٫۵", "mark": known}).status_code == 303
    page = owner.get(f"/settings/{kind}").text
    assert ("۱۲٫۵٪" in page, "بخشنامهٔ ۷" in page, "۱۴۰۵/۰۱/۰۱" in page) == (True, True, True)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"per_mille": "زیاد"}, "نرخ را به درصد بنویسید"),
        ({"per_mille": "101"}, "عددی از ۰ تا ۱۰۰"),
        ({"valid_from": "1403/01/01"}, "از این تاریخ نرخ دیگری هست"),
        ({"valid_to": "1405/01/01"}, "پیش از آغاز"),
        ({"valid_from": "1404/12/30"}, "چنین روزی در تقویم نیست"),
        ({"source": ""}, "لازم است"),
        ({"line_code": "NONE"}, "یکی از گزینه‌ها"),
    ],
)
def test_a_wrong_rate_is_refused_beside_its_field(world: World, changed: dict[str, str], words: str) -> None:
    form = {"per_mille": "9", "valid_from": "1406/01/01", "source": "آزمون", "confidence": "user"} | changed
    page = world.person("modir").post("/settings/vat/new", data=form)
    assert page.status_code == 422
    assert words in page.text
    assert world.conn.execute("SELECT COUNT(*) FROM dated_rates").fetchone()[0] == 2


def test_a_rate_entered_by_mistake_is_removed_and_a_kind_is_not(world: World) -> None:
    owner = world.person("modir")
    rate = world.conn.execute("SELECT id FROM dated_rates WHERE per_mille = 90").fetchone()["id"]
    assert owner.post(f"/settings/vat/{rate}/remove").status_code == 303
    assert policies.find_per_mille(world.conn, "vat", "TPL", "2020-01-01") is None
    assert (
        owner.post(f"/settings/phone-kind/{choice_id(world, 'phone-kind', 'منزل')}/remove").status_code == 404
    )


def test_an_agency_is_entered_with_its_insurer_unit_marketer_and_rates(world: World) -> None:
    owner = world.person("modir")
    for name, form in (
        ("insurers", {"title": "بیمهٔ آزمون", "is_ours": "1"}),
        ("units", {"title": "واحد ۵۱۰", "agent_code": "۵۱۰", "phone": ""}),
        (
            "marketers",
            {"name": "مانی نمونه", "code": "7", "mobile": "۰۹۱۲۰۰۰۰۰۰۰", "share_basis": "commission"},
        ),
    ):
        assert owner.post(f"/settings/{name}/new", data=form).status_code == 303, name
    key = {
        table: world.conn.execute(f"SELECT MAX(id) AS id FROM {table}").fetchone()["id"]
        for table in ("insurers", "marketers")
    }
    dated = {"valid_from": "1405/01/01", "source": "قرارداد", "confidence": "published"}
    commission = {
        "insurer_id": key["insurers"],
        "line_code": "TPL",
        "per_mille": "8",
        "policy_year": "",
    } | dated
    assert owner.post("/settings/commissions/new", data=commission).status_code == 303
    share = {"marketer_id": key["marketers"], "line_code": "", "per_mille": "30", "valid_from": "1405/01/01"}
    assert owner.post("/settings/marketer-rates/new", data=share).status_code == 303
    assert policies.find_marketer_per_mille(world.conn, key["marketers"], "HUL", "2026-11-22") == 300
    assert (
        policies.find_commission_per_mille(
            world.conn, insurer_id=key["insurers"], line_code="TPL", sub_line="", is_renewal=False, unit_id=None,
            day="2026-11-22",
        )
        == 80
    )  # fmt: skip


def test_a_unit_cannot_stand_below_itself(world: World) -> None:
    owner = world.person("modir")
    ids = []
    for title in ("یک", "دو"):
        owner.post("/settings/units/new", data={"title": title, "parent_id": str(ids[-1]) if ids else ""})
        ids.append(world.conn.execute("SELECT MAX(id) AS id FROM units").fetchone()["id"])
    address = f"/settings/units/{ids[0]}"
    form = {"title": "یک", "parent_id": str(ids[1]), "mark": mark(owner.get(address).text)}
    assert owner.post(address, data=form).status_code == 422


def test_a_line_switched_off_is_not_offered(world: World) -> None:
    world.person("modir").post("/settings/lines/MAR/state", data={"is_active": "0"})
    assert "MAR" not in [entry.key for entry in lists.list_entries(world.conn, "lines")]


def test_the_expiring_window_acts_and_is_logged(world: World) -> None:
    owner = world.person("modir")
    assert read_office(world.conn).expiring_days == 30
    form = {"expiring_days": "۴۵", "agent_code": "51037", "phone": "02188880000", "address": "تهران"}
    assert owner.post("/settings/office", data=form).status_code == 303
    assert read_office(world.conn).expiring_days == 45
    assert "کد نمایندگی ۵۱۰۳۷" in owner.get("/persons").text
    page = owner.get("/audit?action=setting").text
    assert "۳۰ روز" in page
    assert "۴۵ روز" in page


def test_a_policy_counts_as_expiring_within_the_office_s_window(world: World) -> None:
    with acting(world.conn, world.clock.now(), None, lambda _event: None) as act:
        policy = enter_reference(act, "Asia/Tehran").policies["P1"]
    owner = world.person("modir")
    expiring = f'href="/policies/{policy}"'
    assert expiring in owner.get("/policies?f.status.is=expiring").text  # ends in ten days
    owner.post("/settings/office", data={"expiring_days": "9"})
    assert expiring not in owner.get("/policies?f.status.is=expiring").text
    assert expiring in owner.get("/policies?f.status.is=current").text
    assert "در حال انقضا" not in owner.get(f"/policies/{policy}").text


def test_a_wrong_window_is_refused(world: World) -> None:
    page = world.person("modir").post("/settings/office", data={"expiring_days": "0"})
    assert page.status_code == 422
    assert "عددی از ۱ تا ۱۸۰" in page.text


def test_nobody_else_reaches_the_lists(world: World) -> None:
    desk = world.person("monshi")
    assert desk.get("/settings").status_code == 403
    assert desk.post("/settings/phone-kind/new", data={"title": "ویلا"}).status_code == 403

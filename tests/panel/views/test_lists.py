"""A list as its user likes it: columns remembered, views kept, and the whole of it taken out as a file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

import pytest

from db import Connection
from db.queries import search
from tests.panel.world import Person, World

PATH = "/persons"
NASTY = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\tx", "<script>", "😀 \u202b", 'a,b"c')
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def owner(world: World) -> Person:
    return world.person("modir")


@pytest.fixture
def nasty(office_conn: Connection) -> Connection:
    """Give the office with persons whose family names a spreadsheet would like to compute."""
    for place, name in enumerate(NASTY):
        office_conn.execute(
            "INSERT INTO persons (kind, standing, first_name, last_name, job, search_key, sort_key, created_at) "
            "VALUES ('natural', 'customer', '', ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')",
            (name, name, f"nasty {place}", f"nasty {place}"),
        )
    search.refresh_all(office_conn)
    return office_conn


def csv_rows(owner: Person, query: str = "") -> list[list[str]]:
    answer = owner.get(f"{PATH}?export=csv{query}")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def sheet_of(data: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))


def newest_entry(conn: Connection) -> dict[str, object]:
    return dict(conn.execute("SELECT * FROM audit_log ORDER BY id DESC LIMIT 1").fetchone())


def test_the_file_has_every_row_of_the_list_and_the_log_knows_how_many(
    owner: Person, nasty: Connection
) -> None:
    rows = csv_rows(owner)
    count = nasty.execute("SELECT COUNT(*) FROM persons WHERE archived_at IS NULL").fetchone()[0]
    assert len(rows) - 1 == count
    entry = newest_entry(nasty)
    assert (entry["action"], entry["object_kind"], entry["row_count"]) == ("export", "persons", count)
    assert f"{count}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) in owner.get(PATH).text


def test_the_file_follows_conditions_order_and_columns(owner: Person, nasty: Connection) -> None:
    rows = csv_rows(owner, "&f.name.contains=nasty&sort=-name&columns=name,created_at")
    assert rows[0] == ["نام", "تاریخ ثبت"]
    assert len(rows) - 1 == len(NASTY)
    assert rows[-1][0] == f"'{NASTY[0]}"
    assert rows[1][1].startswith("1404/10/11")
    assert "نام دارای nasty" in str(newest_entry(nasty)["title"])


def test_no_text_becomes_a_formula(owner: Person, nasty: Connection) -> None:
    for row in csv_rows(owner, "&columns=name,job")[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    answer = owner.get(f"{PATH}?export=xlsx&columns=name,job")
    assert answer.status_code == 200
    sheet = sheet_of(answer.data)
    assert sheet.find(f".//{SHEET}f") is None
    texts = [node.text or "" for node in sheet.iter(f"{SHEET}t")]
    assert NASTY[0] in texts
    assert sheet.find(f".//{SHEET}sheetView").get("rightToLeft") == "1"  # type: ignore[union-attr]


def test_numbers_are_numbers_and_amounts_say_their_unit(owner: Person, office_conn: Connection) -> None:
    sheet = sheet_of(owner.get(f"{PATH}?export=xlsx&columns=name,policies,phone").data)
    second = next(row for row in sheet.iter(f"{SHEET}row") if row.get("r") == "2")
    kinds = [cell.get("t") for cell in second.iter(f"{SHEET}c")]
    assert kinds == ["inlineStr", None, "inlineStr"]
    policies = sheet_of(owner.get("/policies?export=xlsx&columns=policy_no,premium").data)
    assert "حق بیمه (ریال)" in [node.text for node in policies.iter(f"{SHEET}t")]


def test_who_may_not_export_gets_no_file_and_no_button(world: World, office_conn: Connection) -> None:
    desk = world.person("monshi")
    before = office_conn.execute("SELECT COUNT(*) FROM audit_log").fetchone()[0]
    assert desk.get(f"{PATH}?export=csv").status_code == 403
    assert office_conn.execute("SELECT COUNT(*) FROM audit_log").fetchone()[0] == before
    assert "export=csv" not in desk.get(PATH).text
    assert "export=csv" in world.person("modir").get(PATH).text


def test_a_column_one_may_not_see_is_not_in_the_file(world: World, office_conn: Connection) -> None:
    role_id = "owner"
    office_conn.execute(
        "INSERT INTO role_permissions (role, permission, is_granted) VALUES (?, 'persons.identity', 0)",
        (role_id,),
    )
    assert csv_rows(world.person("modir"), "&columns=name,national_id")[0] == ["نام"]


def test_an_unknown_kind_of_file_is_refused(owner: Person) -> None:
    assert owner.get(f"{PATH}?export=exe").status_code == 422


def columns_of(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('data-title="')[1:]]


def test_chosen_columns_stay_the_users_own(world: World, owner: Person) -> None:
    data = {
        "listing": "persons",
        "back": "/persons?sort=-name&columns=name",
        "columns": ["name", "job", "created_at"],
    }
    answer = owner.post("/views/columns", data)
    assert (answer.status_code, answer.location) == (303, "/persons?sort=-name")
    assert columns_of(owner.get(PATH).text)[:3] == ["نام", "شغل", "تاریخ ثبت"]
    assert columns_of(world.person("monshi").get(PATH).text)[1] != "شغل"
    owner.post("/views/columns", {**data, "reset": "1"})
    assert columns_of(owner.get(PATH).text)[1] != "شغل"


def test_a_view_is_kept_shared_chosen_and_taken_away(
    world: World, owner: Person, office_conn: Connection
) -> None:
    data = {"listing": "persons", "title": "پزشک‌ها", "back": "/persons?f.job.is=پزشک&sort=-name&page=3&x=1"}
    answer = owner.post("/views", data)
    row = office_conn.execute("SELECT * FROM saved_views").fetchone()
    assert answer.status_code == 303
    assert f"view={row['id']}" in answer.location
    page = owner.get(answer.location).text
    assert "پزشک‌ها" in page
    assert "x=1" not in row["query"]
    assert "page" not in row["query"]
    other = world.person("monshi")
    assert "پزشک‌ها" not in other.get(PATH).text
    owner.post("/views", {**data, "is_shared": "1"})
    assert office_conn.execute("SELECT COUNT(*) FROM saved_views").fetchone()[0] == 1
    assert "پزشک‌ها" in other.get(PATH).text
    assert other.post(f"/views/{row['id']}/delete", {"back": PATH}).status_code == 404
    assert owner.post(f"/views/{row['id']}/delete", {"back": f"{PATH}?view={row['id']}"}).location == PATH
    assert office_conn.execute("SELECT COUNT(*) FROM saved_views").fetchone()[0] == 0


@pytest.mark.parametrize("title", ["", "   ", "x" * 500, "a\x07b"])
def test_a_view_needs_a_plain_name(owner: Person, office_conn: Connection, title: str) -> None:
    answer = owner.post("/views", {"listing": "persons", "title": title, "back": PATH})
    assert (answer.status_code, answer.location) == (303, PATH)
    assert office_conn.execute("SELECT COUNT(*) FROM saved_views").fetchone()[0] == 0


def test_a_title_cannot_become_markup_nor_the_way_back_a_foreign_page(owner: Person) -> None:
    owner.post(
        "/views", {"listing": "persons", "title": "<img src=x>", "back": "https://evil.example/?f.job.is=1"}
    )
    page = owner.get(PATH).text
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page
    assert owner.post("/views/columns", {"listing": "persons", "back": "//evil.example"}).location == "/"
    assert owner.post("/views/columns", {"listing": "../x", "back": PATH}).status_code == 422


def test_stored_columns_that_are_no_columns_any_more_are_passed_over(
    owner: Person, office_conn: Connection
) -> None:
    user = office_conn.execute("SELECT id FROM users WHERE username = 'modir'").fetchone()[0]
    for value in (["gone", "name"], "text", {"a": 1}, [1, None]):
        office_conn.execute(
            "INSERT OR REPLACE INTO user_settings (user_id, key, value) VALUES (?, 'columns.persons', ?)",
            (user, json.dumps(value)),
        )
        assert owner.get(PATH).status_code == 200

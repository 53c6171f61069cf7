"""The screens of imports: a file handed in, looked at, stored, and what differs decided."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from appliance.core.import_files import ImportFiles
from appliance.core.sheets_limits import MOST_BYTES
from appliance.domain.demo_data.import_samples import Sample
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.importing.values import Cell
from appliance.import_commands import work_on
from db import transaction
from panel.importing.routes import STARTER
from tests.fakes.imports import write_workbook
from tests.panel.world import BAZARYAB, HESABDAR, MODIR, MONSHI, Person, World


@pytest.fixture
def desk(world: World, data_folder: Path) -> Person:
    """Give the owner's browser; workers do their step before the answer comes."""
    with transaction(world.conn):
        enter_structure(world.conn)
    files = ImportFiles(data_folder)
    world.app.config[STARTER] = lambda import_id: work_on(
        data_folder / "aminbox.sqlite3", files, import_id, world.clock, "021"
    )
    return world.person(MODIR)


def send(person: Person, path: Path) -> str:
    """Hand a file in; give the import's address."""
    with path.open("rb") as file:
        answer = person.post("/importing", {"file": (io.BytesIO(file.read()), path.name)})
    assert answer.status_code == 303, answer.text[:800]
    return str(answer.headers["Location"])


def test_a_file_goes_from_its_columns_over_a_preview_into_the_records(
    desk: Person, world: World, tmp_path: Path
) -> None:
    address = send(desk, write_workbook(tmp_path / "F1.xlsx", Sample("F1", 40).table()))
    asking = desk.get(address).text
    assert "این فایل «صدور و وصول» شناخته شد" in asking
    assert "کد رایانه صدور بیمه نامه" in asking
    before = world.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0]
    answer = desk.post(f"{address}/columns", {"profile": "F1", "insurer_id": ""})
    assert answer.status_code == 422
    assert "این مورد لازم است" in answer.text
    assert desk.post(f"{address}/columns", {"profile": "F1", "insurer_id": "1"}).status_code == 303
    preview = desk.get(address).text
    assert "هنوز چیزی ثبت نشده" in preview
    assert world.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0] == before
    assert desk.post(f"{address}/apply").status_code == 303
    assert "ثبت شد:" in desk.get(address).text
    assert world.conn.execute("SELECT COUNT(*) FROM policies WHERE source = 'import'").fetchone()[0] > 8
    assert "صدور و وصول" in desk.get("/importing").text
    assert desk.post(f"{address}/undo").status_code == 303
    assert "بازگردانده شد" in desk.get(address).text
    assert world.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0] == before
    assert "بازگردانده شد" in desk.get(address).text


def test_a_column_may_be_a_field_the_office_named(desk: Person, world: World, tmp_path: Path) -> None:
    address = send(desk, write_workbook(tmp_path / "F1.xlsx", Sample("F1", 5).table()))
    assert 'value="field_1"' not in desk.get(address).text
    texts = {"field_1.title": "شماره بایگانی", "field_1.type": "text", "field_1.is_on": "1"}
    assert world.person("modir").post("/policies/fields", texts).status_code == 303
    asking = desk.get(address).text
    assert re.search(r'<option value="field_1"[^>]*>شماره بایگانی</option>', asking)
    assert 'value="field_2"' not in asking


def test_an_error_names_its_row_and_its_reason_in_persian(desk: Person, tmp_path: Path) -> None:
    titles: list[Cell] = ["نام و نام خانوادگی", "کد ملی", "موبایل"]
    path = write_workbook(
        tmp_path / "a.xlsx", [titles, ["مریم کاظمی", "1234567890", "0912"], ["", "0013542419", ""]]
    )
    address = send(desk, path)
    desk.post(f"{address}/columns", {"profile": "F8", "insurer_id": "1"})
    page = desk.get(f"{address}?state=error").text
    assert "رقم کنترل کد ملی درست نیست" in page
    assert re.search(r'class="row-no">۲<', page)


def test_both_values_stand_side_by_side_until_one_is_chosen(
    desk: Person, world: World, tmp_path: Path
) -> None:
    table = Sample("F1", 20).table()
    for name in ("a.xlsx", "b.xlsx"):
        address = send(desk, write_workbook(tmp_path / name, table))
        desk.post(f"{address}/columns", {"profile": "F1", "insurer_id": "1"})
        desk.post(f"{address}/apply")
        for title in ("مبلغ کل حق بیمه", "بدهی باقی مانده"):
            place = table[0].index(title)
            table[1][place] = int(str(table[1][place] or 0)) + 7_700_000
    page = desk.get("/importing/discrepancies").text
    found = re.search(r'action="(/importing/discrepancies/\d+)"', page)
    assert found
    assert "پذیرش" in page
    assert "نگه داشتن" in page
    answer = desk.post(found[1], {"decision": "accept"}, follow_redirects=True)
    assert "مقدار بیمه‌گر ثبت شد" in answer.text
    assert world.conn.execute("SELECT state FROM discrepancies").fetchone()[0] == "accepted"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "این فایل خالی است"),
        (b"\xff\xd8\xff\xe0 a picture \x00\x01", "این فایل جدول اکسل یا CSV نیست"),
        (b"PK\x03\x04 torn", "این فایل سالم نیست"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "این فایل رمز دارد"),
    ],
)
def test_files_that_cannot_be_taken_say_why(desk: Person, content: bytes, words: str) -> None:
    answer = desk.post("/importing", {"file": (io.BytesIO(content), "a.xlsx")}, follow_redirects=True)
    assert words in answer.text


def test_a_file_over_the_limit_is_refused_before_it_is_read(desk: Person, data_folder: Path) -> None:
    answer = desk.client.post(
        "/importing",
        input_stream=io.BytesIO(b"--x"),
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": desk.token()},
        environ_overrides={"CONTENT_LENGTH": str(4 * MOST_BYTES)},
    )
    assert answer.status_code == 413
    assert "از ۵۰ مگابایت بزرگ‌تر است" in answer.text
    assert not list((data_folder / "imports").glob("*"))


def test_a_foreign_table_can_be_told_by_hand(desk: Person, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [["محصول", "شرح", "تماس"], ["مریم کاظمی", "x", "09121112233"]])
    address = send(desk, path)
    assert "به هیچ قالبی نمی‌خورد" in desk.get(address).text
    missing = desk.post(f"{address}/columns", {"profile": "F8", "insurer_id": "1"})
    assert "را مشخص کنید" in missing.text
    form = {"profile": "F8", "insurer_id": "1", "column.0": "holder", "column.2": "mobile"}
    assert desk.post(f"{address}/columns", form).status_code == 303
    assert "هنوز چیزی ثبت نشده" in desk.get(address).text


def test_an_agency_that_was_ticked_is_ours_from_then_on(desk: Person, tmp_path: Path) -> None:
    table = Sample("F1", 60).table()
    address = send(desk, write_workbook(tmp_path / "a.xlsx", table))
    places = re.findall(r'name="own" value="(\d+)"', desk.get(address).text)
    desk.post(f"{address}/columns", {"profile": "F1", "insurer_id": "1", "own": places})
    assert "نمایندگی دیگر" not in desk.get(address).text


def test_a_button_pressed_twice_shows_the_import_as_it_is(desk: Person, tmp_path: Path) -> None:
    address = send(desk, write_workbook(tmp_path / "a.xlsx", Sample("F8", 5).table()))
    answer = desk.post(f"{address}/apply", follow_redirects=True)
    assert "دیگر در آن مرحله نیست" in answer.text
    assert "منتظر تأیید ستون‌ها" in answer.text


def test_progress_is_told_to_scripts(desk: Person, tmp_path: Path) -> None:
    address = send(desk, write_workbook(tmp_path / "a.xlsx", Sample("F8", 5).table()))
    told = desk.get(f"{address}/progress").get_json()
    assert (told["is_working"], told["state"]) == (False, "asking")


def test_settings_are_read_in_persian_digits(desk: Person) -> None:
    form = {"own_codes": "۵۱۰۳۷، ۴۴۱۲", "is_watching": "1", "at": "۲۱:۳۰"}
    assert desk.post("/importing/settings", form).status_code == 303
    page = desk.get("/importing/settings").text
    assert "۵۱۰۳۷، ۴۴۱۲" in page
    assert "۲۱:۳۰" in page
    assert "ساعت را مانند" in desk.post("/importing/settings", {"at": "نه"}).text


@pytest.mark.parametrize(("name", "status"), [(MONSHI, 200), (BAZARYAB, 403), (HESABDAR, 403), (None, 302)])
def test_who_may_not_import_sees_nothing_of_it(world: World, name: str | None, status: int) -> None:
    assert world.person(name).get("/importing").status_code == status


def test_a_file_that_is_in_the_records_says_so_and_offers_nothing_to_store(
    desk: Person, tmp_path: Path
) -> None:
    path = write_workbook(tmp_path / "F1.xlsx", Sample("F1", 40).table())
    first = send(desk, path)
    desk.post(f"{first}/columns", {"profile": "F1", "insurer_id": "1"})
    desk.post(f"{first}/apply")
    again = send(desk, path)
    desk.post(f"{again}/columns", {"profile": "F1", "insurer_id": "1"})
    page = desk.get(again).text
    assert "با دفتر یکسان است و چیزی برای ثبت نیست" in page
    assert f"{again}/apply" not in page


def test_every_page_says_that_records_are_being_brought_in(
    desk: Person, world: World, tmp_path: Path
) -> None:
    address = send(desk, write_workbook(tmp_path / "F1.xlsx", Sample("F1", 40).table()))
    desk.post(f"{address}/columns", {"profile": "F1", "insurer_id": "1"})
    running = "در حال ثبت است؛ تا پایان آن"
    assert running not in desk.get("/persons").text
    # A worker that has just stored its first part.
    world.conn.execute("UPDATE imports SET state = 'applying'")
    world.conn.execute("INSERT INTO import_batches VALUES (1, 'persons', 900001, 900002, 0)")
    for path in ("/persons", "/policies", "/reports"):
        assert running in desk.get(path).text, path
    assert "پیشرفت کار" in desk.get("/persons").text
    assert desk.get(f"{address}/progress").json["phase"] == "مقایسه با اطلاعات دفتر"
    world.conn.execute("UPDATE imports SET state = 'waiting', wanted = 'apply'")
    told = desk.get(f"{address}/progress").json
    assert (told["phase"], told["badge"]) == ("در صف", "در صف")
    world.conn.execute("UPDATE imports SET state = 'applying'")
    seen = world.person(BAZARYAB).get("/persons").text
    assert running in seen
    assert "پیشرفت کار" not in seen
    assert desk.get(f"{address}/progress").json["is_working"] is True
    world.conn.execute("UPDATE imports SET state = 'undone'")
    assert "در حال بازگرداندن است" in desk.get("/persons").text
    assert "data-import-progress" in desk.get(address).text
    assert desk.get(f"{address}/progress").json["is_working"] is True


def test_an_undo_is_refused_while_another_import_is_stored(
    desk: Person, world: World, tmp_path: Path
) -> None:
    address = send(desk, write_workbook(tmp_path / "F1.xlsx", Sample("F1", 40).table()))
    desk.post(f"{address}/columns", {"profile": "F1", "insurer_id": "1"})
    desk.post(f"{address}/apply")
    other = send(desk, write_workbook(tmp_path / "F8.xlsx", Sample("F8", 5).table()))
    world.conn.execute("UPDATE imports SET state = 'applying' WHERE id = 2")
    answer = desk.post(f"{address}/undo")
    assert answer.status_code == 303
    assert "دیگر در آن مرحله نیست" in desk.get(address).text
    assert world.conn.execute("SELECT state FROM imports WHERE id = 1").fetchone()[0] == "applied"
    assert other.endswith("/2")

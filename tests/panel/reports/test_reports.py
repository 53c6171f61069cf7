"""The reports' screens, paper, files and saved filters."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pypdfium2
import pytest

from appliance.core.jalali import DEFAULT_ZONE, persian_digits
from appliance.domain.acting import acting
from appliance.domain.demo_data import enter_printed_sample, enter_reference
from appliance.domain.demo_data.printed_sample import PRINTED_AT
from appliance.domain.reports.catalogue import REPORTS
from tests.panel.world import World

SAMPLE_DATES = "span=dates&first=1390/04/18&last=1390/04/23"


@pytest.fixture
def reference(world: World) -> World:
    """Give the office with the reference records."""
    with acting(world.conn, world.clock.now(), None, lambda _fact: None) as act:
        enter_reference(act, DEFAULT_ZONE)
    return world


@pytest.fixture
def sample(world: World) -> World:
    """Give the office of the printed sample, at the moment it was printed."""
    with acting(world.conn, PRINTED_AT, None, lambda _fact: None) as act:
        enter_printed_sample(act)
    world.clock.set_wall(PRINTED_AT)
    return world


def exports(world: World) -> list[tuple[str, str, int, str]]:
    rows = world.conn.execute(
        "SELECT action, title, row_count, username FROM audit_log JOIN users ON users.id = user_id "
        "WHERE object_kind = 'reports' ORDER BY audit_log.id"
    )
    return [tuple(row) for row in rows]


def test_the_centre_offers_every_report(reference: World) -> None:
    page = reference.person("monshi").get("/reports").text
    for report in REPORTS:
        assert f"/reports/{report.key}" in page
        assert report.about in page


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.key)
def test_each_report_opens_with_the_same_bar(reference: World, report: Any) -> None:
    page = reference.person("modir").get(f"/reports/{report.key}").text
    names = set(re.findall(r'name="([^"]+)"', page))
    assert {"span", "days", "first", "last", "scope", "f.person.contains", "f.line_code.is", "f.marketer_id.is",
            "f.insurer_id.is", "f.region_id.is", "f.has_phone.is"} <= names  # fmt: skip


def test_a_row_leads_to_its_policy_and_its_holder(reference: World) -> None:
    page = reference.person("modir").get("/reports/not-renewed").text
    policy, person = reference.conn.execute(
        "SELECT id, person_id FROM policies WHERE policy_no = '202' AND line_code = 'HUL'"
    ).fetchone()
    assert f'href="/policies/{policy}"' in page
    assert f'href="/persons/{person}"' in page
    assert "۳ روز گذشته" in page


def test_a_wrong_day_is_said_beside_the_span(reference: World) -> None:
    page = reference.person("modir").get("/reports/not-renewed?span=dates&first=1405/13/40").text
    assert "چنین روزی در تقویم نیست" in page
    assert "یکی از شرط‌ها خوانده نشد" in page
    assert "بیمه نامه شماره" not in page


def test_the_sheet_has_the_printed_head(sample: World) -> None:
    sheet = sample.person("modir").get("/reports/not-renewed/paper").text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", sheet))
    for words in ("نوع رویت: واحد جاری", "شرکت نمایندگی کد ۵۱۰", "زمان اخذ گزارش: ۱۵:۲۴:۳۴",
                  "تاریخ اخذ گزارش: ۱۳۹۰/۰۴/۲۳",
                  "لیست بیمه‌نامه‌های تمدیدنشده", "۵ روز از تاریخ انقضاء",
                  "نماینده: شرکت نمایندگی کد ۵۱۰۳۷"):  # fmt: skip
        assert words in text
    assert sheet.count("<thead>") == 1
    assert exports(sample) == [
        ("view", "لیست بیمه‌نامه‌های تمدیدنشده · چاپ · ۵ روز از تاریخ انقضاء", 4, "modir")
    ]


def test_the_pdf_has_the_printed_lines_as_text(sample: World) -> None:
    answer = sample.person("modir").get("/reports/not-renewed/pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    assert len(document) == 1
    # Half-spaces have no width, so a reader of the page may tell them elsewhere in the word.
    text = document[0].get_textpage().get_text_range().replace("\u200c", "").replace("\r\n", "\n")
    for line in (
        "شرکت نمایندگی کد ۵۱۰",
        "زمان اخذ گزارش: ۱۵:۲۴:۳۴",
        "تاریخ اخذ گزارش: ۱۳۹۰/۰۴/۲۳",
        "نماینده: شرکت نمایندگی کد ۵۱۰۳۷",
        "رشته: اتومبیل - بدنه",
        "بیمه نامه شماره ۱۹۴ کدص ۵۷۳۶۳ تص ۱۳۸۹/۰۴/۱۳",
        "بیمه نامه شماره ۹۴۶ کدص ۲۳۰۷۴۷ تص ۱۳۸۹/۰۴/۲۱",
        "موبایل: ۰۹۱۲۰۰۰۰۱۹۴",
        "ه ۱ از ۱",
    ):
        assert line in text, (line, text)
    assert text.index("بدنه") < text.index("ثالث")
    fonts = {obj.get_font().get_base_name() for obj in document[0].get_objects() if hasattr(obj, "get_font")}
    assert fonts
    assert all("Vazirmatn" in name for name in fonts), fonts
    assert exports(sample) == [
        ("export", "لیست بیمه‌نامه‌های تمدیدنشده · PDF · ۵ روز از تاریخ انقضاء", 4, "modir")
    ]


def sheet_rows(data: bytes) -> tuple[list[list[str]], str]:
    """Give the cells of a workbook's first sheet, and the sheet's own XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        strings = re.findall(r"<si><t[^>]*>(.*?)</t></si>", archive.read("xl/sharedStrings.xml").decode(), re.S) \
            if "xl/sharedStrings.xml" in archive.namelist() else []  # fmt: skip
    rows = []
    for row in re.findall(r"<row [^>]*>(.*?)</row>", sheet, re.S):
        cells = []
        for kind, body in re.findall(r'<c r="[A-Z]+\d+"(?: s="\d+")?(?: t="(\w+)")?>(.*?)</c>', row, re.S):
            value = re.sub(r"<[^>]+>", "", body)
            cells.append(strings[int(value)] if kind == "s" else value)
        rows.append(cells)
    return rows, sheet


def test_the_spreadsheet_has_a_row_for_each_on_the_screen(sample: World) -> None:
    person = sample.person("modir")
    on_screen = len(re.findall(r"بیمه نامه شماره", person.get("/reports/not-renewed").text))
    rows, sheet = sheet_rows(person.get("/reports/not-renewed/file/xlsx").data)
    assert len(rows) - 1 == on_screen == 4
    assert 'rightToLeft="1"' in sheet
    assert rows[0][:7] == [
        "کد نماینده",
        "نماینده",
        "رشته",
        "شمارهٔ بیمه‌نامه",
        "کد رایانهٔ صدور",
        "تاریخ صدور",
        "انقضا",
    ]
    assert [row[3] for row in rows[1:]] == ["194", "205", "934", "946"]
    assert rows[1][5:7] == ["1389/04/13", "1390/04/19"]
    assert exports(sample)[-1] == (
        "export",
        "لیست بیمه‌نامه‌های تمدیدنشده · اکسل · ۵ روز از تاریخ انقضاء",
        4,
        "modir",
    )


def test_what_looks_like_a_formula_stays_text_in_the_files(sample: World) -> None:
    sample.conn.execute("UPDATE persons SET last_name = '=1+1', first_name = '' WHERE last_name = 'سهرابی'")
    person = sample.person("modir")
    _rows, sheet = sheet_rows(person.get("/reports/not-renewed/file/xlsx").data)
    assert "<f>" not in sheet
    assert "'=1+1" in person.get("/reports/not-renewed/file/csv").data.decode()


def test_files_need_the_permission_for_them(sample: World) -> None:
    desk = sample.person("monshi")
    assert desk.get("/reports/not-renewed").status_code == 200
    assert "/pdf" not in desk.get("/reports/not-renewed").text
    for path in ("pdf", "file/xlsx", "file/csv"):
        assert desk.get(f"/reports/not-renewed/{path}").status_code == 403
    assert exports(sample) == []


def test_an_unknown_file_is_none(sample: World) -> None:
    assert sample.person("modir").get("/reports/not-renewed/file/exe").status_code == 422


def test_a_unit_is_closed_to_others_on_every_output(sample: World) -> None:
    conn = sample.conn
    other = conn.execute("SELECT id FROM units ORDER BY id LIMIT 1 OFFSET 1").fetchone()[0]
    conn.execute("UPDATE users SET unit_id = ? WHERE username = 'hesabdar'", (other,))
    conn.execute("UPDATE roles SET scope = 'unit' WHERE name = 'accountant'")
    person = sample.person("hesabdar")
    for query in ("", "scope=all", "scope=all&f.unit_id.is=1", f"scope=all&{SAMPLE_DATES}"):
        assert "شماره ۱۹۴" not in person.get(f"/reports/not-renewed?{query}").text
        assert "شماره ۱۹۴" not in person.get(f"/reports/not-renewed/paper?{query}").text
        assert len(sheet_rows(person.get(f"/reports/not-renewed/file/xlsx?{query}").data)[0]) == 1


def test_a_saved_filter_opens_as_it_was_asked(sample: World) -> None:
    person = sample.person("modir")
    asked = "/reports/not-renewed?span=days&days=3&scope=all&f.line_code.is=TPL"
    before = person.get(asked).text
    answer = person.post("/reports/not-renewed/saved", {"title": "ثالث سه روز", "back": asked})
    opened = person.get(answer.location)
    assert opened.status_code == 303
    query = parse_qs(urlsplit(opened.location).query)
    assert query.pop("saved")
    assert query == {"span": ["days"], "days": ["3"], "scope": ["all"], "f.line_code.is": ["TPL"]}
    after = person.get(opened.location).text

    def rows(page: str) -> list[str]:
        return re.findall(r"<tr>.*?</tr>", page, re.S)

    assert rows(after) == rows(before)
    assert len(rows(after)) >= 2
    assert "ثالث سه روز" in person.get("/reports").text
    assert "ثالث سه روز" not in sample.person("monshi").get("/reports").text


def test_a_shared_filter_is_others_to_open_and_its_owners_to_delete(sample: World) -> None:
    owner, desk = sample.person("modir"), sample.person("monshi")
    owner.post("/reports/not-renewed/saved",
               {"title": "هفتگی", "is_shared": "1", "back": "/reports/not-renewed?span=days&days=7"})  # fmt: skip
    saved = sample.conn.execute("SELECT id, filters FROM saved_reports").fetchone()
    assert json.loads(saved["filters"]) == {"span": "days", "days": "7"}
    assert desk.get(f"/reports/not-renewed?saved={saved['id']}").status_code == 303
    assert desk.post(f"/reports/saved/{saved['id']}/delete").status_code == 404
    assert owner.post(f"/reports/saved/{saved['id']}/delete").status_code == 303
    assert desk.get(f"/reports/not-renewed?saved={saved['id']}").status_code == 404


def test_a_nameless_filter_is_not_kept(sample: World) -> None:
    person = sample.person("modir")
    answer = person.post("/reports/not-renewed/saved", {"title": " ", "back": "/reports/not-renewed"})
    assert "نامی بنویسید" in person.get(answer.location).text
    assert not sample.conn.execute("SELECT 1 FROM saved_reports").fetchone()


@pytest.mark.parametrize("key", [report.key for report in REPORTS])
def test_the_list_of_policies_has_the_same_rows(reference: World, key: str) -> None:
    person = reference.person("modir")
    page = person.get(f"/reports/{key}").text
    target = re.search(r'href="(/policies\?[^"]+)"', page)
    assert target, page[:200]
    listed = person.get(target[1].replace("&amp;", "&")).text
    numbers = set(re.findall(r"بیمه نامه شماره ([۰-۹]+) ک‌د‌ص [۰-۹]+ ت‌ص", page))
    assert set(re.findall(r'class="row-link"[^>]*>\s*([۰-۹]+)\s*</a>', listed)) == numbers


@pytest.fixture
def short_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three rows be all that goes on paper at once."""
    monkeypatch.setattr("panel.reports.view.MOST_PAPER_ROWS", 3)
    monkeypatch.setattr("panel.reports.outputs.MOST_PAPER_ROWS", 3)


def test_a_long_report_is_offered_in_parts_that_hold_every_row_once(sample: World, short_paper: None) -> None:
    person = sample.person("modir")
    whole = f"/reports/not-renewed?{SAMPLE_DATES}&scope=all"
    shown = re.findall(r"بیمه نامه شماره [۰-۹]+ ک‌د‌ص [۰-۹]+", person.get(whole).text)
    assert len(shown) > 3
    assert "/reports/not-renewed/pdf" not in person.get(whole).text
    for output in ("pdf", "paper"):
        answer = person.get(whole.replace("not-renewed?", f"not-renewed/{output}?"))
        assert answer.status_code == 303
    assert exports(sample) == []
    parts = person.get(answer.location).text
    assert "بخش‌های ۳ ردیفی" in parts
    targets = re.findall(r'href="(/reports/not-renewed/paper[^"]+)"', parts)
    assert len(targets) == -(-len(shown) // 3)
    printed: list[str] = []
    for number, target in enumerate(targets, 1):
        page = person.get(target.replace("&amp;", "&")).text
        assert f"بخش {persian_digits(number)} از {persian_digits(len(targets))}" in page
        printed += re.findall(r"بیمه نامه شماره [۰-۹]+ ک‌د‌ص [۰-۹]+", page)
    assert printed == shown


def test_a_part_becomes_a_file_of_its_own_and_its_rows_are_logged(sample: World, short_paper: None) -> None:
    person = sample.person("modir")
    answer = person.get(f"/reports/not-renewed/pdf?{SAMPLE_DATES}&scope=all&part=1")
    assert answer.data.startswith(b"%PDF-")
    assert [row[2] for row in exports(sample)] == [3]


def test_a_report_of_too_many_parts_is_for_a_spreadsheet(
    sample: World, short_paper: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.reports.view.MOST_PARTS", 1)
    person = sample.person("modir")
    answer = person.get(f"/reports/not-renewed/pdf?{SAMPLE_DATES}&scope=all&part=1")
    page = person.get(answer.location).text
    assert "شرطی بگذارید تا کوتاه شود، یا فایل اکسل بگیرید" in page
    assert "/reports/not-renewed/paper" not in page
    assert "/reports/not-renewed/file/xlsx" in page


def test_a_file_that_cannot_be_made_is_said_so(sample: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.reports.outputs.TEMPLATE", "nothing.typ")
    person = sample.person("modir")
    answer = person.get("/reports/not-renewed/pdf")
    assert answer.status_code == 303
    assert "فایل PDF ساخته نشد" in person.get(answer.location).text
    assert exports(sample) == []


def test_messages_are_offered_to_exactly_those_on_it(sample: World) -> None:
    page = (
        sample.person("modir").get(f"/reports/not-renewed?{SAMPLE_DATES}&scope=all&f.line_code.is=TPL").text
    )
    target = re.search(r'href="(/messages/campaigns/new[^"]+)"', page)
    assert target
    handed = parse_qs(urlsplit(target[1].replace("&amp;", "&")).query)
    assert handed["listing"] == ["policies"]
    assert dict(parse_qsl(handed["query"][0])) == {
        "f.is_ours.is": "1", "f.status.any": "expired,expiring", "f.end_date.last": "3660",
        "f.end_date.from": "1390/04/18", "f.end_date.until": "1390/04/23", "f.line_code.is": "TPL",
    }  # fmt: skip


def test_no_messages_where_the_list_does_not_know_a_condition(sample: World) -> None:
    page = sample.person("modir").get("/reports/not-renewed?span=days&days=5&f.has_phone.is=1").text
    assert "شماره ۱۹۴" in page
    assert "/messages/campaigns/new?" not in page

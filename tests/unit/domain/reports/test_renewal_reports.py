"""The four renewal reports: who is on which, and the printed sample line by line."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from appliance.domain.access import User
from appliance.domain.reports.catalogue import REPORTS
from appliance.domain.reports.reading import read_groups
from db import Connection
from tests.fakes.clock import START
from tests.unit.domain.reports.conftest import OWNER, Printer, ask, firsts, printed

NUMBERS = {"P1": "۲۰۱", "P2": "۲۰۲", "P3": "۲۰۳", "P4": "۲۰۴", "P5": "۲۰۵", "P6": "۲۰۶"}


def names(paper: Any) -> set[str]:
    found = set()
    for text in firsts(paper):
        found |= {name for name, number in NUMBERS.items() if f"شماره {number} " in text}
    return found


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("not-renewed", {"P2"}),
        ("not-expired", {"P1", "P3", "P6"}),
        ("renewed", {"P5"}),
        ("cancelled", {"P4"}),
    ],
)
def test_each_report_has_the_reference_policies_it_should(
    reference: dict[str, Any], key: str, expected: set[str]
) -> None:
    paper = reference["print"](key)
    assert names(paper) == expected
    assert paper.total == len(expected)


def test_the_renewed_stand_beside_what_renews_them(reference: dict[str, Any]) -> None:
    (line,) = reference["print"]("renewed").sections[0].lines
    assert line.cells[0][0].text.startswith("بیمه نامه شماره ۲۰۵")
    assert line.cells[2][0].text == "بیمه نامه شماره ۲۰۶ ک‌د‌ص ۵۷۰۰۶"
    assert line.cells[2][0].record_id == reference["policies"]["P6"]


def test_the_cancelled_tell_day_reason_and_refund(conn: Connection, reference: dict[str, Any]) -> None:
    conn.execute(
        "INSERT INTO endorsements (policy_id, number, kind, issue_date, effective_date, net_change, vat_change, "
        "created_at) VALUES (?, 1, 'cancel', '2026-11-02', '2026-11-02', -20000000, -2000000, '2026-11-02T00:00:00Z')",
        (reference["policies"]["P4"],),
    )
    paper = reference["print"]("cancelled")
    (line,) = paper.sections[0].lines
    assert [text.text for text in line.cells[2]] == ["۱۴۰۵/۰۸/۱۱", "۲۲٬۰۰۰٬۰۰۰ ریال"]
    assert line.cells[3][0].text == "درخواست بیمه‌گذار"
    assert paper.totals == (("جمع برگشتی", "۲۲٬۰۰۰٬۰۰۰ ریال"),)


def test_amounts_are_missing_for_who_may_not_see_them(reference: dict[str, Any]) -> None:
    paper = reference["print"]("cancelled", user=msgspec.structs.replace(OWNER, permissions=frozenset()))
    assert paper.sections[0].lines[0].cells[2][1].text == ""
    assert paper.totals == ()


def test_the_sample_is_headed_as_it_was_printed(sample: Printer) -> None:
    head = sample().head
    assert head.scope == "واحد جاری"
    assert head.unit == "شرکت نمایندگی کد ۵۱۰"
    assert (head.time, head.date) == ("۱۵:۲۴:۳۴", "۱۳۹۰/۰۴/۲۳")
    assert head.title == "لیست بیمه‌نامه‌های تمدیدنشده"
    assert head.condition == "۵ روز از تاریخ انقضاء"


def test_the_sample_has_the_printed_headings(sample: Printer) -> None:
    assert [heading.titles for heading in sample().headings] == [
        ("شرح بیمه‌نامه", "بیمه‌گذار"),
        ("تاریخ انقضاء", "بازاریاب"),
        ("توضیحات",),
    ]


def test_the_sample_is_the_printed_one_line_by_line(sample: Printer) -> None:
    paper = sample()
    lines = []
    for section in paper.sections:
        lines += [f"{head.title}: {head.name}" for head in section.heads]
        for line in section.lines:
            lines.append(" | ".join(texts[0].text for texts in line.cells))
            lines.append(" | ".join(texts[1].text for texts in line.cells[:2]))
        lines += [f"{foot.title}: {foot.count}" for foot in section.feet]
    assert lines == [
        "نماینده: شرکت نمایندگی کد ۵۱۰۳۷",
        "رشته: اتومبیل - بدنه",
        "بیمه نامه شماره ۱۹۴ ک‌د‌ص ۵۷۳۶۳ ت‌ص ۱۳۸۹/۰۴/۱۳ | ۱۳۹۰/۰۴/۱۹ | ",
        "بهرام سهرابی   تلفن: ۰۲۱۱۰۰۰۰۱۹۴   موبایل: ۰۹۱۲۰۰۰۰۱۹۴ | فروش مستقیم",
        "بیمه نامه شماره ۲۰۵ ک‌د‌ص ۶۵۱۵۶ ت‌ص ۱۳۸۹/۰۴/۲۱ | ۱۳۹۰/۰۴/۲۱ | ",
        "نسرین کیانی   موبایل: ۰۹۱۲۰۰۰۰۲۰۵ | فروش مستقیم",
        "رشته: 2",
        "رشته: اتومبیل - ثالث",
        "بیمه نامه شماره ۹۳۴ ک‌د‌ص ۲۰۸۸۹۷ ت‌ص ۱۳۸۹/۰۴/۱۴ | ۱۳۹۰/۰۴/۱۸ | ",
        "فرهاد یزدان‌پناه   تلفن: ۰۲۱۱۰۰۰۰۹۳۴   موبایل: ۰۹۱۲۰۰۰۰۹۳۴ | فروش مستقیم",
        "بیمه نامه شماره ۹۴۶ ک‌د‌ص ۲۳۰۷۴۷ ت‌ص ۱۳۸۹/۰۴/۲۱ | ۱۳۹۰/۰۴/۲۱ | ",
        "پروین گلستانی   تلفن: ۰۲۱۱۰۰۰۰۹۴۶ | فروش مستقیم",
        "رشته: 2",
        "نماینده: 4",
    ]


def test_pages_together_are_the_whole_report(sample: Printer) -> None:
    whole = firsts(sample())
    pages = [sample(limit=3, offset=place) for place in (0, 3)]
    assert [text for page in pages for text in firsts(page)] == whole
    assert [page.total for page in pages] == [4, 4]
    assert [len(section.feet) for page in pages for section in page.sections] == [1, 0, 2]
    # A later page says again which groups it goes on with.
    assert [(head.title, head.count) for head in pages[1].sections[0].heads] == [("نماینده", 4), ("رشته", 2)]


@pytest.mark.parametrize(
    ("arguments", "condition", "count"),
    [
        ({"span": "days", "days": "۳"}, "۳ روز از تاریخ انقضاء", 2),
        ({"span": "dates", "first": "1390/04/19", "last": "۱۳۹۰/۴/۲۰"},
         "تاریخ انقضاء از ۱۳۹۰/۰۴/۱۹ تا ۱۳۹۰/۴/۲۰", 1),
        ({"span": "all"}, "همهٔ تاریخ‌های انقضاء", 4),
        ({"f.line_code.is": "TPL"}, "۵ روز از تاریخ انقضاء · رشته: اتومبیل - ثالث", 2),
    ],
)  # fmt: skip
def test_the_span_is_days_or_dates(
    sample: Printer, arguments: dict[str, str], condition: str, count: int
) -> None:
    paper = sample(arguments=arguments)
    assert paper.head.condition == condition
    assert paper.total == count


@pytest.mark.parametrize(
    ("key", "arguments", "expected"),
    [
        ("not-expired", {"f.person.contains": "رضايي"}, {"P1"}),
        ("not-expired", {"f.line_code.is": "FIR-C"}, {"P3"}),
        ("not-expired", {"f.marketer_id.is": "1"}, {"P1"}),
        ("not-expired", {"f.has_phone.is": "0"}, set()),
        ("not-expired", {"f.policy_no.contains": "۲۰۶"}, {"P6"}),
        ("cancelled", {"f.cancel_date.from": "1405/08/11", "f.cancel_date.until": "1405/08/11"}, {"P4"}),
        ("cancelled", {"f.cancel_date.from": "1405/08/12"}, set()),
    ],
)
def test_the_bar_narrows_a_report(
    reference: dict[str, Any], key: str, arguments: dict[str, str], expected: set[str]
) -> None:
    assert names(reference["print"](key, arguments={"span": "all", **arguments})) == expected


def test_a_region_has_the_policies_of_its_customers(conn: Connection, reference: dict[str, Any]) -> None:
    region = conn.execute("SELECT id FROM regions WHERE title = 'منطقه ۳'").fetchone()[0]
    paper = reference["print"]("not-expired", arguments={"span": "all", "f.region_id.is": str(region)})
    assert names(paper) == {"P1", "P6"}
    assert paper.head.condition == "همهٔ تاریخ‌های انقضاء · منطقهٔ مشتری: منطقه ۳"


def test_days_are_counted_forwards_for_what_is_still_to_expire(reference: dict[str, Any]) -> None:
    paper = reference["print"]("not-expired", arguments={"span": "days", "days": "10"})
    assert names(paper) == {"P1"}
    assert paper.head.condition == "۱۰ روز تا انقضاء"


def test_what_cannot_be_read_of_a_span_is_a_problem_beside_it(
    conn: Connection, reference: dict[str, Any]
) -> None:
    ready = ask(conn, "not-renewed", {"span": "days", "days": "پنج"}, OWNER, START)
    assert ready.problems == {"end_date.last": "number.digits"}
    # It would say «پنج روز» over every policy otherwise.
    assert read_groups(conn, ready) == []


def test_one_limited_to_a_unit_sees_no_other_whatever_the_address_says(
    conn: Connection, reference: dict[str, Any]
) -> None:
    own, other = reference["structure"].units[:2]
    conn.execute("UPDATE policies SET unit_id = ? WHERE id = ?", (other, reference["policies"]["P2"]))
    clerk = User(id=9, username="k", display_name="ک", role="desk", scope="unit", unit_id=own)
    for arguments in ({}, {"scope": "all"}, {"scope": "all", "f.unit_id.is": str(other)}):
        paper = printed(conn, "not-renewed", START, arguments, clerk)
        assert (paper.total, paper.head.scope) == (0, "واحد جاری"), arguments
    everywhere = printed(conn, "not-renewed", START, {"scope": "all"})
    assert (everywhere.total, everywhere.head.scope) == (1, "همهٔ واحدها")
    assert printed(conn, "not-renewed", START).total == 0


def test_one_with_his_own_records_has_no_others(conn: Connection, reference: dict[str, Any]) -> None:
    marketer = User(id=9, username="b", display_name="ب", role="marketer", scope="own", marketer_id=1)
    paper = printed(conn, "not-expired", START, {"scope": "all"}, marketer)
    assert names(paper) == {"P1"}
    assert paper.head.scope == "پرونده‌های خودم"


def test_the_lost_are_not_called_again(conn: Connection, reference: dict[str, Any]) -> None:
    reason = conn.execute("SELECT id FROM choices WHERE list = 'lost-reason' LIMIT 1").fetchone()[0]
    conn.execute(
        "UPDATE policies SET lost_at = '2026-11-21', lost_reason_id = ? WHERE id = ?",
        (reason, reference["policies"]["P2"]),
    )
    assert reference["print"]("not-renewed").total == 0


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.key)
def test_every_report_names_only_fields_there_are(report: Any) -> None:
    for key in (*report.reads, *report.flat, *(total.field for total in report.totals)):
        assert report.field(key)
    for name in (*report.filters, *report.further):
        key, operator = name.split(".")
        assert operator in report.field(key).kind.operators, name
        assert report.field(key).is_filtered

"""What an import stores in bulk is what the services for entering and issuing would have stored, row for row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from appliance.domain.importing.profiles import PROFILES
from appliance.domain.importing.values import Cell
from appliance.domain.people.addresses import add_address
from appliance.domain.people.entering import enter_person
from appliance.domain.policies.changing import cancel_policy, endorse
from appliance.domain.policies.issuing import issue_policy
from db import Connection
from tests.fakes.imports import Intake, write_workbook

TABLES = (
    "persons", "person_phones", "person_addresses", "policies", "endorsements", "insured_objects", "instalment_plans",
    "instalments", "commissions", "renewal_proposals", "person_search",
)  # fmt: skip
MOVING = {
    "source",  # says where a policy came from
    "core_code", "revision", "changed_at", "changed_by",  # counts later touches of a record
    "reason",  # an endorsement's words
}  # fmt: skip


def rows(conn: Connection) -> dict[str, list[dict[str, Any]]]:
    """Give all rows of the tables, without what may differ."""
    found = {}
    for table in TABLES:
        columns = "rowid AS id, names, digits, policies" if table == "person_search" else "*"
        found[table] = [
            {key: row[key] for key in row.keys() if key not in MOVING}  # noqa: SIM118 - rows are no mappings
            for row in conn.execute(f"SELECT {columns} FROM {table}")
        ]
    found["log"] = [
        dict(row)
        for row in conn.execute(
            "SELECT action, object_kind, object_id FROM audit_log WHERE object_kind IN ('person', 'policy') "
            "AND action = 'create' AND title NOT LIKE 'الحاقیه%' ORDER BY object_kind, object_id"
        )
    ]
    return found


def test_bulk_and_by_hand_are_the_same(intake: Intake, tmp_path: Path) -> None:
    titles = [
        *PROFILES["F7"].headers,
        "کد ملی بیمه گذار",
        "تلفن همراه",
        "آدرس",
        "شماره الحاقیه",
        "نوع الحاقیه",
    ]
    extra = {"کد ملی بیمه گذار": "national_id", "تلفن همراه": "mobile", "آدرس": "address",
             "شماره الحاقیه": "endorsement_no", "نوع الحاقیه": "endorsement_kind"}  # fmt: skip
    person: dict[str, Cell] = {"بیمه گذار": "علی نوری", "کد ملی بیمه گذار": "0013542419", "تلفن همراه": "09121112233",
                               "آدرس": "تهران، خیابان نمونه"}  # fmt: skip
    old: dict[str, Cell] = person | {
        "شماره بیمه نامه": "30", "کد رایانه بیمه نامه": 500, "تاریخ شروع": "1402/04/10", "تاریخ انقضاء": "1403/04/10",
        "تاریخ صدور": "1402/04/08", "حق بیمه با مالیات و عوارض": 66_000_000,
        "مالیات ارزش افزوده": 6_000_000, "شماره پلاک": "12 ب 345 ایران 67",
        "نوع وسیله نقلیه": "سمند", "سال ساخت": 1399, "ارزش وسیله نقلیه": 900_000_000,
    }  # fmt: skip
    new = old | {"شماره بیمه نامه": "41", "کد رایانه بیمه نامه": 600, "تاریخ شروع": "1403/04/10",
                 "تاریخ انقضاء": "1404/04/10", "تاریخ صدور": "1403/04/07"}  # fmt: skip
    more = new | {"شماره الحاقیه": 1, "نوع الحاقیه": "اضافی", "تاریخ صدور": "1403/05/01", "تاریخ شروع": "1403/05/01",
                  "حق بیمه با مالیات و عوارض": 5_500_000}  # fmt: skip
    over = new | {"شماره الحاقیه": 2, "نوع الحاقیه": "ابطال", "تاریخ صدور": "1403/06/01", "تاریخ شروع": "1403/06/01",
                  "حق بیمه با مالیات و عوارض": 22_000_000}  # fmt: skip
    table: list[list[Cell]] = [
        [*titles],
        *[[one.get(title) for title in titles] for one in (old, new, more, over)],
    ]
    answers = {f"column.{place}": extra[title] for place, title in enumerate(titles) if title in extra}

    by_hand = _by_hand(intake)
    one = intake.bring_in(write_workbook(tmp_path / "a.xlsx", table), **answers)
    assert one.count("error") == 0
    in_bulk = rows(intake.conn)
    for name in in_bulk:
        assert in_bulk[name] == by_hand[name], name


def _by_hand(intake: Intake) -> dict[str, list[dict[str, Any]]]:
    """Give the rows that entering and issuing make; nothing of it stays."""
    conn = intake.conn
    try:
        with intake.act() as act:
            texts = {"kind": "natural", "first_name": "علی", "last_name": "نوری", "national_id": "0013542419"}
            person = enter_person(act, texts, ["09121112233"])
            add_address(act, person, {"address": "تهران، خیابان نمونه"})
            thing = {"object_plate": "12 ب 345 ایران 67", "object_model": "سمند", "object_production_year": "1399",
                     "object_value": "900000000"}  # fmt: skip
            common = {
                "line_code": "TPL",
                "insurer_id": "1",
                "net_premium": "60000000",
                "vat": "6000000",
                **thing,
            }
            days = {"issue_date": "1402/04/08", "start_date": "1402/04/10", "end_date": "1403/04/10"}
            issue_policy(act, person, common | days | {"policy_no": "30", "core_code": "500"})
            days = {"issue_date": "1403/04/07", "start_date": "1403/04/10", "end_date": "1404/04/10"}
            policy = issue_policy(act, person, common | days | {"policy_no": "41", "core_code": "600"})
            from appliance.core.jalali import parse_date

            day = parse_date("1403/05/01")
            endorse(
                act, policy, "additional", issue_date=day, effective_date=day, amount=5_000_000, vat=500_000
            )
            day = parse_date("1403/06/01")
            cancel_policy(act, policy, on=day, reason="ابطال", refund=20_000_000)
            found = rows(conn)
            raise _TakenBackError
    except _TakenBackError:
        return found


class _TakenBackError(Exception):
    """Ends a transaction without storing it."""

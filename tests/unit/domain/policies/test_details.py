"""Covers, refunds, proposals that wait, what follows from a half-filled form, and whose unit a policy is."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from appliance.domain.fields.refused import Refused
from appliance.domain.policies.changing import decide_renewal
from appliance.domain.policies.computing import computed_values
from appliance.domain.policies.covers import cover_texts, read_covers
from appliance.domain.policies.issuing import change_policy, issue_policy
from appliance.domain.policies.objects import VEHICLE
from appliance.domain.policies.refunding import EndedBy, refund_of, unearned
from db import Connection
from db.queries.policy_overview import Cover, find_head, list_chain, list_covers
from db.queries.renewals import count_open, list_open
from db.records import find_row
from tests.fakes.office import Office
from tests.unit.domain.policies.conftest import As

THIRD_PARTY = {
    "line_code": "TPL", "insurer_id": "1", "issue_date": "1404/09/01", "net_premium": "100,000,000", "policy_no": "7",
    "object_plate": "۱۲ ب ۳۴۵ ایران ۶۷",
}  # fmt: skip
COVERS = {
    "cover_0_title": "مالی", "cover_0_ceiling": "5,000,000,000", "cover_0_deductible": "",
    "cover_2_title": "سرقت", "cover_2_ceiling": "", "cover_2_deductible": "10",
}  # fmt: skip


def test_covers_are_stored_changed_and_given_back_to_the_form(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY | COVERS)
        assert {one.title: (one.ceiling, one.deductible_percent) for one in list_covers(conn, policy_id)} == {
            "مالی": (5_000_000_000, None), "سرقت": (None, 10),
        }  # fmt: skip
        change_policy(act, policy_id, {"note": "بی پوشش"}, revision=1)
        assert len(list_covers(conn, policy_id)) == 2
        change_policy(act, policy_id, {"cover_0_title": "مالی"}, revision=2)
    stored = list_covers(conn, policy_id)
    assert stored == [Cover(title="مالی", ceiling=None, deductible_percent=None)]
    assert read_covers(cover_texts(stored)) == stored


def test_a_cover_needs_a_title_once() -> None:
    texts = COVERS | {
        "cover_1_ceiling": "5",
        "cover_3_title": "سرقت",
        "cover_4_title": "x",
        "cover_4_deductible": "101",
    }
    with pytest.raises(Refused) as refused:
        read_covers(texts)
    assert refused.value.problems == {
        "cover_1_title": "missing", "cover_3_title": "cover.twice", "cover_4_deductible": "number.range 0 100",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("on", "refund"),
    [
        ("2025-01-01", 365_000), ("2024-12-01", 365_000), ("2025-01-02", 364_000), ("2025-07-01", 184_000),
        ("2025-12-31", 1_000), ("2026-01-01", 0), ("2026-03-01", 0),
    ],
)  # fmt: skip
def test_a_refund_is_the_part_of_the_days_left(on: str, refund: int) -> None:
    assert unearned(365_000, date(2025, 1, 1), date(2026, 1, 1), date.fromisoformat(on)) == refund


def enter_refund(conn: Connection, line: str | None, step: int, per_mille: int, valid_from: str) -> None:
    conn.execute(
        "INSERT INTO dated_rates (subject, line_code, step, per_mille, valid_from, source, confidence) "
        "VALUES ('cancel-refund', ?, ?, ?, ?, 'جدول آزمون', 'user')",
        (line, step, per_mille, valid_from),
    )


@pytest.mark.parametrize(
    ("line", "on", "ended_by", "refund", "per_mille"),
    [
        ("TPL", "2025-01-06", "holder", 950_000, 950),
        ("TPL", "2025-01-07", "holder", 800_000, 800),
        ("TPL", "2025-01-31", "holder", 800_000, 800),
        ("TPL", "2025-02-01", "holder", 0, 0),
        ("HUL", "2025-01-31", "holder", 700_000, 700),
        ("TPL", "2025-01-06", "insurer", 986_301, None),
        ("TPL", "2025-01-01", "holder", 1_000_000, None),
        ("TPL", "2026-01-01", "holder", 0, None),
    ],
)
def test_who_ends_a_cover_himself_gets_what_the_short_term_table_gives(
    conn: Connection, line: str, on: str, ended_by: EndedBy, refund: int, per_mille: int | None
) -> None:
    for own, step, share in ((None, 5, 950), (None, 30, 800), ("HUL", 60, 700)):
        enter_refund(conn, own, step, share, "2024-01-01")
    start, end = date(2025, 1, 1), date(2026, 1, 1)
    found = refund_of(conn, line, 1_000_000, start, end, date.fromisoformat(on), ended_by)
    assert (found.amount, found.per_mille) == (refund, per_mille)


def test_without_a_table_of_that_day_the_days_count(conn: Connection) -> None:
    enter_refund(conn, None, 400, 500, "2025-07-01")
    start, end = date(2025, 1, 1), date(2026, 1, 1)
    assert refund_of(conn, "TPL", 365_000, start, end, date(2025, 6, 30), "holder").amount == 185_000
    assert refund_of(conn, "TPL", 365_000, start, end, date(2025, 7, 1), "holder").amount == 182_500


def test_a_new_policy_proposes_what_it_may_renew_until_somebody_decides(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        old = issue_policy(act, office.ali, THIRD_PARTY)
        new = issue_policy(act, office.ali, THIRD_PARTY | {"policy_no": "8", "issue_date": "1405/09/01"})
        other = issue_policy(act, office.ali, THIRD_PARTY | {"policy_no": "9", "issue_date": "1405/09/02"})
        assert {(one.old_id, one.new_id, one.reason) for one in list_open(conn)} == {
            (old, new, "object"), (old, other, "object"),
        }  # fmt: skip
        decide_renewal(act, old, new, is_confirmed=True)
    assert count_open(conn) == 0
    assert [(link.id, link.depth) for link in list_chain(conn, old)] == [(old, 0), (new, 1)]
    head = find_head(conn, old)
    assert head is not None
    assert (head.renewed_by, head.person, head.line) == (new, "علی رضایی", "اتومبیل - ثالث")


def test_what_is_empty_is_computed_before_saving(conn: Connection, office: Office, acting_as: As) -> None:
    texts = {
        "line_code": "TPL",
        "issue_date": "۱۴۰۵/۰۱/۰۱",
        "net_premium": "1,000,005",
        "end_date": "نامعلوم",
    }
    assert computed_values(conn, texts) == {"start_date": "2026-03-21", "vat": 100_001, "commission": 0}
    assert computed_values(conn, {"issue_date": "1405/01/01"}) == {}


def test_who_is_bound_to_a_unit_issues_for_that_unit(conn: Connection, office: Office, acting_as: As) -> None:
    conn.execute("UPDATE persons SET unit_id = 1 WHERE id = ?", (office.ali,))
    clerk = msgspec.structs.replace(office.desk, scope="unit", unit_id=1)
    with acting_as(clerk) as act:
        policy_id = issue_policy(act, office.ali, THIRD_PARTY | {"unit_id": "2"})
        change_policy(act, policy_id, {"unit_id": "3"}, revision=1)
    row = find_row(conn, "policies", policy_id)
    assert row is not None
    assert row["unit_id"] == 1


@pytest.mark.parametrize(
    ("stored", "written"),
    [("12ب345-67", "۱۲ ب ۳۴۵ ایران ۶۷"), ("12الف345-67", "۱۲ الف ۳۴۵ ایران ۶۷"), ("123-45678", "123-45678")],
)
def test_a_plate_is_edited_as_people_write_it(stored: str, written: str) -> None:
    kind = next(field.kind for field in VEHICLE if field.key == "object_plate")
    assert kind.edit(stored) == written
    assert kind.read(written) == stored

"""Files of every profile brought in: what they make, what they leave alone, what they ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appliance.core.errors import ConflictError, NotAllowedError
from appliance.domain.demo_data.import_samples import OTHER_AGENCY, OWN_AGENCY, Sample
from appliance.domain.fields.asking import Asked, Condition, ask
from appliance.domain.importing import work
from appliance.domain.importing.discrepancies import accept_theirs, keep_ours
from appliance.domain.importing.profiles import PROFILES
from appliance.domain.importing.undoing import plan_undo, undo_import
from appliance.domain.importing.values import Cell
from appliance.domain.people.entering import change_person, enter_person
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.issuing import change_policy, issue_policy
from appliance.domain.policies.reminding import make_reminders
from appliance.domain.policies.userfields import change_user_fields
from db.listing import select_page
from db.queries import imports
from db.queries.import_rows import list_rows
from tests.fakes.imports import Intake, counts, write_workbook
from tests.fakes.office import Office

DAY = "1403/05/12"


def collection(*rows: dict[str, Cell]) -> list[list[Cell]]:
    """Give a table of profile F1; what a row does not say is that of a usual one."""
    titles = list(PROFILES["F1"].headers)
    usual: dict[str, Cell] = {
        "رشته": "شخص ثالث", "نمایندگی بیمه نامه": f"نمايندگي {OWN_AGENCY}", "کد رایانه صدور بیمه نامه": 57363,
        "پرداخت کننده حق بیمه": "رضا يوسفي کد 1234", "شماره بيمه نامه": "194", "شماره الحاقیه": 0,
        "تاريخ بيمه نامه يا الحاقيه": DAY, "تاریخ سررسید": DAY, "مبلغ کل حق بیمه": 11_000_000,
    }  # fmt: skip
    return [[*titles], *[[(usual | row).get(title) for title in titles] for row in rows]]


def dump(intake: Intake) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of the office's records, but the log of work and the imports themselves."""
    without = {
        "audit_log",
        "imports",
        "import_profiles",
        "import_changes",
        "settings",
        "sqlite_sequence",
        "job_runs",
    }
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'person_search%' ORDER BY name"
    )
    names = [
        row[0] for row in intake.conn.execute(sql) if row[0] not in without and not row[0].startswith("_")
    ]
    found = {
        name: sorted((tuple(row) for row in intake.conn.execute(f"SELECT * FROM {name}")), key=repr)
        for name in names
    }
    found["search"] = [
        tuple(row)
        for row in intake.conn.execute(
            "SELECT rowid, names, digits, policies FROM person_search ORDER BY rowid"
        )
    ]
    return found


@pytest.mark.parametrize("key", ["F1", "F2", "F3", "F6", "F6p", "F7", "F8"])
def test_a_second_import_of_the_same_file_creates_and_changes_nothing(
    intake: Intake, tmp_path: Path, key: str
) -> None:
    path = write_workbook(tmp_path / f"{key}.xlsx", Sample(key, 120).table())
    first = counts(intake.bring_in(path))
    assert first["rows"] == 120
    assert first["new"] > 80
    assert "error" not in first
    before = dump(intake)
    second = counts(intake.bring_in(path))
    assert set(second) <= {"rows", "same", "foreign", "double"}
    assert dump(intake) == before


def test_statements_and_endorsements_of_life_policies_find_their_policies(
    intake: Intake, tmp_path: Path
) -> None:
    for key in ("F3", "F4", "F5"):
        path = write_workbook(tmp_path / f"{key}.xlsx", Sample(key, 40).table())
        one = intake.bring_in(path)
        assert counts(one)["new"] == 40
        assert counts(intake.bring_in(path)) == {"rows": 40, "same": 40}
    earned = intake.conn.execute(
        "SELECT COUNT(*), MIN(earned), MAX(earned) FROM commissions WHERE earned <> 0"
    ).fetchone()
    assert tuple(earned) == (20, 4_400_000, 4_400_000)


def test_a_policy_comes_with_its_core_key_holder_plans_and_commission(intake: Intake, tmp_path: Path) -> None:
    table = collection({}, {"تاریخ سررسید": "1403/06/12", "مبلغ کل حق بیمه": 5_500_000})
    one = intake.bring_in(write_workbook(tmp_path / "a.xlsx", table))
    assert (counts(one)["policies"], counts(one)["persons"]) == (1, 1)
    policy = intake.conn.execute("SELECT * FROM policies WHERE core_code = '57363'").fetchone()
    assert (policy["policy_no"], policy["line_code"], policy["issue_date"], policy["source"]) == (
        "194", "TPL", "2024-08-02", "import")  # fmt: skip
    assert policy["net_premium"] + policy["vat"] == 16_500_000
    assert (policy["pays_by"], policy["is_end_estimated"]) == ("instalments", 1)
    parts = intake.conn.execute(
        "SELECT side, instalments.number, due_date, amount FROM instalments JOIN instalment_plans AS plans "
        "ON plans.id = plan_id ORDER BY side, 2"
    ).fetchall()
    dues = [(0, "2024-08-02", 11_000_000), (1, "2024-09-02", 5_500_000)]
    assert [tuple(row) for row in parts] == [(side, *due) for side in ("customer", "insurer") for due in dues]
    assert intake.conn.execute("SELECT COUNT(*) FROM commissions").fetchone()[0] == 1


def test_a_name_typed_with_arabic_letters_is_found(intake: Intake, office: Office, tmp_path: Path) -> None:
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({})))
    asked = Asked(conditions=[Condition("name", "contains", "یوسفی")])
    answer = ask(PERSONS, asked, office.owner, intake.clock.now(), "Asia/Tehran")
    assert [row["name"] for row in select_page(intake.conn, answer.question, limit=10)] == ["رضا یوسفی"]


def test_rows_of_another_agency_are_rejected_and_counted(intake: Intake, tmp_path: Path) -> None:
    other = {"نمایندگی بیمه نامه": f"نمايندگي {OTHER_AGENCY}", "کد رایانه صدور بیمه نامه": 57400}
    one = intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({}, other)))
    assert counts(one) == {"rows": 2, "new": 1, "foreign": 1, "persons": 1, "policies": 1}
    rows = list_rows(intake.files.rows(one.stored_name), ("foreign",))
    assert [row.no for row in rows] == [3]


def test_a_changed_amount_becomes_a_discrepancy_and_overwrites_nothing(
    intake: Intake, tmp_path: Path
) -> None:
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({})))
    changed = write_workbook(tmp_path / "b.xlsx", collection({"مبلغ کل حق بیمه": 12_000_000}))
    before = {key: rows for key, rows in dump(intake).items() if key != "discrepancies"}
    one = intake.bring_in(changed)
    assert counts(one) == {"rows": 1, "differs": 1, "discrepancies": 1}
    assert {key: rows for key, rows in dump(intake).items() if key != "discrepancies"} == before
    [found] = imports.list_discrepancies(intake.conn, "open")
    assert (found.field, found.ours, found.theirs, found.row_no) == (
        "due:2024-08-02",
        "11000000",
        "12000000",
        2,
    )
    with intake.act() as act:
        accept_theirs(act, found.id)
    amounts = (
        "SELECT amount FROM instalments JOIN instalment_plans AS plans ON plans.id = plan_id WHERE side = ?"
    )
    assert intake.conn.execute(amounts, ("insurer",)).fetchone()[0] == 12_000_000
    assert intake.conn.execute(amounts, ("customer",)).fetchone()[0] == 11_000_000
    with pytest.raises(ConflictError), intake.act() as act:
        keep_ours(act, found.id)


def test_an_amount_changed_in_one_column_only_is_seen(intake: Intake, tmp_path: Path) -> None:
    """Somebody who corrects the amount in a spreadsheet leaves what was settled and what is left as it was."""
    table = Sample("F1", 40).table()
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", table))
    table[1][table[0].index("مبلغ کل حق بیمه")] += 110_000  # type: ignore[operator]
    assert counts(intake.preview(write_workbook(tmp_path / "b.xlsx", table)))["discrepancies"] == 1


def test_a_file_that_repeats_a_policys_total_in_every_row_is_read_by_what_is_paid_and_left(
    intake: Intake, tmp_path: Path
) -> None:
    parts: list[dict[str, Cell]] = [
        {"تاریخ سررسید": day, "مبلغ کل حق بیمه": 30_000_000, "مبلغ تسویه شده": paid, "بدهی باقی مانده": left}
        for day, paid, left in (
            (DAY, 10_000_000, 0),
            ("1403/06/12", 5_000_000, 5_000_000),
            ("1403/07/12", 0, 10_000_000),
        )
    ]
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection(*parts)))
    amounts = intake.conn.execute(
        "SELECT amount FROM instalments JOIN instalment_plans AS plans ON plans.id = plan_id WHERE side = 'insurer'"
    ).fetchall()
    assert [row[0] for row in amounts] == [10_000_000] * 3


def test_what_was_kept_is_not_asked_again_until_the_file_says_something_else(
    intake: Intake, tmp_path: Path
) -> None:
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({})))
    changed = write_workbook(tmp_path / "b.xlsx", collection({"مبلغ کل حق بیمه": 12_000_000}))
    intake.bring_in(changed)
    with intake.act() as act:
        keep_ours(act, imports.list_discrepancies(intake.conn, "open")[0].id)
    assert counts(intake.bring_in(changed)) == {"rows": 1, "same": 1}
    again = write_workbook(tmp_path / "c.xlsx", collection({"مبلغ کل حق بیمه": 13_000_000}))
    assert counts(intake.bring_in(again))["discrepancies"] == 1


def test_what_is_private_is_never_overwritten(intake: Intake, tmp_path: Path) -> None:
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({}, {"تاریخ سررسید": "1403/06/12"})))
    row = intake.conn.execute("SELECT id, revision FROM policies").fetchone()
    private = {"note": "توافق ویژه", "pays_by": "instalments", "plan_parts": "5", "plan_down": "2000000"}
    with intake.act() as act:
        change_policy(act, row["id"], private, revision=row["revision"])
    plan = (
        "SELECT due_date, amount FROM instalments JOIN instalment_plans AS plans ON plans.id = plan_id "
        "WHERE side = 'customer'"
    )
    before = [tuple(one) for one in intake.conn.execute(plan)]
    intake.bring_in(write_workbook(tmp_path / "b.xlsx", collection({}, {"تاریخ سررسید": "1403/07/12"})))
    assert [tuple(one) for one in intake.conn.execute(plan)] == before
    assert len(before) == 6
    assert intake.conn.execute("SELECT note FROM policies").fetchone()[0] == "توافق ویژه"


def test_refunds_written_as_positive_amounts_get_their_sign(intake: Intake, tmp_path: Path) -> None:
    later = {"شماره الحاقیه": 1, "تاريخ بيمه نامه يا الحاقيه": "1403/06/01", "شرح عملیات": "الحاقیه برگشتي",
             "مبلغ کل حق بیمه": 2_200_000}  # fmt: skip
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({}, later)))
    row = intake.conn.execute("SELECT kind, net_change + vat_change AS gross FROM endorsements").fetchone()
    assert tuple(row) == ("return", -2_200_000)


def test_a_refund_of_more_than_was_charged_is_an_error_with_its_row(intake: Intake, tmp_path: Path) -> None:
    later = {"شماره الحاقیه": 1, "شرح عملیات": "برگشتی", "مبلغ کل حق بیمه": 22_000_000}
    one = intake.preview(write_workbook(tmp_path / "a.xlsx", collection({}, later)))
    [row] = list_rows(intake.files.rows(one.stored_name), ("error",))
    assert (row.no, row.reason) == (3, "refund.more-than-charged")


def test_a_policy_with_one_unreadable_row_is_not_half_stored(intake: Intake, tmp_path: Path) -> None:
    one = intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({}, {"تاریخ سررسید": "1403/13/41"})))
    assert counts(one) == {"rows": 2, "error": 2}
    assert intake.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0] == 0
    reasons = [row.reason for row in list_rows(intake.files.rows(one.stored_name), ("error",))]
    assert reasons == ["group.broken", "due_date day.form"]


def test_looking_at_a_file_writes_nothing_into_the_records(intake: Intake, tmp_path: Path) -> None:
    before = dump(intake)
    intake.preview(write_workbook(tmp_path / "a.xlsx", Sample("F2", 60).table()))
    assert dump(intake) == before


def test_undoing_the_last_import_leaves_the_records_as_they_were(intake: Intake, tmp_path: Path) -> None:
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", Sample("F6", 50).table()))
    before = dump(intake)
    one = intake.bring_in(write_workbook(tmp_path / "b.xlsx", Sample("F6p", 50).table()))
    two = intake.bring_in(write_workbook(tmp_path / "c.xlsx", Sample("F1", 150).table()))
    with pytest.raises(ConflictError), intake.act() as act:
        undo_import(act, one.id)
    for last in (two, one):
        intake.undo(last.id)
    after = dump(intake)
    for person in after["persons"], before["persons"]:
        assert person
    columns = [row[1] for row in intake.conn.execute("PRAGMA table_info(persons)")]
    moving = {columns.index(name) for name in ("revision", "changed_at", "changed_by")}
    for rows in (before, after):
        rows["persons"] = [tuple(v for n, v in enumerate(row) if n not in moving) for row in rows["persons"]]
    assert after == before


def test_the_reminder_of_a_renewal_comes_and_goes_with_its_policy(intake: Intake, tmp_path: Path) -> None:
    soon = {"تاريخ بيمه نامه يا الحاقيه": "1404/09/20", "تاریخ سررسید": "1404/09/20"}
    one = intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection(soon)))
    with intake.act() as act:
        assert make_reminders(act) == 1
    intake.undo(one.id)
    for table in ("policies", "activities"):
        assert intake.conn.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] == 0


def test_undoing_keeps_what_somebody_has_worked_on(intake: Intake, tmp_path: Path) -> None:
    table = collection({}, {"کد رایانه صدور بیمه نامه": 57400, "پرداخت کننده حق بیمه": "مریم کاظمی کد 88"})
    one = intake.bring_in(write_workbook(tmp_path / "a.xlsx", table))
    person = intake.conn.execute("SELECT id FROM persons WHERE core_code = '88'").fetchone()[0]
    with intake.act() as act:
        change_person(act, person, {"job": "پزشک"})
    plan = plan_undo(intake.conn, one)
    assert (plan.persons, plan.policies, plan.kept_persons) == (1, 2, [person]), str(plan)
    intake.undo(one.id)
    assert [row[0] for row in intake.conn.execute("SELECT core_code FROM persons WHERE core_code <> ''")] == [
        "88"
    ]
    assert intake.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0] == 0


def test_undoing_forgets_what_an_import_asked_even_when_it_stored_nothing(
    intake: Intake, tmp_path: Path
) -> None:
    one = intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({})))
    two = intake.bring_in(write_workbook(tmp_path / "b.xlsx", collection({"مبلغ کل حق بیمه": 12_000_000})))
    intake.undo(two.id)
    assert imports.list_discrepancies(intake.conn, "open") == []
    three = intake.bring_in(write_workbook(tmp_path / "c.xlsx", collection({"مبلغ کل حق بیمه": 13_000_000})))
    intake.conn.execute("UPDATE discrepancies SET state = 'kept', decided_at = '2025-01-01T08:00:00.000Z'")
    for last in (three, one):
        intake.undo(last.id)
    # The policy's id is given again; what was decided of the old one says nothing of the new one.
    again = intake.bring_in(write_workbook(tmp_path / "d.xlsx", collection({})))
    assert again.count("policies") == 1
    assert intake.conn.execute("SELECT COUNT(*) FROM discrepancies").fetchone()[0] == 0


def test_undoing_keeps_a_policy_a_call_was_about(intake: Intake, tmp_path: Path) -> None:
    one = intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection({})))
    policy = intake.conn.execute("SELECT id FROM policies").fetchone()[0]
    intake.conn.execute(
        "INSERT INTO calls (id, line, direction, state, started_at, revision, number_state) "
        "VALUES ('c', 1, 'in', 'missed', '2025-01-01T08:00:00.000Z', 1, 'known')"
    )
    intake.conn.execute(
        "INSERT INTO call_subjects (call_id, object_kind, object_id) VALUES ('c', 'policy', ?)", (policy,)
    )
    assert plan_undo(intake.conn, one).kept_policies == [policy]


def test_a_gap_in_a_persons_data_is_filled_and_a_difference_is_asked(intake: Intake, tmp_path: Path) -> None:
    with intake.act() as act:
        texts = {"kind": "natural", "first_name": "مریم", "last_name": "کاظمی", "national_id": "0013542419"}
        person = enter_person(act, texts, [], standing="prospect")
    titles: list[Cell] = ["نام و نام خانوادگی", "کد ملی", "موبایل", "نام پدر"]
    path = write_workbook(tmp_path / "a.xlsx", [titles, ["مریم کاظمی", 13542419, "989121112233", "حسن"]])
    assert counts(intake.bring_in(path)) == {"rows": 1, "changed": 1, "filled": 2}
    row = intake.conn.execute("SELECT father_name, standing FROM persons WHERE id = ?", (person,)).fetchone()
    assert tuple(row) == ("حسن", "prospect")
    other = write_workbook(tmp_path / "b.xlsx", [titles, ["مریم کاظمی", 13542419, None, "رضا"]])
    assert counts(intake.bring_in(other)) == {"rows": 1, "differs": 1, "discrepancies": 1}


def test_a_renewal_is_proposed_after_an_import(intake: Intake, tmp_path: Path) -> None:
    first = {
        "کد رایانه صدور بیمه نامه": 100,
        "تاريخ بيمه نامه يا الحاقيه": "1402/05/12",
        "تاریخ سررسید": "1402/05/12",
    }
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection(first, {})))
    pairs = intake.conn.execute("SELECT state, reason FROM renewal_proposals").fetchall()
    assert [tuple(row) for row in pairs] == [("open", "line")]


def test_a_file_that_names_the_policy_before_links_the_renewal_once(intake: Intake, tmp_path: Path) -> None:
    first = {"تاريخ بيمه نامه يا الحاقيه": "1402/05/12", "تاریخ سررسید": "1402/05/12"}
    intake.bring_in(write_workbook(tmp_path / "a.xlsx", collection(first)))
    table = collection(
        {"کد رایانه صدور بیمه نامه": 600}, {"کد رایانه صدور بیمه نامه": 601, "شماره بيمه نامه": "195"}
    )
    place = table[0].index("کد رایانه عملیات")
    for row in table[1:]:
        row[place] = 57363
    one = intake.bring_in(write_workbook(tmp_path / "b.xlsx", table), **{f"column.{place}": "previous_code"})
    assert one.state == "applied"
    links = intake.conn.execute("SELECT core_code, renews_id FROM policies ORDER BY id").fetchall()
    assert [tuple(row) for row in links] == [("57363", None), ("600", 1), ("601", None)]


def test_a_user_of_narrow_scope_brings_nothing_in(intake: Intake, office: Office, tmp_path: Path) -> None:
    import msgspec

    intake.user = msgspec.structs.replace(office.marketer, scope="own")
    with pytest.raises(NotAllowedError):
        intake.hand_in(write_workbook(tmp_path / "a.xlsx", collection({})))


def test_a_broken_file_fails_with_its_reason_and_changes_nothing(intake: Intake, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", Sample("F1", 300).table())
    path.write_bytes(path.read_bytes()[:-3000])
    before = dump(intake)
    one = intake.go_on(intake.hand_in(path))
    assert (one.state, one.problem) == ("failed", "file.broken")
    assert dump(intake) == before


def test_records_changed_between_preview_and_storing_are_compared_anew(
    intake: Intake, tmp_path: Path
) -> None:
    one = intake.preview(write_workbook(tmp_path / "a.xlsx", collection({})))
    assert counts(one)["new"] == 1
    with intake.act() as act:
        person = enter_person(act, {"kind": "natural", "first_name": "رضا", "last_name": "یوسفی"}, [])
        texts = {"line_code": "TPL", "insurer_id": "1", "issue_date": DAY, "net_premium": "10000000", "vat": "1000000",
                 "core_code": "57363", "policy_no": "194"}  # fmt: skip
        issue_policy(act, person, texts)
        work.apply(act, one.id)
    done = intake.go_on(one.id)
    assert done.state == "applied"
    assert counts(done)["rows"] == 1
    assert "new" not in counts(done)
    assert intake.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0] == 1


def test_a_column_fills_a_field_the_office_named(intake: Intake, tmp_path: Path) -> None:
    with intake.act() as act:
        change_user_fields(
            act,
            {
                "field_1.title": "شماره بایگانی", "field_1.type": "number", "field_1.is_on": "1",
                "field_2.title": "خاموش", "field_2.type": "text", "field_2.is_on": "0",
            },
        )  # fmt: skip
    head, *rows = collection({}, {"کد رایانه صدور بیمه نامه": 57364, "شماره بيمه نامه": "195"})
    table = [[*head, "بایگانی"], [*rows[0], "۰۷"], [*rows[1], "هفت"]]
    path = write_workbook(tmp_path / "own.xlsx", table)
    one = intake.bring_in(path, **{f"column.{len(head)}": "field_1"})
    found = intake.conn.execute("SELECT policy_no, field_1, field_2 FROM policies").fetchall()
    assert [tuple(row) for row in found] == [("194", "7", "")]
    [refused] = list_rows(intake.files.rows(one.stored_name), ("error",))
    assert refused.reason.startswith("field_1 ")

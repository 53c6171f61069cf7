"""The reminder of a renewal follows its policy."""

from __future__ import annotations

from datetime import date, timedelta

from appliance.core import jalali
from appliance.core.clock import from_text
from appliance.domain.policies.changing import cancel_policy, decide_renewal, mark_lost
from appliance.domain.policies.issuing import change_policy, issue_policy
from appliance.domain.policies.reminding import make_reminders
from db import Connection
from db.queries.reminders import Reminder, find_reminder
from db.records import find_row, update_row
from tests.fakes.clock import START
from tests.fakes.office import Office
from tests.unit.domain.policies.conftest import As

TODAY = jalali.local(START).date()


def texts(end_in: int, **more: str) -> dict[str, str]:
    end = TODAY + timedelta(days=end_in)
    start = jalali.add_years(end, -1)
    return {
        "line_code": "TPL", "insurer_id": "1", "issue_date": jalali.format_date(start),
        "start_date": jalali.format_date(start), "end_date": jalali.format_date(end), "net_premium": "1000", **more,
    }  # fmt: skip


def reminder(conn: Connection, policy_id: int) -> Reminder:
    found = find_reminder(conn, policy_id)
    assert found is not None
    return found


def day(one: Reminder) -> date:
    return jalali.local(from_text(one.start_at)).date()


def test_a_policy_brings_its_reminder_on_the_day_it_counts_as_expiring(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        far = issue_policy(act, office.ali, texts(200, policy_no="7"))
        near = issue_policy(act, office.ali, texts(10))
        over = issue_policy(act, office.ali, texts(-400))
        voyage = issue_policy(act, office.ali, texts(200) | {"line_code": "TRV"})
    assert day(reminder(conn, far)) == TODAY + timedelta(days=170)
    assert day(reminder(conn, near)) == TODAY
    assert find_reminder(conn, over) is None
    assert find_reminder(conn, voyage) is None, "a journey is not renewed"
    row = find_row(conn, "activities", reminder(conn, far).id)
    assert row is not None
    assert (row["title"], row["assignee_id"], row["person_id"]) == (
        "پیگیری تمدید ثالث 7", office.desk.id, office.ali,
    )  # fmt: skip


def test_it_is_the_marketers_of_the_policy(conn: Connection, office: Office, acting_as: As) -> None:
    conn.execute("UPDATE users SET marketer_id = 1 WHERE id = ?", (office.marketer.id,))
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, texts(200, marketer_id="1"))
    assert reminder(conn, policy_id).assignee_id == office.marketer.id


def test_another_end_moves_it_and_another_note_leaves_it_where_somebody_put_it(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        policy_id = issue_policy(act, office.ali, texts(200))
        moved = "2026-12-01T20:30:00.000Z"
        update_row(act.conn, "activities", reminder(conn, policy_id).id, {"start_at": moved})
        change_policy(act, policy_id, {"note": "تازه"}, revision=1)
    assert reminder(conn, policy_id).start_at == moved
    with acting_as(office.desk) as act:
        end = jalali.format_date(TODAY + timedelta(days=100))
        change_policy(act, policy_id, {"end_date": end}, revision=2)
    assert day(reminder(conn, policy_id)) == TODAY + timedelta(days=70)


def test_a_renewal_settles_it_a_loss_too_until_it_is_taken_back(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.owner) as act:
        first, second, third = (issue_policy(act, office.ali, texts(20)) for _ in range(3))
        issue_policy(act, office.ali, texts(385), renews_id=first)
        cancel_policy(act, third, on=TODAY, reason="فروش")
        reason = conn.execute("SELECT id FROM choices WHERE list = 'lost-reason' LIMIT 1").fetchone()["id"]
        mark_lost(act, second, reason)
    states = [reminder(conn, one).state for one in (first, second, third)]
    assert states == ["done", "not-done", "cancelled"]
    with acting_as(office.owner) as act:
        mark_lost(act, second, None)
    assert reminder(conn, second).state == "open"
    with acting_as(office.owner) as act:
        newer = issue_policy(act, office.ali, texts(390))
        decide_renewal(act, second, newer, is_confirmed=True)
    assert reminder(conn, second).state == "done"


def test_the_job_makes_what_is_missing_once_and_settles_what_was_renewed_elsewhere(
    conn: Connection, office: Office, acting_as: As
) -> None:
    with acting_as(office.desk) as act:
        ids = [issue_policy(act, office.ali, texts(days)) for days in (20, 85, 120)]
    conn.execute("DELETE FROM activities WHERE policy_id IN (?, ?, ?)", ids)
    with acting_as(office.desk) as act:
        assert make_reminders(act) == 2
        assert make_reminders(act) == 0
    assert [day(reminder(conn, one)) for one in ids[:2]] == [TODAY, TODAY + timedelta(days=55)]
    assert find_reminder(conn, ids[2]) is None
    conn.execute("UPDATE policies SET cancel_date = '2026-11-20' WHERE id = ?", (ids[0],))
    with acting_as(office.desk) as act:
        assert make_reminders(act) == 1
    assert reminder(conn, ids[0]).state == "cancelled"

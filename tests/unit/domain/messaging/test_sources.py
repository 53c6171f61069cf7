"""What rules speak of beyond policies and payments: claims, activities, deliveries, gifts, promissory notes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from appliance.core.clock import to_text
from appliance.domain.acting import acting
from appliance.domain.messaging import firing, rules
from appliance.domain.messaging.happenings import HAPPENINGS
from appliance.domain.messaging.planning import Occurrence
from appliance.domain.messaging.rendering import Rial
from db import Connection
from db.queries import message_rules
from db.records import insert_row
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

ASSIGNEE = "+989121110009"


@pytest.fixture
def policy_id(conn: Connection, office: Office) -> int:
    insurer = conn.execute("SELECT id FROM insurers LIMIT 1").fetchone()
    insurer_id = (
        insurer["id"] if insurer else insert_row(conn, "insurers", {"title": "بیمه‌گر", "sort_key": "x"})
    )
    return insert_row(conn, "policies", {
        "person_id": office.ali, "is_ours": 1, "insurer_id": insurer_id, "line_code": "TPL", "policy_no": "۱۲",
        "issue_year": 1404, "issue_date": "2026-01-01", "start_date": "2026-01-01", "end_date": "2027-01-01",
        "net_premium": 1,
        "created_at": "2026-01-01T00:00:00.000Z",
    })  # fmt: skip


def found(conn: Connection, event: str, now: datetime, days: int = 1) -> list[Occurrence]:
    today = now.date()
    return list(HAPPENINGS[event].source(conn, today - timedelta(days=days), today + timedelta(days=days)))


def claim(conn: Connection, policy_id: int, state: str = "opened", **more: Any) -> int:
    return insert_row(conn, "claims", {
        "number": "K2", "policy_id": policy_id, "event_date": "2026-11-01", "reported_date": "2026-11-02",
        "state": state, "created_at": "2026-11-02T00:00:00.000Z", **more,
    })  # fmt: skip


def step(conn: Connection, claim_id: int, state: str, at: str) -> None:
    insert_row(conn, "claim_steps", {"claim_id": claim_id, "to_state": state, "at": at})


def test_opening_a_claim_is_told_with_its_number(
    conn: Connection, clock: FakeClock, office: Office, policy_id: int
) -> None:
    step(conn, claim(conn, policy_id), "opened", to_text(clock.now()))
    (one,) = found(conn, "claim.opened", clock.now())
    assert (one.person_id, one.values["شماره پرونده"], one.at) == (office.ali, "K2", clock.now())


def test_missing_documents_are_named_while_they_are_missing(
    conn: Connection, clock: FakeClock, office: Office, policy_id: int
) -> None:
    claim_id = claim(conn, policy_id, "documents", claimant_id=office.zahra)
    step(conn, claim_id, "documents", to_text(clock.now()))
    for title, received in (("گواهینامه", None), ("کروکی", None), ("کارت خودرو", to_text(clock.now()))):
        insert_row(conn, "claim_documents", {"claim_id": claim_id, "title": title, "received_at": received})
    (one,) = found(conn, "claim.documents", clock.now())
    assert one.person_id == office.zahra
    assert one.values["مدارک مانده"] == "کروکی، گواهینامه"
    conn.execute("UPDATE claims SET state = 'assessment'")
    assert found(conn, "claim.documents", clock.now()) == []


def test_each_payment_order_is_told_with_amount_and_date(
    conn: Connection, clock: FakeClock, policy_id: int
) -> None:
    claim_id = claim(conn, policy_id, "ordered")
    for amount in (5_000_000, 7_000_000):
        insert_row(conn, "claim_payments", {
            "claim_id": claim_id, "order_no": "ح۱", "on_date": "2026-11-20", "amount": amount,
            "created_at": to_text(clock.now()),
        })  # fmt: skip
    orders = found(conn, "claim.ordered", clock.now())
    assert {one.values["مبلغ"] for one in orders} == {Rial(5_000_000), Rial(7_000_000)}
    assert {one.values["تاریخ حواله"] for one in orders} == {date(2026, 11, 20)}
    assert len({one.occasion for one in orders}) == 2


def test_moving_an_activity_moves_its_reminder(conn: Connection, clock: FakeClock, office: Office) -> None:
    conn.execute("UPDATE users SET mobile = ? WHERE id = ?", (ASSIGNEE, office.owner.id))
    kind = insert_row(
        conn, "choices", {"list": "activity-kind", "code": "x", "title": "دیدار آزمون", "place": 1}
    )
    start = clock.now() + timedelta(hours=3)
    activity_id = insert_row(conn, "activities", {
        "kind_id": kind, "title": "دیدار", "person_id": office.ali, "start_at": to_text(start), "remind_minutes": 60,
        "remind_by_sms": 1, "assignee_id": office.owner.id, "created_at": to_text(clock.now()),
    })  # fmt: skip
    with acting(conn, clock.now(), None, lambda event: None) as act:
        rules.install_ready_rules(act)
        row = message_rules.find_rule_by_name(conn, "یادآوری کار به همکار")
        assert row is not None
        rules.switch_rule(act, row.id, True)
    (planned,) = firing.planned(conn, clock.now(), 1)
    assert planned.due.at == start - timedelta(minutes=60)
    later = start + timedelta(hours=2)
    conn.execute("UPDATE activities SET start_at = ? WHERE id = ?", (to_text(later), activity_id))
    (planned,) = firing.planned(conn, clock.now(), 1)
    assert planned.due.at == later - timedelta(minutes=60)
    clock.advance(2 * 3600 + 60)
    assert firing.fire_due(conn, clock.now(), lambda event: None).queued == 0
    clock.advance(2 * 3600)
    assert firing.fire_due(conn, clock.now(), lambda event: None).queued == 1
    assert firing.fire_due(conn, clock.now(), lambda event: None).queued == 0
    sent = conn.execute("SELECT number, body FROM outbox").fetchone()
    assert sent["number"] == ASSIGNEE
    assert "دیدار" in sent["body"]
    conn.execute("UPDATE activities SET state = 'done', done_at = start_at")
    assert found(conn, "activity.reminder", clock.now()) == []


def test_a_delivery_is_told_before_and_after(conn: Connection, clock: FakeClock, policy_id: int) -> None:
    due = clock.now() + timedelta(hours=20)
    delivery_id = insert_row(conn, "deliveries", {
        "policy_id": policy_id, "method": "post", "due_at": to_text(due), "tracking_no": "T9",
        "created_at": to_text(clock.now()),
    })  # fmt: skip
    (one,) = found(conn, "delivery.due", clock.now())
    assert (one.values["کد رهگیری"], one.values["زمان"]) == ("T9", due)
    conn.execute(
        "UPDATE deliveries SET state = 'delivered', delivered_at = ? WHERE id = ?",
        (to_text(clock.now()), delivery_id),
    )
    assert found(conn, "delivery.due", clock.now()) == []
    assert len(found(conn, "delivery.done", clock.now())) == 1


def test_a_gift_and_a_promissory_note(conn: Connection, clock: FakeClock, office: Office) -> None:
    kind = insert_row(conn, "gift_kinds", {"title": "تقویم"})
    insert_row(conn, "gifts", {
        "person_id": office.ali, "kind_id": kind, "state": "given", "given_at": to_text(clock.now()),
        "created_at": to_text(clock.now()),
    })  # fmt: skip
    (gift,) = found(conn, "gift.given", clock.now())
    assert gift.values["هدیه"] == "تقویم"
    note = {
        "person_id": office.ali, "number": "۷۷", "amount": 3_000_000, "is_guarantee": 0,
        "due_date": clock.now().date().isoformat(), "created_at": to_text(clock.now()),
    }  # fmt: skip
    insert_row(conn, "promissory_notes", note)
    insert_row(conn, "promissory_notes", note | {"is_guarantee": 1})
    (one,) = found(conn, "note.due", clock.now())
    assert (one.values["شماره سند"], one.values["مبلغ"]) == ("۷۷", Rial(3_000_000))

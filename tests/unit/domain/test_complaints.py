"""A complaint is entered once, passed on with its history, answered in time, closed with a result and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from appliance.core.clock import from_text, to_text
from appliance.core.errors import ConflictError, NotAllowedError, NotFoundError
from appliance.core.events import ComplaintOverdue, Event
from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from appliance.domain.complaints.opening import change_complaint, open_complaint
from appliance.domain.complaints.results import prepare_answer, send_answer
from appliance.domain.complaints.steps import close_complaint, note_step, refer_complaint, reopen_complaint
from appliance.domain.fields.refused import Refused
from appliance.domain.messaging.happenings import HAPPENINGS
from appliance.domain.overdue import tell_overdue
from appliance.domain.people.timeline import timeline_of
from db import Connection
from db.queries import complaints
from db.queries.complaints import ComplaintHead
from db.queries.person_needs import find_choice
from tests.fakes.clock import START
from tests.fakes.office import ALI_NUMBER, SHARED_NUMBER, Office

ZONE = "Asia/Tehran"
LATER = START + timedelta(hours=1)


class Desk:
    """Somebody who does things with complaints."""

    def __init__(self, conn: Connection, user: User) -> None:
        self.conn = conn
        self.user = user
        self.told: list[Event] = []

    def do(self, work: Callable[..., Any], *words: Any, now: datetime = START, **more: Any) -> Any:
        """Let the user do something."""
        with acting(self.conn, now, self.user, self.told.append) as act:
            return work(act, *words, **more)

    def open(self, **texts: str) -> int:
        """Enter a complaint."""
        subject = str(find_choice(self.conn, "complaint-subject", "delay"))
        whole = {
            "who": ALI_NUMBER, "subject_id": subject, "severity": "normal", "text": "بیمه‌نامه نرسیده است",
            "assignee_id": str(self.user.id),
        } | texts  # fmt: skip
        return int(self.do(open_complaint, whole, ZONE))

    def head(self, complaint_id: int) -> ComplaintHead:
        """Give a complaint."""
        found = complaints.find_head(self.conn, complaint_id)
        assert found is not None
        return found


@pytest.fixture
def desk(conn: Connection, office: Office) -> Desk:
    return Desk(conn, office.desk)


def problems(work: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.problems


def local_day(instant: str | None) -> date:
    assert instant is not None
    return (from_text(instant) + timedelta(hours=3, minutes=30)).date()


def test_a_complaint_has_a_tracking_number_and_a_deadline(desk: Desk, office: Office) -> None:
    first, second = desk.head(desk.open()), desk.head(desk.open(who="علی رضایی", severity="high"))
    assert (first.tracking_no, second.tracking_no) == ("140500001", "140500002")
    assert first.person_id == second.person_id == office.ali
    assert (local_day(first.due_at), local_day(second.due_at)) == (date(2026, 11, 25), date(2026, 11, 23))
    assert [step.kind for step in complaints.list_steps(desk.conn, first.id)] == ["opened"]


def test_the_hundred_thousandth_number_of_a_year_follows(desk: Desk) -> None:
    first = desk.open()
    desk.conn.execute("UPDATE complaints SET tracking_no = '140599999' WHERE id = ?", (first,))
    assert desk.head(desk.open()).tracking_no == "1405100000"
    assert desk.head(desk.open()).tracking_no == "1405100001"


def test_somebody_nobody_knows_complains_by_number(desk: Desk) -> None:
    head = desk.head(desk.open(who="۰۹۱۹ ۱۲۳ ۴۵۶۷"))
    assert (head.person_id, head.number) == (None, "+989191234567")
    assert [one.id for one in complaints.open_of_number(desk.conn, "+989191234567")] == [head.id]


@pytest.mark.parametrize(
    ("texts", "field", "problem"),
    [
        ({"who": ""}, "who", "missing"),
        ({"who": SHARED_NUMBER}, "who", "person.several"),
        ({"who": "ناشناس نامی"}, "who", "person.unknown"),
        ({"who": "12"}, "who", "person.unknown"),
        ({"text": "  "}, "text", "missing"),
        ({"text": "ا" * 4001}, "text", "text.longer than 4000"),
        ({"subject_id": "99999"}, "subject_id", "choice.unknown"),
        ({"subject_id": ""}, "subject_id", "missing"),
        ({"severity": "deadly"}, "severity", "choice.unknown"),
        ({"assignee_id": "99"}, "assignee_id", "choice.unknown"),
        ({"due_day": "1405/08/30"}, "due_day", "day.past"),
        ({"due_day": "1405/13/01"}, "due_day", "day.form"),
        ({"policy_id": "7"}, "policy_id", "choice.unknown"),
        ({"policy_id": "x"}, "policy_id", "choice.unknown"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    desk: Desk, texts: dict[str, str], field: str, problem: str
) -> None:
    assert problems(lambda: desk.open(**texts))[field] == problem
    assert desk.conn.execute("SELECT COUNT(*) FROM complaints").fetchone()[0] == 0


def test_it_is_referred_twice_and_each_step_has_who_and_when(desk: Desk, office: Office) -> None:
    complaint_id = desk.open()
    desk.do(
        refer_complaint, complaint_id, {"assignee_id": str(office.accountant.id), "note": "حساب را ببینید"}, ZONE,
        now=LATER,
    )  # fmt: skip
    other = Desk(desk.conn, office.accountant)
    other.do(refer_complaint, complaint_id, {"assignee_id": str(office.owner.id)}, ZONE, now=LATER)
    steps = complaints.list_steps(desk.conn, complaint_id)
    assert [(one.kind, one.from_user, one.to_user, one.note) for one in steps] == [
        ("opened", "Desk", "Desk", ""),
        ("referred", "Desk", "Accountant", "حساب را ببینید"),
        ("referred", "Accountant", "Owner", ""),
    ]
    assert [one.at for one in steps] == [to_text(START), to_text(LATER), to_text(LATER)]
    assert desk.head(complaint_id).assignee == "Owner"


def test_it_is_not_referred_to_who_has_it(desk: Desk) -> None:
    complaint_id = desk.open()
    found = problems(lambda: desk.do(refer_complaint, complaint_id, {"assignee_id": str(desk.user.id)}, ZONE))
    assert found == {"assignee_id": "complaint.same-person"}


def test_who_comes_second_overwrites_nothing(desk: Desk, office: Office) -> None:
    complaint_id = desk.open()
    seen = desk.head(complaint_id).revision
    desk.do(refer_complaint, complaint_id, {"assignee_id": str(office.owner.id)}, ZONE, revision=seen)
    close = {"state": "satisfied", "result": "رسید"}
    with pytest.raises(ConflictError):
        desk.do(close_complaint, complaint_id, close, revision=seen)
    assert desk.head(complaint_id).state == "open"


def test_closing_needs_a_result_and_whether_it_satisfied(desk: Desk) -> None:
    complaint_id = desk.open()
    assert set(problems(lambda: desk.do(close_complaint, complaint_id, {}))) == {"state", "result"}
    desk.do(close_complaint, complaint_id, {"state": "unsatisfied", "result": "فرستاده شد"}, now=LATER)
    head = desk.head(complaint_id)
    assert (head.state, head.result, head.closed_at) == ("unsatisfied", "فرستاده شد", to_text(LATER))
    assert problems(lambda: desk.do(note_step, complaint_id, {"note": "دیر"})) == {
        "state": "complaint.closed"
    }


def test_a_closed_one_is_opened_again_with_a_new_deadline(desk: Desk) -> None:
    complaint_id = desk.open()
    desk.do(close_complaint, complaint_id, {"state": "satisfied", "result": "رسید"})
    now = START + timedelta(days=7)
    desk.do(reopen_complaint, complaint_id, {"note": "باز هم نرسید"}, ZONE, now=now)
    head = desk.head(complaint_id)
    assert (head.state, head.closed_at) == ("open", None)
    assert local_day(head.due_at) > now.date()
    kinds = [one.kind for one in complaints.list_steps(desk.conn, complaint_id)]
    assert kinds == ["opened", "closed", "reopened"]


def test_correcting_keeps_the_deadline_unless_it_is_changed(desk: Desk) -> None:
    complaint_id = desk.open()
    due = desk.head(complaint_id).due_at
    desk.do(
        change_complaint, complaint_id, {"text": "بیمه‌نامهٔ بدنه", "due_day": "1405/09/04"}, ZONE, revision=1
    )
    assert desk.head(complaint_id).due_at == due
    desk.do(change_complaint, complaint_id, {"due_day": "1405/09/10"}, ZONE, revision=2)
    assert local_day(desk.head(complaint_id).due_at) == date(2026, 12, 1)


def test_the_result_goes_out_once_with_the_tracking_number(desk: Desk, office: Office) -> None:
    complaint_id = desk.open()
    assert problems(lambda: send(desk, complaint_id, "متن")) == {"body": "complaint.open"}
    desk.do(close_complaint, complaint_id, {"state": "satisfied", "result": "بیمه‌نامه تحویل شد."})
    answer = prepare_answer(desk.conn, desk.head(complaint_id), {"نام دفتر": "دفتر آزمون"}, ZONE)
    assert answer.number == ALI_NUMBER
    assert "۱۴۰۵۰۰۰۰۱" in answer.text
    assert "بیمه‌نامه تحویل شد." in answer.text
    assert "علی رضایی" in answer.text
    assert send(desk, complaint_id, answer.text)
    assert not send(desk, complaint_id, answer.text)
    (row,) = desk.conn.execute("SELECT * FROM outbox").fetchall()
    assert (row["number"], row["body"], row["person_id"], row["state"]) == (
        ALI_NUMBER, answer.text, office.ali, "queued",
    )  # fmt: skip
    assert (row["object_kind"], row["object_id"]) == ("complaint", complaint_id)
    shown = {one.kind for one in timeline_of(desk.conn, office.owner, office.ali)}
    assert {"sent", "complaint"} <= shown
    assert [one.kind for one in complaints.list_steps(desk.conn, complaint_id)][-1] == "told"


def send(desk: Desk, complaint_id: int, text: str) -> bool:
    return bool(desk.do(send_answer, complaint_id, text, told_before=0, zone=ZONE))


def test_a_landline_gets_no_message(desk: Desk) -> None:
    complaint_id = desk.open(who="02188776655")
    desk.do(close_complaint, complaint_id, {"state": "satisfied", "result": "رسید"})
    assert problems(lambda: send(desk, complaint_id, "متن")) == {"body": "complaint.no-mobile"}


def test_rules_of_messages_hear_of_complaints(desk: Desk, office: Office) -> None:
    complaint_id = desk.open()
    today = date(2026, 11, 22)
    (opened,) = HAPPENINGS["complaint.opened"].source(desk.conn, today, today)
    assert (opened.object_id, opened.person_id, opened.at) == (complaint_id, office.ali, START)
    assert opened.values["شماره پیگیری"] == "140500001"
    assert not list(HAPPENINGS["complaint.closed"].source(desk.conn, today, today))
    desk.do(close_complaint, complaint_id, {"state": "satisfied", "result": "رسید"})
    (closed,) = HAPPENINGS["complaint.closed"].source(desk.conn, today, today)
    assert closed.values["نتیجه"] == "رسید"


def test_it_is_told_once_that_a_complaint_is_overdue(desk: Desk, conn: Connection) -> None:
    complaint_id = desk.open()
    due = from_text(desk.head(complaint_id).due_at or "")
    assert complaints.count_of_assignee(conn, desk.user.id, to_text(due)) == (1, 0)
    assert complaints.count_of_assignee(conn, desk.user.id, to_text(due + timedelta(minutes=1))) == (1, 1)
    for minutes in (-1, 1, 2):
        desk.do(tell_overdue, now=due + timedelta(minutes=minutes))
    assert [type(event) for event in desk.told] == [ComplaintOverdue]
    desk.do(change_complaint, complaint_id, {"due_day": "1405/09/10"}, ZONE, now=due, revision=None)
    desk.do(tell_overdue, now=due + timedelta(days=20))
    assert len(desk.told) == 2


def test_what_is_out_of_reach_is_not_there_until_it_is_referred(desk: Desk, office: Office) -> None:
    complaint_id = desk.open()
    limited = msgspec.structs.replace(office.marketer, scope="own")
    other = Desk(desk.conn, limited)
    with pytest.raises(NotFoundError):
        other.do(note_step, complaint_id, {"note": "دیدم"})
    assert other.head(other.open()).person_id is None
    desk.do(refer_complaint, complaint_id, {"assignee_id": str(limited.id)}, ZONE)
    other.do(note_step, complaint_id, {"note": "دیدم"})
    assert complaints.list_steps(desk.conn, complaint_id)[-1].note == "دیدم"


def test_a_role_without_the_right_enters_nothing(conn: Connection, office: Office) -> None:
    installer = Desk(conn, office.installer)
    with pytest.raises(NotAllowedError):
        installer.open()


def test_every_step_is_in_the_log(desk: Desk, office: Office) -> None:
    complaint_id = desk.open()
    desk.do(refer_complaint, complaint_id, {"assignee_id": str(office.owner.id)}, ZONE)
    desk.do(close_complaint, complaint_id, {"state": "satisfied", "result": "رسید"})
    rows = desk.conn.execute("SELECT action, object_kind, object_id FROM audit_log ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [
        ("create", "complaint", str(complaint_id)),
        ("change", "complaint", str(complaint_id)),
        ("change", "complaint", str(complaint_id)),
    ]


def test_acting_without_a_user_is_for_the_box_alone(conn: Connection, office: Office) -> None:
    act = Acting(conn, START, None)
    with pytest.raises(AssertionError):
        open_complaint(act, {}, ZONE)

"""Every missed call becomes one open task of its number, due by rank, closed by whoever speaks with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import pytest

from appliance.core.clock import from_text, to_text
from appliance.core.errors import ConflictError, NotFoundError
from appliance.core.events import CallAnswered, CallEnded, CallEvent, CallMissed, CallSnapshot
from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from appliance.domain.call_storing import record_call
from appliance.domain.callbacks.closing import close_callback, reopen_callback
from appliance.domain.callbacks.following import LOOK_BACK, follow_missed
from appliance.domain.calls import choose_caller, register_caller
from appliance.domain.deadline_settings import save_deadlines
from appliance.domain.fields.refused import Refused
from db import Connection
from db.queries import callbacks
from db.queries.callbacks import Callback
from db.queries.person_needs import find_choice
from db.records import insert_row
from tests.fakes.clock import START
from tests.fakes.office import ALI_NUMBER, SHARED_NUMBER, UNKNOWN_NUMBER, Office

ZONE = "Asia/Tehran"


class Line:
    """A line whose calls are stored as the daemon stores them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._count = 0

    def _store(self, kind: type[CallEvent], at: datetime, **state: object) -> str:
        self._count += 1
        call_id = f"CALL{self._count:03d}"
        number = state.get("number")
        call = CallSnapshot(
            id=call_id, line=1, revision=2, started_at=to_text(at), number_state="known" if number else "withheld",
            **state,
        )  # fmt: skip
        record_call(self._conn, kind(id=f"E{call_id}", at=to_text(at), call=call))
        return call_id

    def miss(
        self, number: str | None = UNKNOWN_NUMBER, at: datetime = START, *, reason: str = "caller-gave-up"
    ) -> str:
        """Let somebody ring for twenty seconds."""
        return self._store(
            CallMissed, at, number=number, direction="in", state="missed", end_reason=reason,
            ended_at=to_text(at + timedelta(seconds=20)),
        )  # fmt: skip

    def answer(self, number: str, at: datetime) -> str:
        """Let somebody ring and be answered."""
        return self._store(
            CallAnswered, at, number=number, direction="in", state="answered",
            answered_at=to_text(at + timedelta(seconds=5)),
        )  # fmt: skip

    def dial(
        self,
        number: str,
        at: datetime,
        *,
        seconds: int = 90,
        is_answered: bool = False,
        reason: str = "on-hook",
    ) -> str:
        """Call somebody."""
        return self._store(
            CallEnded, at, number=number, direction="out", state="ended", end_reason=reason,
            answered_at=to_text(at + timedelta(seconds=9)) if is_answered else None,
            ended_at=to_text(at + timedelta(seconds=seconds)),
        )  # fmt: skip


@pytest.fixture
def line(conn: Connection) -> Line:
    return Line(conn)


def later(**span: float) -> datetime:
    return START + timedelta(**span)


def task(conn: Connection, number: str = UNKNOWN_NUMBER) -> Callback:
    found = callbacks.open_of_number(conn, number)
    assert found is not None
    return found


def do(conn: Connection, user: User | None, work: Callable[[Acting], object], now: datetime = START) -> None:
    with acting(conn, now, user, lambda _event: None) as act:
        work(act)


def tasks(conn: Connection) -> list[tuple[str, str]]:
    return [tuple(row) for row in conn.execute("SELECT number, state FROM callbacks ORDER BY id")]


def test_a_missed_call_opens_a_task_at_once(conn: Connection, line: Line) -> None:
    line.miss()
    found = task(conn)
    assert (found.missed_count, found.line, found.grade, found.person_id) == (1, 1, None, None)
    assert from_text(found.last_missed_at) == later(seconds=20)
    assert from_text(found.due_at) == later(minutes=120, seconds=20)


def test_further_missed_calls_raise_the_count_and_leave_the_deadline(conn: Connection, line: Line) -> None:
    line.miss()
    due = task(conn).due_at
    line.miss(at=later(minutes=10))
    line.miss(at=later(minutes=20))
    assert (task(conn).missed_count, task(conn).due_at) == (3, due)
    assert from_text(task(conn).last_missed_at) == later(minutes=20, seconds=20)
    assert len(tasks(conn)) == 1
    assert len(callbacks.list_call_ids(conn, task(conn).id)) == 3


def test_looking_again_counts_no_call_twice(conn: Connection, line: Line) -> None:
    line.miss()
    before = task(conn)
    assert follow_missed(conn, later(minutes=5)) == 0
    assert task(conn) == before


def test_what_was_missed_unseen_is_taken_up_later_once(conn: Connection, line: Line) -> None:
    line.miss()
    line.miss(at=later(minutes=3))
    conn.execute("DELETE FROM callbacks")
    assert follow_missed(conn, later(minutes=5)) == 2
    assert task(conn).missed_count == 2
    assert follow_missed(conn, later(minutes=6)) == 0


def test_missed_calls_of_long_ago_are_left_alone(conn: Connection, line: Line) -> None:
    line.miss()
    conn.execute("DELETE FROM callbacks")
    assert follow_missed(conn, START + LOOK_BACK + timedelta(minutes=1)) == 0


def test_a_call_back_made_before_the_task_was_is_not_asked_for_again(conn: Connection, line: Line) -> None:
    line.miss()
    conn.execute("DELETE FROM callbacks")
    dialled = line.dial(UNKNOWN_NUMBER, later(minutes=2))
    follow_missed(conn, later(minutes=5))
    assert tasks(conn) == [(UNKNOWN_NUMBER, "done")]
    assert callbacks.open_of_number(conn, UNKNOWN_NUMBER) is None
    assert conn.execute("SELECT closing_call_id FROM callbacks").fetchone()[0] == dialled


def test_a_withheld_number_has_nobody_to_call(conn: Connection, line: Line) -> None:
    line.miss(None)
    assert tasks(conn) == []


def test_a_nuisance_is_not_called_back(conn: Connection, line: Line) -> None:
    conn.execute("INSERT INTO spam_numbers (number, at) VALUES (?, ?)", (UNKNOWN_NUMBER, to_text(START)))
    line.miss()
    assert tasks(conn) == []


def test_what_was_answered_on_another_telephone_is_done(conn: Connection, line: Line) -> None:
    line.miss(reason="answered-elsewhere")
    assert tasks(conn) == []


@pytest.mark.parametrize(
    ("call", "state"),
    [
        ({"seconds": 60, "is_answered": True}, "done"),
        ({"seconds": 12, "is_answered": True}, "done"),
        ({"seconds": 60}, "done"),
        ({"seconds": 44}, "open"),
        ({"seconds": 60, "reason": "no-answer"}, "open"),
        ({"seconds": 60, "reason": "engaged"}, "open"),
    ],
)
def test_an_outgoing_call_closes_it_when_somebody_was_spoken_with(
    conn: Connection, line: Line, call: dict[str, int], state: str
) -> None:
    line.miss()
    line.dial(UNKNOWN_NUMBER, later(minutes=4), **call)  # type: ignore[arg-type]
    assert tasks(conn) == [(UNKNOWN_NUMBER, state)]


def test_an_answered_call_of_the_number_closes_it(conn: Connection, line: Line) -> None:
    line.miss()
    answered = line.answer(UNKNOWN_NUMBER, later(minutes=4))
    row = conn.execute("SELECT state, closed_at, closing_call_id FROM callbacks").fetchone()
    assert tuple(row) == ("done", to_text(later(minutes=4, seconds=5)), answered)


def test_another_number_closes_nothing(conn: Connection, line: Line) -> None:
    line.miss()
    line.answer(SHARED_NUMBER, later(minutes=4))
    assert tasks(conn) == [(UNKNOWN_NUMBER, "open")]


def test_calling_the_customer_s_mobile_closes_the_task_of_his_other_number(
    conn: Connection, office: Office, line: Line
) -> None:
    call_id = line.miss(SHARED_NUMBER)
    do(conn, office.desk, lambda act: choose_caller(act, call_id, office.ali))
    conn.execute("UPDATE callbacks SET person_id = ?", (office.ali,))
    line.dial(ALI_NUMBER, later(minutes=4), is_answered=True)
    assert tasks(conn) == [(SHARED_NUMBER, "done")]


def test_a_call_missed_after_the_conversation_opens_a_new_task(conn: Connection, line: Line) -> None:
    line.miss()
    line.answer(UNKNOWN_NUMBER, later(minutes=4))
    line.miss(at=later(minutes=9))
    assert tasks(conn) == [(UNKNOWN_NUMBER, "done"), (UNKNOWN_NUMBER, "open")]


def rank(conn: Connection, person_id: int, grade: str) -> None:
    insert_row(
        conn,
        "person_ranks",
        {"person_id": person_id, "grade": grade, "score": 50.0, "parts": "[]", "computed_at": to_text(START)},
    )


def test_a_gold_customer_is_called_back_within_a_quarter_of_an_hour(
    conn: Connection, office: Office, line: Line
) -> None:
    rank(conn, office.ali, "gold")
    line.miss(ALI_NUMBER)
    found = task(conn, ALI_NUMBER)
    assert (found.grade, found.person_id) == ("gold", office.ali)
    assert from_text(found.due_at) == later(minutes=15, seconds=20)


def test_a_shared_number_is_as_urgent_as_its_best_customer(
    conn: Connection, office: Office, line: Line
) -> None:
    rank(conn, office.zahra, "silver")
    rank(conn, office.ali, "ordinary")
    line.miss(SHARED_NUMBER)
    assert (task(conn, SHARED_NUMBER).grade, task(conn, SHARED_NUMBER).person_id) == ("silver", None)


def test_the_office_sets_minutes_hours_and_holidays(conn: Connection, office: Office, line: Line) -> None:
    do(conn, office.owner, lambda act: save_deadlines(act, {"nobody": "۳۰", "week_to": "12:15"}))
    conn.execute("INSERT INTO holidays (day, title) VALUES ('2026-11-23', 'تعطیل')")
    line.miss()
    # Noon and twenty seconds; a quarter of an hour is left of the day, and the next one is free.
    assert from_text(task(conn).due_at) == datetime.fromisoformat("2026-11-24T08:15:20+03:30")


@pytest.mark.parametrize(
    ("texts", "field", "problem"),
    [
        ({"gold": "0"}, "gold", "number.range 1 10080"),
        ({"gold": ""}, "gold", "missing"),
        ({"week_from": "17:00"}, "week_to", "hours.turned"),
        ({"friday_from": "9"}, "friday_to", "hours.turned"),
        ({"week_from": "۲۵:۰۰"}, "week_from", "time.form"),
    ],
)
def test_hours_that_cannot_be_are_refused(
    conn: Connection, office: Office, texts: dict[str, str], field: str, problem: str
) -> None:
    with pytest.raises(Refused) as refused:
        do(conn, office.owner, lambda act: save_deadlines(act, texts))
    assert refused.value.problems[field] == problem


def test_a_call_is_followed_also_when_the_settings_cannot_be_read(conn: Connection, line: Line) -> None:
    conn.execute(
        "INSERT INTO settings (key, value, changed_at) VALUES ('deadlines', '{\"nobody\": \"x\"}', ?)",
        (to_text(START),),
    )
    line.miss()
    assert from_text(task(conn).due_at) == later(minutes=120, seconds=20)


def test_a_registered_caller_s_task_is_his(conn: Connection, office: Office, line: Line) -> None:
    call_id = line.miss()
    do(conn, office.desk, lambda act: register_caller(act, call_id, "مریم", "کاظمی"))
    assert task(conn).person_id is not None


def close(conn: Connection, user: User, **more: bool | int) -> None:
    result = str(find_choice(conn, "call-result", "done"))
    do(
        conn, user,
        lambda act: close_callback(act, task(conn).id, {"result_id": result, "note": "با همسرش گفتم"}, **more),
        later(minutes=9),
    )  # fmt: skip


def test_closing_by_hand_keeps_result_note_and_who(conn: Connection, office: Office, line: Line) -> None:
    line.miss()
    close(conn, office.desk)
    found = callbacks.find_callback(conn, 1)
    assert found is not None
    assert (found.state, found.closed_by, found.note) == ("done", office.desk.id, "با همسرش گفتم")
    assert found.closed_at == to_text(later(minutes=9))
    kinds = [row["object_kind"] for row in conn.execute("SELECT object_kind FROM audit_log")]
    assert kinds == ["callback"]


def test_who_was_called_needs_a_result(conn: Connection, office: Office, line: Line) -> None:
    line.miss()
    with pytest.raises(Refused) as refused:
        do(conn, office.desk, lambda act: close_callback(act, 1, {"result_id": ""}))
    assert refused.value.problems == {"result_id": "missing"}
    do(conn, office.desk, lambda act: close_callback(act, 1, {}, is_needless=True))
    assert tasks(conn) == [(UNKNOWN_NUMBER, "dropped")]


def test_who_comes_second_is_told(conn: Connection, office: Office, line: Line) -> None:
    line.miss()
    seen = task(conn)
    line.answer(UNKNOWN_NUMBER, later(minutes=4))
    with pytest.raises(ConflictError):
        do(conn, office.desk, lambda act: close_callback(act, seen.id, {}, is_needless=True))


def test_a_task_closed_by_mistake_is_opened_again_unless_there_is_another(
    conn: Connection, office: Office, line: Line
) -> None:
    line.miss()
    close(conn, office.desk)
    do(conn, office.desk, lambda act: reopen_callback(act, 1))
    assert task(conn).id == 1
    close(conn, office.desk)
    line.miss(at=later(minutes=30))
    with pytest.raises(ConflictError):
        do(conn, office.desk, lambda act: reopen_callback(act, 1))


def test_a_task_out_of_reach_is_not_there(conn: Connection, office: Office, line: Line) -> None:
    line.miss(ALI_NUMBER)
    conn.execute("UPDATE persons SET created_by = ? WHERE id = ?", (office.owner.id, office.ali))
    limited = msgspec.structs.replace(office.desk, scope="own")
    with pytest.raises(NotFoundError):
        do(conn, limited, lambda act: close_callback(act, 1, {}, is_needless=True))

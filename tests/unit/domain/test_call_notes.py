"""What people write of a call, calls entered by hand, and what calls were about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from appliance.core.clock import from_text, to_text
from appliance.core.errors import ConflictError, NotAllowedError, NotFoundError
from appliance.core.events import CallMissed, CallSnapshot
from appliance.domain.access import User
from appliance.domain.acting import acting
from appliance.domain.call_entry import enter_call
from appliance.domain.call_notes import note_call
from appliance.domain.call_storing import record_call
from appliance.domain.call_subjects import attach_call, detach_call
from appliance.domain.calls import CallSearch, list_log
from appliance.domain.fields.refused import Refused
from db import Connection
from db.queries import activities, call_subjects, callbacks, calls
from db.queries.person_needs import find_choice
from db.records import insert_row
from tests.fakes.clock import START
from tests.fakes.office import ALI_NUMBER, SHARED_NUMBER, UNKNOWN_NUMBER, Office

ZONE = "Asia/Tehran"
CALL = "01KCALL"


def do(conn: Connection, user: User, work: Callable[..., Any], *words: Any, **more: Any) -> Any:
    with acting(conn, START, user, lambda _event: None) as act:
        return work(act, *words, **more)


def missed(conn: Connection, number: str = ALI_NUMBER) -> str:
    call = CallSnapshot(
        id=CALL, line=1, direction="in", state="missed", revision=1, number=number, number_state="known",
        started_at=to_text(START), ended_at=to_text(START),
    )  # fmt: skip
    record_call(conn, CallMissed(id="E1", at=to_text(START), call=call))
    return CALL


def result(conn: Connection, code: str = "follow-up") -> str:
    return str(find_choice(conn, "call-result", code))


def test_a_note_keeps_who_wrote_it_and_when(conn: Connection, office: Office) -> None:
    missed(conn)
    do(conn, office.desk, note_call, CALL, {"note": "فردا زنگ می‌زند", "result_id": result(conn)}, ZONE)
    notes = calls.find_notes(conn, CALL)
    assert notes is not None
    assert (notes.note, notes.result, notes.user_name) == ("فردا زنگ می‌زند", "نیاز به پیگیری", "Desk")
    assert (notes.noted_at, notes.note_revision) == (to_text(START), 1)
    (entry,) = conn.execute("SELECT object_kind, changes FROM audit_log").fetchall()
    assert entry["object_kind"] == "call"
    assert "نیاز به پیگیری" in entry["changes"]


def test_what_is_not_in_the_form_stays(conn: Connection, office: Office) -> None:
    missed(conn)
    do(conn, office.desk, note_call, CALL, {"note": "یک"}, ZONE)
    do(conn, office.owner, note_call, CALL, {"result_id": result(conn)}, ZONE)
    notes = calls.find_notes(conn, CALL)
    assert notes is not None
    assert (notes.note, notes.result, notes.user_name) == ("یک", "نیاز به پیگیری", "Desk")


def test_who_writes_second_is_told(conn: Connection, office: Office) -> None:
    missed(conn)
    do(conn, office.desk, note_call, CALL, {"note": "یک"}, ZONE, revision=0)
    with pytest.raises(ConflictError):
        do(conn, office.owner, note_call, CALL, {"note": "دو"}, ZONE, revision=0)
    notes = calls.find_notes(conn, CALL)
    assert notes is not None
    assert notes.note == "یک"


def test_a_follow_up_is_an_activity_of_the_caller(conn: Connection, office: Office) -> None:
    missed(conn)
    texts = {
        "note": "",
        "follow_up_day": "1405/09/05",
        "follow_up_time": "۱۰:۳۰",
        "follow_up_note": "قیمت بدنه",
    }
    activity_id = do(conn, office.desk, note_call, CALL, texts, ZONE)
    (planned,) = activities.list_planned(conn, office.ali)
    assert (planned.id, planned.title, planned.kind, planned.who) == (
        activity_id,
        "قیمت بدنه",
        "call-back",
        "Desk",
    )
    assert from_text(planned.start_at).isoformat() == "2026-11-26T07:00:00+00:00"
    assert activities.list_of_call(conn, CALL) == [planned]


@pytest.mark.parametrize(
    ("texts", "field", "problem"),
    [
        ({"result_id": "99999"}, "result_id", "choice.unknown"),
        ({"note": "ا" * 2001}, "note", "text.longer than 2000"),
        ({"follow_up_day": "1405/08/30"}, "follow_up_day", "day.past"),
        ({"follow_up_day": "1420/01/01"}, "follow_up_day", "day.far"),
        ({"follow_up_day": "فردا"}, "follow_up_day", "day.form"),
        ({"follow_up_day": "1405/09/05", "follow_up_time": "25"}, "follow_up_time", "time.form"),
    ],
)
def test_a_note_that_cannot_be_changes_nothing(
    conn: Connection, office: Office, texts: dict[str, str], field: str, problem: str
) -> None:
    missed(conn)
    with pytest.raises(Refused) as refused:
        do(conn, office.desk, note_call, CALL, {"note": "یک"} | texts, ZONE)
    assert refused.value.problems[field] == problem
    notes = calls.find_notes(conn, CALL)
    assert notes is not None
    assert notes.note == ""
    assert not activities.list_of_call(conn, CALL)


def test_a_result_of_another_list_is_none_of_a_call(conn: Connection, office: Office) -> None:
    missed(conn)
    with pytest.raises(Refused):
        do(conn, office.desk, note_call, CALL,
           {"result_id": str(find_choice(conn, "complaint-subject", "delay"))}, ZONE)  # fmt: skip


def test_a_call_of_somebody_out_of_reach_is_not_there(conn: Connection, office: Office) -> None:
    missed(conn)
    conn.execute("UPDATE persons SET created_by = ?", (office.owner.id,))
    limited = msgspec.structs.replace(office.desk, scope="own")
    with pytest.raises(NotFoundError):
        do(conn, limited, note_call, CALL, {"note": "یک"}, ZONE)
    assert list_log(conn, limited, CallSearch()) == []
    conn.execute("UPDATE calls SET person_id = NULL")
    assert [row.id for row in list_log(conn, limited, CallSearch())] == [CALL]


def test_the_log_is_narrowed_by_what_was_written(conn: Connection, office: Office) -> None:
    missed(conn)
    do(conn, office.desk, note_call, CALL, {"note": "یک", "result_id": result(conn)}, ZONE)
    by_hand = enter(conn, office.owner)

    def found(**search: Any) -> list[str]:
        return [row.id for row in list_log(conn, office.owner, CallSearch(**search))]

    assert found(is_noted=True) == [CALL]
    assert found(result_id=int(result(conn))) == [CALL]
    assert found(result_id=int(result(conn, "wrong"))) == []
    assert found(user_id=office.desk.id) == [CALL]
    assert found(direction="out") == [by_hand]
    assert found(is_by_hand=True) == [by_hand]
    assert found() == [CALL, by_hand]


def enter(conn: Connection, user: User, **texts: str) -> str:
    whole = {"who": "علی رضایی", "direction": "out", "outcome": "spoken", "day": "1405/09/01", "time": "11:40",
             "minutes": "۷"} | texts  # fmt: skip
    return str(do(conn, user, enter_call, whole, ZONE))


def test_a_call_made_on_a_mobile_is_entered_by_hand(conn: Connection, office: Office) -> None:
    call = calls.find_call(conn, enter(conn, office.desk, note="پیشنهاد دادم"))
    assert call is not None
    assert (call.person_id, call.number, call.direction, call.state, call.line) == (
        office.ali, ALI_NUMBER, "out", "ended", 0,
    )  # fmt: skip
    assert from_text(call.started_at) == START - timedelta(minutes=20)
    assert from_text(call.ended_at or "") == START - timedelta(minutes=13)
    notes = calls.find_notes(conn, call.id)
    assert notes is not None
    assert (notes.is_by_hand, notes.note, notes.user_name) == (True, "پیشنهاد دادم", "Desk")
    (row,) = list_log(conn, office.owner, CallSearch())
    assert row.is_by_hand


def test_ids_of_calls_entered_later_keep_the_calls_order(conn: Connection, office: Office) -> None:
    early = enter(conn, office.desk, time="09:00")
    late = enter(conn, office.desk, time="11:00")
    between = enter(conn, office.desk, time="10:00")
    assert sorted((late, between, early)) == [early, between, late]


def test_a_call_entered_by_hand_closes_the_call_back(conn: Connection, office: Office) -> None:
    missed(conn)
    conn.execute("UPDATE callbacks SET last_missed_at = ?", (to_text(START - timedelta(hours=2)),))
    enter(conn, office.desk, outcome="not-spoken")
    assert callbacks.open_of_number(conn, ALI_NUMBER) is not None
    enter(conn, office.desk)
    assert callbacks.open_of_number(conn, ALI_NUMBER) is None


def test_an_unknown_number_is_entered_as_it_is(conn: Connection, office: Office) -> None:
    call = calls.find_call(conn, enter(conn, office.desk, who="۰۷۱ ۱۰۰۰۰۰۰۹"))
    assert call is not None
    assert (call.person_id, call.number) == (None, UNKNOWN_NUMBER)
    shared = calls.find_call(conn, enter(conn, office.desk, who=SHARED_NUMBER))
    assert shared is not None
    assert shared.person_id is None


@pytest.mark.parametrize(
    ("texts", "field", "problem"),
    [
        ({"who": ""}, "who", "missing"),
        ({"who": "رضایی"}, "who", "person.several"),
        ({"who": "کسی که نیست"}, "who", "person.unknown"),
        ({"person_id": "999"}, "", ""),
        ({"direction": ""}, "direction", "missing"),
        ({"outcome": "maybe"}, "outcome", "choice.unknown"),
        ({"day": "1405/09/02"}, "day", "day.future"),
        ({"time": "12:30"}, "time", "time.future"),
        ({"day": "1403/09/01"}, "day", "day.far"),
        ({"minutes": "361"}, "minutes", "number.range 0 360"),
        ({"follow_up_day": "1405/08/01"}, "follow_up_day", "day.past"),
    ],
)
def test_a_call_that_cannot_be_is_not_entered(
    conn: Connection, office: Office, texts: dict[str, str], field: str, problem: str
) -> None:
    with pytest.raises((Refused, NotFoundError)) as refused:
        enter(conn, office.desk, **texts)
    if field:
        assert isinstance(refused.value, Refused)
        assert refused.value.problems[field] == problem
    assert conn.execute("SELECT COUNT(*) FROM calls").fetchone()[0] == 0


def test_entering_needs_the_right(conn: Connection, office: Office) -> None:
    with pytest.raises(NotAllowedError):
        enter(conn, office.accountant)


def test_a_call_is_about_something_once(conn: Connection, office: Office) -> None:
    missed(conn)
    case_id = insert_row(
        conn, "cases",
        {"kind_id": find_choice(conn, "case-kind", "sales"), "title": "فروش بدنه", "person_id": office.ali,
         "created_at": to_text(START)},
    )  # fmt: skip
    assert do(conn, office.desk, attach_call, CALL, "case", case_id)
    assert not do(conn, office.desk, attach_call, CALL, "case", case_id)
    (one,) = call_subjects.list_of_call(conn, CALL)
    assert (one.kind, one.title, one.person_id) == ("case", "فروش بدنه", office.ali)
    do(conn, office.desk, detach_call, CALL, "case", case_id)
    assert call_subjects.list_of_call(conn, CALL) == []


@pytest.mark.parametrize(
    ("kind", "object_id"), [("case", 9), ("claim", 9), ("policy", 9), ("complaint", 9), ("x", 1)]
)
def test_a_call_is_about_nothing_that_is_not_there(
    conn: Connection, office: Office, kind: str, object_id: int
) -> None:
    missed(conn)
    with pytest.raises(NotFoundError):
        do(conn, office.desk, attach_call, CALL, kind, object_id)

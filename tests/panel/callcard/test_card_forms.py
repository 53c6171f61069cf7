"""What is done from a card: take the call, write of it, complete the caller, attach and mark a number, send a text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.core.events import CallCardChanged, CallLinked, CallTaken
from db.queries.audit import list_entries
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import Person, World, heard

MakeCall = Callable[..., SimulatedCall]
KNOWN, UNKNOWN = "09121234567", "05110000055"


def person_id(world: World, first_name: str) -> int:
    row = world.conn.execute("SELECT id FROM persons WHERE first_name = ?", (first_name,)).fetchone()
    return int(row["id"])


def choice(world: World, listing: str, code: str) -> int:
    row = world.conn.execute("SELECT id FROM choices WHERE list = ? AND code = ?", (listing, code)).fetchone()
    return int(row["id"])


def test_who_says_that_he_talks_is_named_on_every_card(world: World, desk: Person, call: MakeCall) -> None:
    owner = world.person("modir").listen()
    ringing = call().ring().identify(KNOWN)
    answer = desk.fetch(f"/calls/{ringing.id}/taken")
    assert answer.status_code == 200
    (event,) = [one for one in world.bus.events if isinstance(one, CallTaken)]
    world.live.teller.tell(world.conn, event)
    (message,) = heard(owner, "call.taken")
    assert "در حال صحبت با منشی" in message["html"]
    assert "پاسخ دادم" not in message["html"]


def test_nobody_talks_on_a_call_that_is_over(world: World, desk: Person, call: MakeCall) -> None:
    over = call().ring().identify(KNOWN).miss()
    answer = desk.fetch(f"/calls/{over.id}/taken")
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["notice"] == "این تماس دیگر پایان یافته است."


def test_note_result_follow_up_and_subject_are_stored_in_one_go(
    world: World, desk: Person, call: MakeCall
) -> None:
    narges = person_id(world, "نرگس")
    insurer = world.conn.execute(
        "INSERT INTO insurers (title, sort_key) VALUES ('بیمهٔ آزمون', 'x')"
    ).lastrowid
    policy = world.conn.execute(
        "INSERT INTO policies (person_id, insurer_id, line_code, policy_no, issue_year, issue_date, start_date, "
        "end_date, created_at) VALUES (?, ?, 'TPL', '7', 1405, '2026-01-01', '2026-01-01', '2026-12-30', '2026')",
        (narges, insurer),
    ).lastrowid
    ringing = call().ring().identify(KNOWN)
    form = {
        "note": "تمدید می‌خواهد", "result_id": choice(world, "call-result", "renewal"), "subjects": "1",
        "subject": f"policy:{policy}", "follow_up_day": "1405/09/10",
    }  # fmt: skip
    answer = desk.fetch(f"/calls/{ringing.id}/note", form)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert "پیگیری" in answer.json["notice"]
    stored = world.conn.execute("SELECT note, result_id FROM calls WHERE id = ?", (ringing.id,)).fetchone()
    assert tuple(stored) == ("تمدید می‌خواهد", form["result_id"])
    planned = world.conn.execute("SELECT person_id, call_id, state FROM activities").fetchone()
    assert tuple(planned) == (narges, ringing.id, "open")
    subject = world.conn.execute("SELECT object_kind, object_id FROM call_subjects").fetchone()
    assert tuple(subject) == ("policy", policy)
    assert isinstance(world.bus.events[-1], CallCardChanged)
    desk.fetch(f"/calls/{ringing.id}/note", {"note": "تمدید می‌خواهد", "subjects": "1"})
    assert world.conn.execute("SELECT COUNT(*) FROM call_subjects").fetchone()[0] == 0


def test_a_follow_up_of_a_day_that_is_past_is_refused_and_nothing_is_stored(
    world: World, desk: Person, call: MakeCall
) -> None:
    ringing = call().ring().identify(KNOWN)
    answer = desk.fetch(f"/calls/{ringing.id}/note", {"note": "بعداً", "follow_up_day": "1400/01/01"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == ["follow_up_day"]
    assert world.conn.execute("SELECT note FROM calls WHERE id = ?", (ringing.id,)).fetchone()[0] == ""


def test_a_note_somebody_else_wrote_meanwhile_is_not_overwritten(
    world: World, desk: Person, call: MakeCall
) -> None:
    ringing = call().ring().identify(KNOWN)
    world.person("modir").fetch(f"/calls/{ringing.id}/note", {"note": "از مدیر", "note_revision": "0"})
    answer = desk.fetch(f"/calls/{ringing.id}/note", {"note": "از منشی", "note_revision": "0"})
    assert answer.status_code == 409
    assert world.conn.execute("SELECT note FROM calls WHERE id = ?", (ringing.id,)).fetchone()[0] == "از مدیر"


def test_filling_a_missing_item_is_kept_with_user_and_time(
    world: World, desk: Person, call: MakeCall
) -> None:
    narges = person_id(world, "نرگس")
    ringing = call().ring().identify(KNOWN)
    answer = desk.fetch(f"/calls/{ringing.id}/fill", {"key": "job", "job": "پزشک", "person_id": narges})
    assert answer.status_code == 200
    assert world.conn.execute("SELECT job FROM persons WHERE id = ?", (narges,)).fetchone()[0] == "پزشک"
    entry = list_entries(world.conn, object_kind="person", object_id=str(narges), limit=1)[0]
    assert entry.user_name == "منشی"
    assert entry.differences == {"job": ["", "پزشک"]}
    late = world.person("modir").fetch(
        f"/calls/{ringing.id}/fill", {"key": "job", "job": "مهندس", "person_id": narges}
    )
    assert late.status_code == 409
    assert world.conn.execute("SELECT job FROM persons WHERE id = ?", (narges,)).fetchone()[0] == "پزشک"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"key": "birth_date", "birth_date": "هفتهٔ پیش"}, 422),
        ({"key": "job", "job": " "}, 422),
        ({"key": "is_vip", "is_vip": "1"}, 422),
        ({"key": "job", "job": "پزشک", "person_id": "999999"}, 404),
    ],
)
def test_what_cannot_be_filled_changes_nothing(
    world: World, desk: Person, call: MakeCall, form: dict[str, str], status: int
) -> None:
    narges = person_id(world, "نرگس")
    ringing = call().ring().identify(KNOWN)
    before = tuple(world.conn.execute("SELECT * FROM persons WHERE id = ?", (narges,)).fetchone())
    answer = desk.fetch(f"/calls/{ringing.id}/fill", {"person_id": str(narges)} | form)
    assert answer.status_code == status
    assert tuple(world.conn.execute("SELECT * FROM persons WHERE id = ?", (narges,)).fetchone()) == before


def test_an_unknown_number_is_given_to_somebody_by_name(world: World, desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify(UNKNOWN)
    answer = desk.fetch(f"/calls/{ringing.id}/attach", {"person": "نرگس احمدی"})
    assert answer.status_code == 200
    assert answer.json is not None
    assert "نرگس احمدی‌پور" in answer.json["call"]["html"]
    numbers = world.conn.execute(
        "SELECT number FROM person_phones WHERE person_id = ?", (person_id(world, "نرگس"),)
    ).fetchall()
    assert "+985110000055" in [row["number"] for row in numbers]
    assert isinstance(world.bus.events[-1], CallLinked)


@pytest.mark.parametrize(("text", "words"), [("رضا", "چند نفر"), ("هیچ‌کس", "پیدا نشد"), ("", "لازم")])
def test_an_unclear_name_is_asked_again(desk: Person, call: MakeCall, text: str, words: str) -> None:
    ringing = call().ring().identify(UNKNOWN)
    answer = desk.fetch(f"/calls/{ringing.id}/attach", {"person": text})
    assert answer.status_code == 422
    assert answer.json is not None
    assert words in answer.json["errors"]["person"]


def test_a_nuisance_is_marked_on_this_and_the_next_call(world: World, desk: Person, call: MakeCall) -> None:
    first = call().ring().identify(UNKNOWN)
    desk.fetch(f"/calls/{first.id}/spam", {"is_spam": "1"})
    again = desk.get(f"/calls/{call().ring().identify(UNKNOWN).id}").text
    assert "مزاحم نیست" in again
    assert 'class="register"' not in again
    desk.fetch(f"/calls/{first.id}/spam", {"is_spam": "0"})
    assert "شمارهٔ ناشناس" in desk.get(f"/calls/{first.id}").text


def test_a_text_goes_to_a_number_of_the_caller_only_and_once(
    world: World, desk: Person, call: MakeCall
) -> None:
    ringing = call().ring().identify(KNOWN)
    form = {"number": "+989121234567", "body": "سلام {نام بیمه‌گذار}", "form_key": "k1"}
    for _ in range(2):
        assert desk.fetch(f"/calls/{ringing.id}/message", form).status_code == 200
    rows = world.conn.execute("SELECT number, body FROM outbox").fetchall()
    assert [tuple(row) for row in rows] == [("+989121234567", "سلام نرگس احمدی‌پور")]
    assert desk.fetch(f"/calls/{ringing.id}/message", form | {"number": "+989120000001"}).status_code == 404
    assert desk.fetch(f"/calls/{ringing.id}/message", form | {"body": " "}).status_code == 422


def test_without_scripts_a_refused_note_comes_back_with_what_was_typed(desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify(KNOWN)
    answer = desk.post(f"/calls/{ringing.id}/note", {"note": "یادم بماند", "follow_up_day": "x"})
    assert answer.status_code == 422
    assert "یادم بماند" in answer.text
    assert "تاریخ را مانند" in answer.text


def test_who_may_only_look_can_do_none_of_it(world: World, call: MakeCall) -> None:
    accountant = world.person("hesabdar")
    ringing = call().ring().identify(KNOWN)
    for act in ("taken", "note", "fill", "attach", "spam", "message"):
        assert accountant.fetch(f"/calls/{ringing.id}/{act}").status_code == 403

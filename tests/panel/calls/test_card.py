"""The call card in each of its states, as a page shows it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from appliance.core.events import CallEnded
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import Person, World

MakeCall = Callable[..., SimulatedCall]


def card(person: Person, call: SimulatedCall) -> str:
    answer = person.get(f"/calls/{call.id}")
    assert answer.status_code == 200
    return answer.text[answer.text.index("<article") : answer.text.index("</article>")]


def test_a_known_caller_is_shown_as_the_person(desk: Person, call: MakeCall) -> None:
    earlier = call().ring().identify("09121234567").miss()
    shown = card(desk, call().ring().identify("09121234567"))
    for words in ("نرگس احمدی‌پور", "مشتری", "اصفهان", "درمان خانواده", "تلفن همراه", "در حال زنگ", "خط ۱"):
        assert words in shown
    assert "<span>0912</span><span>123</span><span>4567</span>" in shown
    assert "پیرو تماس بی‌پاسخ" in shown
    assert f'href="/calls/{earlier.id}"' in shown
    assert 'name="last_name"' not in shown


def test_a_firm_is_shown_as_one(desk: Person, call: MakeCall) -> None:
    shown = card(desk, call().ring().identify("02610000002"))
    assert "شخص حقوقی" in shown
    assert "i-building" in shown


def test_an_unknown_number_is_shown_with_its_province_and_a_form_of_two_fields(
    desk: Person, call: MakeCall
) -> None:
    shown = card(desk, call().ring().identify("05110000055"))
    assert "شمارهٔ ناشناس" in shown
    assert "خراسان رضوی" in shown
    register = shown[shown.index('<form class="register"') :]
    assert register[: register.index("</form>")].count('class="form-control"') == 2


def test_an_unknown_number_that_ends_like_a_known_one_is_a_guess_only(desk: Person, call: MakeCall) -> None:
    shown = card(desk, call().ring().identify("01110000006"))
    assert "شمارهٔ ناشناس" in shown
    assert "شماره‌اش شبیه است به" in shown
    assert "نرگس احمدی‌پور" in shown


def test_a_shared_number_asks_who_it_is_the_one_last_in_contact_first(
    world: World, desk: Person, call: MakeCall
) -> None:
    first = call().ring().identify("02110000001").miss()
    zahra = world.conn.execute("SELECT id FROM persons WHERE first_name = 'زهرا'").fetchone()[0]
    desk.post(f"/calls/{first.id}/caller", {"person_id": zahra})
    shown = card(desk, call().ring().identify("02110000001"))
    assert "تماس از کیست؟" in shown
    assert shown.index("زهرا رضایی") < shown.index("علی رضایی")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda call: call.ring(), "در حال شناسایی شماره…"),
        (lambda call: call.ring().withhold(), "شماره پنهان شده است"),
        (lambda call: call.ring().miss(), "بی‌پاسخ"),
        (lambda call: call.ring().identify("09121234567").answer(), "پاسخ داده شد"),
        (lambda call: call.ring().identify("09121234567").answer().end(), "پایان یافت"),
    ],
)
def test_each_state_has_its_words(
    desk: Person, call: MakeCall, step: Callable[[SimulatedCall], SimulatedCall], words: str
) -> None:
    assert words in card(desk, step(call()))


def test_an_outgoing_call_is_shown_as_one(desk: Person, call: MakeCall) -> None:
    shown = card(desk, call(is_outgoing=True).dial("09121234567"))
    assert "تماس خروجی" in shown
    assert "نرگس احمدی‌پور" in shown


def test_who_may_only_look_gets_no_form(world: World, call: MakeCall) -> None:
    accountant = world.person("hesabdar")
    assert "<form" not in card(accountant, call().ring().identify("05110000055"))
    several = card(accountant, call().ring().identify("02110000001"))
    assert "<form" not in several
    assert "علی رضایی" in several


def test_a_page_opened_during_a_call_shows_the_call(world: World, desk: Person, call: MakeCall) -> None:
    ringing = call().ring().identify("09121234567")
    assert f'data-call="{ringing.id}"' in desk.get("/lines").text
    ringing.miss()
    assert f'data-call="{ringing.id}"' not in desk.get("/lines").text


def test_a_call_that_was_told_but_not_stored_yet_is_on_the_page(
    world: World, desk: Person, call: MakeCall
) -> None:
    ringing = call().ring(stored=False)
    world.live.projection.apply(ringing.snapshot)
    assert f'data-call="{ringing.id}"' in desk.get("/calls").text


def test_names_and_notes_are_text_and_never_markup(world: World, desk: Person, call: MakeCall) -> None:
    world.conn.execute(
        "UPDATE persons SET note = '<b onload=x>', last_name = '<i>' WHERE first_name = 'نرگس'"
    )
    shown = card(desk, call().ring().identify("09121234567"))
    assert "<b onload" not in shown
    assert "<i>" not in shown


def reasoned(call: SimulatedCall, **changes: object) -> SimulatedCall:
    """Give a call with what else the line told of it."""
    call.snapshot = msgspec.structs.replace(call.snapshot, **changes)
    return call


@pytest.mark.parametrize(
    ("reason", "words"),
    [("no-answer", "پاسخ ندادند"), ("engaged", "اشغال بود"), ("not-dialled", "شماره‌ای گرفته نشد")],
)
def test_what_became_of_an_outgoing_call_is_said(
    desk: Person, call: MakeCall, reason: str, words: str
) -> None:
    dialled = call(is_outgoing=True).dial("02188776655")
    reasoned(dialled, end_reason=reason, state="ended", ended_at=dialled.snapshot.started_at)
    dialled._tell(CallEnded, 9, {})
    assert words in card(desk, dialled)


def test_a_call_that_was_talked_on_at_the_start_has_no_direction(desk: Person, call: MakeCall) -> None:
    found = reasoned(
        call(), direction="unknown", number_state="absent", is_estimated=True, estimate_confidence=0.5
    )
    found.answer()
    assert "هنگام روشن‌شدن دستگاه" in card(desk, found)
    page = desk.get(f"/calls/{found.id}").text
    assert "<dt>جهت</dt><dd>نامعلوم</dd>" in page
    assert "تخمینی" in page


def test_two_calls_on_one_line_have_a_card_each(desk: Person, call: MakeCall) -> None:
    talked, waiting = call().ring().identify("09121234567").answer(), call().ring().identify("02610000002")
    assert "نرگس احمدی‌پور" in card(desk, talked)
    assert "شخص حقوقی" in card(desk, waiting)
    log = desk.get("/calls").text
    assert talked.id in log
    assert waiting.id in log

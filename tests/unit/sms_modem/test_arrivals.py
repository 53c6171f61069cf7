"""What comes in is stored before the route forgets it, joined in any order, once, and understood."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from appliance.core.events import Event, SmsReceived
from appliance.core.surrogates import from_utf16
from appliance.domain.acting import acting
from appliance.domain.messaging import inbox as services
from db import Connection
from db.queries import inbox, opt_outs
from sms_modem.routes import Inbound
from tests.fakes.clock import FakeClock
from tests.fakes.office import ALI_NUMBER, SHARED_NUMBER, Office
from tests.fakes.routes import MODEM, FakeRoute
from tests.unit.sms_modem.desk import queue, row_of, worker


def whole(text: str, source_id: str = "1", number: str = "09120000001") -> Inbound:
    return Inbound(source_id=source_id, number=number, text=text, token=source_id)


def take_in(
    conn: Connection, clock: FakeClock, *arrivals: Inbound, told: list[Event] | None = None
) -> FakeRoute:
    route = FakeRoute(capabilities=MODEM)
    route.arrivals = list(arrivals)
    worker(conn, clock, route, told).turn()
    return route


def bodies(conn: Connection) -> list[str]:
    return [one.body for one in inbox.list_inbox(conn)][::-1]


def test_a_message_is_stored_linked_told_and_then_let_go(
    conn: Connection, clock: FakeClock, office: Office
) -> None:
    told: list[Event] = []
    route = take_in(conn, clock, whole("سلام"), told=told)
    (message,) = inbox.list_inbox(conn)
    assert (message.number, message.person_id, message.body) == (ALI_NUMBER, office.ali, "سلام")
    assert route.acknowledged == ["1"]
    assert [event.person_id for event in told if isinstance(event, SmsReceived)] == [office.ali]
    assert inbox.count_unread(conn) == 1


def test_the_same_message_read_again_after_a_crash_is_stored_once(conn: Connection, clock: FakeClock) -> None:
    class Forgetful(FakeRoute):
        def acknowledge(self, tokens: object) -> None:
            raise OSError("the power went")

    route = Forgetful(capabilities=MODEM)
    route.arrivals = [whole("سلام")]
    with pytest.raises(OSError, match="power"):
        worker(conn, clock, route).turn()
    take_in(conn, clock, whole("سلام"))
    assert bodies(conn) == ["سلام"]


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_parts_are_joined_in_any_order(conn: Connection, clock: FakeClock, order: tuple[int, ...]) -> None:
    for place in order:
        part = Inbound(
            source_id=f"p{place}", number=ALI_NUMBER, text=f"<{place}>", part=place, parts=3, reference=9
        )
        take_in(conn, clock, part)
    assert bodies(conn) == ["<1><2><3>"]


def test_parts_of_two_messages_with_one_reference_are_kept_apart_by_sender(
    conn: Connection, clock: FakeClock
) -> None:
    take_in(conn, clock, *[
        Inbound(source_id=f"{number}{place}", number=number, text=f"{number[-1]}{place}", part=place, parts=2,
                reference=9)
        for place in (1, 2) for number in (ALI_NUMBER, "+989350000003")
    ])  # fmt: skip
    assert sorted(bodies(conn)) == ["1112", "3132"]


def test_a_message_whose_part_never_comes_is_shown_after_a_day(conn: Connection, clock: FakeClock) -> None:
    take_in(conn, clock, Inbound(source_id="p2", number=ALI_NUMBER, text="end", part=2, parts=2, reference=1))
    clock.advance(23 * 3600)
    with acting(conn, clock.now(), None, lambda event: None) as act:
        assert services.store_incomplete(act) == 0
    clock.advance(2 * 3600)
    with acting(conn, clock.now(), None, lambda event: None) as act:
        assert (services.store_incomplete(act), services.store_incomplete(act)) == (1, 0)
    (message,) = inbox.list_inbox(conn)
    assert (message.body, message.is_incomplete) == ("end", True)


@pytest.mark.parametrize("text", ["لغو", "لغو۱۱", "۱۱", "11", " لغو ", "لغو.", "STOP"])
def test_who_writes_stop_gets_no_advertising(conn: Connection, clock: FakeClock, text: str) -> None:
    take_in(conn, clock, whole(text))
    assert opt_outs.find_opt_out(conn, ALI_NUMBER) is not None
    (only,) = queue(conn, clock, "تخفیف", kind="advertising")
    assert row_of(conn, only).state == "blocked"
    take_in(conn, clock, whole("12", "2"))
    assert opt_outs.find_opt_out(conn, ALI_NUMBER) is None


@pytest.mark.parametrize("text", ["بیمه را لغو کنید", "۱۱۰", "", "شماره ۱۱"])
def test_other_words_stop_nothing(conn: Connection, clock: FakeClock, text: str) -> None:
    take_in(conn, clock, whole(text))
    assert opt_outs.find_opt_out(conn, ALI_NUMBER) is None


def test_a_number_of_two_persons_is_linked_by_hand_and_stays_linked(
    conn: Connection, clock: FakeClock, office: Office
) -> None:
    take_in(conn, clock, whole("یک", "1", SHARED_NUMBER))
    assert inbox.list_inbox(conn)[0].person_id is None
    with acting(conn, clock.now(), office.desk, lambda event: None) as act:
        services.link_thread(act, SHARED_NUMBER, office.zahra)
    take_in(conn, clock, whole("دو", "2", SHARED_NUMBER))
    assert {one.person_id for one in inbox.list_inbox(conn)} == {office.zahra}


def test_a_conversation_is_read_and_answered(conn: Connection, clock: FakeClock, office: Office) -> None:
    take_in(conn, clock, whole("سلام"), whole("هستید؟", "2"))
    with acting(conn, clock.now(), office.desk, lambda event: None) as act:
        assert services.read_thread(act, ALI_NUMBER) == 2
        clock.advance(1)
    with acting(conn, clock.now(), office.desk, lambda event: None) as act:
        services.reply(act, ALI_NUMBER, "بله")
    assert inbox.count_unread(conn) == 0
    assert [(line.is_incoming, line.body) for line in inbox.list_lines(conn, ALI_NUMBER)] == [
        (False, "بله"), (True, "هستید؟"), (True, "سلام"),
    ]  # fmt: skip


def test_a_name_is_no_number(conn: Connection, clock: FakeClock) -> None:
    take_in(conn, clock, whole("اعتبار شما", "1", "MCI-11"))
    assert inbox.list_inbox(conn)[0].number == "MCI-11"


def test_an_emoji_that_was_cut_between_two_parts_is_whole_again(conn: Connection, clock: FakeClock) -> None:
    halves = "سلام 😀".encode("utf-16-be")
    pieces = [from_utf16(halves[:-2]), from_utf16(halves[-2:])]
    parts = [
        msgspec.structs.replace(whole(piece, source_id=str(place)), part=place, parts=2, reference=7)
        for place, piece in enumerate(pieces, 1)
    ]
    take_in(conn, clock, *parts)
    assert bodies(conn) == ["سلام 😀"]

"""Who is calling: a card for every case an exchange and an office can make."""

from __future__ import annotations

import msgspec
import pytest

from appliance.core.events import CallSnapshot
from appliance.domain.callers import CallCard, build_card, row_of
from db import Connection
from db.queries.calls import upsert_call
from db.queries.persons import insert_phone
from tests.fakes.clock import START
from tests.fakes.office import ALI_NUMBER, SHARED_NUMBER, UNKNOWN_NUMBER, Office

CALL = CallSnapshot(
    id="01KCALL2", line=1, direction="in", state="ringing", revision=1, started_at=f"{START:%Y-%m-%dT%H:%M}"
)


def card(
    conn: Connection, number: str | None, state: str = "known", person_id: int | None = None
) -> CallCard:
    snapshot = msgspec.structs.replace(CALL, number=number, number_state=state)
    return build_card(conn, row_of(snapshot, person_id), START.date())


def test_a_number_of_one_person_is_known(conn: Connection, office: Office) -> None:
    shown = card(conn, ALI_NUMBER)
    assert shown.recognition == "known"
    assert shown.person is not None
    assert shown.person.id == office.ali
    assert {phone.number for phone in shown.phones} == {ALI_NUMBER, SHARED_NUMBER}
    assert shown.suggestions == []


def test_a_number_of_several_persons_asks_which(conn: Connection, office: Office) -> None:
    shown = card(conn, SHARED_NUMBER)
    assert (shown.recognition, shown.person) == ("several", None)
    assert [person.id for person in shown.sharing] == [office.ali, office.zahra]


def test_a_chosen_person_is_known(conn: Connection, office: Office) -> None:
    shown = card(conn, SHARED_NUMBER, person_id=office.zahra)
    assert shown.recognition == "known"
    assert shown.person is not None
    assert shown.person.id == office.zahra
    assert len(shown.sharing) == 2


def test_an_unknown_number_tells_its_province(conn: Connection, office: Office) -> None:
    shown = card(conn, UNKNOWN_NUMBER)
    assert (shown.recognition, shown.person, shown.sharing) == ("unknown", None, [])
    assert shown.number is not None
    assert (shown.number.province, shown.number.local) == ("فارس", "071 10000009")


def test_a_number_that_ends_alike_is_suggested_and_never_matched(conn: Connection, office: Office) -> None:
    shown = card(conn, "+983110000001")
    assert (shown.recognition, shown.person) == ("unknown", None)
    assert [person.id for person in shown.suggestions] == [office.ali, office.zahra]


def test_a_short_number_suggests_nobody(conn: Connection, office: Office) -> None:
    shown = card(conn, "110")
    assert (shown.recognition, shown.suggestions) == ("unknown", [])


def test_a_short_number_may_belong_to_somebody(conn: Connection, office: Office) -> None:
    insert_phone(conn, office.firm, "201")
    shown = card(conn, "201")
    assert shown.person is not None
    assert shown.person.id == office.firm


@pytest.mark.parametrize("state", ["pending", "withheld", "unavailable", "absent"])
def test_a_call_without_a_number_says_why(conn: Connection, office: Office, state: str) -> None:
    shown = card(conn, None, state)
    assert shown.recognition == state
    assert (shown.number, shown.person, shown.sharing, shown.earlier) == (None, None, [], [])


def test_earlier_calls_of_the_number_are_shown_newest_first(conn: Connection, office: Office) -> None:
    for call_id in ("01KCALL0", "01KCALL1", "01KCALL2", "01KCALL3"):
        upsert_call(
            conn,
            row_of(
                msgspec.structs.replace(
                    CALL,
                    id=call_id,
                    number=ALI_NUMBER,
                    number_state="known",
                    started_at=f"2026-11-22T0{call_id[-1]}",
                )
            ),
        )
    assert [call.id for call in card(conn, ALI_NUMBER).earlier] == ["01KCALL1", "01KCALL0"]


def test_a_person_taken_out_meanwhile_is_not_shown(conn: Connection, office: Office) -> None:
    shown = card(conn, UNKNOWN_NUMBER, person_id=999)
    assert (shown.recognition, shown.person) == ("unknown", None)
